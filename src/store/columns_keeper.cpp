// Loading the columns and following the commits.
#include "store/columns_keeper.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <exception>
#include <fstream>
#include <optional>
#include <set>
#include <vector>

#include "base/log.h"
#include "base/turn.h"
#include "store/columns/bulk.h"
#include "store/columns/table.h"
#include "store/columns_reader.h"

namespace fairlead::store {

void ColumnsKeeper::start(Backend& backend, std::shared_ptr<const Shape> shape, formula::Context context, std::function<void()> tidied) {
    columns_ = std::make_unique<Columns>(shape->catalog, std::move(context));
    columns_->make_orders_behind();
    loader_ = std::thread([this, &backend, shape] { load(backend, shape); });
    tidier_ = std::thread([this, tidied = std::move(tidied)] { tidy(tidied); });
}

void ColumnsKeeper::stop_waiting() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    ended_.notify_all();
}

void ColumnsKeeper::stop() {
    stop_waiting();
    if (loader_.joinable()) loader_.join();
    if (tidier_.joinable()) tidier_.join();
}

namespace {

// What others refer to comes before them, so that its rows stand in the order of their ids (a reference to a record
// not yet loaded makes room for it at once); of a circle of references one must come first all the same, and there
// the first entity met waits for the others. Small ones lead.
class LoadOrder {
  public:
    explicit LoadOrder(const model::Catalog& catalog) : catalog_(catalog) {
        for (const bool big : {false, true})
            for (const auto& entity : catalog.entities())
                if (entity->big == big) visit(*entity);
    }
    const std::vector<const EntityInfo*>& entities() const { return order_; }

  private:
    void visit(const EntityInfo& entity) {
        if (!columns::is_held(entity) || !met_.insert(&entity).second) return;
        for (const FieldInfo& field : entity.fields)
            if (field.type == Type::reference && field.is_stored() && !field.target.empty())
                if (const EntityInfo* target = catalog_.find(field.target)) visit(*target);
        order_.push_back(&entity);
    }
    const model::Catalog& catalog_;
    std::set<const EntityInfo*> met_;
    std::vector<const EntityInfo*> order_;
};

// Bulks on their way from the database to the columns: one thread reads while another puts.
struct Load {
    columns::Bulk bulk;
    bool last = false;  // of the entity
};

class Conveyor {
  public:
    Conveyor() {
        for (Load& load : loads_) empty_.push_back(&load);
    }
    // The reader's side. Null when the other side has gone.
    Load* take_empty() { return take(empty_); }
    void hand_over(Load* load) { put(full_, load); }
    // The putting side. Null when everything has come; throws what the reader threw.
    Load* take_full() {
        Load* load = take(full_);
        if (!load && failure_) std::rethrow_exception(failure_);
        return load;
    }
    void give_back(Load* load) { put(empty_, load); }
    void end(std::exception_ptr failure = nullptr) {
        {
            const std::scoped_lock lock(mutex_);
            ended_ = true;
            if (failure) failure_ = failure;
        }
        changed_.notify_all();
    }

  private:
    Load* take(std::deque<Load*>& from) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !from.empty() || ended_; });
        if (from.empty() || (ended_ && &from == &empty_)) return nullptr;
        Load* load = from.front();
        from.pop_front();
        return load;
    }
    void put(std::deque<Load*>& to, Load* load) {
        {
            const std::scoped_lock lock(mutex_);
            to.push_back(load);
        }
        changed_.notify_all();
    }
    std::array<Load, 2> loads_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Load*> empty_, full_;
    bool ended_ = false;
    std::exception_ptr failure_;
};

void read_all(Backend& backend, const Shape& shape, Columns& columns, const std::vector<const EntityInfo*>& entities, Conveyor& conveyor) {
    try {
        const auto connection = backend.open_reader();
        for (const EntityInfo* entity : entities) {
            // Before the first row is read: what is erased from here on must stay away.
            columns.begin_load(*entity);
            ColumnsReader reader(*connection, shape, *entity);
            for (bool more = true; more;) {
                Load* load = conveyor.take_empty();
                if (!load) return;
                more = reader.next(load->bulk);
                load->last = !more;
                conveyor.hand_over(load);
            }
        }
        conveyor.end();
    } catch (...) {
        conveyor.end(std::current_exception());
    }
}

// Puts the words of what has been loaded into the indexes, behind those who load.
class Indexing {
  public:
    explicit Indexing(Columns& columns) : columns_(columns), thread_([this] { run(); }) {}
    ~Indexing() { finish(); }
    void loaded_more(const EntityInfo& entity) {
        {
            const std::scoped_lock lock(mutex_);
            if (due_.empty() || due_.back() != &entity) due_.push_back(&entity);
        }
        wake_.notify_one();
    }
    // Waits until everything is indexed; throws what its thread threw.
    void finish() {
        {
            const std::scoped_lock lock(mutex_);
            ended_ = true;
        }
        wake_.notify_one();
        if (thread_.joinable()) thread_.join();
        if (const auto failure = std::exchange(failure_, nullptr)) std::rethrow_exception(failure);
    }

