// The kernels of one instruction set. The including file defines
//   LANES           floats in a vector (4, 8, 16)
//   TILE_ROWS, TILE_VECTORS  shape of a register tile
//   KERNELS, KERNELS_ISA     name of the table and its instruction set
//   BF16_NATIVE     (optional) the set has the bf16 dot product
//   BF16_MATRIX     (optional) the set has tiles of bf16
//   LANES_EXP_SCALEF (optional) the set has scalef
// and opens its target attribute.
#include "lanes.h"
#include "gemm_tile.h"
#include "gemm_pack.h"
#include "codes.h"
#include "norm.h"
#include "activation.h"
#include "attention.h"
#include "attention_backward.h"
#include "limits.h"
#ifdef BF16_MATRIX
#include "amx_tile.h"
#define TILE_BF16 amx_tile_bf16
#define TILE_BF16_ROWS AMX_TILE_ROWS
#define PEAK amx_peak
#else
#define TILE_BF16 tile_bf16
#define TILE_BF16_ROWS TILE_ROWS
#define PEAK peak
#endif
#ifdef BF16_NATIVE
#include "attention_matrix.h"
#endif
// Rows up to which 4-bit codes are faster in bf16 than packed weights: reading less pays for the rounding only as long as there is
// little else to do, and never where no instruction rounds.
#ifdef BF16_NATIVE
#define OPERAND_BYTES 2
#define CODED_BF16_ROWS 6
#else
#define OPERAND_BYTES 4
#define CODED_BF16_ROWS 0
#endif
// Of a strip that is narrower than a panel, what leaves the first-level cache room for a tile's rows: its columns are
// then read from there by every tile but the first.
#define STRIP_SUMS (STRIP < PK_PANEL ? 320 * 16 / STRIP : PK_SUM_BLOCK)
#include "decode.h"
#include "softmax.h"
#include "optimizer.h"

const pk_kernels KERNELS = {
    .isa = KERNELS_ISA,
    .tile_rows = TILE_ROWS,
    .tile_bf16_rows = TILE_BF16_ROWS,
    .strip = STRIP,
    .sum_block = STRIP_SUMS,
#ifdef BF16_MATRIX
    .bf16_step = 2 * AMX_PAIRS,
#else
    .bf16_step = 2,
#endif
    .coded_tile_rows = CODED_TILE_ROWS,
    .coded_tile_bf16_rows = CODED_TILE_BF16_ROWS,
    .coded_bf16_rows = CODED_BF16_ROWS,
    .bf16_operand = OPERAND_BYTES,
    .tile_f32 = tile_f32,
    .tile_bf16 = TILE_BF16,
    .convert_rows = convert_rows,
    .transpose_operand = transpose_operand,
    .transpose_converted = transpose_converted,
    .pack_panel = pack_panel,
    .transpose_packed = transpose_packed,
    .decode_columns = decode_columns,
    .coded_tile = coded_tile,
    .pack_converted = pack_converted,
    .rmsnorm = rmsnorm,
    .rmsnorm_backward = rmsnorm_backward,
    .rmsnorm_backward_weight = rmsnorm_backward_weight,
    .rotary = rotary,
    .swiglu = swiglu,
    .swiglu_backward = swiglu_backward,
    .attention = {.block = attention, .siblings = attention_siblings, .backward = attention_backward},
#ifdef BF16_NATIVE
    .attention_bf16 = {prepare_attention, attention_matrix, attention_siblings_matrix, attention_backward_matrix},
#endif
    .store_kv = store_kv,
    .decode = decode,
    .maximum = maximum,
    .sum_exp = sum_exp,
    .sum = sum,
    .softmax_gradient = softmax_gradient,
    .find = find,
    .select_at_least = select_at_least,
    .adamw = adamw,
    .sum_of_squares = sum_of_squares,
    .peak = PEAK,
    .read = read_floats,
};
