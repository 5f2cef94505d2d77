// Looking at texts with a meaning.
#include "derive/forms.h"

#include "base/contact_form.h"
#include "base/tax_code.h"
#include "base/text.h"

namespace fairlead::derive {

using model::FieldInfo;
using model::Meaning;

namespace {

std::optional<OddForm> odd_tax_code(const FieldInfo& field, const std::string& text, const TaxCode& code) {
    using Fault = TaxCode::Fault;
    const std::string written = "\"" + text + "\" is no Vietnamese tax code: ", stranger = ". For the code of another country, fill in the country";
    std::vector<std::pair<std::string, std::string>> params{{"value", text}};
    const auto odd = [&](const char* name, const std::string& message, std::optional<std::string> instead = {}) {
        return OddForm{{name, field.name, message, std::move(params)}, std::move(instead)};
    };
    switch (code.fault) {
        case Fault::none: return std::nullopt;
        case Fault::check_digit:
            params.emplace_back("expected", std::string(1, code.expected));
            params.emplace_back("found", std::string(1, code.found));
            return odd("tax_code_check_digit", written + "check digit: " + code.expected + " expected, " + code.found + " found" + stranger);
        case Fault::no_such_code: return odd("tax_code_none", written + "no company has these digits" + stranger);
        case Fault::lost_zero: {
            const std::string digits = std::to_string(code.instead.size() > 10 ? 12 : 9);
            params.emplace_back("digits", digits);
            params.emplace_back("instead", code.instead);
            return odd("tax_code_lost_zero", written + digits + " digits: a leading zero may be lost (" + code.instead + " would be valid)" + stranger, code.instead);
        }
        case Fault::no_branch: return odd("tax_code_branch", written + "branches are counted from 001");
        case Fault::form: return odd("tax_code_form", written + "a company has 10 digits, a branch 13, a person 12" + stranger);
    }
    return std::nullopt;
}

}  // namespace

bool has_form(const FieldInfo& field) {
    const Meaning meaning = field.options.meaning;
    return meaning == Meaning::email || meaning == Meaning::phone || meaning == Meaning::url || meaning == Meaning::tax_code;
}

std::optional<OddForm> odd_form(const FieldInfo& field, const std::string& text, std::string_view country, std::string_view at_home) {
    if (trim(text).empty()) return std::nullopt;
    const auto odd = [&](const char* code, const char* what) { return OddForm{{code, field.name, "\"" + text + "\" is no " + what, {{"value", text}}}, {}}; };
    switch (field.options.meaning) {
        case Meaning::email: return may_be_email(text) ? std::nullopt : std::optional(odd("not_an_email", "e-mail address: write it as name@company.com, one in a field"));
        case Meaning::phone: return may_be_phone(text) ? std::nullopt : std::optional(odd("not_a_phone", "telephone number: one has 3 to 15 digits"));
        case Meaning::url: return may_be_web_address(text) ? std::nullopt : std::optional(odd("not_a_web_address", "web address: write it as company.com or https://company.com"));
        case Meaning::tax_code: return odd_tax_code(field, text, read_tax_code(text, country, at_home));
        default: return std::nullopt;
    }
}

std::string in_its_form(const FieldInfo& field, const std::string& text, std::string_view country, std::string_view at_home) {
    return field.options.meaning == Meaning::tax_code ? read_tax_code(text, country, at_home).stored : text;
}

std::string country_beside(const model::Patch& patch, const model::Record* before) {
    const FieldInfo* country = patch.entity->field("country");
    if (country == nullptr || country->type != Type::text || country->slot < 0) return {};
    const Value* value = patch.find(country->slot);
    if (value == nullptr && before != nullptr) value = &before->at(country->slot);
    const auto* text = value != nullptr ? value->get<std::string>() : nullptr;
    return text != nullptr ? *text : std::string();
}

std::string home_country(std::string_view zone) { return zone == "Asia/Ho_Chi_Minh" || zone == "Asia/Saigon" ? "VN" : ""; }

Result<void> check_forms(model::Patch& patch, const model::Record* before, std::string_view zone) {
    Refused refused{Why::invalid, {}};
    std::optional<std::string> country;
    const std::string at_home = home_country(zone);
    for (auto& [slot, value] : patch.sets) {
        const FieldInfo& field = patch.entity->by_slot(slot);
        const auto* text = value.get<std::string>();
        if (text == nullptr || !has_form(field) || (before != nullptr && before->at(slot) == value)) continue;
        if (!country) country = country_beside(patch, before);
        if (auto odd = odd_form(field, *text, *country, at_home)) refused.reasons.push_back(std::move(odd->reason));
        else if (std::string kept = in_its_form(field, *text, *country, at_home); kept != *text) value = Value(std::move(kept));
    }
    if (!refused.reasons.empty()) return refused;
    return {};
}

}  // namespace fairlead::derive
