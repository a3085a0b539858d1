#include "internal.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 16
#define TILE_ROWS 6
#define TILE_VECTORS 4
#define KERNELS pk_kernels_amx
#define KERNELS_ISA PK_ISA_AMX
#define LANES_EXP_SCALEF 1
#define BF16_NATIVE 1
#define BF16_MATRIX 1

// The headers that the bodies need come first: the target is for this file's functions only.
#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16"))), apply_to = function)
#include "simd/all.h"
#pragma clang attribute pop
#endif
