// Lists, groups and search answered by a bounded scan of the rows ("scan"): right at any size, for entities that
// are not held in memory and for questions about the past.
#pragma once
#include <functional>

#include "store/reading.h"
#include "store/store.h"

namespace fairlead::store {

// Gives every record of an entity, live ones or those in the bin, until the callback returns false.
using Scan = std::function<void(const EntityInfo&, bool in_bin, const std::function<bool(Record&)>&)>;

Result<ListPage> answer_list(Reading& reading, const EntityInfo& entity, const Viewer& viewer, const ListQuery& query, const Scan& scan);
Result<std::vector<Group>> answer_group(Reading& reading, const EntityInfo& entity, const GroupQuery& query, const Scan& scan);
Result<void> answer_each(Reading& reading, const EntityInfo& entity, const Viewer& viewer, const ListQuery& query, const Scan& scan, const std::function<bool(const Record&)>& each);
std::vector<Store::Found> answer_search(Connection& connection, Reading& reading, const Shape& shape, const Viewer& viewer, std::string_view words, int limit,
                                        const std::vector<std::string>& entities);

}  // namespace fairlead::store
