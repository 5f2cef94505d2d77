// Leads from capture to conversion: the table of contents of this module.
#include "modules/leads/leads.h"

#include "modules/leads/lead.h"

namespace fairlead::leads {
namespace {
constexpr std::string_view needs[] = {"organisation", "crm"};
constexpr const Entity* entities[] = {&lead_entity, &lead_source_entity};
}  // namespace

constinit const Module leads_module{
    .name = "leads",
    .about = "Leads from capture to conversion",
    .needs = needs,
    .entities = entities,
};

}  // namespace fairlead::leads
