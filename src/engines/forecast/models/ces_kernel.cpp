// The inner loops of complex exponential smoothing for every instruction set.
#include "engines/forecast/models/ces_kernel.h"

#define FAIRLEAD_KERNEL "engines/forecast/models/ces_kernel.inc"
#include "engines/forecast/numerics/each_isa.h"

namespace fairlead::forecast {

CesKernel ces_kernel(bool seasonal, std::size_t searches) {
    if (searches > 1) return FAIRLEAD_BY_ISA(isa(searches), ces_several)(seasonal);
    using Season = plain::CesLoops<1, true>;
    using None = plain::CesLoops<1, false>;
    if (seasonal) return {1, Season::forward, Season::backward};
    return {1, None::forward, None::backward};
}

}  // namespace fairlead::forecast
