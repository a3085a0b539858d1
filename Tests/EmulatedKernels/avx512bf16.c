#include "internal.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "instructions.h"
#define pk_kernels_avx512bf16 pk_kernels_emulated_avx512bf16
#include "kernels_avx512bf16.c"
#endif
