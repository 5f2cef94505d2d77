// Functions over several values or over related records: empties are left out.
#include <algorithm>

#include "formula/functions.h"

namespace fairlead::formula {
namespace {

// Gathers the values of the arguments: of every related record when the call stands on a relation.
class Gather {
  public:
    Gather(Evaluator& e, const Node& node, Trace* trace) : evaluator_(e), node_(node), trace_(trace) {}

    // Calls `take` with each value that is not empty; stops when it answers false.
    template <class Take>
    bool each(std::size_t first, std::size_t count, Take take) {
        if (!node_.relation.empty()) {
            std::size_t seen = 0;
            const bool done = evaluator_.over_related(node_, [&] { return one(first, count, take, trace_ != nullptr && seen++ < shown_max); });
            if (trace_ != nullptr) trace_->note = std::to_string(seen) + (seen == 1 ? " record" : " records");
            return done;
        }
        return one(first, count, take, trace_ != nullptr);
    }

  private:
    static constexpr std::size_t shown_max = 50;  // a trace is for people

    template <class Take>
    bool one(std::size_t first, std::size_t count, Take& take, bool traced) {
        for (std::size_t i = first; i < first + count; ++i) {
            Datum value;
            Trace* part = nullptr;
            if (traced) {
                trace_->parts.emplace_back();
                part = &trace_->parts.back();
            }
            if (!evaluator_.compute(*node_.arguments[i], value, part)) return false;
            if (value.kind == Datum::list) {
                if (value.items)
                    for (Value item : *value.items) {
                        Datum inner;
                        load(inner, std::move(item));
                        if (!inner.is_empty() && !take(inner)) return false;
                    }
            } else if (!value.is_empty() && !take(value)) {
                return false;
            }
        }
        return true;
    }

