// Loading the columns and following the commits.
#include "store/columns_keeper.h"

#include <array>
#include <chrono>
#include <deque>
#include <exception>
#include <set>
#include <vector>

#include "base/log.h"
#include "store/columns/table.h"

namespace fairlead::store {

void ColumnsKeeper::start(Backend& backend, std::shared_ptr<const Shape> shape, formula::Context context) {
    columns_ = std::make_unique<Columns>(shape->catalog, std::move(context));
    loader_ = std::thread([this, &backend, shape] { load(backend, shape); });
}

void ColumnsKeeper::stop() {
    stopping_ = true;
    if (loader_.joinable()) loader_.join();
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

// Records on their way from the database to the columns: one thread reads while another puts.
struct Batch {
    const EntityInfo* entity = nullptr;
    std::vector<Record> records = std::vector<Record>(500);
    std::size_t used = 0;
    bool last = false;  // of the entity
};

class Conveyor {
  public:
    Conveyor() {
        for (Batch& batch : batches_) empty_.push_back(&batch);
    }
    // The reader's side. Null when the other side has gone.
    Batch* take_empty() { return take(empty_); }
    void hand_over(Batch* batch) { put(full_, batch); }
    // The putting side. Null when everything has come; throws what the reader threw.
    Batch* take_full() {
        Batch* batch = take(full_);
        if (!batch && failure_) std::rethrow_exception(failure_);
        return batch;
    }
    void give_back(Batch* batch) { put(empty_, batch); }
    void end(std::exception_ptr failure = nullptr) {
        {
            const std::scoped_lock lock(mutex_);
            ended_ = true;
            if (failure) failure_ = failure;
        }
        changed_.notify_all();
    }

  private:
    Batch* take(std::deque<Batch*>& from) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !from.empty() || ended_; });
        if (from.empty() || (ended_ && &from == &empty_)) return nullptr;
        Batch* batch = from.front();
        from.pop_front();
        return batch;
    }
    void put(std::deque<Batch*>& to, Batch* batch) {
        {
            const std::scoped_lock lock(mutex_);
            to.push_back(batch);
        }
        changed_.notify_all();
    }
    std::array<Batch, 4> batches_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Batch*> empty_, full_;
    bool ended_ = false;
    std::exception_ptr failure_;
};

void read_all(Backend& backend, const Shape& shape, Columns& columns, Conveyor& conveyor) {
    try {
        const auto connection = backend.open_reader();
        const RowReader reader(*connection, shape);
        const LoadOrder order(*shape.catalog);
        for (const EntityInfo* entity : order.entities()) {
            // Before the first row is read: what is erased from here on must stay away.
            columns.begin_load(*entity);
            Id after{};
            for (bool last = false; !last;) {
                Batch* batch = conveyor.take_empty();
                if (!batch) return;
                batch->entity = entity;
                batch->used = reader.next(*entity, after, batch->records);
                if (batch->used > 0) after = batch->records[batch->used - 1].id();
                last = batch->last = batch->used < batch->records.size();
                conveyor.hand_over(batch);
            }
        }
        conveyor.end();
    } catch (...) {
        conveyor.end(std::current_exception());
    }
}

}  // namespace

void ColumnsKeeper::load(Backend& backend, std::shared_ptr<const Shape> shape) {
    const auto begun = std::chrono::steady_clock::now();
    Conveyor conveyor;
    std::thread reading([&] { read_all(backend, *shape, *columns_, conveyor); });
    Loading how = Loading::done;
    try {
        while (Batch* batch = conveyor.take_full()) {
            if (stopping_) {
                how = Loading::failed;
                break;
            }
            columns_->add({batch->records.data(), batch->used});
            if (batch->last) columns_->finish_load(*batch->entity);
            conveyor.give_back(batch);
        }
    } catch (const std::exception& failure) {
        // Lists are then answered by scans: slower, and right.
        how = Loading::failed;
        log(Level::error, "columns_failed", {{"reason", std::string_view(failure.what())}});
    }
    conveyor.end();
    reading.join();
    if (how == Loading::done) {
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
        const Columns::Memory memory = columns_->memory();
        std::string large;
        for (const Columns::Memory::Part& part : memory.parts)
            if (part.bytes >= std::size_t{1} << 20) large += (large.empty() ? "" : ", ") + part.name + " " + std::to_string(part.bytes >> 20) + " MiB";
        log(Level::info, "columns_loaded", {{"ms", static_cast<long long>(took.count())}, {"bytes", static_cast<long long>(memory.total)}, {"large", std::string_view(large)}});
    }
    load_ended(how);
}

void ColumnsKeeper::load_ended(Loading how) {
    {
        const std::scoped_lock lock(mutex_);
        loading_ = how;
    }
    ended_.notify_all();
}

const Columns* ColumnsKeeper::loaded() const {
    if (!columns_) return nullptr;
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return loading_ != Loading::running; });
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
