// The store on SQLite: a writer thread that commits in groups, readers with connections of their own.
#include "store/store.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "base/text.h"
#include "model/record_row.h"
#include "store/access.h"
#include "store/answer.h"
#include "store/as_of.h"
#include "store/log.h"
#include "store/reading.h"
#include "store/schema.h"
#include "store/sqlite/connection.h"
#include "store/transaction.h"

namespace fairlead::store {
namespace {

constexpr std::int64_t organisation_id = 1;

// The answer of a body, kept so that a repeated request gets the same one.
std::string answer_text(const Value& value) {
    if (const auto* id = value.get<Id>()) return "id:" + id->text();
    if (const auto* whole = value.get<std::int64_t>()) return "whole:" + std::to_string(*whole);
    if (const auto* text = value.get<std::string>()) return "text:" + *text;
    if (const auto* flag = value.get<bool>()) return *flag ? "flag:1" : "flag:0";
    return "none:";
}
Value answer_value(std::string_view text) {
    const std::string_view kind = text.substr(0, text.find(':')), rest = text.substr(kind.size() + 1);
    if (kind == "id") return Value(Id::parse(rest).value_or(Id{}));
    if (kind == "whole") return Value(static_cast<std::int64_t>(std::stoll(std::string(rest))));
    if (kind == "text") return Value(rest);
    if (kind == "flag") return Value(rest == "1");
    return {};
}

struct Waiting {
    Command command;
    Store::Body body;
    std::function<void(Connection&)> raw;  // instead of a body
    std::function<void(Result<Value>)> done;
};

class SqliteStore final : public Store {
  public:
    SqliteStore(const Options& options, std::string file) : options_(options), file_(std::move(file)), log_(organisation_id) {}
    ~SqliteStore() override {
        {
            const std::scoped_lock lock(queue_mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        if (writer_thread_.joinable()) writer_thread_.join();
    }

    Result<void> start(std::shared_ptr<const model::Catalog> catalog) {
        const std::filesystem::path folder = std::filesystem::path(file_).parent_path();
        if (!folder.empty()) std::filesystem::create_directories(folder);
        DatabaseOptions settings;
        settings.full_durability = options_.durability == Durability::full;
        settings.preallocate = options_.preallocate;
        settings.cache_kib = 64 * 1024;
        settings.read_only = options_.read_only;
        writer_ = std::make_unique<SqliteConnection>(file_, settings);
        base_modules_ = std::vector<const model::Module*>(catalog->modules().begin(), catalog->modules().end());
        set_shape(catalog);
        if (!options_.read_only)
            for (const std::string& sql : own_tables(writer_->dialect())) writer_->exec(sql);
        FAIRLEAD_TRY(load_custom_fields());
        if (!options_.read_only) FAIRLEAD_TRY(migrate(*writer_, *shape(), options_.agreed));
        FAIRLEAD_TRY(follow_currency());
        reload_settings(*writer_);
        head_ = log_.read_head(*writer_, false);
        last_seq_ = head_.seq;
        writer_thread_ = std::thread([this] { run(); });
        return {};
    }

    std::shared_ptr<const model::Catalog> catalog() const override { return shape()->catalog; }
    formula::Context context() const override { return settings()->context(now(), Id{}); }
    bool columns_ready() const override { return false; }

    Result<Value> write(const Command& command, const Body& body) override {
        std::mutex mutex;
        std::condition_variable ready;
        std::optional<Result<Value>> answer;
        write_async(command, body, [&](Result<Value> result) {
            const std::scoped_lock lock(mutex);
            answer = std::move(result);
            ready.notify_one();
        });
        std::unique_lock lock(mutex);
        ready.wait(lock, [&] { return answer.has_value(); });
        return std::move(*answer);
    }

    void write_async(const Command& command, Body body, std::function<void(Result<Value>)> done) override {
        {
            const std::scoped_lock lock(queue_mutex_);
            if (!stopping_) {
                queue_.push_back({command, std::move(body), {}, std::move(done)});
                wake_.notify_one();
                return;
            }
        }
        done(refuse(Why::unavailable, "stopping", "The server is stopping: try again in a moment"));
    }

    Result<Record> get(const Viewer& viewer, std::string_view name, Id id, std::optional<Instant> effective, std::optional<Instant> recorded) override {
        FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, name));
        Reader reader(*this);
        if (effective || recorded) {
            AsOfReading past(reader.connection(), shape(), settings()->context(effective.value_or(now()), viewer.user), limit_of(viewer), log_, effective, recorded);
            if (auto record = past.find(*entity, id)) return std::move(*record);
            return missing(*entity, id);
        }
        Reading reading(reader.connection(), shape(), settings()->context(now(), viewer.user), limit_of(viewer));
        auto record = reading.find(*entity, id);
        if (!record) return missing(*entity, id);
        return std::move(*record);
    }

