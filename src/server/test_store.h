// For tests of what is kept beside the records: a store in memory that holds rows and viewers, no records.
#pragma once
#include <map>
#include <mutex>
#include <stdexcept>

#include "store/store.h"

namespace fairlead::server::test {

class RowStore final : public store::Store {
  public:
    using Key = std::pair<std::string, std::string>;
    std::map<Key, std::string> rows;
    std::map<std::int64_t, std::shared_ptr<const store::Viewer>> viewers;
    std::vector<store::LogEntry> entries;
    std::mutex mutex;

    std::shared_ptr<const model::Catalog> catalog() const override { return nullptr; }
    formula::Context context() const override { return {}; }
    bool columns_ready() const override { return true; }
    Result<Value> write(const store::Command&, const Body&) override { throw std::logic_error("no records here"); }
    void write_async(const store::Command&, Body, std::function<void(Result<Value>)>) override { throw std::logic_error("no records here"); }
    Result<model::Record> get(const store::Viewer&, std::string_view, Id, std::optional<Instant>, std::optional<Instant>) override { return refuse(Why::not_found, "not_found", "none"); }
    Result<std::vector<model::Record>> get_many(const store::Viewer&, std::string_view, const std::vector<Id>&) override { return std::vector<model::Record>(); }
    Result<store::ListPage> list(const store::Viewer&, const store::ListQuery&) override { return store::ListPage(); }
    Result<std::vector<store::Group>> group(const store::Viewer&, const store::GroupQuery&) override { return std::vector<store::Group>(); }
    Result<void> each(const store::Viewer&, const store::ListQuery&, const std::function<bool(const model::Record&)>&) override { return {}; }
    std::vector<Found> search(const store::Viewer&, std::string_view, int, const std::vector<std::string>&) override { return {}; }
    Result<std::vector<store::LogEntry>> history(const store::Viewer&, std::string_view, Id, int, std::int64_t) override { return std::vector<store::LogEntry>(); }
    Result<void> courses(const store::Viewer&, const store::CourseQuery&, const std::function<void(Id, std::span<const store::CourseStep>)>&) override { return {}; }
    std::vector<store::LogEntry> log_after(std::int64_t seq, int limit) override {
        const std::lock_guard lock(mutex);
        std::vector<store::LogEntry> some;
        for (const auto& entry : entries)
            if (entry.seq > seq && some.size() < static_cast<std::size_t>(limit)) some.push_back(entry);
        return some;
    }
    std::int64_t last_seq() const override { return entries.empty() ? 0 : entries.back().seq; }
    Result<store::Undone> undo(const store::Command&, Id) override { return store::Undone(); }
    std::shared_ptr<const store::Viewer> viewer(Id user) override {
        const std::lock_guard lock(mutex);
        const auto it = viewers.find(user.value);
        return it == viewers.end() ? nullptr : it->second;
    }
    std::vector<std::string> why_visible(Id, std::string_view, Id) override { return {}; }
    Result<void> set_custom_fields(const std::vector<model::CustomField>&) override { return {}; }
    void put(std::string_view kind, std::string_view key, std::string_view json) override {
        const std::lock_guard lock(mutex);
        if (json.empty()) rows.erase(Key(kind, key));
        else rows[Key(kind, key)] = json;
    }
    std::optional<std::string> fetch(std::string_view kind, std::string_view key) override {
        const std::lock_guard lock(mutex);
        const auto it = rows.find(Key(kind, key));
        if (it == rows.end()) return std::nullopt;
        return it->second;
    }
    std::vector<std::pair<std::string, std::string>> fetch_all(std::string_view kind, std::string_view prefix) override {
        const std::lock_guard lock(mutex);
        std::vector<std::pair<std::string, std::string>> some;
        for (const auto& [key, json] : rows)
            if (key.first == kind && key.second.starts_with(prefix)) some.emplace_back(key.second, json);
        return some;
    }
    Result<void> backup(const std::string&) override { return {}; }
    Result<void> copy_to(const std::string&) override { return {}; }
    std::vector<Check> check() override { return {}; }

    Id add_viewer(std::string name, bool administrator = false) {
        auto viewer = std::make_shared<store::Viewer>();
        viewer->user = new_id();
        viewer->name = std::move(name);
        viewer->is_administrator = administrator;
        const std::lock_guard lock(mutex);
        viewers[viewer->user.value] = viewer;
        return viewer->user;
    }
};

}  // namespace fairlead::server::test