  private:
    void run() {
        try {
            for (;;) {
                std::unique_lock lock(mutex_);
                wake_.wait(lock, [this] { return !due_.empty() || ended_; });
                if (due_.empty()) return;
                const EntityInfo* entity = due_.front();
                due_.pop_front();
                lock.unlock();
                columns_.index_loaded(*entity);
            }
        } catch (...) {
            failure_ = std::current_exception();
        }
    }
    Columns& columns_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<const EntityInfo*> due_;
    bool ended_ = false;
    std::exception_ptr failure_;
    std::thread thread_;
};

std::string large_parts(const Columns::Memory& memory) {
    std::string large;
    for (const Columns::Memory::Part& part : memory.parts)
        if (part.bytes >= std::size_t{1} << 20) large += (large.empty() ? "" : ", ") + part.name + " " + std::to_string(part.bytes >> 20) + " MiB";
    return large;
}

}  // namespace

void ColumnsKeeper::load(Backend& backend, std::shared_ptr<const Shape> shape) {
    const auto begun = std::chrono::steady_clock::now();
    const LoadOrder order(*shape->catalog);
    Loading how = Loading::done;
    {
        Conveyor conveyor;
        std::thread reading([&] { read_all(backend, *shape, *columns_, order.entities(), conveyor); });
        try {
            Indexing indexing(*columns_);
            while (Load* load = conveyor.take_full()) {
                if (stopping_) break;
                columns_->add(load->bulk);
                indexing.loaded_more(*load->bulk.entity);
                conveyor.give_back(load);
            }
            indexing.finish();
            // Only now: until everything has come, a reference may name a record that is still to come.
            for (const EntityInfo* entity : order.entities())
                if (!stopping_) columns_->finish_load(*entity);
            if (stopping_) how = Loading::failed;
        } catch (const std::exception& failure) {
            // Lists are then answered by scans: slower, and right.
            how = Loading::failed;
            log(Level::error, "columns_failed", {{"reason", std::string_view(failure.what())}});
        }
        conveyor.end();
        reading.join();
    }
    malloc_trim(0);  // what was on its way is needed no more
    if (how == Loading::done) {
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
        const Columns::Memory memory = columns_->memory();
        const std::string large = large_parts(memory);
        log(Level::info, "columns_loaded", {{"ms", static_cast<long long>(took.count())}, {"bytes", static_cast<long long>(memory.total)}, {"large", std::string_view(large)}});
    }
    load_ended(how);
}

namespace {

// Bytes that the process holds of the system's memory and nobody of the process uses.
std::size_t unused_memory() {
    std::size_t all = 0, resident = 0, shared = 0;
    std::ifstream("/proc/self/statm") >> all >> resident >> shared;
    const struct mallinfo2 info = mallinfo2();
    const std::size_t held = (resident - std::min(resident, shared)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), used = info.uordblks + info.hblkhd;
    return held - std::min(held, used);
}

}  // namespace

// An order of a million records, or a set of them, is made in large pieces of memory by whichever thread is asked. The
// allocator keeps them for that thread; here they go back to the system.
void ColumnsKeeper::tidy(const std::function<void()>& tidied) {
    constexpr auto pause = std::chrono::seconds(5);
    constexpr std::size_t worth_it = std::size_t{24} << 20;
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, pause, [this] { return stopping_.load(); })) {
        const bool loaded = loading_ == Loading::done;
        lock.unlock();
        if (loaded) columns_->tighten([this] { return stopping_.load(); });
        if (tidied) tidied();
        if (unused_memory() > worth_it) malloc_trim(0);
        lock.lock();
    }
}

void ColumnsKeeper::load_ended(Loading how) {
    {
        const std::scoped_lock lock(mutex_);
        loading_ = how;
    }
    ended_.notify_all();
}

const Columns* ColumnsKeeper::loaded_already() const {
    const std::scoped_lock lock(mutex_);
    return loading_ == Loading::done ? columns_.get() : nullptr;
}

const Columns* ColumnsKeeper::loaded() const {
    if (!columns_) return nullptr;
    std::unique_lock lock(mutex_);
    std::optional<Waiting> waiting;
    if (loading_ == Loading::running) waiting.emplace();
    ended_.wait(lock, [this] { return loading_ != Loading::running || stopping_; });
    return loading_ == Loading::done ? columns_.get() : nullptr;
}

void ColumnsKeeper::follow(const CommitGroup& group) {
    if (!columns_ || group.touched.empty()) return;
    std::vector<Applied> changes;
    changes.reserve(group.touched.size());
    for (const auto& [key, record] : group.touched) {
        Applied applied;
        applied.entity = group.shape->catalog->entities()[static_cast<std::size_t>(key.entity)].get();
        applied.id = Id{key.id};
        applied.after = record ? &*record : nullptr;
        if (columns::is_held(*applied.entity)) changes.push_back(applied);
    }
    // New rows in the order of their ids: the newest are found from the end as long as rows and ids ascend together.
    std::sort(changes.begin(), changes.end(), [](const Applied& a, const Applied& b) {
        return a.entity != b.entity ? a.entity->number < b.entity->number : a.id < b.id;
    });
    columns_->apply(changes);
}

void ColumnsKeeper::adopt(std::shared_ptr<const Shape> shape, formula::Context context) {
    if (!columns_) return;
    // What is being loaded was read under the earlier catalogue: let it end first.
    if (loader_.joinable()) loader_.join();
    columns_->adopt(shape->catalog);
    columns_->set_context(std::move(context));
}

}  // namespace fairlead::store
