// The inner loops of exponential smoothing for every form and instruction set.
#include "engines/forecast/models/ets_kernel.h"

namespace fairlead::forecast {
namespace {

// Calls `then.template operator()<E, T, S>()` for the form, which is admissible: a multiplicative season has a
// multiplicative error.
template <class Then>
auto with_form(const EtsForm& form, Then&& then) {
    const auto season = [&]<EtsError E, EtsTrend T>() {
        if (form.season == EtsSeason::none) return then.template operator()<E, T, EtsSeason::none>();
        if (E == EtsError::additive || form.season == EtsSeason::additive)
            return then.template operator()<E, T, EtsSeason::additive>();
        return then.template operator()<EtsError::multiplicative, T, EtsSeason::multiplicative>();
    };
    const auto trend = [&]<EtsError E>() {
        if (form.trend == EtsTrend::none) return season.template operator()<E, EtsTrend::none>();
        if (form.trend == EtsTrend::additive) return season.template operator()<E, EtsTrend::additive>();
        return season.template operator()<E, EtsTrend::damped>();
    };
    return form.error == EtsError::additive ? trend.template operator()<EtsError::additive>()
                                            : trend.template operator()<EtsError::multiplicative>();
}

}  // namespace
}  // namespace fairlead::forecast

#define FAIRLEAD_KERNEL "engines/forecast/models/ets_kernel.inc"
#include "engines/forecast/numerics/each_isa.h"

namespace fairlead::forecast {

EtsKernel ets_kernel(const EtsForm& form, std::size_t searches) {
    if (searches > 1) return FAIRLEAD_BY_ISA(isa(searches), ets_several)(form);
    return plain::ets_loops<1>(form);
}

}  // namespace fairlead::forecast
