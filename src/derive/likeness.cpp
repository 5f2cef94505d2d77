// Comparing records by their keys.
#include "derive/likeness.h"

#include <algorithm>

#include "base/text.h"
#include "derive/exchange/written.h"
#include "derive/forms.h"

namespace fairlead::derive {

using model::FieldInfo;
using model::Meaning;
using model::Record;

namespace {

std::string host_of(std::string_view address) {
    std::string host = lower_ascii(trim(address));
    if (const auto scheme = host.find("://"); scheme != std::string::npos) host.erase(0, scheme + 3);
    host.resize(std::min(host.size(), host.find_first_of("/?#:")));
    if (host.starts_with("www.")) host.erase(0, 4);
    return host;
}

std::string digits_of(std::string_view text) {
    std::string digits;
    for (const char c : text)
        if (c >= '0' && c <= '9') digits += c;
    return digits;
}

std::optional<LikeKey> key_of(const FieldInfo& field, const std::string& written, const std::string& country, std::string_view at_home) {
    LikeKey key{&field, written, {}, {}, {}, {}, false};
    switch (field.options.meaning) {
        case Meaning::company:
            key.name = company_name(written);
            key.text = key.words = key.name.brand;
            return key;
        case Meaning::tax_code:
            key.tax = read_tax_code(written, country, at_home);
            for (const char c : fold(key.tax.stored))
                if (c != ' ' && c != '-' && c != '.' && c != '/') key.text += c;
            key.words = key.tax.company.empty() ? key.tax.stored : key.tax.company;
            break;
        case Meaning::phone: {
            if (digits_of(written).size() < 6) return std::nullopt;  // an extension alone
            key.text = phone_of(written, at_home);
            // However it is written, its last digits are the same.
            const std::string digits = digits_of(key.text);
            key.words = digits.substr(digits.size() - std::min<std::size_t>(digits.size(), 8));
            break;
        }
        case Meaning::url: key.text = key.words = host_of(written); break;
        default: key.text = fold(written); key.words = written;
    }
    return key.text.empty() ? std::nullopt : std::optional(std::move(key));
}

Refusal reason(const char* code, const LikeKey& key, std::string message) { return {code, key.field->name, std::move(message), {{"name", key.field->label}, {"value", key.written}}}; }

}  // namespace

std::vector<LikeKey> like_keys(const Record& record, const store::Viewer& viewer, std::string_view at_home) {
    std::vector<LikeKey> keys;
    const FieldInfo* beside = record.entity->field("country");
    const std::string country = beside != nullptr && beside->type == Type::text && viewer.reads(*record.entity, *beside) ? record.text("country") : std::string();
    for (const FieldInfo& field : record.entity->fields) {
        if (!field.options.duplicate_key || !field.is_stored() || field.type != Type::text || !viewer.reads(*record.entity, field)) continue;
        const auto* text = record.at(field.slot).get<std::string>();
        if (text == nullptr || trim(*text).empty()) continue;
        auto key = key_of(field, std::string(trim(*text)), country, at_home);
        if (!key) continue;
        key->is_title = field.slot == record.entity->title_slot;
        keys.push_back(std::move(*key));
    }
    return keys;
}

std::string_view like_name(Like like) {
    switch (like) {
        case Like::same: return "same";
        case Like::strong: return "strong";
        case Like::weak: return "weak";
        case Like::related: return "related";
    }
    return "";
}

std::optional<Resemblance> resemblance(const std::vector<LikeKey>& one, const std::vector<LikeKey>& other) {
    struct Met {
        Like like;
        Refusal reason;
    };
    std::vector<Met> met;
    bool other_company = false, related = false, of_title = false, by_company = false;
    Likeness names = Likeness::none;
    const LikeKey* name = nullptr;
    for (const LikeKey& a : one)
        for (const LikeKey& b : other) {
            const Meaning meaning = a.field->options.meaning;
            if (meaning != b.field->options.meaning) continue;
            if (meaning == Meaning::company) {
                const Likeness alike = likeness(a.name, b.name);
                if (alike > names) names = alike, name = &b;
                continue;
            }
            // A number may stand in either field for numbers.
            if (a.field != b.field && meaning == Meaning::none) continue;
            if (a.text != b.text) {
                if (meaning != Meaning::tax_code) continue;
                if (a.tax.company.empty() || a.tax.company != b.tax.company) {
                    other_company = true;
                    continue;
                }
                related = true;
                if (!b.tax.branch) met.push_back({Like::related, reason("like_company_of_branch", b, "Its tax code " + b.written + " is that of the company of which this is a branch")});
                else if (!a.tax.branch) met.push_back({Like::related, reason("like_branch_of_company", b, "Its tax code " + b.written + " is that of a branch of this company")});
                else met.push_back({Like::related, reason("like_branch_of_same", b, "Its tax code " + b.written + " is that of another branch of the same company")});
                continue;
            }
            const bool title = meaning == Meaning::none;
            of_title |= title;
            const Like like = meaning == Meaning::tax_code || meaning == Meaning::email ? Like::same : title ? Like::weak : Like::strong;
            met.push_back({like, reason("like_same_value", b, "The same " + b.field->label + ": " + b.written)});
        }
    if (names != Likeness::none) {
        // Where the company is not what the record is (a lead), many persons belong to one.
        const bool is_company = std::any_of(other.begin(), other.end(), [&](const LikeKey& key) { return key.is_title && key.field->options.meaning == Meaning::company; });
        by_company = true;
        const bool strong = names == Likeness::strong && !other_company && is_company;
        met.push_back({strong ? Like::strong : Like::weak, names == Likeness::strong ? reason("like_name", *name, "The same name but for its legal form and accents: " + name->written)
                                                                                     : reason("like_name_other_form", *name, "The same name with another legal form: " + name->written)});
    }
    if (met.empty()) return std::nullopt;
    std::stable_sort(met.begin(), met.end(), [](const Met& a, const Met& b) { return a.like > b.like; });
    Resemblance out;
    out.like = met.front().like;
    if (of_title && by_company && out.like == Like::weak && names == Likeness::strong) out.like = Like::strong;  // the same person of the same company
    if (related && out.like != Like::same) out.like = Like::related;
    for (Met& one_met : met) out.reasons.push_back(std::move(one_met.reason));
    return out;
}

}  // namespace fairlead::derive
