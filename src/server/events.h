// Changes as they happen, to those who may see them (server-sent events).
#pragma once
#include <memory>

#include "server/accounts.h"
#include "server/feed.h"
#include "server/http.h"

namespace fairlead::server {

void add_event_routes(Router& router, const std::shared_ptr<Accounts>& accounts, const std::shared_ptr<Feed>& feed);

}  // namespace fairlead::server
