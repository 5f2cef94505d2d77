// Filling amounts in the background.
#include "derive/pricing.h"

#include "derive/json.h"
#include "store/pricing.h"

namespace fairlead::derive {
namespace {

constexpr std::string_view kept_kind = "pricing", kept_name = "rates";

Result<std::string> run(JobContext& context) {
    store::Store& store = context.store();
    const std::string mark = store::rates_mark(store);  // of before: what changes meanwhile asks for it again
    store::Command command;
    command.id = "price_amounts";
    FAIRLEAD_ASSIGN(const store::Priced priced, store::price_waiting(store, command, [&](double share) { return context.save(share, "Pricing", {}); }));
    store.put(kept_kind, kept_name, mark);
    JsonWriter w;
    return w.begin_object().number("priced", priced.priced).number("waiting", priced.waiting).end_object().take();
}

}  // namespace

void declare_pricing(JobQueue& jobs) { jobs.declare({std::string(pricing_job), "Amounts that waited for a rate", 3, run}); }

bool pricing_is_due(store::Store& store) { return store.fetch(kept_kind, kept_name).value_or("") != store::rates_mark(store); }

}  // namespace fairlead::derive