    Result<std::vector<Record>> get_many(const Viewer& viewer, std::string_view name, const std::vector<Id>& ids) override {
        FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, name));
        Reader reader(*this);
        Reading reading(reader.connection(), shape(), settings()->context(now(), viewer.user), limit_of(viewer));
        std::vector<Record> records = RowReader(reader.connection(), *shape()).find_many(*entity, ids);
        std::erase_if(records, [&](const Record& record) { return !reading.within_reach(record, Right::read); });
        for (Record& record : records) reading.finish(record);
        return records;
    }

    Result<ListPage> list(const Viewer& viewer, const ListQuery& query) override {
        FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, query.entity));
        return with_reading(viewer, query.effective_as_of, query.recorded_as_of, [&](Reading& reading, const Scan& scan) { return answer_list(reading, *entity, viewer, query, scan); });
    }

    Result<std::vector<Group>> group(const Viewer& viewer, const GroupQuery& query) override {
        FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, query.entity));
        return with_reading(viewer, query.effective_as_of, query.recorded_as_of, [&](Reading& reading, const Scan& scan) { return answer_group(reading, *entity, query, scan); });
    }

    Result<void> each(const Viewer& viewer, const ListQuery& query, const std::function<bool(const Record&)>& each) override {
        FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, query.entity));
        return with_reading(viewer, query.effective_as_of, query.recorded_as_of, [&](Reading& reading, const Scan& scan) { return answer_each(reading, *entity, query, scan, each); });
    }

    std::vector<Found> search(const Viewer& viewer, std::string_view words, int limit, const std::vector<std::string>& names) override {
        Reader reader(*this);
        Reading reading(reader.connection(), shape(), settings()->context(now(), viewer.user), limit_of(viewer));
        return answer_search(reader.connection(), reading, *shape(), viewer, words, limit, names);
    }

    Result<std::vector<LogEntry>> history(const Viewer& viewer, std::string_view name, Id id, int limit, std::int64_t before_seq) override {
        FAIRLEAD_ASSIGN(const EntityInfo* entity, readable(viewer, name));
        Reader reader(*this);
        Reading reading(reader.connection(), shape(), settings()->context(now(), viewer.user), limit_of(viewer));
        const auto record = RowReader(reader.connection(), *shape()).find(*entity, id);
        if (!record || !reading.within_reach(*record, Right::read)) return missing(*entity, id);
        std::vector<LogEntry> entries;
        const Value& newest = record->at(model::slot_last_seq);
        if (!newest.is<std::int64_t>()) return entries;
        log_.chain(reader.connection(), newest.as<std::int64_t>(), [&](const StoredEntry& stored) {
            if (before_seq == 0 || stored.seq < before_seq) {
                LogEntry entry = to_log_entry(stored, *catalog());
                std::erase_if(entry.fields, [&](const LogEntry::Field& field) { return !viewer.reads(*entity, entity->need(field.name)); });
                entries.push_back(std::move(entry));
            }
            return static_cast<int>(entries.size()) < limit;
        });
        return entries;
    }

    std::vector<LogEntry> log_after(std::int64_t seq, int limit) override {
        Reader reader(*this);
        std::vector<LogEntry> entries;
        log_.scan(reader.connection(), seq, last_seq_, {}, Log::Detail::values, [&](const StoredEntry& entry) {
            entries.push_back(to_log_entry(entry, *catalog()));
            return static_cast<int>(entries.size()) < limit;
        });
        return entries;
    }
    std::int64_t last_seq() const override { return last_seq_; }

    Result<Undone> undo(const Command& command, Id batch) override {
        std::vector<StoredEntry> entries;
        {
            Reader reader(*this);
            log_.batch(reader.connection(), batch, [&](const StoredEntry& entry) { return entries.push_back(entry), true; });
        }
        if (entries.empty()) return refuse(Why::not_found, "unknown_batch", "There is no batch " + batch.text(), {}, {{"batch", batch.text()}});
        Undone undone;
        // Newest first, record by record: what was created last depends on what was created before.
        std::vector<std::pair<std::string, std::int64_t>> records;
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
            if (std::find(records.begin(), records.end(), std::pair{entry->entity, entry->record}) == records.end()) records.emplace_back(entry->entity, entry->record);
        for (const auto& [entity, record] : records) {
            const auto result = write(command, [&](Transaction& open) { return undo_record(static_cast<WriteTransaction&>(open), entries, entity, record, batch); });
            if (result) ++undone.undone;
            else undone.left.push_back({entity, Id{record}, result.refused().message()});
        }
        return undone;
    }

    std::shared_ptr<const Viewer> viewer(Id user) override {
        const Date today = context().today();
        const std::uint64_t version = access_version_;
        {
            const std::shared_lock lock(viewers_mutex_);
            if (viewers_version_ == version && viewers_day_ == today)
                if (const auto found = viewers_.find(user.value); found != viewers_.end()) return found->second;
        }
        Reader reader(*this);
        auto made = make_viewer(reader.connection(), *shape(), user, today, version);
        const std::scoped_lock lock(viewers_mutex_);
        if (viewers_version_ != version || viewers_day_ != today) {
            viewers_.clear();
            viewers_version_ = version;
            viewers_day_ = today;
        }
        viewers_[user.value] = made;
        return made;
    }

    std::vector<std::string> why_visible(Id user, std::string_view name, Id id) override {
        const auto who = viewer(user);
        const EntityInfo* entity = catalog()->find(name);
        if (!who || !entity) return {};
        Reader reader(*this);
        const RowReader rows(reader.connection(), *shape());
        const auto record = rows.find(*entity, id);
        if (!record) return {};
        return grants(*who, *catalog(), *record, [&](const EntityInfo& e, Id i) { return rows.find(e, i); });
    }

    Result<void> set_custom_fields(const std::vector<model::CustomField>& fields) override;

    void put(std::string_view kind, std::string_view key, std::string_view json) override {
        std::mutex mutex;
        std::condition_variable ready;
        bool done = false;
        Waiting waiting;
        waiting.raw = [kind = std::string(kind), key = std::string(key), json = std::string(json)](Connection& connection) {
            Statement& statement = connection.prepare(json.empty() ? "DELETE FROM kept WHERE org_id = $1 AND kind = $2 AND name = $3"
                                                                   : "INSERT INTO kept (org_id, kind, name, value) VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, kind, name) DO UPDATE SET value = excluded.value");
            statement.bind(1, organisation_id);
            statement.bind(2, std::string_view(kind));
            statement.bind(3, std::string_view(key));
            if (!json.empty()) statement.bind(4, std::string_view(json));
            statement.run();
        };
        waiting.done = [&](const Result<Value>&) {
            const std::scoped_lock lock(mutex);
            done = true;
            ready.notify_one();
        };
        {
            const std::scoped_lock lock(queue_mutex_);
            if (stopping_) return;
            queue_.push_back(std::move(waiting));
        }
        wake_.notify_one();
        std::unique_lock lock(mutex);
        ready.wait(lock, [&] { return done; });
    }

    std::optional<std::string> fetch(std::string_view kind, std::string_view key) override {
        Reader reader(*this);
        Statement& statement = reader.connection().prepare("SELECT value FROM kept WHERE org_id = $1 AND kind = $2 AND name = $3");
        statement.bind(1, organisation_id);
        statement.bind(2, kind);
        statement.bind(3, key);
        std::optional<std::string> value;
        if (statement.step()) value = std::string(statement.text(0));
        statement.reset();
        return value;
    }

    std::vector<std::pair<std::string, std::string>> fetch_all(std::string_view kind, std::string_view prefix) override {
        Reader reader(*this);
        Statement& statement = reader.connection().prepare("SELECT name, value FROM kept WHERE org_id = $1 AND kind = $2 ORDER BY name");
        statement.bind(1, organisation_id);
        statement.bind(2, kind);
        std::vector<std::pair<std::string, std::string>> all;
        while (statement.step())
            if (statement.text(0).starts_with(prefix)) all.emplace_back(statement.text(0), statement.text(1));
        return all;
    }

    Result<void> backup(const std::string& file) override {
        if (std::filesystem::exists(file)) return refuse(Why::duplicate, "file_exists", "The file " + file + " exists already: name another");
        DatabaseOptions settings;
        settings.read_only = true;
        SqliteConnection from(file_, settings);
        sqlite_backup(from, file);
        return {};
    }

    std::vector<Check> check() override;

  private:
    // A reader's connection, taken from the pool for the time of one call.
    class Reader {
      public:
        explicit Reader(SqliteStore& store) : store_(store), connection_(store.take_reader()), scope_(*connection_) {}
        ~Reader() = default;
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;
        Connection& connection() { return *connection_; }

      private:
        struct Return {
            SqliteStore* store;
            void operator()(SqliteConnection* connection) const { store->return_reader(std::unique_ptr<SqliteConnection>(connection)); }
        };
        SqliteStore& store_;
        std::unique_ptr<SqliteConnection, Return> connection_;
        ReadScope scope_;
        friend class SqliteStore;
    };

    std::unique_ptr<SqliteConnection, Reader::Return> take_reader() {
        {
            const std::scoped_lock lock(readers_mutex_);
            if (!readers_.empty()) {
                auto connection = std::move(readers_.back());
                readers_.pop_back();
                return {connection.release(), Reader::Return{this}};
            }
        }
        DatabaseOptions settings;
        settings.read_only = true;
        return {new SqliteConnection(file_, settings), Reader::Return{this}};
    }
    void return_reader(std::unique_ptr<SqliteConnection> connection) {
        const std::scoped_lock lock(readers_mutex_);
        if (readers_.size() < 8 && connection->generation == generation_) readers_.push_back(std::move(connection));
    }

    template <class Ask>
    auto with_reading(const Viewer& viewer, std::optional<Instant> effective, std::optional<Instant> recorded, Ask ask) -> decltype(ask(std::declval<Reading&>(), std::declval<const Scan&>())) {
        Reader reader(*this);
        if (effective || recorded) {
            AsOfReading past(reader.connection(), shape(), settings()->context(effective.value_or(now()), viewer.user), limit_of(viewer), log_, effective, recorded);
            return ask(past, [&past](const EntityInfo& entity, bool in_bin, const std::function<bool(Record&)>& each) { past.scan(entity, in_bin, each); });
        }
        Reading reading(reader.connection(), shape(), settings()->context(now(), viewer.user), limit_of(viewer));
        const RowReader rows(reader.connection(), *shape());
        return ask(reading, [&rows](const EntityInfo& entity, bool in_bin, const std::function<bool(Record&)>& each) { rows.scan(entity, in_bin, each); });
    }

    static const Viewer* limit_of(const Viewer& viewer) { return viewer.is_system ? nullptr : &viewer; }
    static Refused missing(const EntityInfo& entity, Id id) {
        return refuse(Why::not_found, "not_found", "There is no " + entity.name + " " + id.text(), {}, {{"entity", entity.name}, {"id", id.text()}});
    }
    Result<const EntityInfo*> readable(const Viewer& viewer, std::string_view name) const {
        const EntityInfo* entity = shape()->catalog->find(name);
        if (!entity) return refuse(Why::not_found, "unknown_entity", "There are no records named " + std::string(name), {}, {{"entity", std::string(name)}});
        if (!viewer.may(*entity, Right::read)) return refuse(Why::forbidden, "forbidden", "You may not read " + entity->label_plural, {}, {{"entity", entity->name}});
        return entity;
    }

    Instant now() const { return options_.clock ? options_.clock->now() : SystemClock().now(); }
    std::shared_ptr<const Shape> shape() const {
        const std::shared_lock lock(shape_mutex_);
        return shape_;
    }
    void set_shape(std::shared_ptr<const model::Catalog> catalog) {
        auto made = make_shape(std::move(catalog), organisation_id);
        const std::scoped_lock lock(shape_mutex_);
        shape_ = std::move(made);
    }
    std::shared_ptr<const Settings> settings() const {
        const std::shared_lock lock(shape_mutex_);
        return settings_;
    }
    void reload_settings(Connection& connection) {
        auto loaded = Settings::load(connection, *shape(), options_.zone);
        const std::scoped_lock lock(shape_mutex_);
        settings_ = std::move(loaded);
    }
    Result<void> load_custom_fields();
    Result<void> follow_currency();

    // ---- The writer ----
    void run();
    void commit_group(std::deque<Waiting>& group);
    Result<Value> run_one(Waiting& waiting, std::vector<WriteTransaction::Touched>& touched, bool& wrote);
    std::optional<Result<Value>> remembered(const Command& command);
    void remember(const Command& command, const Value& answer);
    static Result<Value> undo_record(WriteTransaction& open, const std::vector<StoredEntry>& entries, const std::string& entity, std::int64_t record, Id batch);

    Options options_;
    std::string file_;
    Log log_;
    LogHead head_;
    std::vector<const model::Module*> base_modules_;
    std::unique_ptr<SqliteConnection> writer_;
    std::thread writer_thread_;
    std::mutex queue_mutex_;
    std::condition_variable wake_;
    std::deque<Waiting> queue_;
    bool stopping_ = false;
    bool group_access_ = false, group_settings_ = false;
    mutable std::shared_mutex shape_mutex_;
    std::shared_ptr<const Shape> shape_;
    std::shared_ptr<const Settings> settings_;
    std::mutex readers_mutex_;
    std::vector<std::unique_ptr<SqliteConnection>> readers_;
    std::atomic<std::uint64_t> generation_{0};
    std::atomic<std::int64_t> last_seq_{0};
    std::atomic<std::uint64_t> access_version_{1};
    std::shared_mutex viewers_mutex_;
    std::uint64_t viewers_version_ = 0;
    Date viewers_day_{};
    std::unordered_map<std::int64_t, std::shared_ptr<const Viewer>> viewers_;
};

