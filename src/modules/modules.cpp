// The one list of modules in the product.
#include "modules/modules.h"

#include "modules/crm/crm.h"
#include "modules/leads/leads.h"
#include "modules/organisation/organisation.h"
#include "modules/pipeline/pipeline.h"

namespace fairlead {

std::span<const model::Module* const> all_modules() {
    static const model::Module* const modules[] = {
        &organisation::organisation_module,
        &crm::crm_module,
        &pipeline::pipeline_module,
        &leads::leads_module,
    };
    return modules;
}

}  // namespace fairlead
