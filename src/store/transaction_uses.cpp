// What hangs on a record, and keeps it out of the bin.
#include <algorithm>

#include <set>

#include "model/record_row.h"
#include "store/columns/columns.h"
#include "store/schema.h"
#include "store/transaction.h"

namespace fairlead::store {
namespace {

// Does a record that others name by this field have to stay? The declarations say it: a list the company keeps and
// the people, teams and roles of it are open to everybody, and what names them would name nobody; of other records,
// those by which figures are grouped. What the program wrote down of the past (a projection, a read-only field)
// goes on naming the record in the bin, and what is part of it (a line, a role's rights) goes with it.
bool holds(const FieldInfo& field, const EntityInfo& holder, const EntityInfo& target) {
    if (field.type != Type::reference || !field.is_stored() || field.system || field.target != target.name) return false;
    if (!holder.logged || field.options.read_only) return false;
    if (holder.administrators && target.administrators) return false;
    return target.access == model::AccessKind::open || field.options.dimension;
}

constexpr std::int64_t counted = 10'000;  // more are told as "10000 or more"
constexpr std::int64_t looked_at = 500;   // one by one, for a person who does not see everything

std::string live_rows(const Table& table, std::string_view condition, std::int64_t most) {
    return " FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND deleted_at IS NULL AND (" + std::string(condition) + ") LIMIT " +
           std::to_string(most);
}

}  // namespace

WriteTransaction::Naming WriteTransaction::named_by(const FieldInfo& field, Id id, bool indexed) {
    return {quoted(field.columns().front()) + " = $1", field.name + " = \"" + id.text() + "\"", Value(id), [slot = field.slot, id](const Record& record) { return record.at(slot) == Value(id); }, indexed};
}

// Of the candidates, as they are in this transaction. What is part of a record in the bin is in the bin with it.
WriteTransaction::Hanging WriteTransaction::hanging_among(const EntityInfo& holder, const Naming& naming, std::vector<Id> candidates) {
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    const bool part = holder.access == model::AccessKind::inherits && holder.parent_slot >= 0;
    std::vector<Record> records = rows_of(holder).find_many(holder, candidates);
    std::erase_if(records, [&](const Record& record) { return !record.at(model::slot_deleted_at).empty() || !naming.holds(record); });
    if (part) {
        const FieldInfo& parent = holder.by_slot(holder.parent_slot);
        const EntityInfo& above = catalog().need(parent.target);
        std::set<Id> parents, live;
        for (const Record& record : records)
            if (record.at(parent.slot).is<Id>()) parents.insert(record.at(parent.slot).as<Id>());
        for (const Record& record : rows_of(above).find_many(above, {parents.begin(), parents.end()}))
            if (record.at(model::slot_deleted_at).empty()) live.insert(record.id());
        std::erase_if(records, [&](const Record& record) { return !record.at(parent.slot).is<Id>() || !live.contains(record.at(parent.slot).as<Id>()); });
    }
    Hanging found;
    found.any = !records.empty();
    const bool all = viewer_->is_system || viewer_->is_administrator;
    found.seen = all ? static_cast<std::int64_t>(records.size()) : std::count_if(records.begin(), records.end(), [&](const Record& record) { return in_reach(record, Right::read); });
    return found;
}

// From the columns in memory, which know what was committed, and the records that this group has touched: a table of a
// million rows without an index would hold the writer for a second. Nothing where they cannot answer.
std::optional<WriteTransaction::Hanging> WriteTransaction::hanging_in_columns(const EntityInfo& holder, const Naming& naming, Id except) {
    constexpr std::size_t touched_most = 200;
    const Columns* columns = group_.columns;
    if (columns == nullptr || !columns->ready(holder)) return std::nullopt;
    std::vector<Id> touched;
    for (const auto& [key, record] : group_.touched)
        if (key.entity == holder.number && Id{key.id} != except) touched.push_back(Id{key.id});
    if (touched.size() > touched_most) return std::nullopt;
    std::string apart;
    for (const Id id : touched) apart += (apart.empty() ? "\"" : ", \"") + id.text() + "\"";
    if (except) apart += (apart.empty() ? "\"" : ", \"") + except.text() + "\"";
    ListQuery query;
    query.entity = holder.name;
    formula::CheckOptions options;
    options.currency = catalog().currency();
    auto filter = formula::check(naming.formula + (apart.empty() ? "" : " AND NOT(id IN (" + apart + "))"), catalog(), holder.name, options);
    if (!filter) return std::nullopt;
    query.filter = *filter;
    const auto count = [&](const Viewer& viewer) -> std::optional<std::int64_t> {
        const auto counted_now = columns->count(viewer, query, context_);
        if (counted_now) return *counted_now;
        return counted_now.refused().why == Why::forbidden ? std::optional<std::int64_t>(0) : std::nullopt;
    };
    const auto whole = count(*Viewer::system());
    if (!whole) return std::nullopt;
    Hanging found = hanging_among(holder, naming, touched);
    if (*whole == 0) return found;
    if (holder.access != model::AccessKind::inherits) {
        const bool all = viewer_->is_system || viewer_->is_administrator;
        const auto seen = all ? whole : count(*viewer_);
        if (!seen) return std::nullopt;
        found.any = true;
        found.seen = std::min(counted, found.seen + *seen);
        return found;
    }
    // Whether what they are part of is in the bin, the columns of lines do not know.
    std::int64_t looked = 0;
    const auto each = columns->each(*Viewer::system(), query, context_, [&](std::span<const Id> ids) {
        const Hanging among = hanging_among(holder, naming, {ids.begin(), ids.end()});
        found.any = found.any || among.any;
        found.seen += among.seen;
        looked += static_cast<std::int64_t>(ids.size());
        return looked < counted;
    });
    if (!each || (!found.any && looked < *whole)) return std::nullopt;
    return found;
}

// The live records of `holder` that name the record so: how many of them the actor may see, and whether there are any.
WriteTransaction::Hanging WriteTransaction::hanging(const EntityInfo& holder, const Naming& naming, Id except) {
    if (!naming.indexed)
        if (const auto known = hanging_in_columns(holder, naming, except)) return *known;
    const Table& table = group_.shape->table(holder);
    (void)rows_of(holder);  // writes what is still on its way
    const bool all = viewer_->is_system || viewer_->is_administrator;
    std::string wanted = "id <> $2 AND (" + naming.condition + ")";  // bound, so that a statement serves every record
    // A line of a deal in the bin is in the bin with it.
    if (holder.access == model::AccessKind::inherits && holder.parent_slot >= 0) {
        const FieldInfo& parent = holder.by_slot(holder.parent_slot);
        const Table& above = group_.shape->table(catalog().need(parent.target));
        (void)rows_of(above.entity());
        wanted += " AND EXISTS (SELECT 1 FROM " + above.name() + " AS above WHERE above.org_id = " + table.organisation() + " AND above.id = " + table.name() + "." +
                  quoted(parent.columns().front()) + " AND above.deleted_at IS NULL)";
    }
    Statement& statement = group_.connection.prepare(all ? "SELECT count(*) FROM (SELECT 1" + live_rows(table, wanted, counted) + ") AS hanging"
                                                         : "SELECT " + table.columns() + live_rows(table, wanted, looked_at));
    if (const auto* id = naming.value.get<Id>()) statement.bind(1, id->value);
    else statement.bind(1, std::string_view(naming.value.as<std::string>()));
    statement.bind(2, except.value);
    Hanging found;
    if (all) {
        while (statement.step()) found.seen = statement.whole(0);
        found.any = found.seen > 0;
        return found;
    }
    std::vector<Record> records;
    while (statement.step()) records.push_back(table.read(statement));
    found.any = !records.empty();
    found.seen = std::count_if(records.begin(), records.end(), [&](const Record& record) { return in_reach(record, Right::read); });
    return found;
}

Result<void> WriteTransaction::check_unused(const Record& record) {
    const EntityInfo& target = *record.entity;
    struct Use {
        const EntityInfo* holder;
        std::string field, label;
        std::int64_t count;
    };
    std::vector<Use> uses;
    bool unseen = false;
    const auto look = [&](const EntityInfo& holder, const std::string& field, const std::string& label, const Naming& naming) {
        const Hanging found = hanging(holder, naming, holder.number == target.number ? record.id() : Id{});
        if (found.seen > 0 && viewer_->may(holder, Right::read)) uses.push_back({&holder, field, label, found.seen});
        else unseen = unseen || found.any;
    };
    for (const auto& holder : catalog().entities())
        for (const FieldInfo& field : holder->fields)
            if (holds(field, *holder, target)) look(*holder, field.name, field.label, named_by(field, record.id(), is_indexed(field, *holder, catalog())));
    // Amounts and rates name a currency by its code.
    if (target.name == "currency") {
        const std::string code = record.text("code");
        for (const auto& holder : catalog().entities()) {
            if (!holder->logged) continue;
            for (const FieldInfo& field : holder->fields) {
                if (!field.is_stored()) continue;
                const std::string is_it = " = \"" + code + "\"";
                if (field.type == Type::money)
                    look(*holder, field.name, field.label,
                         {quoted(field.columns().at(1)) + " = $1", "CURRENCY(" + field.name + ")" + is_it, Value(code), [slot = field.slot, code](const Record& one) { return one.at(slot).is<Money>() && one.at(slot).as<Money>().currency.text() == code; }, false});
                else if (field.type == Type::text && field.name == "currency")
                    look(*holder, field.name, field.label, {quoted(field.name) + " = $1", field.name + is_it, Value(code), [slot = field.slot, code](const Record& one) { return one.at(slot) == Value(code); }, false});
            }
        }
    }
    if (uses.empty() && !unseen) return {};
    std::stable_sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) { return a.count > b.count; });
    const FieldInfo* active = target.field("active");
    const bool can_rest = active && active->type == Type::boolean;
    Refused refused{Why::duplicate, {}};
    for (const Use& use : uses) {
        const std::string count = std::to_string(use.count) + (use.count >= counted ? "+" : "");
        const std::string way = can_rest ? "give them another, or make this one inactive (" + active->label + ": no) so that it keeps them and takes no new ones" : "give them another first";
        refused.reasons.push_back({can_rest ? "in_use_active" : "in_use", {},
                                   target.label + " cannot be deleted: " + count + " " + (use.count == 1 ? use.holder->label : use.holder->label_plural) + " hang on it by the field \"" +
                                       use.label + "\": " + way,
                                   {{"count", count}, {"entity", use.holder->name}, {"name", use.field}}});
    }
    if (uses.empty())
        refused.reasons.push_back({"in_use_unseen", {}, target.label + " cannot be deleted: records that you may not see hang on it. Ask an administrator", {}});
    return refused;
}

