// Counting reasons and values.
#include "derive/exchange/refusal_groups.h"

#include <algorithm>

namespace fairlead::derive {

void RefusalGroups::add(const RowFault& fault, std::int64_t line) {
    const std::string key = fault.reason.code + '\n' + fault.reason.field;
    auto at = reasons_.find(key);
    if (at == reasons_.end()) {
        if (reasons_.size() >= reasons_most) return;
        at = reasons_.emplace(key, Reason()).first;
    }
    Reason& reason = at->second;
    ++reason.rows;
    const std::string value = fault.by_value ? fault.value : std::string();
    const auto [known, made] = reason.by_value.try_emplace(value, reason.groups.size());
    if (made && reason.groups.size() >= values_counted) {
        reason.by_value.erase(known);
        ++reason.uncounted;
        return;
    }
    if (made) reason.groups.push_back({fault.reason, 0, line, fault.value, fault.repair});
    ++reason.groups[known->second].count;
}

std::vector<const RefusalGroups::Reason*> RefusalGroups::by_rows() const {
    std::vector<const Reason*> reasons;
    for (const auto& [key, reason] : reasons_) reasons.push_back(&reason);
    std::stable_sort(reasons.begin(), reasons.end(), [](const Reason* a, const Reason* b) { return a->rows > b->rows; });
    return reasons;
}

void RefusalGroups::Reason::report(const std::string& label, Of of, std::vector<RefusedGroup>& out) const {
    std::vector<const RefusedGroup*> order;
    for (const RefusedGroup& group : groups) order.push_back(&group);
    std::stable_sort(order.begin(), order.end(), [](const RefusedGroup* a, const RefusedGroup* b) { return a->count > b->count; });
    std::int64_t left = uncounted;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i < values_shown) out.push_back(*order[i]);
        else left += order[i]->count;
    }
    if (left == 0) return;
    const RefusedGroup& next = *order[std::min(values_shown, order.size() - 1)];
    const std::string others = std::to_string(order.size() - std::min(values_shown, order.size())) + (uncounted > 0 ? "+" : "");
    const bool odd = of == Of::odd;
    out.push_back({{odd ? "other_odd_values" : "other_values", next.reason.field,
                    others + " other values of " + label + (odd ? " are odd in the same way, as \"" : " are refused for the same reason, as \"") + next.value + "\"",
                    {{"count", others}, {"name", label}, {"value", next.value}, {"code", next.reason.code}}},
                   left, next.line, next.value, {}});
}

}  // namespace fairlead::derive
