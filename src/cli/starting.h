// The records that a fresh company begins with, as the server wants them.
#pragma once
#include "server/accounts.h"
#include "server/sample_data.h"

namespace fairlead::cli {

server::StartingRecords starting_records();
// A small demonstration company.
server::SampleRecords sample_records();

}  // namespace fairlead::cli
