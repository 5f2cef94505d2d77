// Loading the columns and following the commits.
#include "store/columns_keeper.h"

#include <set>

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

}  // namespace

void ColumnsKeeper::load(Backend& backend, std::shared_ptr<const Shape> shape) {
    try {
        const auto connection = backend.open_reader();
        const LoadOrder order(*shape->catalog);
        for (const EntityInfo* entity : order.entities()) {
            columns_->begin_load(*entity);
            RowReader(*connection, *shape).scan_all(*entity, [&](Record& record) {
                columns_->add(record);
                return !stopping_;
            });
            if (stopping_) return load_ended(Loading::failed);
            columns_->finish_load(*entity);
        }
        load_ended(Loading::done);
    } catch (const std::exception& failure) {
        // Lists are then answered by scans: slower, and right.
        load_ended(Loading::failed);
        log(Level::error, "columns_failed", {{"reason", std::string_view(failure.what())}});
    }
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
