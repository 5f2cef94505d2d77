// Fuzzing the formula language: whatever the text, check, evaluation and translation end, stay within their bounds
// and agree with themselves. Built as a libFuzzer target by clang, with a driver of its own (fuzz_main.cpp) by g++.
#include <cstdlib>

#include "formula/formula.h"
#include "formula/sample_for_tests.h"
#include "fuzz/seeds.h"

using namespace fairlead;
using namespace fairlead::formula;

namespace {

void must(bool holds, const char* why) {
    if (holds) return;
    std::fputs(why, stderr);
    std::fputc('\n', stderr);
    std::abort();
}

class Names final : public SqlNames {
  public:
    explicit Names(const sample::Schema& schema) : schema_(schema) {}
    std::string table(std::string_view entity) const override { return std::string(entity); }
    std::vector<std::string> columns(std::string_view entity, std::string_view field) const override {
        const std::string name(field);
        if (schema_.field(entity, field)->type == Type::money) return {name, name + "_cur", name + "_rep"};
        return {name};
    }
    std::string back_column(std::string_view, std::string_view) const override { return "deal"; }
    std::string visible(std::string_view, std::string_view) const override { return {}; }

  private:
    const sample::Schema& schema_;
};

const sample::Record& deal() {
    static const sample::Record record = [] {
        sample::Record r;
        r.values = {{"name", "Nguyễn"}, {"amount", sample::money("1234.50")}, {"price", sample::money("10", "EUR")}, {"rate", sample::dec("0.5")}, {"count", 3},
                    {"close_date", sample::day("2026-12-01")}, {"created_at", sample::at("2026-11-24T20:00:00Z")}, {"length", Duration{90'000'000}}, {"done", true},
                    {"kind", "renewal"}, {"stage", Id{11}}};
        auto line = std::make_shared<sample::Record>();
        line->values = {{"amount", sample::money("5")}, {"quantity", sample::dec("2")}, {"product", "x"}};
        r.relations["lines"] = {line, std::make_shared<sample::Record>()};
        return r;
    }();
    return record;
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
    return {
    "IF(AND(amount > 10000, account.industry = \"Retail\"), 5%, 3%)", "SUMIF(lines.amount, lines.quantity > 1) / COUNT(lines)", "stage IN (\"Won\", \"Lost\") AND NOT done",
    "IN_PERIOD(close_date, \"last 30 days\") OR created_at > NOW() - 7", "TEXT(amount, \"#,##0.00\") & name", "-2^2*3%-DATEDIF(close_date,TODAY(),\"M\")",
    "SWITCH(kind,\"new\",1,2)+COALESCE(rate,count,1)", "LEFT(UPPER(name),3)=\"NGU\"", "count BETWEEN 1 AND 5", "NETWORKDAYS(close_date, TODAY(), holidays)"};
}
std::vector<std::string> fuzz_words() {
    return {"(", ")", ",", "\"", "%", "^", "*", "/", "+", "-", "&", "=", "<>", "<=", "AND ", "OR ", "NOT ", "IN ", "BETWEEN ", "IF(", "SUM(", "lines.amount", "lines", "amount",
                                        "close_date", "created_at", "stage", "stage.kind", "length", "done", "1e9", "0", "9223372036854775807", "0.000000000001", "\"x\"", "\xC4\x90", "\xFF", "TODAY()", "ROUND(",
                                        "MEDIAN(", "EDATE(", "REPT(", "MID(", "IFERROR(", "1/0", "DATE(9999,12,31)", "HOURS(", "MONEY(", "price", ";", "."};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    static const sample::Schema schema;
    static const Names names(schema);
    static const Context context = sample::context();
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto checked = check(text, schema, "deal");
    if (!checked) {
        must(!checked.refused().message().empty() && !checked.refused().code().empty(), "a refusal says nothing");
        return 0;
    }
    const Checked& formula = **checked;
    for (const sample::Record* record : {&deal(), static_cast<const sample::Record*>(nullptr)}) {
        const sample::Record empty;
        const sample::Record& row = record ? *record : empty;
        const auto value = evaluate(formula, row, context);
        Trace trace;
        const auto traced = evaluate(formula, row, context, &trace);
        must(static_cast<bool>(value) == static_cast<bool>(traced), "tracing changes whether a formula fails");
        if (value) must(*value == *traced, "tracing changes the value");
        if (formula.root->type.type == Type::boolean) must(holds(formula, row, context) == (value && *value == Value(true)), "holds disagrees with evaluate");
    }
    const auto sqlite = to_sql(formula, Dialect::sqlite, names, "d", context);
    const auto postgres = to_sql(formula, Dialect::postgres, names, "d", context);
    must(sqlite || sqlite.refused().code() == "no_push_down", "to_sql refuses otherwise than it says");
    must(postgres || postgres.refused().code() == "no_push_down", "to_sql refuses otherwise than it says");
    const auto again = check(text, schema, "deal");
    must(again && (*again)->fields == formula.fields, "checking twice gives two answers");
    return 0;
}
