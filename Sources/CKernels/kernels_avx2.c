#include "internal.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define KERNELS pk_kernels_avx2
#define KERNELS_ISA PK_ISA_AVX2

// The headers that the bodies need come first: the target is for this file's functions only.
#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "simd/all.h"
#pragma clang attribute pop
#endif
