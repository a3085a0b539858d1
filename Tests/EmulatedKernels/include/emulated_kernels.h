// Kernels whose instructions this CPU may lack, by functions that do what the instructions do.
#ifndef PRECIS_EMULATED_KERNELS_H
#define PRECIS_EMULATED_KERNELS_H
#include "precis_kernels.h"

/// Uses the kernels of `isa`, AVX512-BF16 or AMX, with emulated instructions until the next pk_isa_force; false for other
/// sets, on CPUs that have `isa` and on those without AVX-512.
bool pk_emulate(pk_isa isa);
#endif
