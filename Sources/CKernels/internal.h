// Shared by the drivers (scheduling, one file per concern) and the instruction-set files
// (kernels_*.c, which compile the bodies in simd/ once per target).
#ifndef PRECIS_KERNELS_INTERNAL_H
#define PRECIS_KERNELS_INTERNAL_H
#include "include/precis_kernels.h"

enum {
    PK_PANEL = 64,    // columns of a packed panel, queries and keys of an attention block
    PK_CHUNK = 1024,  // columns summed in single precision before a double takes over
    PK_SUM_BLOCK = 2048,  // summed elements per pass over a panel, at most; longer sums continue from y
    PK_LINE = 64,     // bytes of a cache line
    PK_ATTENTION_STEP = 32,  // dimensions that attention in bf16 takes at a time
    PK_SPARE = 16,    // elements that a vector store may run over
};

static inline int64_t pk_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t pk_max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t pk_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t pk_round_up(int64_t a, int64_t b) { return pk_ceil_div(a, b) * b; }

// ---- Pool ---------------------------------------------------------------------------------------

typedef void (*pk_task)(void *context, int32_t worker, int64_t index);
/// As pk_pool_run, with the index of the worker (0 is the caller) for its scratch memory.
void pk_pool_run_indexed(pk_pool *pool, int64_t count, pk_task body, void *context);

/// Grow-only memory owned by the pool, 64-byte aligned, valid until the next request of that slot.
typedef enum { PK_SCRATCH_OPERAND_A, PK_SCRATCH_OPERAND_B, PK_SCRATCH_WORKERS, PK_SCRATCH_PARTIALS,
               PK_SCRATCH_KEYS, PK_SCRATCH_SLOTS } pk_scratch_slot;
void *pk_pool_scratch(pk_pool *pool, pk_scratch_slot slot, size_t bytes);

// ---- Work of one task, per instruction set --------------------------------------------------------

/// Keys and values of a batch as attention in bf16 reads them. Up to 31 rows after a head's last are read, and not used.
typedef struct {
    uint16_t *keys;      // [kv_heads, rows, 2 * head_dim]: high halves, then low halves; on tiles only
    uint16_t *values;    // [kv_heads, rows, head_dim]; backward only
    uint16_t *columns;   // [kv_heads * head_dim, columns_ld]: values (forward) or keys (backward) by dimension
    int64_t rows, columns_ld;
} pk_attention_operands;

typedef struct {
    pk_attention_shape shape;
    const pk_segment *segments;
    const pk_range *ranges;
    const int32_t *positions;
    const float *q, *k, *v;
    int64_t ldq, ldk, ldv;
    float *out;  // forward: written; backward: read
    const float *dout;
    int64_t ldo;
    float *lse;
    float *dq;
    int64_t lddq;
    float *dk_heads, *dv_heads;  // [heads, rows, head_dim], summed over a group's heads afterwards
    int64_t heads_ld;            // from head to head of these
    const pk_attention_operands *operands;  // of the kernels in bf16
} pk_attention_arguments;

typedef struct {
    pk_attention_shape shape;
    const float *q;
    int64_t ldq;
    const pk_kv_span *spans;
    const int32_t *span_begin;
    const int32_t *positions;
    float *out;
    int64_t ldo;
} pk_decode_arguments;

static inline int pk_code_bits(pk_codes codes) {
    return codes == PK_CODES_4 || codes == PK_CODES_4_SIGNED ? 4 : codes == PK_CODES_8 ? 8 : 16;
}
static inline bool pk_codes_have_scales(pk_codes codes) { return pk_code_bits(codes) < 16; }

/// Bytes of one block of codes: PK_CODE_BLOCK inputs of a panel. Scales [64] and minima [64] where the codes have them, then
/// words of 8 (4, 2) codes of successive inputs, the first lowest, [inputs / 8 (4, 2)][64].
static inline size_t pk_code_block_bytes(pk_codes codes) {
    const size_t halves = (size_t)pk_codes_have_scales(codes) + (codes == PK_CODES_4);
    return PK_PANEL * (halves * sizeof(uint16_t) + PK_CODE_BLOCK * (size_t)pk_code_bits(codes) / 8);
}

/// Words of one kv head's keys in a block of 64 positions, and of its values.
static inline int64_t pk_key_panel_words(int32_t head_dim) { return pk_ceil_div(head_dim, 2) * PK_PANEL; }
static inline int64_t pk_value_panel_words(int32_t head_dim) {
    return pk_round_up(head_dim, PK_PANEL) / PK_PANEL * (PK_PANEL / 2) * PK_PANEL;
}
static inline int64_t pk_kv_block_words(int32_t head_dim) {
    return pk_key_panel_words(head_dim) + pk_value_panel_words(head_dim);
}

