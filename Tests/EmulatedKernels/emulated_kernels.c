#include "emulated_kernels.h"

#include "internal.h"

#include <stddef.h>

#if defined(__x86_64__)
extern const pk_kernels pk_kernels_emulated_avx512bf16, pk_kernels_emulated_amx;
#endif

bool pk_emulate(pk_isa isa) {
#if defined(__x86_64__)
    const pk_kernels *kernels = isa == PK_ISA_AVX512BF16 ? &pk_kernels_emulated_avx512bf16
                                : isa == PK_ISA_AMX      ? &pk_kernels_emulated_amx
                                                         : NULL;
    if (!kernels || pk_isa_force(isa) || !pk_isa_force(PK_ISA_AVX512)) return false;
    pk_kernels_use(kernels);
    return true;
#else
    (void)isa;
    return false;
#endif
}
