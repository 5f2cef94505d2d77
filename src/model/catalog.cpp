// The catalogue made of the modules' declarations and the company's own fields, checked as a whole.
#include "model/catalog.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <set>

#include "base/text.h"

namespace fairlead::model {
namespace {

std::atomic<std::uint64_t> builds{0};

struct SystemField {
    const char* name;
    const char* label;
    Type type;
    const char* target;
};
// In the order of SystemSlot.
constexpr SystemField system_fields[] = {
    {"id", "Id", Type::reference, "self"},
    {"version", "Version", Type::whole, ""},
    {"created_at", "Created", Type::instant, ""},
    {"created_by", "Created by", Type::reference, "user"},
    {"updated_at", "Changed", Type::instant, ""},
    {"updated_by", "Changed by", Type::reference, "user"},
    {"deleted_at", "Deleted", Type::instant, ""},
    {"merged_into", "Merged into", Type::reference, "self"},
    {"last_seq", "Last change", Type::whole, ""},
    {"effective_at", "In effect since", Type::instant, ""},
};
static_assert(std::size(system_fields) == system_slots);

bool is_name(std::string_view name) {
    if (name.empty() || name.size() > 60 || !(name[0] >= 'a' && name[0] <= 'z')) return false;
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

FieldInfo field_info(const Field& declared) {
    FieldInfo info;
    info.name = declared.name;
    info.label = declared.label;
    info.help = declared.options.help;
    info.type = declared.type;
    info.target = declared.target;
    info.back = declared.back;
    info.formula_text = declared.formula;
    info.options = declared.options;
    for (const Choice& choice : declared.choices) info.choices.push_back({std::string(choice.value), std::string(choice.label)});
    return info;
}

FieldInfo field_info(const CustomField& custom) {
    FieldInfo info;
    info.name = custom.name;
    info.label = custom.label;
    info.help = custom.help;
    info.type = custom.type;
    info.target = custom.target;
    info.choices = custom.choices;
    info.custom = true;
    info.options.required = false;  // records that exist have no value: asked for in forms and imports only
    info.options.search = custom.search;
    info.options.dimension = custom.dimension;
    info.options.measure = custom.measure;
    info.options.scale = custom.scale;
    return info;
}

}  // namespace

std::vector<std::string> FieldInfo::columns() const {
    if (type == Type::reference) return {name == "id" ? name : name + "_id"};
    if (type == Type::money) return {name, name + "_cur", name + "_rep"};
    return {name};
}

void FieldInfo::settle() {
    formula_type_ = {};
    formula_type_.type = type;
    formula_type_.target = options.meaning == Meaning::any_record ? std::string(formula::any_target) : target;
    formula_type_.scale = options.scale;
    formula_type_.is_many = is_many();
    for (const ChoiceInfo& choice : choices) formula_type_.choices.push_back(choice.value);
}

// Most names are asked for again and again, from the same text: where that one stood the last time is looked at first.
const FieldInfo* EntityInfo::field(std::string_view field_name) const {
    struct Last {
        const EntityInfo* entity = nullptr;
        const char* name = nullptr;
        std::size_t at = 0;
    };
    thread_local std::array<Last, 512> lasts;
    Last& last = lasts[(reinterpret_cast<std::uintptr_t>(field_name.data()) * 31 + reinterpret_cast<std::uintptr_t>(this) / 64) % lasts.size()];
    if (last.entity == this && last.name == field_name.data() && last.at < fields.size() && fields[last.at].name == field_name) return &fields[last.at];
    const auto found = by_name_.find(std::string(field_name));
    if (found != by_name_.end()) last = {this, field_name.data(), static_cast<std::size_t>(found->second)};
    return found == by_name_.end() ? nullptr : &fields[static_cast<std::size_t>(found->second)];
}

const FieldInfo& EntityInfo::need(std::string_view field_name) const {
    const FieldInfo* found = field(field_name);
    if (!found) throw InvariantBroken("the entity " + name + " has no field " + std::string(field_name));
    return *found;
}

namespace {

// Builds the catalogue step by step and gathers every fault, so that all can be mended at once.
class Builder {
  public:
    Builder(std::span<const Module* const> modules, std::span<const CustomField> custom) : modules_(modules), custom_(custom) {}

    std::vector<std::unique_ptr<EntityInfo>> entities;
    std::vector<Refusal> faults;

    void add_entities() {
        for (const Module* module : modules_)
            for (const Entity* declared : module->entities) add_entity(*module, *declared);
        for (const CustomField& field : custom_)
            if (!by_name_.contains(field.entity)) fault(field.entity, "unknown_entity", "The custom field " + field.name + " belongs to no entity");
    }

    void check_targets() {
        for (const auto& entity : entities)
            for (const FieldInfo& field : entity->fields) check_target(*entity, field);
    }

