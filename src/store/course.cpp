// What became of records between two moments: their states, out of their entries in the order in which they took effect.
#include <algorithm>
#include <set>

#include "model/record_row.h"
#include "store/as_of.h"
#include "store/database_store.h"

namespace fairlead::store {
namespace {

constexpr std::size_t at_once = 50'000;  // records whose entries are held together

// The stored fields that formulas read of the record itself, through computed ones too.
void gather_slots(const EntityInfo& entity, const std::vector<std::string>& paths, std::set<int>& slots) {
    for (const std::string& path : paths) {
        const FieldInfo* field = entity.field(std::string_view(path).substr(0, path.find('.')));
        if (!field) continue;
        if (field->is_stored()) slots.insert(field->slot);
        else if (field->formula) gather_slots(entity, field->formula->fields, slots);
    }
}

// What has been said of one record, but for fields that nobody asks for.
struct Said {
    struct Word {
        std::int64_t effective = 0, seq = 0;
        int slot = -1;
        Value value, reporting;
    };
    std::vector<Word> words;
    std::int64_t created = Moment::always;
    bool erased = false;
};

class States {
  public:
    States(AsOfReading& reading, const CourseQuery& query) : reading_(reading), query_(query) {}

    void walk(Id id, const EntityInfo& entity, Said& said, const std::function<void(Id, std::span<const CourseStep>)>& each) {
        std::sort(said.words.begin(), said.words.end(), [](const Said::Word& a, const Said::Word& b) { return a.effective != b.effective ? a.effective < b.effective : a.seq < b.seq; });
        Record record = stored_record(entity);
        record.at(model::slot_id) = id;
        steps_.clear();
        auto word = said.words.begin();
        const auto say = [&](std::int64_t until) {
            for (; word != said.words.end() && word->effective <= until; ++word) {
                record.at(word->slot) = std::move(word->value);
                if (entity.by_slot(word->slot).type == Type::money) record.at(reporting_slot(entity, word->slot)) = std::move(word->reporting);
            }
        };
        if (query_.from) say(query_.from->micros);
        add(record, query_.from.value_or(Instant{INT64_MIN}), said.created);
        while (word != said.words.end() && word->effective <= query_.to.micros) {
            const Instant at{word->effective};
            say(at.micros);
            add(record, at, said.created);
        }
        if (steps_.size() > 1) each(id, steps_);
    }