// The other way round: what a record hangs on comes out of the bin before it, so that no live record names one that is
// there. The refusal names each of them; bringing them back unasked would undo a decision that is not this record's.
Result<void> WriteTransaction::check_whole(const Record& record) {
    Refused refused{Why::duplicate, {}};
    for (const FieldInfo& field : record.entity->fields) {
        if (field.type != Type::reference || !field.is_stored() || field.system || !record.at(field.slot).is<Id>()) continue;
        const EntityInfo& target = catalog().need(field.target);
        const bool part_of = record.entity->access == model::AccessKind::inherits && field.slot == record.entity->parent_slot;
        if (!part_of && !holds(field, *record.entity, target)) continue;
        const Record* found = stored(target, record.at(field.slot).as<Id>());
        if (!found || found->at(model::slot_deleted_at).empty() || !found->at(model::slot_merged_into).empty()) continue;
        if (!in_reach(*found, Right::read) || target.title_slot < 0) {
            refused.reasons.push_back({"in_bin_unseen", field.name, record.entity->label + " cannot be brought back: its " + field.label + " is in the bin and not within your reach. Ask an administrator", {{"name", field.name}}});
            continue;
        }
        const bool named = viewer_->reads(target, target.by_slot(target.title_slot));
        const std::string title = named ? to_text(found->at(target.title_slot)) : found->id().text();
        refused.reasons.push_back({"in_bin", field.name, record.entity->label + " cannot be brought back yet: its " + field.label + " \"" + title + "\" is in the bin. Bring that back first",
                                   {{"title", title}, {"entity", target.name}, {"id", found->id().text()}, {"name", field.name}}});
    }
    if (!refused.reasons.empty()) return refused;
    return {};
}