typedef struct {
    float beta1, beta2, eps, grad_scale;
    float step_size;     // lr / (1 - beta1^t)
    float root_scale;    // 1 / sqrt(1 - beta2^t)
    float decay;         // 1 - lr * weight_decay
} pk_adamw_constants;

typedef struct {
    /// Rows [begin, end) of keys and values become operands, those of the backward pass where that is wanted. `begin`
    /// is a multiple of 64. NULL where the kernels read floats.
    void (*prepare)(const pk_attention_arguments *arguments, int64_t begin, int64_t end, bool backward);
    /// Rows [begin, end), at most 64, of one segment and head.
    void (*block)(const pk_attention_arguments *arguments, const pk_segment *segment, int32_t begin, int32_t end,
                  int32_t head, float *scratch);
    /// Segments of one tree that share their first range of ancestors or have none, for the heads of one kv head;
    /// their rows times these heads are at most 64.
    void (*siblings)(const pk_attention_arguments *arguments, const pk_segment *segments, int32_t count, int32_t kv_head,
                     float *scratch);
    void (*backward)(const pk_attention_arguments *arguments, const pk_segment *segment, int32_t begin, int32_t end,
                     int32_t head, float *scratch);
} pk_attention_kernels;

/// The row-level kernels of one instruction set; drivers cut the work into tasks.
typedef struct {
    pk_isa isa;
    int32_t tile_rows;       // rows of a register tile of tile_f32
    int32_t tile_bf16_rows;  // rows of tile_bf16
    int32_t bf16_step;       // summed elements that tile_bf16 adds up before it adds them to an element of y
    int32_t strip;           // columns of a register tile of tile_f32: float32 panels are stored strip by strip
    int32_t sum_block;       // summed elements of a strip that pass at a time over a block's rows, for the nearest cache
    int32_t coded_tile_rows;  // rows of coded_tile in float32
    int32_t coded_tile_bf16_rows;  // rows of coded_tile in bf16, 0 where it has none
    int32_t coded_bf16_rows;  // up to which 4-bit codes take less time in bf16 than packed weights
    size_t bf16_operand;     // bytes of one converted activation: 2 (bf16) or 4 (f32 rounded to bf16)

    /// y[rows, columns <= strip] (+)= a[rows, k] * strip [k, strip]; rows <= tile_rows.
    void (*tile_f32)(int32_t rows, int64_t k, const float *a, int64_t lda, const float *strip, float *y, int64_t ldy,
                     int32_t columns, bool accumulate);
    /// y[rows, columns <= 64] (+)= a * panel over pairs of k, rows <= tile_bf16_rows; `a` holds converted operands at a
    /// distance of lda operands.
    /// `lines` (0, 1, 2 or 4) cache lines per pair are fetched from `ahead` on the way.
    void (*tile_bf16)(int32_t rows, int64_t pairs, const void *a, int64_t lda, const void *panel, const void *ahead,
                      int32_t lines, float *y, int64_t ldy, int32_t columns, bool accumulate);
    /// Rounds rows to bf16 operands [rows, lda]; an odd k is padded with one zero.
    void (*convert_rows)(int64_t rows, int64_t k, const float *x, int64_t ldx, void *out, int64_t lda);
    /// out[column, row] = x[row, column], columns [0, columns) and rows [0, rows), padded to even rows in bf16.
    void (*transpose_operand)(pk_precision precision, int64_t rows, int64_t columns, const float *x, int64_t ldx,
                              void *out, int64_t lda);
    /// The same in bf16, from converted operands.
    void (*transpose_converted)(int64_t rows, int64_t columns, const void *x, int64_t ldx, void *out, int64_t lda);
    /// One panel: columns [0, columns) of the matrix `w` points at, strips of k rows or k rows of 64 columns.
    void (*pack_panel)(pk_precision precision, int64_t columns, int64_t k, const float *w, int64_t ld, bool transposed,
                       void *panel);
    /// What a packed panel of [n, k], that of the outputs from `begin` on, has for one panel of the transpose, whose columns
    /// are the inputs [first, first + 64).
    void (*transpose_packed)(pk_precision precision, int64_t n, int64_t k, int64_t begin, int64_t first, const void *packed,
                             void *panel);
    /// Columns [first, first + columns) of blocks of a coded panel, one strip or all 64, as they are in a panel of that many
    /// rows. A strip fetches its share of the lines that are `ahead` bytes on, unless that is 0.
    void (*decode_columns)(pk_precision precision, pk_codes codes, int32_t first, int32_t columns, int64_t blocks,
                           const void *coded, int64_t ahead, void *panel);
    /// y[rows, columns <= 64] (+)= x[rows, 32 * blocks] * coded panel: what decode_columns and tile_f32 or tile_bf16 give, to
    /// the bit; rows <= coded_tile_rows or coded_tile_bf16_rows. `x` holds floats or converted operands, `ldx` of them from
    /// row to row.
    void (*coded_tile)(pk_precision precision, pk_codes codes, int32_t rows, int64_t blocks, const void *x, int64_t ldx,
                       const void *coded, float *y, int64_t ldy, int32_t columns, bool accumulate);
    /// One transposed panel in bf16, from converted operands: k rows of `columns`.
    void (*pack_converted)(int64_t columns, int64_t k, const void *x, int64_t ldx, void *panel);

    void (*rmsnorm)(int64_t rows, int64_t dim, const float *x, const float *w, float eps, float *y, float *inv_rms);
    void (*rmsnorm_backward)(int64_t rows, int64_t dim, const float *dy, const float *x, const float *w,
                             const float *inv_rms, float *dx);
    /// dw[0, columns) += sum over rows of dy * x * inv_rms, rows at a distance of dim.
    void (*rmsnorm_backward_weight)(int64_t rows, int64_t dim, int64_t columns, const float *dy, const float *x,
                                    const float *inv_rms, float *dw);
    void (*rotary)(int64_t rows, int32_t heads, int32_t head_dim, const int32_t *positions, const float *cosines,
                   const float *sines, float *x, int64_t ldx, bool inverse);
    void (*swiglu)(int64_t rows, int64_t inner, const float *gate_up, float *h);
    void (*swiglu_backward)(int64_t rows, int64_t inner, const float *dh, const float *gate_up, float *d_gate_up);

    pk_attention_kernels attention;       // in float32
    pk_attention_kernels attention_bf16;  // of head dimensions that are a multiple of PK_ATTENTION_STEP; or none
    /// Writes the keys and values of one position and kv head into its block's panels; `at` is the place in the block.
    void (*store_kv)(int32_t head_dim, const float *k, const float *v, uint32_t *block, int32_t at);
    /// Queries [begin, end) share their first span; (end - begin) * heads per kv head <= 64.
    void (*decode)(const pk_decode_arguments *arguments, int32_t begin, int32_t end, int32_t kv_head, float *scratch);

    float (*maximum)(int64_t n, const float *x);  // NaN elements are skipped; -inf when n == 0
    /// Sum of exp((x - maximum) * inverse_temperature); keeps the terms when `terms` is not NULL.
    double (*sum_exp)(int64_t n, const float *x, float maximum, float inverse_temperature, float *terms);
    double (*sum)(int64_t n, const float *x);
    void (*softmax_gradient)(int64_t n, float *x, float lse, float scale);
    int64_t (*find)(int64_t n, const float *x, float value);  // first index of value, or -1
    /// Elements >= threshold in order: values and indices, each with PK_SPARE elements to spare; returns how many.
    int64_t (*select_at_least)(int64_t n, const float *x, float threshold, float *values, int32_t *indices);

    void (*adamw)(int64_t n, float *p, const float *g, float *m, float *v, const pk_adamw_constants *constants);
    double (*sum_of_squares)(int64_t n, const float *x);
    /// Runs multiply-add chains in registers; returns the floating point operations done.
    double (*peak)(pk_precision precision, int64_t rounds, float *sink);
    float (*read)(int64_t n, const float *x);
} pk_kernels;

