// Reading and writing records by the catalogue.
#include "derive/record_json.h"

#include "base/text.h"

namespace fairlead::derive {

using formula::FieldType;
using model::ActionInfo;
using model::Catalog;
using model::EntityInfo;
using model::FieldInfo;
using model::Patch;
using model::Record;
using store::FieldAccess;
using store::Viewer;

// ---- Writing -----------------------------------------------------------------------------------------------

namespace {

void write_reference(JsonWriter& w, Id id, const EntityInfo& target, Source& source) {
    const auto title = source.title(target, id);
    if (!title) {
        w.null();
        return;
    }
    w.begin_object().text("id", id.text()).text("title", *title).end_object();
}

void write_number(JsonWriter& w, std::int64_t micros) {
    const std::int64_t seconds = micros / 1'000'000;
    if (micros % 1'000'000 == 0) {
        w.number(seconds);
        return;
    }
    w.raw(Decimal::scaled(micros, 6).text());
}

}  // namespace

void write_value(JsonWriter& w, const Value& value, const FieldType& type, Source& source) {
    if (value.empty()) w.null();
    else if (const auto* text = value.get<std::string>()) w.text(*text);
    else if (const auto* flag = value.get<bool>()) w.boolean(*flag);
    else if (const auto* whole = value.get<std::int64_t>()) {
        if (type.type == Type::decimal || type.type == Type::percent || type.target == formula::any_target) w.text(std::to_string(*whole));
        else w.number(*whole);
    } else if (const auto* decimal = value.get<Decimal>()) w.text(decimal->text());
    else if (const auto* money = value.get<Money>())
        w.begin_object().text("amount", money->amount_text()).text("currency", money->currency.text()).end_object();
    else if (const auto* date = value.get<Date>()) w.text(date->text());
    else if (const auto* instant = value.get<Instant>()) w.text(instant->text());
    else if (const auto* duration = value.get<Duration>()) write_number(w, duration->micros);
    else if (const auto* id = value.get<Id>()) {
        const EntityInfo* target = source.catalog().find(type.target);
        if (target) write_reference(w, *id, *target, source);
        else w.text(id->text());
    } else if (const auto* list = value.get<ValueList>()) {
        w.begin_array();
        if (*list)
            for (const Value& each : **list) write_value(w, each, type, source);
        w.end_array();
    }
}

namespace {

bool is_own_id(const FieldInfo& field) { return field.system && field.slot == model::slot_id; }

Refused unknown_field(std::string_view name, const EntityInfo& entity, const Viewer& viewer, std::string pointer) {
    std::vector<std::string> known;
    for (const FieldInfo& field : entity.fields)
        if (viewer.reads(entity, field)) known.push_back(field.name);
    const std::string near = nearest(name, known);
    std::string message = "There is no field \"" + std::string(name) + "\"";
    message += near.empty() ? ": see the catalogue for the fields of " + entity.label_plural : ": did you mean \"" + near + "\"?";
    return refuse(Why::bad_request, "unknown_field", std::move(message), std::move(pointer),
                  {{"name", std::string(name)}, {"near", near}});
}

}  // namespace

Result<Shape> shape_of(const Catalog& catalog, const Viewer& viewer, const EntityInfo& entity, const std::vector<std::string>& fields,
                       const std::vector<std::string>& expand) {
    Shape shape;
    shape.entity = &entity;
    const auto usable = [&](std::string_view name) -> const FieldInfo* {
        const FieldInfo* field = entity.field(name);
        return field && !field->is_many() && viewer.reads(entity, *field) ? field : nullptr;
    };
    if (fields.empty()) {
        for (const FieldInfo& field : entity.fields)
            if (!field.is_many() && viewer.reads(entity, field)) shape.parts.push_back(Shape::Part{&field, nullptr});
    } else {
        shape.parts.push_back(Shape::Part{&entity.fields[model::slot_id], nullptr});
        for (const std::string& name : fields) {
            const FieldInfo* field = usable(name);
            if (!field) return unknown_field(name, entity, viewer, "fields");
            const bool repeated = std::any_of(shape.parts.begin(), shape.parts.end(), [&](const auto& p) { return p.field == field; });
            if (!repeated) shape.parts.push_back(Shape::Part{field, nullptr});
        }
    }
    for (const std::string& name : expand) {
        const FieldInfo* field = usable(name);
        if (!field) return unknown_field(name, entity, viewer, "expand");
        if (field->type != Type::reference || is_own_id(*field))
            return refuse(Why::bad_request, "cannot_expand", "\"" + name + "\" is not a reference: only references open", "expand",
                          {{"name", name}});
        const EntityInfo& target = catalog.need(field->target);
        FAIRLEAD_ASSIGN(Shape inner, shape_of(catalog, viewer, target));
        auto part = std::find_if(shape.parts.begin(), shape.parts.end(), [&](const auto& p) { return p.field == field; });
        if (part == shape.parts.end()) part = shape.parts.insert(shape.parts.end(), Shape::Part{field, nullptr});
        part->expanded = std::make_unique<Shape>(std::move(inner));
    }
    return shape;
}

void write_members(JsonWriter& w, const Record& record, const Shape& shape, Source& source) {
    for (const Shape::Part& part : shape.parts) {
        const FieldInfo& field = *part.field;
        const Value& value = record.at(field.slot);
        w.key(field.name);
        if (is_own_id(field)) w.text(record.id().text());
        else if (part.expanded && value.is<Id>()) {
            const auto opened = source.record(*part.expanded->entity, value.as<Id>());
            if (!opened) {
                w.null();
                continue;
            }
            w.begin_object();
            w.text("title", title_of(*opened));
            for (const Shape::Part& inner : part.expanded->parts) {
                if (inner.field->name == "title") continue;  // the name of the record comes first, as in a reference
                w.key(inner.field->name);
                if (is_own_id(*inner.field)) w.text(opened->id().text());
                else write_value(w, opened->at(inner.field->slot), inner.field->formula_type(), source);
            }
            w.end_object();
        } else write_value(w, value, field.formula_type(), source);
    }
}

void write_record(JsonWriter& w, const Record& record, const Shape& shape, Source& source) {
    w.begin_object();
    write_members(w, record, shape, source);
    w.end_object();
}

void prefetch(const std::vector<Record>& records, const Shape& shape, Source& source) {
    for (const Shape::Part& part : shape.parts) {
        const FieldInfo& field = *part.field;
        if (field.type != Type::reference || is_own_id(field)) continue;
        const EntityInfo* target = source.catalog().find(field.target);
        if (!target) continue;
        std::vector<Id> ids;
        for (const Record& record : records)
            if (const auto* id = record.at(field.slot).get<Id>()) ids.push_back(*id);
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        if (ids.empty()) continue;
        if (!part.expanded) {
            source.want_titles(*target, ids);
            continue;
        }
        source.want_records(*target, ids);
        std::vector<Record> opened;
        for (const Id id : ids)
            if (auto record = source.record(*target, id)) opened.push_back(std::move(*record));
        prefetch(opened, *part.expanded, source);
    }
}

// ---- Reading -----------------------------------------------------------------------------------------------

namespace {

Refused wrong(const std::string& pointer, std::string_view wanted) {
    return refuse(Why::invalid, "wrong_type", "This must be " + std::string(wanted), pointer, {{"wanted", std::string(wanted)}});
}

Result<Value> read_money(const Json& json, const Currency& reporting, const std::string& pointer) {
    constexpr std::string_view form = "an amount, as {\"amount\": \"1234.50\", \"currency\": \"USD\"} or \"1234.50\"";
    std::string amount;
    Currency currency = reporting;
    if (json.is(Json::Kind::object)) {
        for (const auto& [name, value] : json.members) {
            if (name == "amount" && (value.is(Json::Kind::text) || value.is(Json::Kind::number))) amount = value.text;
            else if (name == "currency" && value.is(Json::Kind::text)) {
                const auto parsed = Currency::parse(value.text);
                if (!parsed)
                    return refuse(Why::invalid, "unknown_currency", "\"" + value.text + "\" is not a currency: write three letters, as USD",
                                  pointer + "/currency", {{"value", value.text}});
                currency = *parsed;
            } else return wrong(pointer, form);
        }
        if (amount.empty()) return wrong(pointer, form);
    } else if (json.is(Json::Kind::text) || json.is(Json::Kind::number)) amount = json.text;
    else return wrong(pointer, form);
    if (const auto money = Money::parse(amount, currency)) return Value(*money);
    // "1e3" and "5.00" in a currency without decimals are amounts too, as long as nothing is lost.
    if (const auto decimal = Decimal::parse(amount)) {
        const auto minor = decimal->to_scaled(currency.decimals(), Rounding::half_even);
        if (minor && Decimal::scaled(*minor, currency.decimals()) == *decimal) return Value(Money{*minor, currency});
        return refuse(Why::invalid, minor ? "too_many_decimals" : "number_too_large",
                      minor ? "\"" + amount + "\" has more decimals than " + currency.text() + " (" + std::to_string(currency.decimals()) + ")"
                            : "\"" + amount + "\" is too large for an amount",
                      pointer, {{"value", amount}, {"currency", currency.text()}, {"decimals", std::to_string(currency.decimals())}});
    }
    return wrong(pointer, form);
}

Result<Value> read_reference(const Json& json, const std::string& pointer) {
    const Json* id = &json;
    if (json.is(Json::Kind::object)) {
        for (const auto& member : json.members)
            if (member.first != "id" && member.first != "title")
                return refuse(Why::bad_request, "unknown_field", "A reference has an id, nothing else", pointer + pointer_to(member.first),
                              {{"name", member.first}, {"near", "id"}});
        id = json.find("id");
    }
    if (id && id->is(Json::Kind::text))
        if (const auto parsed = Id::parse(id->text)) return Value(*parsed);
    return wrong(pointer, "the id of a record as text, or {\"id\": \"...\"}");
}

Result<Value> read_decimal(const Json& json, const FieldType& type, const std::string& pointer) {
    if (!json.is(Json::Kind::text) && !json.is(Json::Kind::number)) return wrong(pointer, "a number, as \"0.05\"");
    const auto decimal = Decimal::parse(json.text);
    if (!decimal) return wrong(pointer, "a number with at most 12 decimals, as \"0.05\"");
    const auto kept = decimal->to_scaled(type.scale, Rounding::half_even);
    if (!kept) return refuse(Why::invalid, "number_too_large", "\"" + json.text + "\" is too large", pointer, {{"value", json.text}});
    if (Decimal::scaled(*kept, type.scale) != *decimal)
        return refuse(Why::invalid, "too_many_decimals", "\"" + json.text + "\" has more than " + std::to_string(type.scale) + " decimals",
                      pointer, {{"value", json.text}, {"decimals", std::to_string(type.scale)}});
    return Value(*decimal);
}

}  // namespace

Result<Value> read_value(const Json& json, const FieldType& type, const Currency& currency, const std::string& pointer) {
    if (json.is(Json::Kind::null)) return Value();
    const bool is_text = json.is(Json::Kind::text);
    switch (type.type) {
        case Type::boolean:
            if (!json.is(Json::Kind::boolean)) return wrong(pointer, "true or false");
            return Value(json.flag);
        case Type::whole: {
            if (type.target == formula::any_target && is_text) {
                const auto id = Id::parse(json.text);
                if (!id) return wrong(pointer, "the id of a record");
                return Value(id->value);
            }
            if (!json.is(Json::Kind::number)) return wrong(pointer, "a whole number");
            const auto decimal = Decimal::parse(json.text);
            const auto whole = decimal ? decimal->whole() : std::nullopt;
            if (!whole) return wrong(pointer, "a whole number");
            return Value(*whole);
        }
        case Type::decimal:
        case Type::percent: return read_decimal(json, type, pointer);
        case Type::money: return read_money(json, currency, pointer);
        case Type::text:
            if (!is_text) return wrong(pointer, "a text");
            return json.text.empty() ? Value() : Value(json.text);
        case Type::choice: {
            if (!is_text) return wrong(pointer, "one of the choices");
            if (json.text.empty()) return Value();
            if (std::find(type.choices.begin(), type.choices.end(), json.text) == type.choices.end())
                return refuse(Why::invalid, "unknown_choice", "\"" + json.text + "\" is not one of the choices: " + join(type.choices, ", "),
                              pointer, {{"value", json.text}, {"choices", join(type.choices, ", ")}});
            return Value(json.text);
        }
        case Type::date: {
            const auto date = is_text ? Date::parse(json.text) : std::nullopt;
            if (!date) return wrong(pointer, "a date, as \"2026-11-25\"");
            return Value(*date);
        }
        case Type::instant: {
            const auto instant = is_text ? Instant::parse(json.text) : std::nullopt;
            if (!instant) return wrong(pointer, "a moment, as \"2026-11-25T04:31:00Z\"");
            return Value(*instant);
        }
        case Type::duration: {
            const auto decimal = json.is(Json::Kind::number) ? Decimal::parse(json.text) : std::nullopt;
            const auto micros = decimal ? decimal->to_scaled(6, Rounding::half_even) : std::nullopt;
            if (!micros) return wrong(pointer, "a number of seconds");
            return Value(Duration{*micros});
        }
        case Type::reference: return read_reference(json, pointer);
        case Type::list: break;
    }
    return wrong(pointer, "left out: it cannot be written");
}

namespace {

// Collects refusals of several fields; the gravest kind decides the status.
struct Faults {
    std::vector<Refused> all;

