// The company itself: the table of contents of this module.
#include "modules/organisation/organisation.h"

#include "modules/organisation/company.h"
#include "modules/organisation/people.h"

namespace fairlead::organisation {
namespace {
constexpr const Entity* entities[] = {
    &user_entity, &position_entity, &role_entity, &role_permission_entity, &field_permission_entity, &team_entity,
    &team_member_entity, &territory_entity, &territory_member_entity, &record_share_entity, &delegation_entity,
    &company_entity, &fiscal_calendar_entity, &currency_entity, &exchange_rate_entity, &holiday_entity, &saved_view_entity,
};
constexpr Listener listeners[] = {
    {"delegation", nullptr, &check_delegation},
    {"company", &keep_settings, &check_company},
    {"currency", nullptr, &check_currency},
    {"exchange_rate", nullptr, &check_currency},
    {"user", nullptr, &check_zone},
};
}  // namespace

constinit const Module organisation_module{
    .name = "organisation",
    .about = "The company itself: people, roles, teams, territories, its calendar and its currencies",
    .entities = entities,
    .listeners = listeners,
};

}  // namespace fairlead::organisation
