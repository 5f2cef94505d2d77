// What two records of a kind have in common that makes them look like one: compared are the fields that are declared
// as keys of duplicates, each by its meaning. Nothing is decided here; a person does.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/company_name.h"
#include "base/tax_code.h"
#include "model/records.h"
#include "store/viewer.h"

namespace fairlead::derive {

// A key of a record, in the form in which it is compared.
struct LikeKey {
    const model::FieldInfo* field = nullptr;
    std::string written;
    std::string text;   // compared; never empty but for company names that are nothing but a legal form
    CompanyName name;   // of company names
    TaxCode tax;        // of tax codes
    std::string words;  // by which records with it are searched
    bool is_title = false;
};
// Of the fields that the viewer reads.
std::vector<LikeKey> like_keys(const model::Record& record, const store::Viewer& viewer, std::string_view at_home);

enum class Like : unsigned char { related, weak, strong, same };  // a branch beside its company is related, and no duplicate
std::string_view like_name(Like like);

struct Resemblance {
    Like like = Like::weak;
    std::vector<Refusal> reasons;  // codes, fields and words of what is alike; the surest first
};
// Of `one` (which may be new) with a record that exists. Nothing when they have nothing in common.
std::optional<Resemblance> resemblance(const std::vector<LikeKey>& one, const std::vector<LikeKey>& other);

}  // namespace fairlead::derive