const pk_kernels *pk_kernels_current(void);
/// Tests only: from now on.
void pk_kernels_use(const pk_kernels *kernels);

/// Blocks of a coded panel as a panel of that many rows.
static inline void pk_decode_panel(const pk_kernels *kernels, pk_precision precision, pk_codes codes, int64_t blocks,
                                   const void *coded, void *panel) {
    kernels->decode_columns(precision, codes, 0, PK_PANEL, blocks, coded, 0, panel);
}

static inline int32_t pk_tile_rows(const pk_kernels *kernels, pk_precision precision) {
    return precision == PK_BFLOAT16 ? kernels->tile_bf16_rows : kernels->tile_rows;
}

static inline int32_t pk_coded_tile_rows(const pk_kernels *kernels, pk_precision precision) {
    return precision == PK_BFLOAT16 ? kernels->coded_tile_bf16_rows : kernels->coded_tile_rows;
}

extern const pk_kernels pk_kernels_portable;
#if defined(__x86_64__)
extern const pk_kernels pk_kernels_avx2, pk_kernels_avx512, pk_kernels_avx512bf16, pk_kernels_amx;
#endif

/// Floats of scratch that attention, attention_backward and decode need per worker.
static inline size_t pk_attention_scratch(int32_t head_dim) {
    const size_t padded = (size_t)pk_round_up(head_dim, PK_PANEL);
    return (size_t)PK_PANEL * padded * 8 + (size_t)PK_PANEL * PK_PANEL * 4;
}
#endif
