// What a viewer may see and do, asked by name of entity and field.
#include "store/viewer.h"

namespace fairlead::store {

std::string_view scope_name(Scope scope) {
    static constexpr std::string_view names[] = {"none", "own", "team", "subtree", "territory", "all"};
    return names[static_cast<std::size_t>(scope)];
}

std::optional<Right> right_named(std::string_view permission) {
    if (permission == "create") return Right::create;
    if (permission == "read") return Right::read;
    if (permission == "update" || permission.empty()) return Right::update;
    if (permission == "delete" || permission == "remove") return Right::remove;
    if (permission == "export") return Right::export_;
    if (permission == "bulk") return Right::bulk;
    if (permission == "import") return Right::import;
    return std::nullopt;
}

std::shared_ptr<const Viewer> Viewer::system() {
    static const auto viewer = [] {
        auto system = std::make_shared<Viewer>();
        system->name = "System";
        system->is_system = true;
        system->is_administrator = true;
        return std::shared_ptr<const Viewer>(system);
    }();
    return viewer;
}

const Reach& Viewer::reach(const model::EntityInfo& entity, Right right) const {
    static const Reach nothing{};
    static const Reach everything = [] {
        Reach reach;
        reach.everything = true;
        return reach;
    }();
    if (is_system) return everything;
    const auto number = static_cast<std::size_t>(entity.number);
    return number < entities.size() ? entities[number].reach[static_cast<int>(right)] : nothing;
}

FieldAccess Viewer::field(const model::EntityInfo& entity, const model::FieldInfo& field) const {
    if (is_system) return FieldAccess::write;
    const auto number = static_cast<std::size_t>(entity.number);
    if (number >= entities.size()) return FieldAccess::hidden;
    const auto found = entity.by_name_.find(field.name);
    const auto& levels = entities[number].fields;
    if (levels.empty() || found == entity.by_name_.end()) return FieldAccess::write;
    return static_cast<std::size_t>(found->second) < levels.size() ? levels[static_cast<std::size_t>(found->second)] : FieldAccess::hidden;
}

std::optional<formula::FieldType> ViewerSchema::field(std::string_view entity, std::string_view name) const {
    const model::EntityInfo* info = catalog_.find(entity);
    const model::FieldInfo* found = info ? info->field(name) : nullptr;
    if (!found || !viewer_.may(*info, Right::read) || !viewer_.reads(*info, *found)) return std::nullopt;
    if (found->is_many()) {
        const model::EntityInfo* target = catalog_.find(found->target);
        if (!target || !viewer_.may(*target, Right::read)) return std::nullopt;
    }
    return found->formula_type();
}

std::vector<std::string> ViewerSchema::field_names(std::string_view entity) const {
    std::vector<std::string> names;
    const model::EntityInfo* info = catalog_.find(entity);
    if (!info || !viewer_.may(*info, Right::read)) return names;
    for (const model::FieldInfo& field : info->fields)
        if (viewer_.reads(*info, field)) names.push_back(field.name);
    return names;
}

std::string ViewerSchema::title_field(std::string_view entity) const {
    const std::string title = catalog_.title_field(entity);
    return field(entity, title) ? title : std::string();  // a hidden title is none
}

}  // namespace fairlead::store
