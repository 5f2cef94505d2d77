// Parsing with limits over the event parser of Boost.JSON, and the writer.
#include "derive/json.h"

#include "base/decimal.h"

#include <boost/json/basic_parser_impl.hpp>
#include <unordered_set>

#include "base/text.h"

namespace fairlead::derive {
namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

// Builds the tree from the parser's events. Stops at the first repeated key.
class Builder {
  public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    Json root;
    std::string repeated;  // the key that came twice

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return begin(Json::Kind::object); }
    bool on_object_end(std::size_t, error_code& e) { return end(e); }
    bool on_array_begin(error_code&) { return begin(Json::Kind::array); }
    bool on_array_end(std::size_t, error_code& e) { return end(e); }
    bool on_key_part(string_view s, std::size_t, error_code&) { return collect(s); }
    bool on_key(string_view s, std::size_t, error_code& e) {
        collect(s);
        if (!keys_.back().insert(text_).second) {
            repeated = text_;
            e = json::error::syntax;
            return false;
        }
        key_ = std::move(text_);
        text_.clear();
        return true;
    }
    bool on_string_part(string_view s, std::size_t, error_code&) { return collect(s); }
    bool on_string(string_view s, std::size_t, error_code&) { return leaf(Json::Kind::text, s); }
    bool on_number_part(string_view s, error_code&) { return collect(s); }
    bool on_int64(std::int64_t, string_view s, error_code&) { return leaf(Json::Kind::number, s); }
    bool on_uint64(std::uint64_t, string_view s, error_code&) { return leaf(Json::Kind::number, s); }
    bool on_double(double, string_view s, error_code&) { return leaf(Json::Kind::number, s); }
    bool on_bool(bool value, error_code&) {
        place(Json::Kind::boolean).flag = value;
        return true;
    }
    bool on_null(error_code&) {
        place(Json::Kind::null);
        return true;
    }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

  private:
    bool collect(string_view s) {
        text_.append(s.data(), s.size());
        return true;
    }
    bool leaf(Json::Kind kind, string_view s) {
        collect(s);
        std::string text = std::move(text_);
        text_.clear();
        place(kind).text = std::move(text);
        return true;
    }
    // Where the next value goes. The pointers in `open_` stay good: only the innermost container grows.
    Json& place(Json::Kind kind) {
        Json* target = &root;
        if (!open_.empty()) {
            Json& parent = *open_.back();
            target = parent.is(Json::Kind::array) ? &parent.items.emplace_back()
                                                  : &parent.members.emplace_back(std::move(key_), Json{}).second;
        }
        target->kind = kind;
        return *target;
    }
    bool begin(Json::Kind kind) {
        open_.push_back(&place(kind));
        keys_.emplace_back();
        return true;
    }
    bool end(error_code&) {
        open_.pop_back();
        keys_.pop_back();
        return true;
    }

    std::vector<Json*> open_;
    std::vector<std::unordered_set<std::string>> keys_;
    std::string text_, key_;
};

constexpr std::size_t depth_max = 64;

}  // namespace

const Json* Json::find(std::string_view name) const {
    for (const auto& member : members)
        if (member.first == name) return &member.second;
    return nullptr;
}

Result<Json> parse_json(std::string_view body) {
    json::parse_options options;
    options.max_depth = depth_max;
    json::basic_parser<Builder> parser(options);
    error_code error;
    const std::size_t read = parser.write_some(false, body.data(), body.size(), error);
    Builder& built = parser.handler();
    if (!built.repeated.empty() || (error && !built.repeated.empty()))
        return refuse(Why::bad_request, "duplicate_key", "The key \"" + built.repeated + "\" comes twice in one object: leave one",
                      {}, {{"name", built.repeated}});
    if (!error && read < body.size() && trim(body.substr(read)).empty() == false) error = json::error::extra_data;
    if (error == json::error::too_deep)
        return refuse(Why::bad_request, "bad_json", "The body is nested deeper than 64 levels", {}, {{"place", std::to_string(read)}});
    if (error)
        return refuse(Why::bad_request, "bad_json",
                      "The body is not JSON: " + error.message() + " at byte " + std::to_string(read), {},
                      {{"place", std::to_string(read)}});
    return std::move(built.root);
}

Result<Json> parse_object(std::string_view body) {
    FAIRLEAD_ASSIGN(Json json, parse_json(body));
    if (!json.is(Json::Kind::object)) return refuse(Why::bad_request, "bad_json", "The body must be a JSON object, as {\"name\": \"Acme\"}");
    return json;
}

namespace {
void write(JsonWriter& w, const Json& json) {
    switch (json.kind) {
        case Json::Kind::null: w.null(); break;
        case Json::Kind::boolean: w.boolean(json.flag); break;
        case Json::Kind::number: w.raw(json.text); break;
        case Json::Kind::text: w.text(json.text); break;
        case Json::Kind::array:
            w.begin_array();
            for (const Json& item : json.items) write(w, item);
            w.end_array();
            break;
        case Json::Kind::object:
            w.begin_object();
            for (const auto& [name, value] : json.members) {
                w.key(name);
                write(w, value);
            }
            w.end_object();
            break;
    }
}
}  // namespace

std::string to_json(const Json& json) {
    JsonWriter w;
    write(w, json);
    return w.take();
}

std::string pointer_to(std::string_view name) {
    std::string out = "/";
    for (const char c : name) {
        if (c == '~') out += "~0";
        else if (c == '/') out += "~1";
        else out += c;
    }
    return out;
}

void JsonWriter::separate() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':') out_ += ',';
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    out_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    text(name);
    out_ += ':';
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    separate();
    out_ += '"';
    append_json_escaped(out_, value);
    out_ += '"';
    return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value) { return raw(std::to_string(value)); }

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

std::string text_in(const Json& json, std::string_view name) { return json.find(name) != nullptr ? json.find(name)->text : std::string(); }
Id id_in(const Json& json, std::string_view name) { return Id::parse(text_in(json, name)).value_or(Id{}); }
std::int64_t whole_in(const Json& json, std::string_view name) {
    const auto decimal = Decimal::parse(text_in(json, name));
    return decimal ? decimal->whole().value_or(0) : 0;
}
bool flag_in(const Json& json, std::string_view name) { return json.find(name) != nullptr && json.find(name)->flag; }

}  // namespace fairlead::derive