    void add(Refused refused) { all.push_back(std::move(refused)); }
    Refused together() const {
        const Why order[] = {Why::bad_request, Why::forbidden};
        Why why = Why::invalid;
        for (auto at = std::rbegin(order); at != std::rend(order); ++at)
            for (const Refused& one : all)
                if (one.why == *at) why = *at;
        Refused out{why, {}};
        for (const Refused& one : all)
            if (one.why == why) out.reasons.insert(out.reasons.end(), one.reasons.begin(), one.reasons.end());
        return out;
    }
};

// May a body set this field? The order matters: what is hidden must not be told apart from what does not exist.
Result<void> settable(const FieldInfo& field, const EntityInfo& entity, const Viewer& viewer, const std::string& pointer) {
    if (field.is_many())
        return refuse(Why::invalid, "read_only", "\"" + field.name + "\" lists other records: change those", pointer, {{"name", field.name}});
    if (field.system || field.is_computed() || field.options.read_only)
        return refuse(Why::invalid, "read_only", "\"" + field.name + "\" is set by the program: leave it out", pointer, {{"name", field.name}});
    if (viewer.field(entity, field) != FieldAccess::write)
        return refuse(Why::forbidden, "field_read_only", "You may read \"" + field.name + "\" but not change it", pointer, {{"name", field.name}});
    return {};
}

}  // namespace

Result<Patch> read_patch(const Json& body, const Catalog& catalog, const EntityInfo& entity, const Viewer& viewer, Purpose,
                         const std::string& at) {
    if (!body.is(Json::Kind::object)) return refuse(Why::bad_request, "bad_json", "A record is a JSON object", at);
    const Currency reporting = Currency::parse(catalog.currency()).value_or(Currency{});
    Patch patch(entity);
    Faults faults;
    for (const auto& [name, json] : body.members) {
        const std::string pointer = at + pointer_to(name);
        const FieldInfo* field = entity.field(name);
        if (!field || !viewer.reads(entity, *field)) {
            faults.add(unknown_field(name, entity, viewer, pointer));
            continue;
        }
        if (auto may = settable(*field, entity, viewer, pointer); !may) {
            faults.add(may.refused());
            continue;
        }
        auto value = read_value(json, field->formula_type(), reporting, pointer);
        if (value) patch.set_slot(field->slot, std::move(*value));
        else faults.add(value.refused());
    }
    if (!faults.all.empty()) return faults.together();
    return patch;
}

Result<model::Parameters> read_parameters(const Json& body, const Catalog& catalog, const ActionInfo& action) {
    const Currency reporting = Currency::parse(catalog.currency()).value_or(Currency{});
    model::Parameters out;
    Faults faults;
    std::vector<std::string> names;
    for (const model::Parameter& p : action.declared->parameters) names.emplace_back(p.name);
    for (const auto& [name, json] : body.members) {
        const model::Parameter* declared = nullptr;
        for (const model::Parameter& p : action.declared->parameters)
            if (p.name == name) declared = &p;
        if (!declared) {
            const std::string near = nearest(name, names);
            faults.add(refuse(Why::bad_request, "unknown_field",
                              "\"" + action.label + "\" takes no \"" + name + "\"" + (near.empty() ? "" : ": did you mean \"" + near + "\"?"),
                              pointer_to(name), {{"name", name}, {"near", near}}));
            continue;
        }
        FieldType type{declared->type, std::string(declared->target), {}, 6, false};
        for (const model::Choice& choice : declared->choices) type.choices.emplace_back(choice.value);
        auto value = read_value(json, type, reporting, pointer_to(name));
        if (!value) faults.add(value.refused());
        else if (!value->empty()) out.emplace(name, std::move(*value));
    }
    for (const model::Parameter& p : action.declared->parameters)
        if (p.required && !out.contains(p.name) && faults.all.empty())
            faults.add(refuse(Why::invalid, "required", std::string(p.label) + " is empty: give it", pointer_to(p.name),
                              {{"name", std::string(p.name)}}));
    if (!faults.all.empty()) return faults.together();
    return out;
}

}  // namespace fairlead::derive
