#include "internal.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "instructions.h"
#define pk_kernels_amx pk_kernels_emulated_amx
#include "kernels_amx.c"
#endif
