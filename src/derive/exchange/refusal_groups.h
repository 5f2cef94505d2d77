// Why rows are refused or reported as odd, counted by reason, and by value where taking a value for another would
// mend its rows.
// Memory is bounded: a wrong mapping gives as many values as there are rows.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "derive/exchange/row_reader.h"

namespace fairlead::derive {

// Rows that were refused for one reason; where a value could be taken for another, those with one value.
struct RefusedGroup {
    Refusal reason;              // of the first one
    std::int64_t count = 0;
    std::int64_t line = 0;       // an example
    std::string value;
    std::optional<ValueRepair> repair;
};

class RefusalGroups {
  public:
    static constexpr std::size_t values_shown = 25;      // of one reason
    static constexpr std::size_t values_counted = 20'000;
    static constexpr std::size_t reasons_most = 1'000;

    void add(const RowFault& fault, std::int64_t line);
    enum class Of { refused, odd };
    // Reasons by rows; of each the values that most rows have, then the others as one (code "other_values", of odd ones
    // "other_odd_values"). `label_of` names a field for a person.
    template <class LabelOf>
    std::vector<RefusedGroup> report(LabelOf label_of, Of of = Of::refused) const {
        std::vector<RefusedGroup> out;
        for (const Reason* reason : by_rows()) reason->report(label_of(reason->groups.front().reason.field), of, out);
        return out;
    }

  private:
    struct Reason {
        std::int64_t rows = 0, uncounted = 0;             // uncounted: rows whose value is one too many
        std::vector<RefusedGroup> groups;                 // in the order in which they were met
        std::unordered_map<std::string, std::size_t> by_value;
        void report(const std::string& label, Of of, std::vector<RefusedGroup>& out) const;
    };
    std::vector<const Reason*> by_rows() const;
    std::map<std::string, Reason> reasons_;
};

}  // namespace fairlead::derive