    void fault(const std::string& place, const char* code, std::string message) { faults.push_back({code, place, std::move(message), {}}); }

  private:
    void add_entity(const Module& module, const Entity& declared) {
        auto entity = std::make_unique<EntityInfo>();
        entity->name = declared.name;
        entity->plural = declared.plural;
        entity->label = declared.label;
        entity->label_plural = declared.label_plural;
        entity->title = declared.title;
        entity->icon = declared.icon;
        entity->help = declared.help;
        entity->module = module.name;
        entity->access = declared.access;
        entity->big = declared.big;
        entity->logged = declared.logged;
        entity->changes_access = declared.changes_access;
        entity->administrators = declared.administrators;
        entity->number = static_cast<int>(entities.size());
        if (!is_name(entity->name) || !is_name(entity->plural)) fault(entity->name, "bad_name", "Names are lower case with underscores");
        if (by_name_.contains(entity->name)) fault(entity->name, "duplicate_name", "Two entities have this name");
        add_fields(*entity, declared);
        give_slots(*entity);
        by_name_[entity->name] = entity.get();
        entities.push_back(std::move(entity));
    }

    void add_fields(EntityInfo& entity, const Entity& declared) {
        for (const SystemField& system : system_fields) {
            FieldInfo info;
            info.name = system.name;
            info.label = system.label;
            info.type = system.type;
            info.target = std::string_view(system.target) == "self" ? entity.name : system.target;
            info.system = true;
            info.options.read_only = true;
            info.options.dimension = info.type == Type::reference && info.name != "id";
            entity.fields.push_back(std::move(info));
        }
        for (const Field& field : declared.fields) entity.fields.push_back(field_info(field));
        for (const CustomField& field : custom_) {
            if (field.entity != entity.name) continue;
            if (!field.name.starts_with("x_")) fault(entity.name + "." + field.name, "bad_name", "A custom field's name begins with x_");
            entity.fields.push_back(field_info(field));
        }
        for (std::size_t i = 0; i < entity.fields.size(); ++i) {
            FieldInfo& field = entity.fields[i];
            field.settle();
            if (!is_name(field.name)) fault(entity.name + "." + field.name, "bad_name", "Names are lower case with underscores");
            // PostgreSQL's names have 63 bytes, and columns are named after fields with an ending.
            if (field.name.size() > 55) fault(entity.name + "." + field.name, "name_too_long", "A field's name has 55 letters at most");
            if (!entity.by_name_.emplace(field.name, static_cast<int>(i)).second)
                fault(entity.name + "." + field.name, "duplicate_name", "Two fields have this name");
        }
    }

    void give_slots(EntityInfo& entity) {
        int slot = 0;
        for (FieldInfo& field : entity.fields)
            if (field.is_stored()) field.slot = slot++;
        entity.stored_slots = slot;
        for (FieldInfo& field : entity.fields)
            if (field.is_computed()) field.slot = slot++;
        entity.slots = slot;
        entity.slot_to_field_.assign(static_cast<std::size_t>(slot), -1);
        for (std::size_t i = 0; i < entity.fields.size(); ++i)
            if (entity.fields[i].slot >= 0) entity.slot_to_field_[static_cast<std::size_t>(entity.fields[i].slot)] = static_cast<int>(i);
        for (const FieldInfo& field : entity.fields) {
            if (field.options.meaning == Meaning::owner) entity.owner_slot = field.slot;
            if (field.options.meaning == Meaning::team) entity.team_slot = field.slot;
            if (field.options.meaning == Meaning::territory) entity.territory_slot = field.slot;
            if (field.options.meaning == Meaning::parent_access) entity.parent_slot = field.slot;
        }
        const FieldInfo* title = entity.field(entity.title);
        if (!title || title->slot < 0) fault(entity.name, "no_title", "The title names no field with a value");
        else entity.title_slot = title->slot;
        if (entity.access == AccessKind::inherits && entity.parent_slot < 0)
            fault(entity.name, "no_parent", "Access is inherited, but no field is marked as the parent");
    }

    void check_target(const EntityInfo& entity, const FieldInfo& field) {
        const std::string place = entity.name + "." + field.name;
        if (field.type != Type::reference && !field.is_many()) return;
        const auto target = by_name_.find(field.target);
        if (target == by_name_.end()) return fault(place, "unknown_entity", "It refers to " + field.target + ", which does not exist");
        if (!field.is_many()) return;
        const FieldInfo* back = target->second->field(field.back);
        if (!back || back->type != Type::reference || back->target != entity.name)
            fault(place, "no_way_back", field.target + "." + field.back + " does not refer to " + entity.name);
    }

