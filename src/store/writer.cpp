// Group commit. Work that is refused after it has written is run again alone, so that its neighbours need no
// savepoint.
#include "store/writer.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <utility>

#include "base/log.h"

namespace fairlead::store {
namespace {

constexpr std::size_t group_most = 256;
constexpr auto group_time = std::chrono::milliseconds(20);
constexpr auto idle_time = std::chrono::milliseconds(500);
// How long a write waits for a database that restarts, and how long a commit on a lost connection is asked after.
constexpr auto wait_time = std::chrono::seconds(6), asking_time = std::chrono::seconds(15);

std::int64_t whole_of(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

std::string write_answer(const Value& value) {
    if (value.empty()) return "";
    if (const auto* flag = value.get<bool>()) return *flag ? "b1" : "b0";
    if (const auto* whole = value.get<std::int64_t>()) return "w" + std::to_string(*whole);
    if (const auto* id = value.get<Id>()) return "i" + std::to_string(id->value);
    if (const auto* decimal = value.get<Decimal>()) return "n" + decimal->text();
    if (const auto* date = value.get<Date>()) return "d" + std::to_string(date->days);
    if (const auto* instant = value.get<Instant>()) return "m" + std::to_string(instant->micros);
    if (const auto* text = value.get<std::string>()) return "t" + *text;
    return "t" + to_text(value);
}

Value read_answer(std::string_view text) {
    if (text.empty()) return {};
    const std::string_view rest = text.substr(1);
    switch (text.front()) {
        case 'b': return rest == "1";
        case 'w': return whole_of(rest);
        case 'i': return Id{whole_of(rest)};
        case 'n': return Decimal::parse(rest).value_or(Decimal{});
        case 'd': return Date{static_cast<std::int32_t>(whole_of(rest))};
        case 'm': return Instant{whole_of(rest)};
        default: return std::string(rest);
    }
}

Writer::Writer(WriterHost& host, std::unique_ptr<Connection> connection, std::int64_t organisation)
    : host_(host), connection_(std::move(connection)), log_(organisation), org_(std::to_string(organisation)) {
    last_seq_ = log_.read_head(*connection_, false).seq;
    thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Writer::submit(Work work) {
    {
        const std::scoped_lock lock(mutex_);
        if (!stopping_) {
            waiting_.push_back(std::move(work));
            wake_.notify_one();
            return;
        }
    }
    work.done(refuse(Why::unavailable, "stopping", "The server is stopping: try again in a moment"));
}

void Writer::exclusively(const std::function<void(Connection&)>& task) {
    if (std::this_thread::get_id() == thread_.get_id()) return task(*connection_);
    std::promise<void> done;
    {
        const std::scoped_lock lock(mutex_);
        tasks_.push_back([&] {
            try {
                task(*connection_);
                cache_.clear();  // a task may change the catalogue that the records point into
                done.set_value();
            } catch (...) {
                done.set_exception(std::current_exception());
            }
        });
    }
    wake_.notify_one();
    done.get_future().get();
}

// What waits when the writer stops is still written: it was accepted.
void Writer::loop() {
    for (;;) {
        Batch batch;
        std::function<void()> task;
        {
            std::unique_lock lock(mutex_);
            const bool woken = wake_.wait_for(lock, idle_time, [this] { return stopping_ || !waiting_.empty() || !tasks_.empty(); });
            if (!woken) {
                lock.unlock();
                look_around();
                continue;
            }
            if (!tasks_.empty()) {
                task = std::move(tasks_.front());
                tasks_.pop_front();
            } else if (waiting_.empty()) {
                return;
            }
            while (!task && !waiting_.empty() && batch.size() < group_most) {
                batch.push_back(std::move(waiting_.front()));
                waiting_.pop_front();
            }
        }
        if (task) task();
        if (!batch.empty()) run_batch(batch);
        if (between_groups) between_groups(*connection_);
    }
}

// Another process may have written (the command line beside the server): its commits are followed.
void Writer::look_around() {
    try {
        const bool same = log_.read_head(*connection_, false).seq == last_seq_;
        told_ = false;
        if (same) return;
        CommitGroup group(*connection_, host_.shape(), host_.settings(), log_, cache_, host_.now());
        begin(group);
        abandon();
    } catch (const DatabaseError& failure) {  // the next write meets it again and tells its caller
        if (!std::exchange(told_, true)) log(Level::warning, "database_unreachable", {{"reason", std::string_view(failure.what())}});
        abandon();
    }
}

struct Writer::Outcome {
    Work* work;
    Result<Value> result;
};

void Writer::run_batch(Batch& batch) {
    std::vector<Work*> works, alone;
    for (Work& work : batch) works.push_back(&work);
    while (!works.empty()) run_group(works, alone);
    for (Work* work : alone) run_alone(*work);
}

void Writer::begin(CommitGroup& group) {
    cache_.trim();
    group.connection.begin();
    group.head = log_.read_head(group.connection, true);
    unreachable_ = false;
    if (group.head.seq != last_seq_) {
        cache_.clear();
        host_.overtaken(group.connection, last_seq_, group.head.seq);
        last_seq_ = group.head.seq;
        group.shape = host_.shape();
        group.settings = host_.settings();
    }
    group.columns = host_.columns();
}

void Writer::finish(CommitGroup& group) {
    group.save();
    const bool moved = group.head.seq != last_seq_;
    if (moved) log_.save_head(group.connection, group.head);
    try {
        group.connection.commit();
    } catch (const DatabaseError& failure) {
        // Without an entry in the log only values under a key were put, which may be put again.
        if (failure.kind != DatabaseError::connection || !moved || !carried_out(group)) throw;
    }
    last_seq_ = group.head.seq;
    if (group.writes > 0) host_.committed(group);
    for (auto& [key, record] : group.touched) {
        if (record) cache_.put(key, std::move(*record));
        else cache_.drop(key);
    }
    group.touched.clear();
    if (group.settings_changed) cache_.clear();  // the reporting currency may be another one
}

// The connection went while the group was being committed. To repeat what was carried out would make every record
// twice, so the log is asked: the digest of the group's last entry is nobody else's.
bool Writer::carried_out(const CommitGroup& group) {
    const auto until = std::chrono::steady_clock::now() + asking_time;
    for (;;) {
        try {
            connection_->rollback();
            connection_->begin();
            log_.read_head(*connection_, true);  // waits until the lost session's transaction has ended
            bool there = false;
            log_.scan(*connection_, group.head.seq - 1, group.head.seq, {}, Log::Detail::digests, [&](const StoredEntry& entry) { return there = entry.digest == group.head.digest, true; });
            connection_->rollback();
            log(Level::warning, "connection_lost_in_commit", {{"carried_out", static_cast<long long>(there)}});
            return there;
        } catch (const DatabaseError& failure) {
            if (std::chrono::steady_clock::now() > until)
                throw DatabaseError(DatabaseError::uncertain, std::string("The connection to the database was lost while this was being saved, and whether it was could not be learnt: look before you do it again. ") + failure.what());
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
        }
    }
}

// Ends a transaction that is not to be, and forgets what was read in it.
void Writer::abandon() {
    try {
        connection_->rollback();
    } catch (const DatabaseError&) {  // a broken connection is told again by the next statement
    }
    cache_.clear();
}

namespace {
bool is_uncertain(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const DatabaseError& failure) {
        return failure.kind == DatabaseError::uncertain;
    } catch (...) {
        return false;
    }
}
}  // namespace

// Runs works until the time of a group is up, commits, answers, and removes them from the list. The guilty one
// of a rollback is moved to `alone`.
bool Writer::run_group(std::vector<Work*>& works, std::vector<Work*>& alone) {
    std::vector<Outcome> outcomes;
    CommitGroup group(*connection_, host_.shape(), host_.settings(), log_, cache_, host_.now());
    Work* running = nullptr;
    try {
        begin(group);
        const auto until = std::chrono::steady_clock::now() + group_time;
        for (Work* work : works) {
            running = work;
            auto answer = remembered(group, work->command);
            if (!answer) {
                WriteTransaction transaction(group, work->command, false);
                const std::int64_t writes = group.writes;
                answer = work->body(transaction);
                if (!*answer && group.writes != writes) throw ReplayNeeded{};
                remember(group, work->command, *answer);
            }
            outcomes.push_back({work, std::move(*answer)});
            if (std::chrono::steady_clock::now() > until) break;
        }
        running = nullptr;
        finish(group);
    } catch (...) {
        const std::exception_ptr thrown = std::current_exception();
        abandon();
        if (is_uncertain(thrown)) {
            for (Outcome& outcome : outcomes) std::erase(works, outcome.work);
            for (Outcome& outcome : outcomes) outcome.work->failed(thrown);
        } else if (running) {
            alone.push_back(running);
            std::erase(works, running);
        } else {  // the commit itself failed: each finds out for itself
            alone.insert(alone.end(), works.begin(), works.end());
            works.clear();
        }
        return false;
    }
    for (Outcome& outcome : outcomes) std::erase(works, outcome.work);
    for (Outcome& outcome : outcomes) outcome.work->done(std::move(outcome.result));
    return true;
}

void Writer::run_alone(Work& work) {
    const auto until = std::chrono::steady_clock::now() + wait_time;
    for (int attempt = 0;; ++attempt) {
        CommitGroup group(*connection_, host_.shape(), host_.settings(), log_, cache_, host_.now());
        try {
            begin(group);
            auto answer = remembered(group, work.command);
            const bool repeated = answer.has_value();
            if (!repeated) {
                WriteTransaction transaction(group, work.command, true);
                answer = work.body(transaction);
            }
            if (!repeated && !*answer) {
                abandon();
            } else {
                if (!repeated) remember(group, work.command, *answer);
                finish(group);
            }
            return work.done(std::move(*answer));
        } catch (const DatabaseError& error) {
            abandon();
            const bool gone = error.kind == DatabaseError::connection;
            const bool again = (gone ? !unreachable_ && std::chrono::steady_clock::now() < until : error.kind == DatabaseError::busy && attempt < 5);
            if (!again) {
                unreachable_ = unreachable_ || gone;
                return work.failed(std::current_exception());
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50 << std::min(attempt, 4)));
        } catch (...) {
            abandon();
            return work.failed(std::current_exception());
        }
    }
}

std::optional<Result<Value>> Writer::remembered(CommitGroup& group, const Command& command) {
    if (!command.remember || command.id.empty()) return std::nullopt;
    Statement& statement = group.connection.prepare("SELECT fingerprint, answer FROM command_memory WHERE org_id = " + org_ + " AND actor = $1 AND command = $2");
    statement.bind(1, command.viewer ? command.viewer->user.value : 0);
    statement.bind(2, std::string_view(command.id));
    std::optional<Result<Value>> answer;
    if (statement.step()) {
        if (statement.text(0) != command.fingerprint)
            answer = refuse(Why::invalid, "key_reused", "This Idempotency-Key was used for another request: take a new one");
        else answer = read_answer(statement.text(1));
    }
    statement.reset();
    return answer;
}

void Writer::remember(CommitGroup& group, const Command& command, const Result<Value>& answer) {
    if (!command.remember || command.id.empty() || !answer) return;
    ++group.writes;
    Statement& statement = group.connection.prepare("INSERT INTO command_memory (org_id, actor, command, fingerprint, answer, recorded) VALUES (" + org_ + ", $1, $2, $3, $4, $5)");
    statement.bind(1, command.viewer ? command.viewer->user.value : 0);
    statement.bind(2, std::string_view(command.id));
    statement.bind(3, std::string_view(command.fingerprint));
    statement.bind(4, std::string_view(write_answer(*answer)));
    statement.bind(5, group.now.micros);
    statement.run();
}

}  // namespace fairlead::store