// Every amount is kept in the reporting currency as well, now and in the log, and a rate says what a unit is worth in
// it: in another currency they would be other amounts. So it is chosen before there are any.
Result<void> WriteTransaction::check_currency_stays(const std::vector<FieldChange>& changes, const EntityInfo& entity) {
    if (entity.name != "company") return {};
    const auto moved = std::find_if(changes.begin(), changes.end(), [&](const FieldChange& change) { return entity.by_slot(change.slot).name == "currency"; });
    if (moved == changes.end() || !moved->before.is<std::string>()) return {};
    const std::string now = moved->before.as<std::string>();
    for (const auto& holder : catalog().entities()) {
        if (!holder->logged) continue;
        for (const FieldInfo& field : holder->fields) {
            if (field.type != Type::money || !field.is_stored()) continue;
            // Every code is at or after the empty text.
            const Naming any{quoted(field.columns().at(1)) + " >= $1", "NOT(ISBLANK(" + field.name + "))", Value(std::string()), [slot = field.slot](const Record& record) { return record.at(slot).is<Money>(); }, false};
            const Hanging found = hanging(*holder, any, {});
            if (!found.any) continue;
            const std::string count = std::to_string(found.seen) + (found.seen >= counted ? "+" : "");
            return refuse(Why::duplicate, "reporting_currency_stays",
                          "The reporting currency stays " + now + ": " + count + " " + holder->label_plural + " have amounts, whose sums of now and of the past are kept in it. A company that counts in another one begins with a database of its own",
                          "currency", {{"code", now}, {"count", count}, {"entity", holder->name}});
        }
    }
    if (const EntityInfo* rates = catalog().find("exchange_rate"); rates != nullptr && !stored_all(*rates).empty())
        return refuse(Why::duplicate, "rates_in_currency", "The exchange rates say what a unit is worth in " + now + ": delete them first, and enter them in the new currency afterwards", "currency", {{"code", now}});
    return {};
}

