// JSON as this floor reads and writes it: bodies become small trees whose numbers stay text, so that no amount
// passes through binary floating point; answers are written straight into a string.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/result.h"

namespace fairlead::derive {

// A parsed value. A number keeps its text ("1e3", "0.10"); members keep their order.
struct Json {
    // Defined below, where a member is a complete type: clang asks for that.
    Json();
    Json(const Json&);
    Json(Json&&) noexcept;
    Json& operator=(const Json&);
    Json& operator=(Json&&) noexcept;
    ~Json();

    enum class Kind : std::uint8_t { null, boolean, number, text, array, object };
    Kind kind = Kind::null;
    bool flag = false;
    std::string text;                                   // of a text or a number
    std::vector<Json> items;                            // of an array
    std::vector<std::pair<std::string, Json>> members;  // of an object

    bool is(Kind k) const { return kind == k; }
    const Json* find(std::string_view name) const;      // null when absent or not an object
};
inline Json::Json() = default;
inline Json::Json(const Json&) = default;
inline Json::Json(Json&&) noexcept = default;
inline Json& Json::operator=(const Json&) = default;
inline Json& Json::operator=(Json&&) noexcept = default;
inline Json::~Json() = default;

// Strict JSON in UTF-8, at most 64 deep, without repeated keys. Refuses with `bad_json` or `duplicate_key`.
Result<Json> parse_json(std::string_view body);
// The same, and it must be an object.
Result<Json> parse_object(std::string_view body);
// Back to text, for what is kept as it came.
std::string to_json(const Json& json);

// Members of JSON that this program wrote itself: what is missing reads as empty, none, 0, false. (What others send
// is read by text_at() and its like in app.h, which refuse.)
std::string text_in(const Json& json, std::string_view name);
Id id_in(const Json& json, std::string_view name);
std::int64_t whole_in(const Json& json, std::string_view name);
bool flag_in(const Json& json, std::string_view name);

// One step of a JSON pointer (RFC 6901): "/" and the escaped name.
std::string pointer_to(std::string_view name);

// Writes JSON into one string; commas come by themselves.
class JsonWriter {
  public:
    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { out_ += '}'; return *this; }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { out_ += ']'; return *this; }
    JsonWriter& key(std::string_view name);
    JsonWriter& text(std::string_view value);
    JsonWriter& number(std::int64_t value);
    JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
    JsonWriter& null() { return raw("null"); }
    JsonWriter& raw(std::string_view json);             // already JSON
    // key and value at once
    JsonWriter& text(std::string_view name, std::string_view value) { return key(name).text(value); }
    JsonWriter& number(std::string_view name, std::int64_t value) { return key(name).number(value); }
    JsonWriter& boolean(std::string_view name, bool value) { return key(name).boolean(value); }

    std::string& out() { return out_; }
    std::string take() { return std::move(out_); }

  private:
    void separate();
    JsonWriter& open(char bracket);

    std::string out_;
};

}  // namespace fairlead::derive
