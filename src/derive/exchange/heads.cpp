// Matching heads with fields.
#include "derive/exchange/heads.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "derive/exchange/cell_value.h"
#include "derive/words.h"

namespace fairlead::derive {

using model::EntityInfo;
using model::FieldInfo;
using model::Meaning;

namespace {

constexpr const char* languages[] = {"en", "vi"};

// What heads call a field by what it means, whatever the kind of record; a field's own words come first.
struct MeaningWords {
    Meaning meaning;
    const char* words;
};
constexpr MeaningWords meaning_words[] = {
    {Meaning::owner, "owner|owner name|assigned to|sales rep|sales representative|salesperson|sales person|account manager|sales|nhân viên phụ trách|người phụ trách|phụ trách|sale phụ trách|sales phụ trách|nhân viên kinh doanh|"
                     "nhân viên bán hàng|nhân viên sale|nhân viên chăm sóc|nhân viên quản lý|nhân viên|chuyên viên phụ trách|chuyên viên|người quản lý|người chăm sóc"},
    {Meaning::team, "sales team|team name|phòng|phòng ban|bộ phận|nhóm kinh doanh|đội|đội kinh doanh"},
    {Meaning::external_id, "old code|old id|legacy id|legacy code|external id|crm id|source id|reference code|mã|mã số|mã cũ|mã hệ thống|mã hệ thống cũ|mã crm|mã tham chiếu|mã nội bộ"},
    {Meaning::phone, "tel|tel no|telephone|telephone number|phone no|phone|contact number|hotline|số điện thoại|điện thoại|số liên hệ|điện thoại liên hệ|điện thoại công ty|điện thoại bàn"},
    {Meaning::email, "mail|email|email address|địa chỉ email|địa chỉ mail|thư điện tử|hòm thư|email liên hệ|email công ty"},
    {Meaning::url, "web|website|web site|site|homepage|home page|web address|trang web|trang chủ|địa chỉ web"},
};
// How Vietnamese heads are shortened.
constexpr std::pair<const char*, const char*> abbreviations[] = {
    {"nv", "nhan vien"},     {"nvkd", "nhan vien kinh doanh"}, {"nvbh", "nhan vien ban hang"}, {"kh", "khach hang"}, {"khtn", "khach hang tiem nang"}, {"sdt", "so dien thoai"},
    {"dt", "dien thoai"},    {"dtdd", "dien thoai di dong"},   {"dd", "di dong"},              {"cty", "cong ty"},   {"sp", "san pham"},               {"hh", "hang hoa"},
    {"hd", "hop dong"},      {"dn", "doanh nghiep"},           {"dvt", "don vi tinh"},         {"kd", "kinh doanh"}, {"tp", "thanh pho"},              {"dc", "dia chi"},
    {"mst", "ma so thue"},   {"qg", "quoc gia"},               {"lh", "lien he"},              {"gt", "gia tri"},    {"sl", "so luong"},               {"bp", "bo phan"},
};
// Heads of numbers that look like telephone numbers and are none, and what else a value must not be guessed for.
constexpr const char* other_things[] = {"fax", "telex", "cccd", "cmnd", "passport", "iban", "swift", "bank", "taikhoan", "hochieu", "cancuoc", "mst", "masothue", "tax", "vat"};
bool is_other_thing(std::string_view key) {
    return std::any_of(std::begin(other_things), std::end(other_things), [&](const char* word) { return key.find(word) != std::string_view::npos; });
}

bool is_currency_head(std::string_view key) {
    constexpr std::string_view heads[] = {"currency", "currencycode", "currencyisocode", "ccy", "tiente", "loaitien", "donvitiente", "dongtien", "matiente"};
    return std::find(std::begin(heads), std::end(heads), key) != std::end(heads);
}

struct Word {
    std::string key;  // letters and digits, folded: "FirstName", "first_name" and "First name" are one
    std::vector<std::string> tokens;
    std::size_t field;
    bool own = false;      // the field's own name or label
    bool general = false;  // of its meaning
};

std::vector<std::string> tokens_of(std::string_view text) {
    std::vector<std::string> tokens(1);
    for (const char c : fold(text)) {
        const bool part = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
        if (part) tokens.back() += c;
        else if (!tokens.back().empty()) tokens.emplace_back();
    }
    if (tokens.back().empty()) tokens.pop_back();
    return tokens;
}

// "NV phụ trách" in full, as a key.
std::string spelt_out(std::string_view name) {
    std::string full;
    for (const std::string& token : tokens_of(name)) {
        const auto known = std::find_if(std::begin(abbreviations), std::end(abbreviations), [&](const auto& one) { return token == one.first; });
        full += known == std::end(abbreviations) ? token : loose_key(known->second);
    }
    return full;
}

struct Candidate {
    double confidence;
    std::size_t column, field;
    const char* why;
};

class Matcher {
  public:
    Matcher(const EntityInfo& entity, const store::Viewer& viewer) {
        for (const FieldInfo& field : entity.fields)
            if (may_import(entity, field, viewer)) fields_.push_back(&field);
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            const FieldInfo& field = *fields_[i];
            add(field.name, i, true);
            for (const char* language : languages) add(field_label(entity, field, language), i, true);
            for (const std::string& synonym : split(field.options.synonyms, '|')) add(synonym, i, false);
            for (const MeaningWords& of : meaning_words)
                if (of.meaning == field.options.meaning)
                    for (const std::string& word : split(of.words, '|')) add(word, i, false, true);
        }
        // "Account name" of accounts is their name.
        for (const char* language : languages) {
            prefixes_.push_back(loose_key(entity_label(entity, language)));
            prefixes_.push_back(loose_key(entity_label_plural(entity, language)));
        }
    }
    const FieldInfo& field(std::size_t i) const { return *fields_[i]; }
    std::size_t fields() const { return fields_.size(); }

