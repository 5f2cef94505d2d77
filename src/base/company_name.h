// The name of a company taken apart: its legal form, words of trade that thousands share, and the brand by which it
// is known. Two names are alike by their brands, never by what all companies have in common.
//
// Vietnamese forms by the Law on Enterprises 59/2020/QH14, article 37, with their usual abbreviations; those of other
// countries are the common ones of the Entity Legal Forms list (ISO 20275).
#pragma once
#include <string>
#include <string_view>

namespace fairlead {

enum class LegalForm : unsigned char {
    none,
    limited,      // TNHH, Co., Ltd, LLC, GmbH, Sarl, BV ...
    stock,        // Cổ phần, JSC, Inc, AG, SA, PLC ...
    partnership,  // Hợp danh, LLP, KG ...
    own,          // Doanh nghiệp tư nhân, hộ kinh doanh
};

struct CompanyName {
    std::string brand;  // folded, words parted by one blank; empty: the name is nothing but a form
    LegalForm form = LegalForm::none;
};
CompanyName company_name(std::string_view name);

enum class Likeness : unsigned char {
    none,
    weak,    // the same brand, another legal form or one of them unknown: may be another company
    strong,  // the same brand, and the same form or none in both
};
Likeness likeness(const CompanyName& a, const CompanyName& b);

}  // namespace fairlead
