// What records, changes and actions offer beside their data.
#include "model/records.h"

#include <mutex>
#include <unordered_map>

#include "model/record_row.h"

namespace fairlead::model {

std::string_view change_kind_name(ChangeKind kind) {
    static constexpr std::string_view names[] = {"create", "update", "remove", "restore", "merge", "unmerge", "erase"};
    return names[static_cast<std::size_t>(kind)];
}

bool ChangeEvent::changed(std::string_view field) const {
    const int slot = entity->slot(field);
    if (!before) return !after->at(slot).empty();
    return !(before->at(slot) == after->at(slot));
}

const Value& ActionContext::parameter(std::string_view name) const {
    static const Value none;
    const auto found = parameters.find(name);
    return found == parameters.end() ? none : found->second;
}

namespace {

Value slot_value(const Record& record, std::string_view name) {
    const FieldInfo* field = record.entity->field(name);
    return field && field->slot >= 0 ? record.at(field->slot) : Value();
}

}  // namespace

const Record* RecordRow::reached(const EntityInfo& entity, Id id) const {
    for (const Reached& known : reached_)
        if (known.id == id && known.entity == &entity) return known.record ? &*known.record : nullptr;
    const Reached& found = reached_.emplace_front(Reached{&entity, id, records_.find(entity, id)});
    return found.record ? &*found.record : nullptr;
}

const Record* RecordRow::walk(const std::vector<formula::PathStep>& path) const {
    const Record* at = &record_;
    for (std::size_t i = 0; at && i + 1 < path.size(); ++i) {
        const FieldInfo* field = at->entity->field(path[i].name);
        if (!field || field->slot < 0 || !at->at(field->slot).is<Id>()) return nullptr;
        const EntityInfo* target = records_.catalog().find(field->target);
        at = target ? reached(*target, at->at(field->slot).as<Id>()) : nullptr;
    }
    return at;
}

Value RecordRow::value(const std::vector<formula::PathStep>& path) const {
    const Record* end = walk(path);
    return end ? slot_value(*end, path.back().name) : Value();
}

void RecordRow::related(const std::vector<formula::PathStep>& path, const std::function<void(const formula::Row&)>& each) const {
    const FieldInfo* relation = record_.entity->field(path.front().name);
    if (!relation || !relation->is_many()) return;
    for (const Record& record : records_.where(records_.catalog().need(relation->target), relation->back, record_.id()))
        each(RecordRow(records_, record));
}

Result<formula::Formula> checked_once(const Catalog& catalog, std::string_view entity, const std::string& text, Type expected) {
    static std::mutex mutex;
    static std::uint64_t version = 0;
    static std::unordered_map<std::string, formula::Formula> known;
    const std::string key = std::string(entity) + '\n' + std::to_string(static_cast<int>(expected)) + '\n' + text;
    const std::scoped_lock lock(mutex);
    if (version != catalog.version()) {
        known.clear();
        version = catalog.version();
    }
    if (const auto found = known.find(key); found != known.end()) return found->second;
    formula::CheckOptions options;
    options.expected = expected;
    options.currency = catalog.currency();
    FAIRLEAD_ASSIGN(formula::Formula formula, formula::check(text, catalog, entity, options));
    known.emplace(key, formula);
    return formula;
}

}  // namespace fairlead::model