// ---- The writer's thread ---------------------------------------------------------------------------------------

void SqliteStore::run() {
    for (;;) {
        std::deque<Waiting> group;
        {
            std::unique_lock lock(queue_mutex_);
            wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            constexpr std::size_t group_max = 256;
            while (!queue_.empty() && group.size() < group_max) {
                group.push_back(std::move(queue_.front()));
                queue_.pop_front();
            }
        }
        commit_group(group);
    }
}

// Each body runs inside a savepoint of its own, so that one refusal leaves its neighbours alone.
void SqliteStore::commit_group(std::deque<Waiting>& group) {
    std::vector<Result<Value>> answers;
    const LogHead before = head_;
    group_access_ = group_settings_ = false;
    try {
        writer_->begin();
        for (Waiting& waiting : group) {
            std::vector<WriteTransaction::Touched> touched;
            bool wrote = false;
            const LogHead head = head_;
            writer_->exec("SAVEPOINT body");
            std::optional<Result<Value>> answer;
            try {
                answer = run_one(waiting, touched, wrote);
            } catch (const InvariantBroken& broken) {
                answer = refuse(Why::unavailable, "internal", broken.what());
            }
            if (!*answer) {
                head_ = head;
                writer_->exec("ROLLBACK TO body");
            }
            writer_->exec("RELEASE body");
            answers.push_back(std::move(*answer));
        }
        if (head_.seq != before.seq) log_.save_head(*writer_, head_);
        writer_->commit();
        if (group_settings_) {
            if (const auto followed = follow_currency(); !followed) throw InvariantBroken(followed.refused().message());
            reload_settings(*writer_);
        }
        if (group_access_ || group_settings_) ++access_version_;
        last_seq_ = head_.seq;
    } catch (const std::exception& failure) {
        head_ = before;
        try {
            if (writer_->in_transaction()) writer_->rollback();
        } catch (const DatabaseError&) {  // already rolled back by the database
        }
        answers.clear();
        for (std::size_t i = 0; i < group.size(); ++i) answers.push_back(refuse(Why::unavailable, "database_failed", std::string("The database failed: ") + failure.what()));
    }
    for (std::size_t i = 0; i < group.size(); ++i) group[i].done(std::move(answers[i]));
}

