#include "internal.h"

#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define KERNELS pk_kernels_portable
#define KERNELS_ISA PK_ISA_PORTABLE
#include "simd/all.h"
