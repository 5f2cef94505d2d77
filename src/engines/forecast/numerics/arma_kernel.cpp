// The filter's loops for every instruction set.
#include "engines/forecast/numerics/arma_kernel.h"

#define FAIRLEAD_KERNEL "engines/forecast/numerics/arma_kernel.inc"
#include "engines/forecast/numerics/each_isa.h"

namespace fairlead::forecast {

ArmaKernel arma_kernel(std::size_t models) {
    if (models > 1) return FAIRLEAD_BY_ISA(isa(models), arma_several)();
    return {1, plain::ArmaLoops<1>::start, plain::ArmaLoops<1>::run};
}

}  // namespace fairlead::forecast