  private:
    void add(const Record& state, Instant at, std::int64_t created) {
        CourseStep& step = steps_.emplace_back();
        step.at = at;
        step.known = created <= at.micros;
        step.there = step.known && state.at(model::slot_deleted_at).empty() && state.at(model::slot_merged_into).empty();
        if (!step.there) return;
        Record record = state;
        reading_.finish(record);
        const model::RecordRow row(reading_, record);
        for (const formula::Formula& formula : query_.of) step.values.push_back(value(record, row, *formula));
    }
    Value value(const Record& record, const model::RecordRow& row, const formula::Checked& formula) {
        auto found = formula::evaluate(formula, row, reading_.context());
        const auto* money = found ? found->get<Money>() : nullptr;
        if (!money) return found ? std::move(*found) : Value();
        const auto minor = reading_.in_reporting(record, *formula.root, *money);
        return minor ? Value(Money{*minor, reading_.context().currency}) : Value();
    }
    AsOfReading& reading_;
    const CourseQuery& query_;
    std::vector<CourseStep> steps_;
};

}  // namespace

Result<void> DatabaseStore::courses(const Viewer& viewer, const CourseQuery& query, const std::function<void(Id record, std::span<const CourseStep> steps)>& each) {
    FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, query.entity));
    if (!entity->logged) return refuse(Why::bad_request, "not_logged", "Of " + entity->label_plural + " no history is kept", "entity", {{"entity", entity->name}});
    const std::int64_t log_size = last_seq();
    ReaderPool::Lent reader(pool_);
    const auto shape_now = shape();
    const Viewer* limit = viewer.is_system ? nullptr : &viewer;
    AsOfReading reading(*reader, shape_now, settings()->context(query.to, viewer.user), limit, log_, query.to, query.recorded_as_of);
    reading.alone_most = 1'000;
    std::vector<Changed> changed;
    if (query.only) {
        for (const Record& row : RowReader(*reader, *shape_now).find_many(*entity, *query.only))
            if (const auto* seq = row.at(model::slot_last_seq).get<std::int64_t>()) changed.push_back({row.id(), *seq});
    } else {
        const Table& table = shape_now->table(*entity);
        Statement& statement = (*reader).prepare("SELECT id, last_seq FROM " + table.name() + " WHERE org_id = " + table.organisation() + " AND effective_at > $1 AND last_seq > 0 ORDER BY id");
        statement.bind(1, query.from ? query.from->micros : INT64_MIN);
        while (statement.step()) changed.push_back({Id{statement.whole(0)}, statement.whole(1)});
    }
    // Neither a record's past nor one's own opens it.
    if (limit && !(viewer.reach(*entity, Right::read).everything && entity->access != model::AccessKind::inherits)) {
        constexpr std::size_t slice = 500;
        std::vector<Changed> within;
        const Columns* present = keeper_.loaded();
        std::vector<Id> seen;
        if (present) seen = present->visible(viewer, *entity);
        std::sort(seen.begin(), seen.end());
        for (std::size_t begin = 0; begin < changed.size(); begin += slice) {
            const std::span<const Changed> some = std::span<const Changed>(changed).subspan(begin, std::min(slice, changed.size() - begin));
            std::vector<Id> ids;
            for (const Changed& one : some) ids.push_back(one.id);
            if (!present) reading.want_today(*entity, ids);
            for (const Changed& one : some) {
                Record asked(*entity);
                asked.slots.resize(static_cast<std::size_t>(entity->slots));
                asked.at(model::slot_id) = one.id;
                if (present ? std::binary_search(seen.begin(), seen.end(), one.id) : reading.within_reach(asked, Right::read)) within.push_back(one);
            }
        }
        changed = std::move(within);
    }
    std::set<int> slots{model::slot_deleted_at, model::slot_merged_into};
    for (const formula::Formula& formula : query.of) gather_slots(*entity, formula->fields, slots);
    const SideOfPatch afters(*entity, SideOfPatch::after);
    States states(reading, query);
    for (std::size_t begin = 0; begin < changed.size(); begin += at_once) {
        const std::span<const Changed> some = std::span<const Changed>(changed).subspan(begin, std::min(at_once, changed.size() - begin));
        std::unordered_map<std::int64_t, Said> said;
        said.reserve(some.size());
        for (const Changed& one : some) said[one.id.value];
        const auto hear = [&](const EntryInPlace& entry) {
            const auto found = said.find(entry.record);
            if (found == said.end()) return;
            Said& of = found->second;
            if (entry.kind == ChangeKind::erase) of.erased = true;
            if (entry.effective > query.to.micros || (query.recorded_as_of && entry.recorded > query.recorded_as_of->micros)) return;
            if (entry.kind == ChangeKind::create) of.created = entry.effective;
            const std::size_t before = of.words.size();
            afters.each(entry.patch, [&](const FieldInfo& field) { return slots.contains(field.slot); },
                        [&](const FieldInfo& field, const Value& value, const Value& in_reporting) { of.words.push_back({entry.effective, entry.seq, field.slot, value, in_reporting}); });
            // Made with nothing that is asked for, it is there all the same.
            if (entry.kind == ChangeKind::create && of.words.size() == before) of.words.push_back({entry.effective, entry.seq, model::slot_id, Value(Id{entry.record}), {}});
        };
        if (Log::few(some.size(), log_size)) {
            std::vector<std::int64_t> newest;
            for (const Changed& one : some) newest.push_back(one.last_seq);
            log_.chains(*reader, newest, [&](const StoredEntry& entry) { hear(EntryInPlace(entry)); });
        } else {
            const std::string_view name = entity->name;
            log_.scan_in_place(*reader, {&name, 1}, [&](std::size_t, const EntryInPlace& entry) { hear(entry); });
        }
        for (const Changed& one : some)
            if (Said& of = said.at(one.id.value); !of.erased) states.walk(one.id, *entity, of, each);
    }
    return {};
}

}  // namespace fairlead::store