    Evaluator& evaluator_;
    const Node& node_;
    Trace* trace_;
};

bool sum_of(Evaluator& e, const Node& node, Datum& sum, std::int64_t& count, Trace* trace, std::size_t arguments) {
    sum.set_empty();
    count = 0;
    return Gather(e, node, trace).each(0, arguments, [&](Datum& value) {
        ++count;
        if (sum.kind == Datum::empty) {
            sum = value;
            return true;
        }
        if (sum.kind == Datum::money || value.kind == Datum::money) {
            if (!e.align(sum, value, node)) return false;
            const bool both = sum.has_reporting && value.has_reporting, unrated = sum.unrated || value.unrated;
            const auto amount = add(Decimal{sum.number}, Decimal{value.number});
            const auto reporting = both ? add(Decimal{sum.reporting}, Decimal{value.reporting}) : Decimal{};
            if (!amount || !reporting) return e.fail("number_too_large", "The sum is larger than a number can be here", node);
            const Currency currency = sum.currency;
            sum.set(*amount, currency);
            sum.has_reporting = both;
            sum.unrated = unrated;
            sum.reporting = reporting->units;
            return true;
        }
        if (sum.kind == Datum::duration || (sum.kind == Datum::whole && value.kind == Datum::whole)) {
            const Int128 total = sum.number + value.number;
            if (total > INT64_MAX || total < INT64_MIN) return e.fail("number_too_large", "The sum is larger than a number can be here", node);
            sum.number = total;
            return true;
        }
        const auto total = add(sum.as_decimal(), value.as_decimal());
        if (!total) return e.fail("number_too_large", "The sum is larger than a number can be here", node);
        sum.set(*total);
        return true;
    });
}

void zero(Evaluator& e, const Node& node, Datum& out) {
    if (node.type.type == Type::money) {
        out.set(Decimal{}, e.context().currency);
        out.has_reporting = true;
        out.reporting = 0;
    } else if (node.type.type == Type::duration) {
        out.set(Duration{});
    } else {
        out.set_whole(0);
    }
}

bool divide_by_count(Evaluator& e, const Node& node, Datum& sum, std::int64_t count) {
    if (sum.kind == Datum::duration) {
        sum.set(Duration{sum.as_whole() / count});
        return true;
    }
    const auto mean = divide(sum.as_decimal(), Decimal::of(count));
    if (!mean) return e.fail("number_too_large", "The mean is larger than a number can be here", node);
    if (sum.kind != Datum::money) {
        sum.set(*mean);
        return true;
    }
    const Currency currency = sum.currency;
    const bool has_reporting = sum.has_reporting, unrated = sum.unrated;
    const auto reporting = divide(Decimal{sum.reporting}, Decimal::of(count));
    sum.set(*mean, currency);
    sum.unrated = unrated;
    sum.has_reporting = has_reporting && reporting;
    sum.reporting = reporting ? reporting->units : Int128{0};
    return true;
}

bool run_sum(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    std::int64_t count = 0;
    if (!sum_of(e, node, out, count, trace, node.arguments.size())) return false;
    if (count == 0) zero(e, node, out);
    return true;
}
bool run_average(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    std::int64_t count = 0;
    if (!sum_of(e, node, out, count, trace, node.arguments.size())) return false;
    return count == 0 || divide_by_count(e, node, out, count);
}

// Whether the values counted are records themselves: COUNT(lines).
bool counts_records(const Node& node) { return node.op == Op::field && node.related && node.path.empty(); }

bool run_count(Evaluator& e, const Node& node, Datum& out, Trace* trace, bool any_kind) {
    std::int64_t count = 0;
    if (counts_records(*node.arguments[0])) {
        if (!e.over_related(node, [&] { ++count; return true; })) return false;
    } else {
        const auto is_counted = [&](const Datum& d) { return any_kind || (d.kind != Datum::text && d.kind != Datum::boolean); };
        if (!Gather(e, node, trace).each(0, node.arguments.size(), [&](Datum& value) { count += is_counted(value) ? 1 : 0; return true; })) return false;
    }
    out.set_whole(count);
    return true;
}
bool run_count_numbers(Evaluator& e, const Node& node, Datum& out, Trace* trace) { return run_count(e, node, out, trace, false); }
bool run_counta(Evaluator& e, const Node& node, Datum& out, Trace* trace) { return run_count(e, node, out, trace, true); }

bool extreme(Evaluator& e, const Node& node, Datum& out, Trace* trace, std::size_t arguments, int wanted) {
    Datum best;
    const bool done = Gather(e, node, trace).each(0, arguments, [&](Datum& value) {
        if (best.kind == Datum::empty) {
            best = value;
            return true;
        }
        Datum left = value, right = best;  // comparing may bring both into one currency
        int order = 0;
        if (!e.compare(left, right, node.compare, node, order)) return false;
        if (order == wanted) best = value;
        return true;
    });
    out = std::move(best);
    return done;
}
bool run_min(Evaluator& e, const Node& node, Datum& out, Trace* trace) { return extreme(e, node, out, trace, node.arguments.size(), -1); }
bool run_max(Evaluator& e, const Node& node, Datum& out, Trace* trace) { return extreme(e, node, out, trace, node.arguments.size(), 1); }

bool run_median(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    std::vector<Datum> values;
    bool failed = false;
    if (!Gather(e, node, trace).each(0, node.arguments.size(), [&](Datum& value) { values.push_back(value); return true; })) return false;
    std::stable_sort(values.begin(), values.end(), [&](const Datum& a, const Datum& b) {
        Datum left = a, right = b;
        int order = 0;
        if (!failed && !e.compare(left, right, node.compare, node, order)) failed = true;
        return order < 0;
    });
    if (failed) return false;
    if (values.empty()) {
        out.set_empty();
        return true;
    }
    const std::size_t middle = values.size() / 2;
    if (values.size() % 2 == 1) {
        out = values[middle];
        return true;
    }
    Datum &low = values[middle - 1], &high = values[middle];
    if (low.kind == Datum::money && !e.align(low, high, node)) return false;
    const auto mean = [&](Int128 a, Int128 b, bool whole) { return divide(Decimal{(whole ? Decimal::one : 1) * (a + b)}, Decimal::of(2)); };
    if (low.kind == Datum::money) {
        const auto amount = mean(low.number, high.number, false), reporting = mean(low.reporting, high.reporting, false);
        if (!amount || !reporting) return e.fail("number_too_large", "The median is larger than a number can be here", node);
        const bool both = low.has_reporting && high.has_reporting, unrated = low.unrated || high.unrated;
        out.set(*amount, low.currency);
        out.unrated = unrated;
        out.has_reporting = both;
        out.reporting = reporting->units;
        return true;
    }
    if (low.kind == Datum::duration) {
        out.set(Duration{low.as_whole() + (high.as_whole() - low.as_whole()) / 2});
        return true;
    }
    const auto middle_value = mean(low.as_decimal().units, high.as_decimal().units, false);
    if (!middle_value) return e.fail("number_too_large", "The median is larger than a number can be here", node);
    out.set(*middle_value);
    return true;
}

// The forms with a condition rewrite themselves: COUNTIF and its kin compute the value only where it holds.
template <class Take>
bool each_where(Evaluator& e, const Node& node, std::int64_t& matches, Take take) {
    return e.over_related(node, [&] {
        Datum condition;
        if (!e.compute(*node.arguments.back(), condition)) return false;
        if (!condition.is_true()) return true;
        ++matches;
        if (counts_records(*node.arguments[0]) || node.arguments.size() == 1) return true;
        Datum value;
        return e.compute(*node.arguments[0], value) && (value.is_empty() || take(value));
    });
}

void note_matches(Trace* trace, std::int64_t matches) {
    if (trace != nullptr) trace->note = std::to_string(matches) + (matches == 1 ? " record matches" : " records match");
}

bool run_countif(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    std::int64_t matches = 0, values = 0;
    if (!each_where(e, node, matches, [&](Datum&) { ++values; return true; })) return false;
    note_matches(trace, matches);
    out.set_whole(counts_records(*node.arguments[0]) || node.arguments.size() == 1 ? matches : values);
    return true;
}

bool sum_where(Evaluator& e, const Node& node, Datum& sum, std::int64_t& count, Trace* trace) {
    std::int64_t matches = 0;
    sum.set_empty();
    const bool done = each_where(e, node, matches, [&](Datum& value) {
        ++count;
        if (sum.kind == Datum::empty) {
            sum = value;
            return true;
        }
        if (value.kind == Datum::money) {
            if (!e.align(sum, value, node)) return false;
            const auto reporting = add(Decimal{sum.reporting}, Decimal{value.reporting});
            const auto amount = add(Decimal{sum.number}, Decimal{value.number});
            if (!amount || !reporting) return e.fail("number_too_large", "The sum is larger than a number can be here", node);
            const bool both = sum.has_reporting && value.has_reporting, unrated = sum.unrated || value.unrated;
            const Currency currency = sum.currency;
            sum.set(*amount, currency);
            sum.has_reporting = both;
            sum.unrated = unrated;
            sum.reporting = both ? reporting->units : Int128{0};
            return true;
        }
        if (value.kind == Datum::duration) {
            sum.number += value.number;
            return sum.number <= INT64_MAX || e.fail("number_too_large", "The sum is larger than a number can be here", node);
        }
        const auto total = add(sum.as_decimal(), value.as_decimal());
        if (!total) return e.fail("number_too_large", "The sum is larger than a number can be here", node);
        sum.set(*total);
        return true;
    });
    note_matches(trace, matches);
    return done;
}
bool run_sumif(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    std::int64_t count = 0;
    if (!sum_where(e, node, out, count, trace)) return false;
    if (count == 0) zero(e, node, out);
    return true;
}
bool run_averageif(Evaluator& e, const Node& node, Datum& out, Trace* trace) {
    std::int64_t count = 0;
    if (!sum_where(e, node, out, count, trace)) return false;
    return count == 0 || divide_by_count(e, node, out, count);
}
bool extreme_where(Evaluator& e, const Node& node, Datum& out, Trace* trace, int wanted) {
    Datum best;
    std::int64_t matches = 0;
    const bool done = each_where(e, node, matches, [&](Datum& value) {
        Datum left = value, right = best;
        int order = wanted;
        if (best.kind != Datum::empty && !e.compare(left, right, node.compare, node, order)) return false;
        if (order == wanted) best = value;
        return true;
    });
    note_matches(trace, matches);
    out = std::move(best);
    return done;
}
bool run_minif(Evaluator& e, const Node& node, Datum& out, Trace* trace) { return extreme_where(e, node, out, trace, -1); }
bool run_maxif(Evaluator& e, const Node& node, Datum& out, Trace* trace) { return extreme_where(e, node, out, trace, 1); }

bool any_or_every(Evaluator& e, const Node& node, Datum& out, bool any) {
    bool result = !any;
    const bool done = e.over_related(node, [&] {
        if (result == any) return true;
        Datum condition;
        if (!e.compute(*node.arguments[0], condition)) return false;
        if (condition.is_true() == any) result = any;
        return true;
    });
    out.set(result);
    return done;
}
bool run_any(Evaluator& e, const Node& node, Datum& out, Trace*) { return any_or_every(e, node, out, true); }
bool run_every(Evaluator& e, const Node& node, Datum& out, Trace*) { return any_or_every(e, node, out, false); }

constexpr std::string_view group = "Several values";
constexpr Function functions[] = {
    {"ANY", group, "c", 'b', nullptr, run_any, false, true, true, "ANY(condition)", "True when the condition holds for one related record, as ANY(lines.discount > 20%).", "", ""},
    {"AVERAGE", group, "r+", 'g', nullptr, run_average, false, true, true, "AVERAGE(value, ...)", "The mean of the values that are there; of several values or of related records, as AVERAGE(lines.discount). Empty when there are none.", "AVERAGE(10, BLANK(), 20)", "15"},
    {"AVERAGEIF", group, "rc", 'g', nullptr, run_averageif, false, true, true, "AVERAGEIF(value, condition)", "AVERAGE over the related records for which the condition holds.", "", ""},
    {"COUNT", group, "a+", 'w', nullptr, run_count_numbers, false, true, true, "COUNT(value, ...)", "How many of the values are numbers, dates or amounts; COUNT(lines) counts related records.", "COUNT(10, BLANK(), 20, \"a\")", "2"},
    {"COUNTA", group, "a+", 'w', nullptr, run_counta, false, true, true, "COUNTA(value, ...)", "How many of the values are not empty.", "COUNTA(10, BLANK(), \"a\")", "2"},
    {"COUNTIF", group, "rc?", 'w', nullptr, run_countif, false, true, true, "COUNTIF(relation, condition)", "How many related records meet the condition, as COUNTIF(lines, lines.discount > 0).", "", ""},
    {"EVERY", group, "c", 'b', nullptr, run_every, false, true, true, "EVERY(condition)", "True when the condition holds for every related record, also when there are none.", "", ""},
    {"MAX", group, "o+", 'm', nullptr, run_max, false, true, true, "MAX(value, ...)", "The largest value, or the latest date. Empty when there are none.", "MAX(-5, BLANK(), -2)", "-2"},
    {"MAXIF", group, "oc", '1', nullptr, run_maxif, false, true, true, "MAXIF(value, condition)", "MAX over the related records for which the condition holds.", "", ""},
    {"MEDIAN", group, "r+", 'g', nullptr, run_median, false, true, false, "MEDIAN(value, ...)", "The value in the middle; the mean of the two middle ones when their number is even.", "MEDIAN(1, 2, 10)", "2"},
    {"MIN", group, "o+", 'm', nullptr, run_min, false, true, true, "MIN(value, ...)", "The smallest value, or the earliest date. Empty when there are none.", "MIN(-5, BLANK(), -2)", "-5"},
    {"MINIF", group, "oc", '1', nullptr, run_minif, false, true, true, "MINIF(value, condition)", "MIN over the related records for which the condition holds.", "", ""},
    {"SUM", group, "r+", 'm', nullptr, run_sum, false, true, true, "SUM(value, ...)", "The sum; of several values or of related records, as SUM(lines.total). 0 when there are none. Amounts of several currencies are summed in the reporting currency.", "SUM(10, BLANK(), 20)", "30"},
    {"SUMIF", group, "rc", '1', nullptr, run_sumif, false, true, true, "SUMIF(value, condition)", "SUM over the related records for which the condition holds, as SUMIF(lines.total, lines.discount > 0).", "", ""},
};

}  // namespace

std::span<const Function> aggregate_functions() { return functions; }

}  // namespace fairlead::formula
