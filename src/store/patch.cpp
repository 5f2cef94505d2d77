// Writing and reading the text of a log entry's values.
#include "store/patch.h"

#include <charconv>

#include "base/text.h"
#include "store/database.h"

namespace fairlead::store {
namespace {

void append_whole(std::string& out, std::int64_t whole) {
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, whole).ptr;
    out.append(buffer, end);
}

void append_value(std::string& out, const Value& value, const Value& reporting) {
    if (value.empty()) out += "null";
    else if (const auto* flag = value.get<bool>()) out += *flag ? "true" : "false";
    else if (const auto* whole = value.get<std::int64_t>()) append_whole(out, *whole);
    else if (const auto* id = value.get<Id>()) append_whole(out, id->value);
    else if (const auto* date = value.get<Date>()) append_whole(out, date->days);
    else if (const auto* instant = value.get<Instant>()) append_whole(out, instant->micros);
    else if (const auto* duration = value.get<Duration>()) append_whole(out, duration->micros);
    else if (const auto* decimal = value.get<Decimal>()) out += '"' + decimal->text() + '"';
    else if (const auto* text = value.get<std::string>()) {
        out += '"';
        append_json_escaped(out, *text);
        out += '"';
    } else if (const auto* money = value.get<Money>()) {
        out += '[';
        append_whole(out, money->minor);
        out += ",\"" + money->currency.text() + "\",";
        if (reporting.empty()) out += "null";
        else append_whole(out, reporting.as<std::int64_t>());
        out += ']';
    } else {
        throw InvariantBroken("a list is never stored");
    }
}

// Reads exactly what is written above (and white space nowhere).
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}
    bool done() const { return at_ == text_.size(); }
    bool take(char c) {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void need(char c) {
        if (!take(c)) damaged();
    }
    [[noreturn]] void damaged() const {
        throw DatabaseError(DatabaseError::corrupt, "The values of a change-log entry cannot be read at byte " + std::to_string(at_));
    }

    bool word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }
    std::int64_t whole() {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc()) damaged();
        at_ = static_cast<std::size_t>(end - text_.data());
        return value;
    }
    std::string string() {
        need('"');
        std::string out;
        while (at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] != '\\') {
                out += text_[at_++];
                continue;
            }
            if (at_ + 1 >= text_.size()) damaged();
            const char c = text_[at_ + 1];
            at_ += 2;
            switch (c) {
                case 'n': out += '\n'; break;
                case 't': out += '\t'; break;
                case 'r': out += '\r'; break;
                case 'b': out += '\b'; break;
                case 'f': out += '\f'; break;
                case 'u': append_code(out); break;
                default: out += c;
            }
        }
        need('"');
        return out;
    }
    // Of a field: letters, digits and underlines.
    std::string_view name() {
        need('"');
        const std::size_t begin = at_, end = text_.find('"', at_);
        if (end == std::string_view::npos) damaged();
        at_ = end + 1;
        return text_.substr(begin, end - begin);
    }
    // Any value, thrown away: of a field that is no longer declared.
    void skip() {
        if (word("null") || word("true") || word("false")) return;
        if (at_ < text_.size() && text_[at_] == '"') {
            for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) at_ += text_[at_] == '\\' ? 1 : 0;
            need('"');
        } else if (take('[')) {
            do skip();
            while (take(','));
            need(']');
        } else {
            whole();
        }
    }
    void value(const model::FieldInfo& field, Value& out, Value& reporting) {
        if (word("null")) return;
        switch (field.type) {
            case Type::boolean: out = word("true") ? true : (word("false") ? false : (damaged(), false)); break;
            case Type::whole: out = whole(); break;
            case Type::reference: out = Id{whole()}; break;
            case Type::date: out = Date{static_cast<std::int32_t>(whole())}; break;
            case Type::instant: out = Instant{whole()}; break;
            case Type::duration: out = Duration{whole()}; break;
            case Type::text:
            case Type::choice: out = string(); break;
            case Type::decimal:
            case Type::percent: {
                const auto decimal = Decimal::parse(string());
                if (!decimal) damaged();
                out = *decimal;
                break;
            }
            case Type::money: {
                need('[');
                const std::int64_t minor = whole();
                need(',');
                const auto currency = Currency::parse(string());
                need(',');
                if (!word("null")) reporting = whole();
                need(']');
                out = Money{minor, currency.value_or(Currency{})};
                break;
            }
            case Type::list: damaged();
        }
    }

  private:
    void append_code(std::string& out) {
        unsigned code = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + std::min(at_ + 4, text_.size()), code, 16);
        if (error != std::errc()) damaged();
        at_ = static_cast<std::size_t>(end - text_.data());
        if (code < 0x80) {
            out += static_cast<char>(code);
        } else if (code < 0x800) {
            out += static_cast<char>(0xC0 | (code >> 6));
            out += static_cast<char>(0x80 | (code & 0x3F));
        } else {
            out += static_cast<char>(0xE0 | (code >> 12));
            out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
            out += static_cast<char>(0x80 | (code & 0x3F));
        }
    }
    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::string write_patch(const model::EntityInfo& entity, const std::vector<FieldChange>& changes) {
    std::string out = "{";
    out.reserve(64 + changes.size() * 32);
    for (const FieldChange& change : changes) {
        if (out.size() > 1) out += ',';
        out += '"';
        out += entity.by_slot(change.slot).name;
        out += "\":[";
        append_value(out, change.before, change.before_reporting);
        out += ',';
        append_value(out, change.after, change.after_reporting);
        out += ']';
    }
    return out += '}';
}

