// From the server's words to the modules'.
#include "cli/starting.h"

#include "modules/starting.h"

namespace fairlead::cli {

server::StartingRecords starting_records() {
    return [](model::Records& records, const server::StartingChoices& choices) {
        return make_starting_records(records, {choices.company, choices.currency, choices.zone, choices.language, choices.fiscal_year_start_month});
    };
}

}  // namespace fairlead::cli
