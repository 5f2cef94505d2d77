// Titles and records for answers, from the store or from an open transaction.
#include "derive/source.h"

#include "model/record_row.h"

namespace fairlead::derive {

using model::AccessKind;
using model::EntityInfo;
using model::Record;

std::string title_of(const Record& record) {
    const int slot = record.entity->title_slot;
    return to_text(slot >= 0 ? record.at(slot) : record.at(model::slot_id));
}

// ---- The cache ---------------------------------------------------------------------------------------------

namespace {
constexpr std::size_t titles_max = 200'000;  // about 20 MB
}  // namespace

std::int64_t TitleCache::follow() {
    const std::uint64_t version = store_.catalog()->version();
    const std::lock_guard lock(mutex_);
    const store::Written written = store_.written_after(seq_);
    if (!written.whole || version != catalog_version_ || held_ > titles_max) {
        titles_.clear();
        held_ = 0;
        catalog_version_ = version;
    }
    for (const auto& [entity, record] : written.records) {
        const auto found = titles_.find(Key{record.value, entity});
        if (found == titles_.end()) continue;
        held_ -= found->second.size();
        titles_.erase(found);
    }
    seq_ = written.until;
    return seq_;
}

std::optional<std::optional<std::string>> TitleCache::find(const store::Viewer& viewer, const EntityInfo& entity, Id id) {
    std::lock_guard lock(mutex_);
    const auto found = titles_.find(Key{id.value, entity.number});
    if (found == titles_.end()) return {};
    for (const Seen& seen : found->second)
        if (seen.reader == viewer.user.value && seen.access_version == viewer.access_version) return seen.title;
    return {};
}

void TitleCache::keep(const store::Viewer& viewer, const EntityInfo& entity, Id id, std::int64_t seq, std::optional<std::string> title) {
    if (entity.access == AccessKind::inherits) return;  // a change of the parent would go unnoticed
    std::lock_guard lock(mutex_);
    if (seq != seq_) return;  // something was committed since it was read: it may be old already
    auto& seen = titles_[Key{id.value, entity.number}];
    std::erase_if(seen, [&](const Seen& s) {
        const bool replaced = s.reader == viewer.user.value;
        if (replaced) --held_;
        return replaced;
    });
    seen.push_back({viewer.user.value, viewer.access_version, std::move(title)});
    ++held_;
}

// ---- The store as a reader sees it -------------------------------------------------------------------------

StoreSource::StoreSource(store::Store& store, TitleCache& cache, std::shared_ptr<const store::Viewer> viewer)
    : store_(store), cache_(cache), viewer_(std::move(viewer)), catalog_(store.catalog()) {}

std::optional<Record> StoreSource::record(const EntityInfo& entity, Id id) {
    const auto known = records_.find(id);
    if (known != records_.end()) return known->second;
    auto read = store_.get(*viewer_, entity.name, id);
    std::optional<Record> record;
    if (read) record = std::move(*read);
    records_.emplace(id, record);
    return record;
}

std::optional<std::string> StoreSource::title(const EntityInfo& entity, Id id) {
    const auto known = titles_.find(id);
    if (known != titles_.end()) return known->second;
    want_titles(entity, {id});
    return titles_[id];
}

void StoreSource::want_titles(const EntityInfo& entity, const std::vector<Id>& ids) {
    const std::int64_t seq = cache_.follow();
    std::vector<Id> missing;
    for (const Id id : ids) {
        if (titles_.contains(id)) continue;
        if (auto seen = cache_.find(*viewer_, entity, id)) titles_[id] = std::move(*seen);
        else {
            titles_[id] = std::nullopt;
            missing.push_back(id);
        }
    }
    if (missing.empty()) return;
    const auto found = store_.get_many(*viewer_, entity.name, missing);
    if (found)
        for (const Record& record : *found) titles_[record.id()] = title_of(record);
    for (const Id id : missing) cache_.keep(*viewer_, entity, id, seq, titles_[id]);
}

void StoreSource::want_records(const EntityInfo& entity, const std::vector<Id>& ids) {
    std::vector<Id> missing;
    for (const Id id : ids)
        if (records_.emplace(id, std::nullopt).second) missing.push_back(id);
    if (missing.empty()) return;
    auto found = store_.get_many(*viewer_, entity.name, missing);
    if (!found) return;
    for (Record& record : *found) records_[record.id()] = std::move(record);
}

bool StoreSource::holds(const formula::Checked& formula, const Record& record) {
    const auto system = store::Viewer::system();
    formula::Context context = store_.context();
    context.user = viewer_->user;
    return formula::holds(formula, ReaderRow(store_, *system, record), context);
}

// ---- Inside a transaction ----------------------------------------------------------------------------------

std::optional<Record> TransactionSource::record(const EntityInfo& entity, Id id) {
    if (!transaction_.visible(entity, id)) return {};
    return transaction_.find(entity, id);
}

std::optional<std::string> TransactionSource::title(const EntityInfo& entity, Id id) {
    const auto found = record(entity, id);
    if (!found) return {};
    const int slot = entity.title_slot;
    if (slot >= 0 && !viewer_->reads(entity, entity.by_slot(slot))) return std::string();
    return title_of(*found);
}

bool TransactionSource::holds(const formula::Checked& formula, const Record& record) {
    return formula::holds(formula, model::RecordRow(transaction_, record), transaction_.context());
}

// ---- Formulas outside of a transaction ---------------------------------------------------------------------

Value ReaderRow::value(const std::vector<formula::PathStep>& path) const {
    std::optional<Record> held;
    const Record* at = &record_;
    for (std::size_t step = 0;; ++step) {
        const model::FieldInfo* field = at->entity->field(path[step].name);
        if (!field || field->slot < 0) return {};
        const Value& value = at->at(field->slot);
        if (step + 1 == path.size()) return value;
        if (!value.is<Id>()) return {};
        auto next = store_.get(viewer_, field->target, value.as<Id>());
        if (!next) return {};
        held = std::move(*next);
        at = &*held;
    }
}

void ReaderRow::related(const std::vector<formula::PathStep>& path, const std::function<void(const formula::Row&)>& each) const {
    const model::FieldInfo* many = record_.entity->field(path.front().name);
    if (!many || !many->is_many()) return;
    const auto catalog = store_.catalog();
    store::ListQuery query;
    query.entity = many->target;
    const auto filter = formula::check(many->back + " = \"" + record_.id().text() + "\"", *catalog, many->target);
    if (!filter) return;
    query.filter = *filter;
    (void)store_.each(viewer_, query, [&](const Record& record) {
        each(ReaderRow(store_, viewer_, record));
        return true;
    });
}

}  // namespace fairlead::derive
