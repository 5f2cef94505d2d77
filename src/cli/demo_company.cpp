// The demonstration company, commit by commit.
#include "cli/demo_company.h"

#include <algorithm>

namespace fairlead::cli {

Result<std::int64_t> fill_with_demo(store::Store& store, const store::Command& command, const demo::Wishes& wishes, const std::function<void(double)>& go_on) {
    demo::Company company(wishes);
    FAIRLEAD_TRY(store.write(command, [&](store::Transaction& open) -> Result<Value> {
        FAIRLEAD_TRY(company.make_frame(open));
        return Value();
    }));
    constexpr std::int64_t slice = 25;
    for (std::int64_t first = 0; first < company.accounts(); first += slice) {
        FAIRLEAD_TRY(store.write(command, [&](store::Transaction& open) -> Result<Value> {
            FAIRLEAD_TRY(company.make_slice(open, first, slice));
            return Value();
        }));
        if (go_on) go_on(static_cast<double>(std::min(first + slice, company.accounts())) / static_cast<double>(company.accounts()));
    }
    return company.accounts();
}

}  // namespace fairlead::cli