Result<Value> SqliteStore::run_one(Waiting& waiting, std::vector<WriteTransaction::Touched>& touched, bool& wrote) {
    if (waiting.raw) {
        waiting.raw(*writer_);
        return Value();
    }
    if (auto known = remembered(waiting.command)) return std::move(*known);
    WriteTransaction open({*writer_, shape(), settings(), log_, head_, now()}, waiting.command);
    auto answer = waiting.body(open);
    wrote = open.wrote();
    if (!answer) return answer;
    touched = open.touched();
    group_access_ |= open.changed_access();
    group_settings_ |= open.changed_settings();
    remember(waiting.command, *answer);
    return answer;
}

std::optional<Result<Value>> SqliteStore::remembered(const Command& command) {
    if (!command.remember || command.id.empty()) return std::nullopt;
    Statement& statement = writer_->prepare("SELECT fingerprint, answer FROM command_memory WHERE org_id = $1 AND actor = $2 AND command = $3");
    statement.bind(1, organisation_id);
    statement.bind(2, command.viewer ? command.viewer->user.value : 0);
    statement.bind(3, std::string_view(command.id));
    std::optional<Result<Value>> known;
    if (statement.step()) {
        if (statement.text(0) != command.fingerprint) known = Result<Value>(refuse(Why::invalid, "key_reused", "This Idempotency-Key was used for another request: choose a new one"));
        else known = Result<Value>(answer_value(statement.text(1)));
    }
    statement.reset();
    return known;
}