    void candidates(std::size_t column, const ColumnLook& look, std::vector<Candidate>& out) const {
        const std::string key = loose_key(look.name);
        if (key.empty()) return;
        std::unordered_map<std::size_t, Candidate> best;
        const auto offer = [&](std::size_t field, double confidence, const char* why) {
            confidence *= plausible(*fields_[field], look);
            auto& known = best.try_emplace(field, Candidate{0, column, field, why}).first->second;
            if (confidence > known.confidence) known = {confidence, column, field, why};
        };
        // "Amount [x_amount]": how an export tells two columns of one label apart.
        if (const auto open = look.name.rfind(" ["); open != std::string::npos && look.name.ends_with(']')) {
            const std::string_view inside = std::string_view(look.name).substr(open + 2, look.name.size() - open - 3);
            for (std::size_t i = 0; i < fields_.size(); ++i)
                if (fields_[i]->name == inside) return out.push_back({1, column, i, "name"});
        }
        const std::string full = spelt_out(look.name);
        for (const auto& [written, weight] : {std::pair(key, 1.0), std::pair(full, 0.97)}) {
            if (weight < 1 && full == key) continue;
            exactly(written, weight, offer);
            for (const std::string& prefix : prefixes_) {
                if (prefix.empty() || written.size() <= prefix.size()) continue;
                if (written.starts_with(prefix)) exactly(written.substr(prefix.size()), 0.92 * weight, offer);
                if (written.ends_with(prefix)) exactly(written.substr(0, written.size() - prefix.size()), 0.92 * weight, offer);
            }
        }
        // "Fax number" holds the words of a telephone number, and is none.
        if (best.empty() && !is_other_thing(key) && !currency_of(look.name)) alike(look.name, key, offer);
        for (const auto& [field, candidate] : best) out.push_back(candidate);
    }

    // "Annual revenue (currency)": the money field whose currency the head names; none.
    std::optional<std::size_t> currency_of(std::string_view head) const {
        const std::string key = loose_key(head);
        for (const char* ending : {"currency", "currencycode", "currencyisocode", "tiente", "loaitien"}) {
            if (!key.ends_with(ending) || key.size() == std::string_view(ending).size()) continue;
            const std::string rest = key.substr(0, key.size() - std::string_view(ending).size());
            for (const Word& word : words_)
                if (word.key == rest && fields_[word.field]->type == Type::money) return word.field;
        }
        return std::nullopt;
    }

    void by_values(std::size_t column, const ColumnLook& look, std::vector<Candidate>& out) const {
        if (look.filled < 2 || is_other_thing(loose_key(look.name))) return;
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            const Meaning meaning = fields_[i]->options.meaning;
            const double share = meaning == Meaning::email ? look.emails : meaning == Meaning::phone ? look.phones : meaning == Meaning::url ? look.links : 0;
            if (share > 0.8) out.push_back({0.6 - 0.001 * static_cast<double>(i), column, i, "values"});
        }
    }

