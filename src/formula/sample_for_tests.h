// A small company for the tests of the language: deals with a stage, an account, an owner and lines.
#pragma once
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "formula/formula.h"

namespace fairlead::formula::sample {

class Schema final : public formula::Schema {
  public:
    std::map<std::string, std::map<std::string, FieldType>> entities;

    Schema() {
        const auto plain = [](Type type) { return FieldType{type, {}, {}, 6, false, -1}; };
        const auto to = [](const char* target) { return FieldType{Type::reference, target, {}, 6, false, -1}; };
        entities["deal"] = {{"name", plain(Type::text)}, {"note", plain(Type::text)}, {"amount", plain(Type::money)}, {"price", plain(Type::money)},
                            {"probability", plain(Type::percent)}, {"discount", plain(Type::percent)}, {"rate", plain(Type::decimal)}, {"factor", plain(Type::decimal)},
                            {"count", plain(Type::whole)}, {"days", plain(Type::whole)}, {"close_date", plain(Type::date)}, {"begins_on", plain(Type::date)},
                            {"created_at", plain(Type::instant)}, {"entered_at", plain(Type::instant)}, {"length", plain(Type::duration)}, {"done", plain(Type::boolean)},
                            {"kind", FieldType{Type::choice, {}, {"new", "renewal", "expansion"}, 6, false, -1}},
                            {"stage", to("stage")}, {"account", to("account")}, {"owner", to("user")}, {"holidays", plain(Type::list)},
                            {"lines", FieldType{Type::list, "line", {}, 6, true, -1}}, {"tasks", FieldType{Type::list, "task", {}, 6, true, -1}}};
        entities["stage"] = {{"name", plain(Type::text)}, {"kind", FieldType{Type::choice, {}, {"open", "won", "lost"}, 6, false, -1}}, {"stale_days", plain(Type::whole)}};
        entities["account"] = {{"name", plain(Type::text)}, {"industry", plain(Type::text)}, {"owner", to("user")}, {"employees", plain(Type::whole)}};
        entities["user"] = {{"name", plain(Type::text)}, {"team", plain(Type::text)}};
        entities["line"] = {{"amount", plain(Type::money)}, {"quantity", plain(Type::decimal)}, {"product", plain(Type::text)}, {"free", plain(Type::boolean)},
                            {"sent_on", plain(Type::date)}, {"pieces", plain(Type::whole)}};
        entities["task"] = {{"done", plain(Type::boolean)}, {"due_on", plain(Type::date)}};
    }
    std::optional<FieldType> field(std::string_view entity, std::string_view name) const override {
        const auto e = entities.find(std::string(entity));
        if (e == entities.end()) return std::nullopt;
        const auto f = e->second.find(std::string(name));
        return f == e->second.end() ? std::nullopt : std::optional(f->second);
    }
    std::vector<std::string> field_names(std::string_view entity) const override {
        std::vector<std::string> names;
        if (const auto e = entities.find(std::string(entity)); e != entities.end())
            for (const auto& [name, type] : e->second) names.push_back(name);
        return names;
    }
    std::string title_field(std::string_view entity) const override { return entity == "task" || entity == "line" ? "" : "name"; }
};

// A record with the records it refers to.
class Record final : public Row {
  public:
    std::map<std::string, Value> values;
    std::map<std::string, std::int64_t> reporting_minor;
    std::map<std::string, std::shared_ptr<Record>> references;
    std::map<std::string, std::vector<std::shared_ptr<Record>>> relations;

    Value value(const std::vector<PathStep>& path) const override {
        const Record* at = last(path);
        if (at == nullptr) return {};
        const auto found = at->values.find(path.back().name);
        return found == at->values.end() ? Value() : found->second;
    }
    std::optional<std::int64_t> reporting(const std::vector<PathStep>& path) const override {
        const Record* at = last(path);
        if (at == nullptr) return std::nullopt;
        const auto found = at->reporting_minor.find(path.back().name);
        return found == at->reporting_minor.end() ? std::nullopt : std::optional(found->second);
    }
    // Records of the SQL tests keep their rates, as the store's do.
    bool rates_stored = false;
    bool stores_reporting() const override { return rates_stored; }
    void related(const std::vector<PathStep>& path, const std::function<void(const Row&)>& each) const override {
        if (const auto found = relations.find(path.front().name); found != relations.end())
            for (const auto& record : found->second) each(*record);
    }

  private:
    const Record* last(const std::vector<PathStep>& path) const {
        const Record* at = this;
        for (std::size_t i = 0; i + 1 < path.size(); ++i) {
            const auto next = at->references.find(path[i].name);
            if (next == at->references.end()) return nullptr;
            at = next->second.get();
        }
        return at;
    }
};

inline Decimal dec(const char* text) { return *Decimal::parse(text); }
inline Date day(const char* text) { return *Date::parse(text); }
inline Instant at(const char* text) { return *Instant::parse(text); }
inline Currency currency(const char* code) { return *Currency::parse(code); }
inline Money money(const char* amount, const char* code = "USD") { return *Money::parse(amount, currency(code)); }

inline Context context() {
    Context c;
    c.now = at("2026-11-25T04:31:00Z");
    c.zone = "Asia/Ho_Chi_Minh";
    c.user = Id{7};
    c.holidays = {day("2026-04-30"), day("2026-05-01"), day("2026-09-02")};
    c.convert = [](const Money& m, Currency to, Date) -> std::optional<Money> {
        if (m.currency == currency("EUR") && to == currency("USD")) return Money::of(*multiply(m.decimal(), dec("1.1")), to);
        return std::nullopt;
    };
    return c;
}

// What a formula gives on a record: the value as text, or "#" and the code of its refusal.
inline std::string answer(const std::string& text, const Record& record = {}, const Context& surroundings = context()) {
    static const Schema schema;
    auto checked = check(text, schema, "deal");
    if (!checked) return "!" + checked.refused().code();
    auto value = evaluate(**checked, record, surroundings);
    if (!value) return "#" + value.refused().code();
    if (value->is<bool>()) return value->as<bool>() ? "TRUE" : "FALSE";
    return to_text(*value);
}
inline Refused refusal(const std::string& text, const CheckOptions& options = {}) {
    static const Schema schema;
    auto checked = check(text, schema, "deal", options);
    if (checked) throw std::logic_error("not refused: " + text);
    return checked.refused();
}

}  // namespace fairlead::formula::sample