void SqliteStore::remember(const Command& command, const Value& answer) {
    if (!command.remember || command.id.empty()) return;
    Statement& statement = writer_->prepare("INSERT INTO command_memory (org_id, actor, command, fingerprint, answer, recorded) VALUES ($1, $2, $3, $4, $5, $6)");
    const std::string text = answer_text(answer);
    statement.bind(1, organisation_id);
    statement.bind(2, command.viewer ? command.viewer->user.value : 0);
    statement.bind(3, std::string_view(command.id));
    statement.bind(4, std::string_view(command.fingerprint));
    statement.bind(5, std::string_view(text));
    statement.bind(6, now().micros);
    statement.run();
}

Result<Value> SqliteStore::undo_record(WriteTransaction& open, const std::vector<StoredEntry>& entries, const std::string& name, std::int64_t record, Id batch) {
    const EntityInfo* entity = open.catalog().find(name);
    const auto current = entity ? open.find(*entity, Id{record}) : std::nullopt;
    if (!current) return Value();
    std::int64_t newest = 0;
    for (const StoredEntry& entry : entries)
        if (entry.record == record && entry.entity == name) newest = std::max(newest, entry.seq);
    if (current->at(model::slot_last_seq).is<std::int64_t>() && current->at(model::slot_last_seq).as<std::int64_t>() != newest)
        return refuse(Why::stale, "changed_since", "Changed since the batch: left as it is", {}, {{"batch", batch.text()}});
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
        if (entry->record == record && entry->entity == name) FAIRLEAD_TRY(open.compensate(*entry));
    return Value();
}