  private:
    void add(std::string_view text, std::size_t field, bool own, bool general = false) {
        std::string key = loose_key(text);
        if (key.empty()) return;
        words_.push_back({std::move(key), tokens_of(text), field, own, general});
    }
    template <class Offer>
    void exactly(const std::string& key, double weight, Offer offer) const {
        for (const Word& word : words_)
            if (word.key == key) offer(word.field, weight * (word.own ? 1.0 : word.general ? 0.9 : 0.95), word.own ? "name" : "synonym");
    }
    template <class Offer>
    void alike(const std::string& name, const std::string& key, Offer offer) const {
        // A head with more words than the field has: "Phone number (main)".
        const std::vector<std::string> tokens = tokens_of(name);
        for (const Word& word : words_) {
            const bool all = !word.general && !word.tokens.empty() && std::all_of(word.tokens.begin(), word.tokens.end(), [&](const std::string& t) { return std::find(tokens.begin(), tokens.end(), t) != tokens.end(); });
            if (all && word.key.size() >= 4) offer(word.field, 0.5 + 0.2 * static_cast<double>(word.key.size()) / static_cast<double>(key.size() + 1), "similar");
        }
        // "reason" is what a file of refused rows carries, and no region misspelt.
        if (key.size() < 6 || key == "reason" || is_currency_head(key)) return;
        std::vector<std::string> keys;
        for (const Word& word : words_)
            if (word.key.size() >= 6 && !word.general) keys.push_back(word.key);
        if (const std::string near = nearest(key, keys); !near.empty())
            for (const Word& word : words_)
                if (word.key == near) offer(word.field, 0.65, "similar");
    }
    // A head alone may mislead; what stands below it must fit the field.
    static double plausible(const FieldInfo& field, const ColumnLook& look) {
        if (look.filled == 0) return 1;
        switch (field.type) {
            case Type::date:
            case Type::instant: return look.dates >= 0.5 ? 1 : 0.6;
            case Type::money:
            case Type::decimal:
            case Type::percent:
            case Type::whole: return look.numbers >= 0.5 ? 1 : 0.6;
            case Type::reference:
            case Type::boolean:
            case Type::choice: return look.dates > 0.8 && look.numbers < 0.5 ? 0.6 : 1;
            default: break;
        }
        if (field.options.meaning == Meaning::email) return look.emails > 0.3 ? 1 : 0.6;
        return 1;
    }

    std::vector<const FieldInfo*> fields_;
    std::vector<Word> words_;
    std::vector<std::string> prefixes_;
};

constexpr double enough = 0.5;

}  // namespace

bool may_import(const EntityInfo& entity, const FieldInfo& field, const store::Viewer& viewer) {
    if (!field.is_stored() || field.system || field.options.hidden || field.type == Type::list) return false;
    if (field.options.read_only && field.options.synonyms.empty()) return false;
    if (viewer.is_system) return true;
    if (field.options.administrators && !viewer.is_administrator) return false;
    return viewer.field(entity, field) == store::FieldAccess::write;
}

std::optional<TargetField> target_field(const EntityInfo& entity, std::string_view name, const store::Viewer& viewer) {
    TargetField target;
    constexpr std::string_view currency = ".currency";
    if (name.ends_with(currency)) {
        name.remove_suffix(currency.size());
        target.currency = true;
    }
    target.field = entity.field(name);
    if (target.field == nullptr || !may_import(entity, *target.field, viewer)) return std::nullopt;
    if (target.currency && target.field->type != Type::money) return std::nullopt;
    return target;
}

std::vector<std::optional<Suggestion>> suggest_fields(const EntityInfo& entity, const store::Viewer& viewer, const std::vector<ColumnLook>& columns, std::vector<Note>& notes) {
    const Matcher matcher(entity, viewer);
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < columns.size(); ++i) matcher.candidates(i, columns[i], candidates);
    const auto by_confidence = [](const Candidate& a, const Candidate& b) { return std::tuple(-a.confidence, a.column, a.field) < std::tuple(-b.confidence, b.column, b.field); };
    std::sort(candidates.begin(), candidates.end(), by_confidence);
    std::vector<std::optional<Suggestion>> out(columns.size());
    std::vector<bool> taken(matcher.fields(), false), open(columns.size(), true);
    const auto assign = [&](const std::vector<Candidate>& from) {
        for (std::size_t i = 0; i < from.size(); ++i) {
            const Candidate& c = from[i];
            if (!open[c.column] || taken[c.field] || c.confidence < enough) continue;
            // Equal claims are shown, not decided.
            std::vector<std::size_t> rivals;
            for (const Candidate& other : from)
                if (other.field == c.field && open[other.column] && other.confidence > c.confidence - 0.001) rivals.push_back(other.column);
            taken[c.field] = true;
            if (rivals.size() > 1) {
                std::string names;
                for (const std::size_t column : rivals) {
                    open[column] = false;
                    names += (names.empty() ? "" : ", ") + columns[column].name + " (column " + std::to_string(columns[column].index + 1) + ")";
                }
                const FieldInfo& field = matcher.field(c.field);
                notes.push_back({"same_field", "More than one column can be " + field.label + ": " + names + ". Choose one", {{"field", field.name}, {"columns", names}}});
                continue;
            }
            open[c.column] = false;
            out[c.column] = Suggestion{matcher.field(c.field).name, c.confidence, c.why};
        }
    };
    assign(candidates);
    std::vector<Candidate> values;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (open[i]) matcher.by_values(i, columns[i], values);
    std::sort(values.begin(), values.end(), by_confidence);
    assign(values);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto of = out[i] ? std::nullopt : matcher.currency_of(columns[i].name);
        if (!of) continue;
        const std::string& name = matcher.field(*of).name;
        const auto is = [&](const std::string& field) { return std::any_of(out.begin(), out.end(), [&](const auto& one) { return one && one->field == field; }); };
        if (is(name) && !is(name + ".currency")) out[i] = Suggestion{name + ".currency", 1, "name"};
    }
    // A column of currencies belongs to the one amount.
    std::string money;
    int amounts = 0;
    for (const auto& suggestion : out)
        if (suggestion && !suggestion->field.ends_with(".currency") && entity.need(suggestion->field).type == Type::money) money = suggestion->field, ++amounts;
    for (std::size_t i = 0; i < columns.size() && amounts == 1; ++i) {
        const bool has_one = std::any_of(out.begin(), out.end(), [&](const auto& one) { return one && one->field == money + ".currency"; });
        if (!out[i] && !has_one && is_currency_head(loose_key(columns[i].name))) {
            out[i] = Suggestion{money + ".currency", 0.95, "synonym"};
            break;
        }
    }
    return out;
}

