// Filling amounts that had no rate.
#include "store/pricing.h"

#include <algorithm>

#include "base/secret.h"
#include "base/text.h"
#include "store/settings.h"
#include "store/transaction.h"

namespace fairlead::store {
namespace {

constexpr std::size_t slice = 100;  // records a commit: others get in between

struct Waiting {
    const EntityInfo* entity;
    std::vector<Id> records;
};

bool waits(const Record& record) {
    return std::any_of(record.entity->fields.begin(), record.entity->fields.end(), [&](const FieldInfo& field) {
        return field.type == Type::money && field.is_stored() && record.at(field.slot).is<Money>() && reporting(record, field.slot).empty();
    });
}

Result<std::vector<Waiting>> waiting_records(Store& store, const model::Catalog& catalog) {
    std::vector<Waiting> out;
    for (const auto& entity : catalog.entities()) {
        if (!entity->logged) continue;
        ListQuery query;
        query.entity = entity->name;
        std::string filter;
        query.only.emplace();
        for (const FieldInfo& field : entity->fields) {
            if (field.type != Type::money || !field.is_stored()) continue;
            query.only->push_back(field.name);
            filter += (filter.empty() ? "" : " OR ") + ("CURRENCY(" + field.name + ") <> \"" + catalog.currency() + "\" AND NOT(ISBLANK(" + field.name + "))");
        }
        if (filter.empty()) continue;
        formula::CheckOptions options;
        options.currency = catalog.currency();
        FAIRLEAD_ASSIGN(query.filter, formula::check(filter, catalog, entity->name, options));
        Waiting waiting{entity.get(), {}};
        for (const bool in_bin : {false, true}) {
            query.in_bin = in_bin;
            FAIRLEAD_TRY(store.each(*Viewer::system(), query, [&](const Record& record) {
                if (waits(record)) waiting.records.push_back(record.id());
                return true;
            }));
        }
        if (!waiting.records.empty()) out.push_back(std::move(waiting));
    }
    return out;
}

}  // namespace

Result<Priced> price_waiting(Store& store, const Command& command, const std::function<bool(double)>& go_on) {
    const auto catalog = store.catalog();  // keeps the entities
    FAIRLEAD_ASSIGN(const auto waiting, waiting_records(store, *catalog));
    std::size_t all = 0, done = 0;
    for (const Waiting& one : waiting) all += one.records.size();
    Priced priced;
    for (const Waiting& one : waiting)
        for (std::size_t begin = 0; begin < one.records.size(); begin += slice) {
            const std::size_t end = std::min(begin + slice, one.records.size());
            std::int64_t now = 0;
            const auto written = store.write(command, [&](Transaction& open) -> Result<Value> {
                now = 0;
                const EntityInfo* entity = open.catalog().find(one.entity->name);
                for (std::size_t i = begin; entity != nullptr && i < end; ++i) {
                    FAIRLEAD_ASSIGN(const bool changed, static_cast<WriteTransaction&>(open).price(*entity, one.records[i]));
                    now += changed ? 1 : 0;
                }
                return Value();
            });
            if (!written) return written.refused();
            priced.priced += now;
            done += end - begin;
            if (go_on && !go_on(static_cast<double>(done) / static_cast<double>(all))) return refuse(Why::unavailable, "cancelled", "It was stopped: what was priced until then stays so");
        }
    priced.waiting = static_cast<std::int64_t>(all) - priced.priced;
    return priced;
}

std::string rates_mark(Store& store) {
    std::string all = store.catalog()->currency();
    ListQuery query;
    query.entity = "exchange_rate";
    if (store.catalog()->find(query.entity) == nullptr) return {};
    (void)store.each(*Viewer::system(), query, [&](const Record& record) {
        all += " " + record.id().text() + "." + std::to_string(record.version());
        return true;
    });
    const Digest digest = sha256(all);
    return hex(std::string_view(reinterpret_cast<const char*>(digest.data()), 16));
}

// ---- One record, inside the commit -------------------------------------------------------------------------

Result<bool> WriteTransaction::price_unguarded(const EntityInfo& entity, Id id) {
    const Record* found = stored(entity, id);
    if (found == nullptr || !waits(*found)) return false;
    const Record before = *found;
    // When each amount was said last, by the log; an amount that it does not know of was said when the record was made.
    struct Said {
        std::int64_t effective = INT64_MIN, seq = -1;
    };
    std::map<int, Said> said;
    for (const FieldInfo& field : entity.fields)
        if (field.type == Type::money && field.is_stored() && before.at(field.slot).is<Money>() && reporting(before, field.slot).empty()) said[field.slot];
    group_.save_log();
    group_.log.chain(group_.connection, before.at(model::slot_last_seq).as<std::int64_t>(), [&](const StoredEntry& entry) {
        for (const FieldInfo* field : fields_of_patch(entity, entry.patch)) {
            const auto at = said.find(field->slot);
            if (at != said.end() && std::pair(entry.effective, entry.seq) > std::pair(at->second.effective, at->second.seq)) at->second = {entry.effective, entry.seq};
        }
        return true;
    });
    std::map<std::int64_t, std::vector<FieldChange>> by_time;
    for (const auto& [slot, when] : said) {
        const std::int64_t effective = when.seq >= 0 ? when.effective : before.at(model::slot_created_at).as<Instant>().micros;
        const Money amount = before.at(slot).as<Money>();
        const auto priced = group_.settings->to_reporting_late(amount, date_in_zone(Instant{effective}, group_.settings->zone), date_in_zone(group_.now, group_.settings->zone));
        if (!priced) continue;
        FieldChange change;
        change.slot = slot;
        change.before = change.after = before.at(slot);
        change.after_reporting = priced->minor;
        by_time[effective].push_back(std::move(change));
    }
    for (auto& [effective, changes] : by_time) {
        const Record now = *stored(entity, id);
        Writing w(entity);
        w.effective = Instant{effective};
        w.before = &now;
        w.after = now;
        for (const FieldChange& change : changes) {
            w.after.at(reporting_slot(entity, change.slot)) = change.after_reporting;
            w.asserted.set_slot(change.slot, change.after);
        }
        w.changes = std::move(changes);
        compute(*group_.shape, *this, w.after);
        FAIRLEAD_TRY(write(w));
    }
    return !by_time.empty();
}

}  // namespace fairlead::store
