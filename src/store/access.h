// How a user's reach follows from roles, teams, territories, shares and delegations.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "store/row.h"
#include "store/viewer.h"

namespace fairlead::store {

// Nothing for an unknown or inactive user. `today` decides which dated memberships hold.
std::shared_ptr<const Viewer> make_viewer(Connection& connection, const Shape& shape, Id user, Date today, std::uint64_t access_version);

// The grants by which this viewer sees the record, in words; empty when he does not.
std::vector<std::string> grants(const Viewer& viewer, const model::Catalog& catalog, const Record& record, const std::function<std::optional<Record>(const EntityInfo&, Id)>& find);

}  // namespace fairlead::store
