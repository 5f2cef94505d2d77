// Functions that choose: conditions, empties, and cases.
#include "formula/functions.h"

namespace fairlead::formula {
namespace {

Trace* part(Trace* trace, std::size_t i) {
    if (trace == nullptr) return nullptr;
    if (trace->parts.size() <= i) trace->parts.resize(i + 1);
    return &trace->parts[i];
}

// Computes argument `i`, or gives empty when there is none.
bool argument(Evaluator& e, const Node& node, std::size_t i, Datum& out, Trace* trace) {
    if (i < node.arguments.size()) return e.compute(*node.arguments[i], out, part(trace, i));
    out.set_empty();
    return true;
}

void mark_unevaluated(const Node& node, Trace* trace) {
    if (trace == nullptr) return;
    trace->parts.resize(node.arguments.size());
    for (Trace& p : trace->parts)
        if (p.text.empty()) p.note = "not evaluated";
}

bool run_if(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    if (!argument(e, node, 0, out, trace)) return false;
    const std::size_t taken = out.is_true() ? 1 : 2;
    if (taken == 2 && node.arguments.size() < 3) {  // without a third argument the answer is empty
        out.set_empty();
        mark_unevaluated(node, trace);
        return true;
    }
    const bool done = argument(e, node, taken, out, trace);
    mark_unevaluated(node, trace);
    return done;
}

bool run_ifs(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    for (std::size_t i = 0; i + 1 < node.arguments.size(); i += 2) {
        if (!argument(e, node, i, out, trace)) return false;
        if (!out.is_true()) continue;
        const bool done = argument(e, node, i + 1, out, trace);
        mark_unevaluated(node, trace);
        return done;
    }
    mark_unevaluated(node, trace);
    out.set_empty();
    return true;
}

bool run_switch(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    Datum subject;
    if (!argument(e, node, 0, subject, trace)) return false;
    const std::size_t count = node.arguments.size();
    std::size_t i = 1;
    for (; i + 1 < count; i += 2) {
        Datum value, left = subject;
        bool same = false;
        if (!argument(e, node, i, value, trace) || !e.equal(left, value, node.compare, node, same)) return false;
        if (!same) continue;
        const bool done = argument(e, node, i + 1, out, trace);
        mark_unevaluated(node, trace);
        return done;
    }
    const bool done = i < count ? argument(e, node, i, out, trace) : (out.set_empty(), true);
    mark_unevaluated(node, trace);
    return done;
}

bool run_choose(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    if (!argument(e, node, 0, out, trace)) return false;
    const auto index = out.as_decimal().to_scaled(0, Rounding::towards_zero);
    const auto last = static_cast<std::int64_t>(node.arguments.size()) - 1;
    if (!index || *index < 1 || *index > last)
        return e.fail("bad_argument", "CHOOSE has " + std::to_string(last) + " values, and the number asked for is not one of theirs", node);
    const bool done = argument(e, node, static_cast<std::size_t>(*index), out, trace);
    mark_unevaluated(node, trace);
    return done;
}

bool run_iferror(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    if (argument(e, node, 0, out, trace)) {
        mark_unevaluated(node, trace);
        return true;
    }
    if (e.out_of_steps()) return false;  // running out of steps cannot be caught
    e.forget();
    return argument(e, node, 1, out, trace);
}

bool run_iserror(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    const bool done = argument(e, node, 0, out, trace);
    if (!done && e.out_of_steps()) return false;
    if (!done) e.forget();
    out.set(!done);
    return true;
}

bool run_coalesce(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    for (std::size_t i = 0; i < node.arguments.size(); ++i) {
        if (!argument(e, node, i, out, trace)) return false;
        if (!out.is_empty()) break;
    }
    mark_unevaluated(node, trace);
    return true;
}

bool run_in(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    Datum subject;
    if (!argument(e, node, 0, subject, trace)) return false;
    bool same = false;
    for (std::size_t i = 1; i < node.arguments.size() && !same; ++i) {
        const Node& item = *node.arguments[i];
        if (trace == nullptr && item.op == Op::constant && node.compare == Compare::text && subject.kind == Datum::text) {
            same = !subject.chars.empty() && same_texts(subject.chars, item.folded);
            if (subject.chars.empty()) same = item.constant.empty() || item.folded.empty();
            continue;
        }
        Datum value, left = subject;
        if (!argument(e, node, i, value, trace) || !e.equal(left, value, node.compare, node, same)) return false;
    }
    mark_unevaluated(node, trace);
    out.set(same);
    return true;
}

bool run_isblank(const Call& call) {
    call.result.set(call.at(0).is_empty());
    return true;
}
bool run_xor(const Call& call) {
    bool odd = false;
    for (const Datum& d : call.arguments) odd = odd != d.is_true();
    call.result.set(odd);
    return true;
}
bool run_blank(const Call& call) {
    call.result.set_empty();
    return true;
}
bool run_current_user(const Call& call) {
    const Id user = call.evaluator.context().user;
    if (user) call.result.set(user); else call.result.set_empty();
    return true;
}

constexpr std::string_view group = "Logic";
constexpr Function functions[] = {
    {"AND", group, "b+", 'b', nullptr, nullptr, false, true, true, "AND(condition, ...)",
     "True when every condition is. Conditions are looked at from the left, and no further than the first false one. Also a word between conditions.", "AND(1 < 2, 2 < 3)", "TRUE"},
    {"BLANK", group, "", 'x', run_blank, nullptr, false, false, true, "BLANK()", "No value: as a result it empties the field.", "ISBLANK(BLANK())", "TRUE"},
    {"CHOOSE", group, "na+", 'x', nullptr, run_choose, false, true, false, "CHOOSE(number, first, second, ...)", "The value at that place of the list.", "CHOOSE(2, \"low\", \"high\")", "high"},
    {"COALESCE", group, "a+", 'x', nullptr, run_coalesce, false, true, true, "COALESCE(value, ...)", "The first value that is not empty.", "COALESCE(\"\", \"second\")", "second"},
    {"CURRENT_USER", group, "", 'x', run_current_user, nullptr, false, false, true, "CURRENT_USER()", "The person who is looking or acting; compare it with an owner.", "ISBLANK(CURRENT_USER())", "TRUE"},
    {"IF", group, "baa?", 'x', nullptr, run_if, false, true, true, "IF(condition, then, otherwise)",
     "The second value when the condition is true, else the third (empty when left out). The other one is not computed.", "IF(2 > 1, \"yes\", \"no\")", "yes"},
    {"IFBLANK", group, "aa", 'x', nullptr, run_coalesce, false, true, true, "IFBLANK(value, instead)", "The value, or the second one when it is empty.", "IFBLANK(\"\", \"none\")", "none"},
    {"IFERROR", group, "aa", 'x', nullptr, run_iferror, false, true, true, "IFERROR(value, instead)", "The value, or the second one when it cannot be computed.", "IFERROR(1 / 0, 0)", "0"},
    {"IFS", group, "ba+", 'x', nullptr, run_ifs, false, true, true, "IFS(condition, value, condition, value, ...)",
     "The value after the first true condition; empty when none is true.", "IFS(1 > 2, \"a\", 2 > 1, \"b\")", "b"},
    {"IN", group, "aa+", 'b', nullptr, run_in, false, true, true, "value IN (first, second, ...)", "True when the value equals one of the list. Written between value and list; NOT IN is its opposite.", "\"b\" IN (\"A\", \"B\")", "TRUE"},
    {"ISBLANK", group, "a", 'b', run_isblank, nullptr, false, true, true, "ISBLANK(value)", "True when there is no value. An empty text is no value; 0 and FALSE are values.", "ISBLANK(0)", "FALSE"},
    {"ISERROR", group, "a", 'b', nullptr, run_iserror, false, true, false, "ISERROR(value)", "True when the value cannot be computed.", "ISERROR(1 / 0)", "TRUE"},
    {"NOT", group, "b", 'b', nullptr, nullptr, false, true, true, "NOT(condition)", "True when the condition is false. Also a word before a condition.", "NOT(1 > 2)", "TRUE"},
    {"OR", group, "b+", 'b', nullptr, nullptr, false, true, true, "OR(condition, ...)",
     "True when one condition is. Conditions are looked at from the left, and no further than the first true one. Also a word between conditions.", "OR(1 > 2, 2 < 3)", "TRUE"},
    {"SWITCH", group, "aaa+", 'x', nullptr, run_switch, false, true, false, "SWITCH(value, case, result, ..., otherwise)",
     "The result after the case that equals the value, else the last one.", "SWITCH(\"b\", \"a\", 1, \"b\", 2, 0)", "2"},
    {"XOR", group, "b+", 'b', run_xor, nullptr, false, true, false, "XOR(condition, ...)", "True when an odd number of the conditions is.", "XOR(TRUE, FALSE)", "TRUE"},
};

}  // namespace

std::span<const Function> logical_functions() { return functions; }

}  // namespace fairlead::formula
