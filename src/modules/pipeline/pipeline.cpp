// Opportunities from first talk to won or lost: the table of contents of this module.
#include "modules/pipeline/pipeline.h"

#include "modules/pipeline/figures.h"
#include "modules/pipeline/opportunity.h"
#include "modules/pipeline/stage.h"

namespace fairlead::pipeline {
namespace {
constexpr std::string_view needs[] = {"organisation", "crm", "leads"};
constexpr const Entity* entities[] = {
    &opportunity_entity, &opportunity_line_entity, &opportunity_competitor_entity, &opportunity_member_entity, &stage_visit_entity,
    &pipeline_entity, &stage_entity, &stage_requirement_entity, &lost_reason_entity,
};
constexpr Listener listeners[] = {
    {"opportunity", &follow_stage, &complete_opportunity},
    {"opportunity_member", &share_with_member},
};
}  // namespace

constinit const Module pipeline_module{
    .name = "pipeline",
    .about = "Opportunities from first talk to won or lost",
    .needs = needs,
    .entities = entities,
    .listeners = listeners,
    .figures = figures,
};

}  // namespace fairlead::pipeline