    std::span<const Module* const> modules_;
    std::span<const CustomField> custom_;
    std::unordered_map<std::string, EntityInfo*> by_name_;
};

// A computed field may use other computed fields, but not itself by any way.
void find_cycles(const EntityInfo& entity, std::vector<Refusal>& faults) {
    std::set<std::string> done;
    for (const FieldInfo& start : entity.fields) {
        if (!start.formula) continue;
        std::vector<std::string> open{start.name};
        std::set<std::string> seen;
        while (!open.empty()) {
            const std::string name = open.back();
            open.pop_back();
            const FieldInfo* field = entity.field(name);
            if (!field || !field->formula) continue;
            for (const std::string& used : field->formula->fields) {
                if (used == start.name) {
                    if (done.insert(start.name).second)
                        faults.push_back({"cycle", entity.name + "." + start.name, "The computed field uses itself", {}});
                } else if (seen.insert(used).second) {
                    open.push_back(used);
                }
            }
        }
    }
}

}  // namespace

Result<std::shared_ptr<const Catalog>> Catalog::build(std::span<const Module* const> modules, std::span<const CustomField> custom,
                                                      std::string reporting_currency) {
    Builder builder(modules, custom);
    builder.add_entities();
    builder.check_targets();
    if (!builder.faults.empty()) return Refused{Why::invalid, builder.faults};

    auto catalog = std::make_shared<Catalog>();
    catalog->entities_ = std::move(builder.entities);
    catalog->modules_.assign(modules.begin(), modules.end());
    catalog->custom_.assign(custom.begin(), custom.end());
    catalog->currency_ = std::move(reporting_currency);
    catalog->version_ = ++builds;
    for (const auto& entity : catalog->entities_) {
        catalog->by_name_[entity->name] = entity.get();
        catalog->by_plural_[entity->plural] = entity.get();
    }

    formula::CheckOptions options;
    options.currency = catalog->currency_;
    const auto checked = [&](std::string_view text, const EntityInfo& entity, const std::string& place, std::optional<Type> expected) {
        options.expected = expected;
        auto result = formula::check(text, *catalog, entity.name, options);
        if (result) return *result;
        for (Refusal reason : result.refused().reasons) {
            reason.field = place;
            builder.faults.push_back(std::move(reason));
        }
        return formula::Formula{};
    };

    std::size_t number = 0;
    for (const Module* module : modules) {
        for (const Entity* declared : module->entities) {
            EntityInfo& entity = *catalog->entities_[number++];
            for (FieldInfo& field : entity.fields) {
                const std::string place = entity.name + "." + field.name;
                if (field.is_computed()) field.formula = checked(field.formula_text, entity, place, field.type);
                if (!field.options.initial.empty()) field.initial = checked(field.options.initial, entity, place, field.type);
            }
            for (const Rule& rule : declared->rules)
                entity.rules.push_back({std::string(rule.code), std::string(rule.message), std::string(rule.field),
                                        checked(rule.formula, entity, entity.name + "/" + std::string(rule.code), Type::boolean)});
            for (const Action& action : declared->actions)
                entity.actions.push_back({std::string(action.name), std::string(action.label), std::string(action.help),
                                          std::string(action.permission), &action,
                                          action.when.empty() ? formula::Formula{}
                                                              : checked(action.when, entity, entity.name + "/" + std::string(action.name), Type::boolean)});
            find_cycles(entity, builder.faults);
        }
    }
    if (!builder.faults.empty()) return Refused{Why::invalid, builder.faults};
    return std::shared_ptr<const Catalog>(catalog);
}

const EntityInfo* Catalog::find(std::string_view name) const {
    const auto found = by_name_.find(std::string(name));
    return found == by_name_.end() ? nullptr : found->second;
}

const EntityInfo* Catalog::find_plural(std::string_view plural) const {
    const auto found = by_plural_.find(std::string(plural));
    return found == by_plural_.end() ? nullptr : found->second;
}

const EntityInfo& Catalog::need(std::string_view name) const {
    const EntityInfo* found = find(name);
    if (!found) throw InvariantBroken("no entity " + std::string(name));
    return *found;
}

std::vector<const Listener*> Catalog::listeners(std::string_view entity) const {
    std::vector<const Listener*> found;
    for (const Module* module : modules_)
        for (const Listener& listener : module->listeners)
            if (listener.entity == entity) found.push_back(&listener);
    return found;
}

std::optional<formula::FieldType> Catalog::field(std::string_view entity, std::string_view name) const {
    const EntityInfo* info = find(entity);
    const FieldInfo* found = info ? info->field(name) : nullptr;
    if (!found) return std::nullopt;
    return found->formula_type();
}

std::vector<std::string> Catalog::field_names(std::string_view entity) const {
    std::vector<std::string> names;
    if (const EntityInfo* info = find(entity))
        for (const FieldInfo& field : info->fields) names.push_back(field.name);
    return names;
}

std::string Catalog::title_field(std::string_view entity) const {
    const EntityInfo* info = find(entity);
    return info ? info->title : std::string();
}

}  // namespace fairlead::model