// ---- Custom fields ---------------------------------------------------------------------------------------------

std::string custom_text(const model::CustomField& field) {
    std::string text;
    const auto line = [&](std::string_view value) {
        for (const char c : value) text += c == '\n' ? ' ' : c;
        text += '\n';
    };
    line(field.entity);
    line(field.name);
    line(field.label);
    line(field.help);
    line(std::to_string(static_cast<int>(field.type)));
    line(field.target);
    line(std::string(field.required ? "1" : "0") + (field.search ? "1" : "0") + (field.dimension ? "1" : "0") + (field.measure ? "1" : "0"));
    line(std::to_string(field.scale));
    for (const auto& choice : field.choices) {
        line(choice.value);
        line(choice.label);
    }
    return text;
}

model::CustomField custom_field(const std::string& text) {
    const std::vector<std::string> lines = split(text, '\n');
    model::CustomField field;
    ensure(lines.size() >= 8, "a kept custom field has eight lines or more");
    field.entity = lines[0];
    field.name = lines[1];
    field.label = lines[2];
    field.help = lines[3];
    field.type = static_cast<Type>(std::stoi(lines[4]));
    field.target = lines[5];
    field.required = lines[6][0] == '1';
    field.search = lines[6][1] == '1';
    field.dimension = lines[6][2] == '1';
    field.measure = lines[6][3] == '1';
    field.scale = std::stoi(lines[7]);
    for (std::size_t i = 8; i + 1 < lines.size(); i += 2) field.choices.push_back({lines[i], lines[i + 1]});
    return field;
}

