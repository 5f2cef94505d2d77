// Customers and what passes between them and us: the table of contents of this module.
#include "modules/crm/crm.h"

#include "modules/crm/account.h"
#include "modules/crm/activity.h"
#include "modules/crm/lists.h"

namespace fairlead::crm {
namespace {
constexpr std::string_view needs[] = {"organisation"};
constexpr const Entity* entities[] = {
    &account_entity, &contact_entity, &activity_entity, &activity_link_entity, &task_entity, &product_entity,
    &industry_entity, &region_entity, &customer_type_entity, &channel_entity, &tag_entity, &record_tag_entity, &competitor_entity,
};
constexpr Listener listeners[] = {{"activity", &note_last_activity}};
}  // namespace

constinit const Module crm_module{
    .name = "crm",
    .about = "Customers and what passes between them and us",
    .needs = needs,
    .entities = entities,
    .listeners = listeners,
};

}  // namespace fairlead::crm
