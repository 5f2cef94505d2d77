// Counting the amounts without a rate, by what a sum counts and what it does not.
#include "analytics/unpriced.h"

namespace fairlead::analytics {
namespace {

// The stored amount that a computed one is made of says the same, and is found quicker.
std::string amount_behind(const model::EntityInfo& entity, const formula::Checked& measure) {
    const model::FieldInfo* field = measure.root->op == formula::Op::field && measure.root->path.size() == 1 ? entity.field(measure.root->path.front().name) : nullptr;
    if (!field || !field->is_computed()) return measure.text;
    std::string behind;
    for (const std::string& name : field->formula->fields) {
        const model::FieldInfo* read = entity.field(name);
        if (!read || read->type != Type::money) continue;
        if (!read->is_stored() || !behind.empty()) return measure.text;
        behind = name;
    }
    return behind.empty() ? measure.text : behind;
}

}  // namespace

Result<Unpriced> unpriced(store::Store& store, const store::Viewer& viewer, const store::GroupQuery& asked, const formula::Formula& measure) {
    if (!measure || measure->root->type.type != Type::money) return Unpriced{};
    const auto catalog = store.catalog();
    const std::string amount = amount_behind(catalog->need(asked.entity), *measure);
    const std::string given = (asked.filter ? "(" + asked.filter->text + "\n) AND " : "") + "NOT(ISBLANK(" + amount + "))";
    const auto checked = [&](const std::string& text) {
        formula::CheckOptions options;
        options.currency = catalog->currency();
        return formula::check(text, store::ViewerSchema(*catalog, viewer), asked.entity, options);
    };
    store::GroupQuery query = asked;
    query.by.clear();
    query.aggregates.clear();
    FAIRLEAD_ASSIGN(query.filter, checked(given));
    query.aggregates.push_back({store::Aggregate::count, nullptr, "all"});
    store::Aggregate priced{store::Aggregate::count, {}, "priced"};
    FAIRLEAD_ASSIGN(priced.of, checked(amount));
    query.aggregates.push_back(std::move(priced));
    FAIRLEAD_ASSIGN(const auto groups, store.group(viewer, query));
    if (groups.empty()) return Unpriced{};
    const auto count = [&](std::size_t at) { return groups.front().values[at].is<std::int64_t>() ? groups.front().values[at].as<std::int64_t>() : 0; };
    Unpriced found{count(0) - count(1), {}};
    if (found.n <= 0) return found;
    // By their currencies.
    FAIRLEAD_ASSIGN(formula::Formula currency, checked("CURRENCY(" + amount + ")"));
    query.by.push_back(std::move(currency));
    FAIRLEAD_ASSIGN(const auto by_currency, store.group(viewer, query));
    std::string codes;
    for (const store::Group& group : by_currency) {
        if (group.by.front().empty() || group.values[0] == group.values[1]) continue;
        codes += (codes.empty() ? "\"" : ", \"") + to_text(group.by.front()) + "\"";
    }
    if (!codes.empty()) found.filter = given + " AND CURRENCY(" + amount + ") IN (" + codes + ")";
    return found;
}

}  // namespace fairlead::analytics
