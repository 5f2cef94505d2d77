// The records that a fresh company begins with, as the server wants them.
#pragma once
#include "server/accounts.h"

namespace fairlead::cli {

server::StartingRecords starting_records();

}  // namespace fairlead::cli
