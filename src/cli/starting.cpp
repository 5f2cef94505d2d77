// From the server's words to the modules'.
#include "cli/starting.h"

#include "cli/demo_company.h"
#include "modules/starting.h"

namespace fairlead::cli {

server::StartingRecords starting_records() {
    return [](model::Records& records, const server::StartingChoices& choices) {
        return make_starting_records(records, {choices.company, choices.currency, choices.zone, choices.language, choices.fiscal_year_start_month, choices.holidays});
    };
}

server::SampleRecords sample_records() {
    return [](store::Store& store, const store::Command& command, const std::string& language) -> Result<void> {
        constexpr std::int64_t opportunities = 240;
        FAIRLEAD_TRY(fill_with_demo(store, command, {opportunities, 1, store.context().today(), 2, language}));
        return {};
    };
}

}  // namespace fairlead::cli
