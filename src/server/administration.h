// What the command line does to an installation, whether it opens the database itself or asks the server that
// has it open.
#pragma once
#include <string>
#include <string_view>

#include "server/accounts.h"

namespace fairlead::server {

// `arguments`: a JSON object of texts. Answers JSON.
Result<std::string> administer(Accounts& accounts, std::string_view command, std::string_view arguments);

}  // namespace fairlead::server
