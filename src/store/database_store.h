// The store over any backend: the writer, the readers, the columns and the viewers, joined.
#pragma once
#include <atomic>
#include <shared_mutex>
#include <span>
#include <unordered_map>

#include "store/answer.h"
#include "store/backend.h"
#include "store/columns_keeper.h"
#include "store/past.h"
#include "store/recent_writes.h"

namespace fairlead::store {

class DatabaseStore final : public Store, private WriterHost {
  public:
    DatabaseStore(const Options& options, std::unique_ptr<Backend> backend);
    ~DatabaseStore() override;
    Result<void> start(std::shared_ptr<const model::Catalog> catalog);

    std::shared_ptr<const model::Catalog> catalog() const override { return shape()->catalog; }
    formula::Context context() const override { return settings()->context(now(), Id{}); }
    bool columns_ready() const override { return keeper_.ready(); }
    void stop_waiting() override { keeper_.stop_waiting(); }

    Result<Value> write(const Command& command, const Body& body) override;
    void write_async(const Command& command, Body body, std::function<void(Result<Value>)> done) override;
    Result<Undone> undo(const Command& command, Id batch) override { return undo_batch(command, batch, {}); }
    Result<Undone> undo_batch(const Command& command, Id batch, const std::function<bool(double)>& go_on);
    void put(std::string_view kind, std::string_view key, std::string_view json) override;
    Result<void> set_custom_fields(const std::vector<model::CustomField>& fields) override;
    Result<void> drop_custom_field(const std::string& entity, const std::string& name);  // drop_field.h asks first

    Result<Record> get(const Viewer& viewer, std::string_view entity, Id id, std::optional<Instant> effective, std::optional<Instant> recorded) override;
    Result<std::vector<Record>> get_many(const Viewer& viewer, std::string_view entity, const std::vector<Id>& ids) override;
    Result<ListPage> list(const Viewer& viewer, const ListQuery& query) override;
    Result<std::vector<Group>> group(const Viewer& viewer, const GroupQuery& query) override;
    Result<void> each(const Viewer& viewer, const ListQuery& query, const std::function<bool(const Record&)>& each) override;
    std::vector<Found> search(const Viewer& viewer, std::string_view words, int limit, const std::vector<std::string>& entities) override;
    Result<std::vector<LogEntry>> history(const Viewer& viewer, std::string_view entity, Id id, int limit, std::int64_t before_seq) override;
    Result<void> courses(const Viewer& viewer, const CourseQuery& query, const std::function<void(Id record, std::span<const CourseStep> steps)>& each) override;
    std::vector<LogEntry> log_after(std::int64_t seq, int limit) override;  // its fields have names and no values
    std::int64_t last_seq() const override;
    Written written_after(std::int64_t seq) const override { return writer_ ? recent_.after(seq) : Store::written_after(seq); }
    std::shared_ptr<const Viewer> viewer(Id user) override;
    std::vector<std::string> why_visible(Id user, std::string_view entity, Id id) override;
    std::optional<std::string> fetch(std::string_view kind, std::string_view key) override;
    std::vector<std::pair<std::string, std::string>> fetch_all(std::string_view kind, std::string_view prefix) override;
    Result<void> backup(const std::string& file) override;
    Result<void> copy_to(const std::string& address) override;
    std::vector<Check> check() override;

  private:
    Result<void> start_on(std::unique_ptr<Connection> connection, std::shared_ptr<const model::Catalog> catalog);
    // WriterHost
    std::shared_ptr<const Shape> shape() const override;
    std::shared_ptr<const Settings> settings() const override;
    Instant now() const override { return options_.clock ? options_.clock->now() : SystemClock().now(); }
    const Columns* columns() const override { return keeper_.columns(); }
    void committed(const CommitGroup& group) override;
    void overtaken(Connection& connection, std::int64_t seen, std::int64_t head) override;

    Result<const EntityInfo*> readable(const Viewer& viewer, std::string_view entity) const;
    // Rows by id, in the order asked, as the viewer sees them.
    std::vector<Record> rows_of(const Viewer& viewer, const EntityInfo& entity, std::span<const Id> ids);
    // The columns, where they may answer a question about the present; null where the question is to be answered another
    // way. Waits while they are being loaded, but for what is read as quickly without them.
    Result<const Columns*> columns_for(const EntityInfo* entity, std::optional<Instant> effective, std::optional<Instant> recorded) const;
    // Asks columns of the moment, made where they are missing: null where there are none or they cannot answer.
    template <class Query, class Ask>
    auto ask_past(const Viewer& viewer, const EntityInfo& entity, const Query& query, Ask ask);
    template <class Ask>
    auto with_reading(const Viewer& viewer, std::optional<Instant> effective, std::optional<Instant> recorded, Ask ask);
    void set_shape(std::shared_ptr<const model::Catalog> catalog);
    void reload_settings(Connection& connection);
    Result<void> load_custom_fields(Connection& connection);
    Result<void> change_custom_fields(Connection& connection, const std::vector<model::CustomField>& fields, const std::vector<std::string>& agreed = {}, const std::function<void(Connection&)>& beside = {});
    Result<void> follow_currency(Connection& connection);
    void settings_moved(Connection& connection);
    void forget_reporting(Connection& connection);

    Options options_;
    std::unique_ptr<Backend> backend_;
    mutable ReaderPool pool_;
    Log log_;
    mutable std::shared_mutex shape_mutex_;
    std::shared_ptr<const Shape> shape_;
    std::vector<std::shared_ptr<const Shape>> past_shapes_;   // records given out point into their catalogues
    std::vector<const model::Module*> base_modules_;
    std::shared_ptr<const Settings> settings_;
    bool settings_due_ = false;   // they changed, and could not be read since; the writer's
    std::atomic<std::uint64_t> access_version_{1};
    std::shared_mutex viewers_mutex_;
    std::uint64_t viewers_version_ = 0;
    Date viewers_day_{};
    std::unordered_map<std::int64_t, std::shared_ptr<const Viewer>> viewers_;
    ColumnsKeeper keeper_;
    Pasts pasts_;
    RecentWrites recent_;
    std::unique_ptr<Writer> writer_;
};

constexpr std::int64_t organisation_id = 1;

}  // namespace fairlead::store