std::string suggest_entity(const model::Catalog& catalog, const store::Viewer& viewer, const FileLook& look) {
    std::string best;
    double best_score = 0;
    const std::string file = loose_key(look.filename);
    for (const auto& entity : catalog.entities()) {
        if (entity->access == model::AccessKind::system || !entity->logged || !viewer.may(*entity, store::Right::import)) continue;
        std::vector<Note> ignored;
        double score = 0;
        bool titled = entity->title_slot < 0 || !entity->by_slot(entity->title_slot).is_stored();
        for (const auto& suggestion : suggest_fields(*entity, viewer, look.columns, ignored))
            if (suggestion) {
                score += suggestion->confidence * suggestion->confidence;
                titled |= suggestion->field == entity->title;
            }
        if (!titled) score *= 0.5;
        for (const std::string_view name : {std::string_view(entity->name), std::string_view(entity->plural)})
            if (file.find(loose_key(name)) != std::string::npos) score += 1.5;
        // Of two that fit alike, the one that is worked with daily.
        if (entity->big) score *= 1.1;
        if (score > best_score) best = entity->name, best_score = score;
    }
    return best_score >= 1.5 || (look.columns.size() == 1 && best_score >= 0.9) ? best : std::string();
}

namespace {

// Of the fields that `has` knows, the first kind of key that there is.
template <class Has>
std::vector<std::string> key_of_fields(const EntityInfo& entity, Has has) {
    const auto first = [&](auto wanted) -> std::string {
        for (const FieldInfo& field : entity.fields)
            if (has(field.name) && field.is_stored() && wanted(field)) return field.name;
        return {};
    };
    if (auto name = first([](const FieldInfo& f) { return f.options.meaning == Meaning::external_id; }); !name.empty()) return {name};
    if (auto name = first([](const FieldInfo& f) { return f.options.unique; }); !name.empty()) return {name};
    if (auto name = first([](const FieldInfo& f) { return f.options.meaning == Meaning::email && f.options.duplicate_key; }); !name.empty()) return {name};
    if (has(entity.title) && entity.need(entity.title).is_stored()) {
        // Two companies may have deals of the same name.
        std::vector<std::string> key{entity.title};
        if (has("account") && entity.field("account") != nullptr) key.push_back("account");
        return key;
    }
    if (auto name = first([](const FieldInfo& f) { return f.options.duplicate_key; }); !name.empty()) return {name};
    std::vector<std::string> required;
    for (const FieldInfo& field : entity.fields)
        if (field.options.required && has(field.name)) required.push_back(field.name);
    return required;
}

}  // namespace

// A key that some rows do not give refuses those rows: one that every row gives comes first.
std::vector<std::string> suggest_key(const EntityInfo& entity, const std::vector<std::string>& mapped, const std::vector<std::string>& filled) {
    const auto among = [](const std::vector<std::string>& fields) {
        return [&fields](std::string_view name) { return std::find(fields.begin(), fields.end(), name) != fields.end(); };
    };
    std::vector<std::string> key = key_of_fields(entity, among(filled));
    if (!key.empty()) return key;
    return key_of_fields(entity, [&](std::string_view name) { return name != "account" && among(mapped)(name); });
}

}  // namespace fairlead::derive
