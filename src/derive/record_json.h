// Records as JSON, both ways, by walking the catalogue's fields: what a reader sees of a record, and what a
// body may set of it.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "derive/json.h"
#include "derive/source.h"
#include "model/records.h"
#include "store/viewer.h"

namespace fairlead::derive {

// A value by its own type; references through `titles` as {"id", "title"}, null when out of reach.
void write_value(JsonWriter& w, const Value& value, const formula::FieldType& type, Source& source);

// Which fields of an entity an answer has, and which references it opens by one level.
struct Shape {
    struct Part {
        const model::FieldInfo* field = nullptr;
        std::unique_ptr<Shape> expanded;  // of a reference: the target's fields
    };
    const model::EntityInfo* entity = nullptr;
    std::vector<Part> parts;
};
// Everything the viewer reads; with `fields` only those (and the id). Unknown and hidden ones are refused alike.
Result<Shape> shape_of(const model::Catalog& catalog, const store::Viewer& viewer, const model::EntityInfo& entity,
                       const std::vector<std::string>& fields = {}, const std::vector<std::string>& expand = {});

// The members of the object, without its braces, so that a caller may add his own.
void write_members(JsonWriter& w, const model::Record& record, const Shape& shape, Source& source);
void write_record(JsonWriter& w, const model::Record& record, const Shape& shape, Source& source);
// Tells the source which titles and opened records these will need, so that it fetches them at once.
void prefetch(const std::vector<model::Record>& records, const Shape& shape, Source& source);

enum class Purpose { create, update };

// The fields a body sets. Every fault is reported, with pointers below `at`: 400 when a key is unknown (or
// hidden, which is the same), 403 when it may only be read, 422 when a value has the wrong form.
Result<model::Patch> read_patch(const Json& body, const model::Catalog& catalog, const model::EntityInfo& entity,
                                const store::Viewer& viewer, Purpose purpose, const std::string& at = {});
// Parameters of an action, typed by its declaration.
Result<model::Parameters> read_parameters(const Json& body, const model::Catalog& catalog, const model::ActionInfo& action);
// One value for a type; the reason names `pointer`.
Result<Value> read_value(const Json& json, const formula::FieldType& type, const Currency& currency, const std::string& pointer);

}  // namespace fairlead::derive