Result<void> SqliteStore::load_custom_fields() {
    std::vector<model::CustomField> fields;
    Statement& statement = writer_->prepare("SELECT value FROM kept WHERE org_id = $1 AND kind = 'custom_field' ORDER BY name");
    statement.bind(1, organisation_id);
    while (statement.step()) fields.push_back(custom_field(std::string(statement.text(0))));
    if (fields.empty()) return {};
    FAIRLEAD_ASSIGN(const auto catalog, model::Catalog::build(base_modules_, fields, shape()->catalog->currency()));
    set_shape(catalog);
    return {};
}

// Formulas compare amounts with plain numbers in the company's currency.
Result<void> SqliteStore::follow_currency() {
    if (!shape()->catalog->find("company")) return {};
    Statement& company = writer_->prepare("SELECT currency FROM company WHERE org_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT 1");
    company.bind(1, organisation_id);
    std::string currency;
    if (company.step() && !company.is_null(0)) currency = std::string(company.text(0));
    company.reset();
    const auto before = shape()->catalog;
    if (currency.empty() || currency == before->currency()) return {};
    FAIRLEAD_ASSIGN(const auto catalog, model::Catalog::build(base_modules_, before->custom_fields(), currency));
    set_shape(catalog);
    return {};
}

Result<void> SqliteStore::set_custom_fields(const std::vector<model::CustomField>& fields) {
    FAIRLEAD_ASSIGN(const auto catalog, model::Catalog::build(base_modules_, fields, shape()->catalog->currency()));
    // On the writer, between two groups: nothing else writes while the tables change.
    std::mutex mutex;
    std::condition_variable ready;
    std::optional<Result<void>> outcome;
    Waiting waiting;
    waiting.raw = [&](Connection& connection) {
        Statement& clear = connection.prepare("DELETE FROM kept WHERE org_id = $1 AND kind = 'custom_field'");
        clear.bind(1, organisation_id);
        clear.run();
        for (const model::CustomField& field : fields) {
            Statement& keep = connection.prepare("INSERT INTO kept (org_id, kind, name, value) VALUES ($1, 'custom_field', $2, $3)");
            const std::string name = field.entity + "." + field.name, text = custom_text(field);
            keep.bind(1, organisation_id);
            keep.bind(2, std::string_view(name));
            keep.bind(3, std::string_view(text));
            keep.run();
        }
    };
    waiting.done = [&](const Result<Value>& kept) {
        Result<void> result;
        if (!kept) {
            result = kept.refused();
        } else {
            const auto before = shape();
            set_shape(catalog);
            result = migrate(*writer_, *shape(), {});
            if (!result) {
                const std::scoped_lock lock(shape_mutex_);
                shape_ = before;
            }
            writer_->forget();
            ++generation_;
            ++access_version_;
            reload_settings(*writer_);
        }
        const std::scoped_lock lock(mutex);
        outcome = result;
        ready.notify_one();
    };
    {
        const std::scoped_lock lock(queue_mutex_);
        if (stopping_) return refuse(Why::unavailable, "stopping", "The server is stopping");
        queue_.push_back(std::move(waiting));
    }
    wake_.notify_one();
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return outcome.has_value(); });
    {
        const std::scoped_lock pool(readers_mutex_);
        readers_.clear();
    }
    return *outcome;
}

