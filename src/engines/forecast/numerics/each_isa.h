// Includes the file that FAIRLEAD_KERNEL names once for each instruction set of numerics/lanes.h, each time in a
// namespace of the set's name and with FAIRLEAD_LANES as the number of lanes that suits it. The file includes nothing;
// what its functions call must stand above. No include guard: it is included once in each kernel's source.
#define FAIRLEAD_LANES 2
namespace fairlead::forecast::plain {
#include FAIRLEAD_KERNEL
}
#undef FAIRLEAD_LANES

#ifdef FAIRLEAD_LANES_X86
#define FAIRLEAD_LANES 4
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
namespace fairlead::forecast::avx2 {
#include FAIRLEAD_KERNEL
}
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,prefer-vector-width=512")
#endif
#undef FAIRLEAD_LANES
#define FAIRLEAD_LANES 8
namespace fairlead::forecast::avx512 {
#include FAIRLEAD_KERNEL
}
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef FAIRLEAD_LANES
#endif

// What stands in the namespace of an instruction set.
#ifdef FAIRLEAD_LANES_X86
#define FAIRLEAD_BY_ISA(isa, name) \
    ((isa) == Isa::avx512 ? avx512::name : (isa) == Isa::avx2 ? avx2::name : plain::name)
#else
#define FAIRLEAD_BY_ISA(isa, name) (plain::name)
#endif