std::vector<const model::FieldInfo*> fields_of_patch(const model::EntityInfo& entity, std::string_view text) {
    std::vector<const model::FieldInfo*> fields;
    if (text.empty()) return fields;  // erased
    Reader reader(text);
    reader.need('{');
    if (reader.take('}')) return fields;
    do {
        const model::FieldInfo* field = entity.field(reader.name());
        reader.need(':');
        reader.skip();
        if (field && field->is_stored()) fields.push_back(field);
    } while (reader.take(','));
    reader.need('}');
    return fields;
}

SideOfPatch::SideOfPatch(const model::EntityInfo& entity, Side side) : side_(side) {
    for (const model::FieldInfo& field : entity.fields)
        if (field.is_stored()) stored_.emplace(field.name, &field);
}

void SideOfPatch::each(std::string_view text, const std::function<bool(const model::FieldInfo&)>& wanted,
                       const std::function<void(const model::FieldInfo&, const Value& value, const Value& reporting)>& take) const {
    if (text.empty()) return;  // erased
    Reader reader(text);
    reader.need('{');
    if (reader.take('}')) return;
    do {
        const auto found = stored_.find(reader.name());
        reader.need(':');
        if (found == stored_.end() || !wanted(*found->second)) {
            reader.skip();
            continue;
        }
        Value value, reporting;
        reader.need('[');
        if (side_ == after) {
            reader.skip();
            reader.need(',');
        }
        reader.value(*found->second, value, reporting);
        if (side_ == before) {
            reader.need(',');
            reader.skip();
        }
        reader.need(']');
        take(*found->second, value, reporting);
    } while (reader.take(','));
    reader.need('}');
}

std::vector<FieldChange> read_patch(const model::EntityInfo& entity, std::string_view text) {
    std::vector<FieldChange> changes;
    if (text.empty()) return changes;  // erased
    Reader reader(text);
    reader.need('{');
    if (reader.take('}')) return changes;
    do {
        const std::string_view name = reader.name();
        reader.need(':');
        const model::FieldInfo* field = entity.field(name);
        if (!field || !field->is_stored()) {
            reader.skip();
            continue;
        }
        FieldChange change;
        change.slot = field->slot;
        reader.need('[');
        reader.value(*field, change.before, change.before_reporting);
        reader.need(',');
        reader.value(*field, change.after, change.after_reporting);
        reader.need(']');
        changes.push_back(std::move(change));
    } while (reader.take(','));
    reader.need('}');
    return changes;
}

}  // namespace fairlead::store