// ---- Invariants --------------------------------------------------------------------------------------------------

std::vector<Store::Check> SqliteStore::check() {
    Reader reader(*this);
    const LogHead head = log_.read_head(reader.connection(), false);
    std::vector<Check> checks;
    std::string digest(32, '\0');
    std::int64_t expected = 0, broken = 0;
    log_.scan(reader.connection(), 0, head.seq, {}, Log::Detail::digests, [&](const StoredEntry& entry) {
        ++expected;
        const bool values = entry.salt.empty() || Log::values_digest(entry.salt, entry.patch) == entry.values_digest;
        if (entry.seq != expected || !values || log_.entry_digest(digest, entry) != entry.digest) broken = broken ? broken : entry.seq;
        digest = entry.digest;
        return broken == 0;
    });
    checks.push_back({"change log without a gap", expected == head.seq || broken != 0, std::to_string(expected) + " entries, the head says " + std::to_string(head.seq)});
    checks.push_back({"audit chain unbroken", broken == 0 && digest == head.digest, broken ? "broken at entry " + std::to_string(broken) : "up to entry " + std::to_string(head.seq)});
    for (const auto& entity : shape()->catalog->entities()) {
        if (!entity->logged) continue;
        std::int64_t rows = 0, without = 0;
        const RowReader all(reader.connection(), *shape());
        for (const bool bin : {false, true})
            all.scan(*entity, bin, [&](Record& record) {
                ++rows;
                const auto entry = record.at(model::slot_last_seq).is<std::int64_t>() ? log_.find(reader.connection(), record.at(model::slot_last_seq).as<std::int64_t>()) : std::nullopt;
                without += !entry || entry->record != record.id().value || entry->entity != entity->name;
                return true;
            });
        checks.push_back({entity->name + ": rows have their entries", without == 0, std::to_string(rows) + " rows, " + std::to_string(without) + " without"});
    }
    return checks;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const Options& options, std::shared_ptr<const model::Catalog> catalog) {
    constexpr std::string_view sqlite = "sqlite:";
    if (!std::string_view(options.database).starts_with(sqlite))
        return refuse(Why::bad_request, "unknown_database", "The database " + options.database + " cannot be opened: this version opens sqlite:FILE only");
    auto store = std::make_unique<SqliteStore>(options, options.database.substr(sqlite.size()));
    FAIRLEAD_TRY(store->start(std::move(catalog)));
    return std::unique_ptr<Store>(std::move(store));
}

}  // namespace fairlead::store