// What records stand on by an action (a deal's stage) is not made another thing under them: its kind, and whose part it
// is, are fixed while one of them is there. Otherwise every deal won were lost, without an entry of its own.
Result<void> WriteTransaction::check_fixed(const Record& before, const std::vector<FieldChange>& changes) {
    const EntityInfo& target = *before.entity;
    if (target.access != model::AccessKind::open) return {};
    for (const FieldChange& change : changes) {
        const FieldInfo& fixed = target.by_slot(change.slot);
        if (!fixed.options.required || (fixed.type != Type::choice && fixed.type != Type::reference)) continue;
        for (const auto& holder : catalog().entities())
            for (const FieldInfo& field : holder->fields) {
                if (field.options.changed_by.empty() || !holds(field, *holder, target)) continue;
                const Hanging found = hanging(*holder, named_by(field, before.id(), is_indexed(field, *holder, catalog())), {});
                if (!found.any) continue;
                const std::string count = std::to_string(found.seen) + (found.seen >= counted ? "+" : "");
                return refuse(Why::duplicate, "fixed_in_use",
                              fixed.label + " cannot be changed while " + holder->label_plural + " (" + count + ") stand on this " + target.label + ": move them first, or make a new one beside it", fixed.name,
                              {{"count", count}, {"entity", holder->name}, {"name", fixed.name}});
            }
    }
    return {};
}

}  // namespace fairlead::store
