// Finding records by what people call them.
#include "derive/exchange/record_finder.h"

#include <algorithm>

#include "base/text.h"
#include "derive/exchange/cell_value.h"
#include "derive/words.h"

namespace fairlead::derive {

using model::EntityInfo;
using model::FieldInfo;
using model::Meaning;
using model::Record;

namespace {

constexpr std::size_t small_most = 5'000;

std::int64_t position_of(const Record& record) {
    const FieldInfo* field = record.entity->field("position");
    const Value value = field != nullptr ? record.at(field->slot) : Value();
    return value.is<std::int64_t>() ? value.as<std::int64_t>() : INT64_MAX;
}

// Further words that companies use for how a deal ended, as loose keys.
bool said_otherwise(std::string_view kind, std::string_view plain) {
    constexpr std::string_view won[] = {"thanhcong", "chot", "dachot"}, lost[] = {"mat", "thatbai", "hong", "tuchoi"};
    const auto among = [&](const auto& words) { return std::find(std::begin(words), std::end(words), plain) != std::end(words); };
    return (kind == "won" && among(won)) || (kind == "lost" && among(lost));
}

}  // namespace

std::vector<int> RecordFinder::naming_slots(const EntityInfo& target) {
    std::vector<int> slots;
    const auto add = [&](int slot) {
        if (slot >= 0 && std::find(slots.begin(), slots.end(), slot) == slots.end()) slots.push_back(slot);
    };
    for (const FieldInfo& field : target.fields)
        if (field.options.meaning == Meaning::external_id) add(field.slot);
    for (const FieldInfo& field : target.fields)
        if (field.options.unique && field.type == Type::text) add(field.slot);
    for (const FieldInfo& field : target.fields)
        if (field.options.meaning == Meaning::email) add(field.slot);
    add(target.title_slot);
    return slots;
}

void RecordFinder::add(Index& index, std::size_t table, const std::string& text, Id id) {
    if (text.empty()) return;
    bool made = false;
    std::int64_t& entry = index.tables[table].at(hash_of(fold_case(text)), made);
    if (made) entry = id.value;
    else if (entry != id.value) entry = several_ids;
}

Result<RecordFinder::Index*> RecordFinder::of(const EntityInfo& target) {
    if (const auto known = indexes_.find(target.name); known != indexes_.end()) return &known->second;
    Index index;
    index.slots = naming_slots(target);
    index.tables.resize(index.slots.size());
    store::ListQuery query;
    query.entity = target.name;
    FAIRLEAD_TRY(store_.each(*viewer_, query, [&](const Record& record) {
        for (std::size_t i = 0; i < index.slots.size(); ++i) add(index, i, to_text(record.at(index.slots[i])), record.id());
        if (index.small && index.records.size() >= small_most) {
            index.small = false;
            index.records = {};
        }
        if (index.small) index.records.push_back(record);
        return true;
    }));
    for (const Record& record : index.records) {
        index.names.push_back(target.title_slot >= 0 ? to_text(record.at(target.title_slot)) : std::string());
        index.loose.push_back(loose_key(index.names.back()));
    }
    return &indexes_.emplace(target.name, std::move(index)).first->second;
}

Result<const std::vector<Record>*> RecordFinder::few(const EntityInfo& target) {
    FAIRLEAD_ASSIGN(Index * index, of(target));
    return index->small ? &index->records : static_cast<const std::vector<Record>*>(nullptr);
}

RecordFinder::Found RecordFinder::choose(const Index& index, const std::vector<const Record*>& candidates, std::string_view within_field, Id within) {
    Found found;
    if (candidates.empty()) return found;
    if (candidates.size() == 1) return {Found::one, candidates.front()->id(), {}};
    found.how = Found::several;
    const FieldInfo* scope = within_field.empty() ? nullptr : index.records.front().entity->field(within_field);
    if (scope == nullptr) return found;
    if (!within) {
        // The first one in use.
        auto scopes = few(store_.catalog()->need(scope->target));
        if (!scopes || *scopes == nullptr) return found;
        const Record* first = nullptr;
        for (const Record& record : **scopes) {
            const FieldInfo* state = record.entity->field("state");
            if (state != nullptr && record.text("state") != "active") continue;
            const bool holds = std::any_of(candidates.begin(), candidates.end(), [&](const Record* c) { return c->at(scope->slot) == Value(record.id()); });
            if (holds && (first == nullptr || std::pair(position_of(record), record.id()) < std::pair(position_of(*first), first->id()))) first = &record;
        }
        if (first == nullptr) return found;
        within = first->id();
    }
    const Record* only = nullptr;
    for (const Record* candidate : candidates) {
        if (!(candidate->at(scope->slot) == Value(within))) continue;
        if (only != nullptr) return found;
        only = candidate;
    }
    return only != nullptr ? Found{Found::one, only->id(), {}} : found;
}

Result<RecordFinder::Found> RecordFinder::find(const EntityInfo& target, const std::string& text, std::string_view within_field, Id within) {
    FAIRLEAD_ASSIGN(Index * index, of(target));
    const std::uint64_t key = hash_of(fold_case(text));
    for (auto& table : index->tables) {
        const std::int64_t* id = table.find(key);
        if (id == nullptr) continue;
        const bool scoped = !within_field.empty() && index->small;
        if (*id != several_ids && !scoped) return Found{Found::one, Id{*id}, {}};
        if (!index->small) return Found{Found::several, {}, {}};
        std::vector<const Record*> candidates;
        const std::string folded = fold_case(text);
        const int slot = index->slots[static_cast<std::size_t>(&table - index->tables.data())];
        for (const Record& record : index->records)
            if (fold_case(to_text(record.at(slot))) == folded) candidates.push_back(&record);
        if (candidates.empty()) return *id == several_ids ? Found{Found::several, {}, {}} : Found{Found::one, Id{*id}, {}};
        return choose(*index, candidates, within_field, within);
    }
    Found found;
    if (!index->small) return found;
    const std::string loose = loose_key(text);
    if (loose.empty()) return found;
    // "Closed won" and "Thắng" are the stage of that kind, in whatever words a company calls it.
    if (const FieldInfo* kind = target.field("kind"); kind != nullptr && kind->type == Type::choice) {
        const std::string plain = loose.starts_with("closed") && loose.size() > 6 ? loose.substr(6) : loose;
        for (const model::ChoiceInfo& choice : kind->choices) {
            if (plain != loose_key(choice.value) && plain != loose_key(choice.label) && plain != loose_key(choice_label(target, *kind, choice, "vi")) &&
                !said_otherwise(choice.value, plain))
                continue;
            std::vector<const Record*> candidates;
            for (const Record& record : index->records)
                if (record.text("kind") == choice.value) candidates.push_back(&record);
            Found of_kind = choose(*index, candidates, within_field, within);
            if (of_kind.how == Found::one) return of_kind;
        }
    }
    if (const auto same = std::find(index->loose.begin(), index->loose.end(), loose); same != index->loose.end())
        found.near = index->names[static_cast<std::size_t>(same - index->loose.begin())];
    else if (loose.size() >= 4 && likenesses_left_-- > 0)
        if (const std::string near = nearest(loose, index->loose); !near.empty())
            found.near = index->names[static_cast<std::size_t>(std::find(index->loose.begin(), index->loose.end(), near) - index->loose.begin())];
    return found;
}

void RecordFinder::note(const EntityInfo& target, const std::string& title, Id id) {
    auto index = of(target);
    if (!index) return;
    for (std::size_t i = 0; i < (*index)->slots.size(); ++i)
        if ((*index)->slots[i] == target.title_slot) add(**index, i, title, id);
    if ((*index)->small) {
        (*index)->names.push_back(title);
        (*index)->loose.push_back(loose_key(title));
    }
}

}  // namespace fairlead::derive
