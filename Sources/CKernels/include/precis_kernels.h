// Numerical kernels of the engine: single-machine, single-process, row-major, no padding.
//
// Conventions
// - A "row" is one token. Matrices are row-major; `ld*` is the distance between rows in floats.
// - Weights are [outputs n, inputs k], as Hugging Face stores them: y = x * W^T.
// - Every result is a function of the row's own inputs: bit-identical whatever the number of
//   rows in the call, the position of the row, or the number of threads in the pool.
//   Work is split over rows and columns, never over the summed dimension.
// - Kernels trust their caller for sizes; callers check untrusted input first.
#ifndef PRECIS_KERNELS_H
#define PRECIS_KERNELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- Dispatch -------------------------------------------------------------------------------

typedef enum { PK_ISA_PORTABLE = 0, PK_ISA_AVX2 = 1, PK_ISA_AVX512 = 2, PK_ISA_AVX512BF16 = 3, PK_ISA_AMX = 4 } pk_isa;

/// Fastest instruction set of this CPU, or the one of those it has that PRECIS_ISA=portable|avx2|avx512|avx512bf16|amx names.
pk_isa pk_isa_current(void);
/// Tests only: use `isa` from now on; false when this CPU lacks it.
bool pk_isa_force(pk_isa isa);
const char *pk_isa_name(pk_isa isa);

/// FLOAT32: f32 operands, f32 accumulation. BFLOAT16: operands rounded to bf16 (nearest even),
/// f32 accumulation. BFLOAT16 is computed on every path (emulated with identical operand
/// rounding where the CPU has no bf16 instruction).
typedef enum { PK_FLOAT32 = 0, PK_BFLOAT16 = 1 } pk_precision;

// ---- Threads --------------------------------------------------------------------------------

typedef struct pk_pool pk_pool;
/// A pool of `threads` workers including the caller (>= 1). Idle workers spin briefly, then sleep.
pk_pool *pk_pool_create(int32_t threads);
void pk_pool_destroy(pk_pool *pool);
int32_t pk_pool_threads(const pk_pool *pool);
/// Runs body(context, i) for i in 0..<count; tasks are taken by an atomic counter. Not reentrant.
void pk_pool_run(pk_pool *pool, int64_t count, void (*body)(void *context, int64_t index), void *context);

// ---- Memory ---------------------------------------------------------------------------------

/// `bytes` zeros (>= 0), 64-byte aligned, in pages of 2 MiB where they fill them and the system has them; NULL when
/// there is no memory.
void *pk_allocate(size_t bytes);
/// The same with room behind them, zeros too, which takes no memory until it is written to; pk_release takes the sum.
void *pk_allocate_with_room(size_t bytes, size_t room);
/// Gives back what pk_allocate(bytes) returned.
void pk_release(void *memory, size_t bytes);

// ---- GEMM -----------------------------------------------------------------------------------

/// Bytes (a multiple of 64) of a packed [n, k] weight.
size_t pk_packed_bytes(pk_precision precision, int64_t n, int64_t k);
/// Packs a weight for pk_gemm. transposed = false: `w` is [n, k] with row distance ld.
/// transposed = true: `w` is stored [k, n] (row distance ld) and is read as its transpose; this
/// is how dX = dY * W is computed from W [outputs, inputs]: pack with n = inputs, k = outputs.
/// `packed` is 64-byte aligned.
void pk_pack(pk_pool *pool, pk_precision precision, const float *w, int64_t n, int64_t k, int64_t ld,
             bool transposed, void *packed);
/// Rows that products read: floats, and (`converted` not NULL) what pk_convert has made of them, once for all products
/// that read them. Both give the same bits.
typedef struct {
    const float *x;
    int64_t ldx;
    const void *converted;
    int64_t ldc;  // of `converted`, in elements
} pk_rows;
/// Bytes that pk_convert needs for rows [m, k]; 0 where products read the floats themselves.
size_t pk_converted_bytes(pk_precision precision, int64_t m, int64_t k);
/// Rows [m, k], converted into `memory`, 64-byte aligned, of pk_converted_bytes.
pk_rows pk_convert(pk_pool *pool, pk_precision precision, int64_t m, int64_t k, const float *x, int64_t ldx,
                   void *memory);
/// The rows from `column` on; in bf16 converted ones begin at an even column and have an even number of them.
pk_rows pk_rows_from(pk_precision precision, pk_rows rows, int64_t column);

/// Blocks of PK_CODE_BLOCK inputs of one output as a file stores them: codes, of which weight = scale * code + minimum,
/// scale and minimum in half precision, rounded once; or the weights themselves in two bytes. A panel of them takes a half
/// to a seventh of the memory of one packed in float32, and becomes exactly those where a product needs them.
typedef enum {
    PK_CODES_NONE = 0,      // packed weights
    PK_CODES_4 = 1,         // codes 0 to 15 and a minimum (ggml's Q4_1)
    PK_CODES_4_SIGNED = 2,  // codes 0 to 15 less 8 (Q4_0)
    PK_CODES_8 = 3,         // codes -128 to 127 (Q8_0)
    PK_CODES_BFLOAT16 = 4,
    PK_CODES_HALF = 5,      // IEEE 754 binary16
} pk_codes;
enum { PK_CODE_BLOCK = 32 };
/// Bytes (a multiple of 64) of a coded [n, k] weight, k a multiple of PK_CODE_BLOCK.
size_t pk_coded_bytes(pk_codes codes, int64_t n, int64_t k);
/// Rows [first, first + rows) of a coded [n, k] weight whose other bytes are zero. values: [rows, k] codes of a byte, those
/// of PK_CODES_8 as two's complement, or of two, little-endian and anywhere in memory; scales (codes of a byte) and minima
/// (PK_CODES_4): [rows, k / PK_CODE_BLOCK] bits of half precision. `coded` is 64-byte aligned.
void pk_pack_codes(pk_codes codes, int64_t k, int64_t first, int64_t rows, const void *values, const uint16_t *scales,
                   const uint16_t *minima, void *coded);
/// Whether a coded weight becomes, bit for bit, what packing `w` [n, k] gives.
bool pk_codes_match(pk_pool *pool, pk_precision precision, pk_codes codes, int64_t n, int64_t k, const void *coded,
                    const float *w);
/// Rows up to which a product of coded weights takes no longer than one of packed ones: 0 where it always does, INT64_MAX
/// where it never does.
int64_t pk_coded_rows(pk_precision precision, pk_codes codes);
/// From a packed or coded [n, k] weight to the packed [k, n] one, bit for bit what pk_pack makes of the transposed weight:
/// dX = dY * W needs no second copy of W for longer than the product takes.
void pk_transpose_packed(pk_pool *pool, pk_precision precision, int64_t n, int64_t k, const void *packed, pk_codes codes,
                         void *transposed);

/// y[m, n] (+)= x[m, k] * packed^T.
void pk_gemm(pk_pool *pool, pk_precision precision, int64_t m, int64_t n, int64_t k, const float *x, int64_t ldx,
             const void *packed, float *y, int64_t ldy, bool accumulate);
/// y[m, column ..< column + n] += x[m, k] * packed^T, beside another product of the same rows.
typedef struct {
    const float *x;
    int64_t ldx;
    const void *packed;  // [n, k]
    int64_t n, k, column;
} pk_addend;
enum { PK_MOST_ADDENDS = 4 };
/// As pk_gemm, followed by a pk_gemm that accumulates for each addend in turn, to the bit. Up to PK_MOST_ADDENDS whose
/// columns are multiples of 64 are added while the sums are in the cache. With codes, `packed` is a coded weight (the
/// addends' are not): the same bits.
void pk_gemm_sum(pk_pool *pool, pk_precision precision, int64_t m, int64_t n, int64_t k, pk_rows x, const void *packed,
                 pk_codes codes, const pk_addend *addends, int32_t addend_count, float *y, int64_t ldy, bool accumulate);
/// Rows that a weight gradient sums up before it adds them to an element: 1 in f32, 2 or 32 in bf16.
int32_t pk_gradient_step(pk_precision precision);
/// dw[n, k] += dy[m, n]^T * x[m, k]; each element is one chain of additions in row order,
/// continued from the value in dw, so splitting the rows over several calls changes no bit when
/// every call but the last has a multiple of pk_gradient_step rows.
void pk_gemm_weight_gradient(pk_pool *pool, pk_precision precision, int64_t m, int64_t n, int64_t k, pk_rows dy,
                             pk_rows x, float *dw, int64_t lddw);

// ---- Norm, rotary, activation ----------------------------------------------------------------

/// y = x * inv_rms * w with inv_rms = 1 / sqrt(mean(x^2) + eps). inv_rms [rows] may be NULL.
void pk_rmsnorm(pk_pool *pool, int64_t rows, int64_t dim, const float *x, const float *w, float eps, float *y,
                float *inv_rms);
/// The same and pk_convert of y into `memory`, in one pass over the rows. In bf16 y may be NULL: only the operands are kept.
pk_rows pk_rmsnorm_rows(pk_pool *pool, pk_precision precision, int64_t rows, int64_t dim, const float *x, const float *w,
                        float eps, float *y, float *inv_rms, void *memory);
/// dx += gradient through the norm; dw += sum over rows in row order.
void pk_rmsnorm_backward(pk_pool *pool, int64_t rows, int64_t dim, const float *dy, const float *x, const float *w,
                         const float *inv_rms, float *dx, float *dw /* may be NULL */);
/// Rotates in place the halves (i, i + head_dim/2) of every head ("rotate half", Hugging Face order).
/// cosines, sines: [positions, head_dim/2]. inverse = true applies the transpose (backward pass).
void pk_rotary(pk_pool *pool, int64_t rows, int32_t heads, int32_t head_dim, const int32_t *positions,
               const float *cosines, const float *sines, float *x, int64_t ldx, bool inverse);
/// h[rows, inner] = silu(g) * u, where gate_up row = [g (inner), u (inner)].
void pk_swiglu(pk_pool *pool, int64_t rows, int64_t inner, const float *gate_up, float *h);
/// The same and pk_convert of h into `memory`; in bf16 h may be NULL, as y of pk_rmsnorm_rows.
pk_rows pk_swiglu_rows(pk_pool *pool, pk_precision precision, int64_t rows, int64_t inner, const float *gate_up, float *h,
                       void *memory);
/// d_gate_up from dh; may write over gate_up itself.
void pk_swiglu_backward(pk_pool *pool, int64_t rows, int64_t inner, const float *dh, const float *gate_up,
                        float *d_gate_up);
/// The same and pk_convert of d_gate_up into `memory`; in bf16 d_gate_up may be NULL, as y of pk_rmsnorm_rows.
pk_rows pk_swiglu_backward_rows(pk_pool *pool, pk_precision precision, int64_t rows, int64_t inner, const float *dh,
                                const float *gate_up, float *d_gate_up, void *memory);

// ---- Tree attention ---------------------------------------------------------------------------

typedef struct { int32_t begin, end; } pk_range; // rows [begin, end) of the batch

/// One segment of a token tree. Its row r attends to every row of its ancestors and to its own
/// rows up to r. With window > 0 only rows whose position is > position(r) - window are seen.
typedef struct {
    int32_t begin, end;   // own rows
    int32_t first_range;  // index into ranges[] of its ancestors' rows, root first
    int32_t range_count;
    int32_t tree;         // segments of one tree are adjacent; trees are independent
} pk_segment;

typedef struct {
    int32_t heads, kv_heads, head_dim;
    int32_t window;       // 0: unlimited
    float scale;          // 1 / sqrt(head_dim)
} pk_attention_shape;

/// out[rows, heads*head_dim]; lse [rows, heads] (log-sum-exp of the scaled scores) may be NULL.
/// q, k, v rows have distances ldq, ldk, ldv (they may lie inside one fused qkv matrix).
/// bf16: scores keep float32's accuracy, the operands of the other products are rounded, where the instruction set
/// multiplies tiles of bf16 and head_dim is a multiple of 32; float32 elsewhere.
void pk_tree_attention(pk_pool *pool, pk_precision precision, pk_attention_shape shape, const pk_segment *segments,
                       int32_t segment_count, const pk_range *ranges, const int32_t *positions, const float *q,
                       int64_t ldq, const float *k, int64_t ldk, const float *v, int64_t ldv, float *out, int64_t ldo,
                       float *lse);
/// Writes dq and overwrites dk, dv (every descendant's contribution summed in row order).
void pk_tree_attention_backward(pk_pool *pool, pk_precision precision, pk_attention_shape shape,
                                const pk_segment *segments, int32_t segment_count, const pk_range *ranges,
                                const int32_t *positions, const float *q, int64_t ldq, const float *k, int64_t ldk,
                                const float *v, int64_t ldv, const float *out, const float *dout, int64_t ldo,
                                const float *lse, float *dq, int64_t lddq, float *dk, int64_t lddk, float *dv,
                                int64_t lddv);

/// Keys and values of positions first_position, first_position + 1, ...: either float32 rows
/// [count, kv_heads*head_dim], or where `panels` is not NULL what pk_store_kv wrote.
typedef struct {
    const float *k, *v;
    const uint32_t *panels;
    int32_t count, first_position;
} pk_kv_span;

/// Words of panels for `positions` keys and values in bf16. Blocks of 64 positions; in each, for every kv head, the
/// keys as pairs of dimensions [head_dim/2][64][2], then the values as pairs of positions [32][64][2] per 64 dimensions.
int64_t pk_kv_panel_words(pk_attention_shape shape, int64_t positions);
/// Rounds row i of k and v (rows ld apart) and writes it at position offsets[i] of panels[i]. Rows of one target are
/// adjacent and their positions follow each other.
void pk_store_kv(pk_pool *pool, pk_attention_shape shape, int64_t rows, const float *k, const float *v, int64_t ld,
                 uint32_t *const *panels, const int32_t *offsets);

/// heads / kv_heads <= 64. Query i (a new token of a sequence) attends to spans[span_begin[i]..<span_begin[i+1]].
/// Queries with the same first span (a shared prompt) are adjacent, so that the span is read once.
void pk_decode_attention(pk_pool *pool, pk_attention_shape shape, int32_t queries, const float *q, int64_t ldq,
                         const pk_kv_span *spans, const int32_t *span_begin, const int32_t *positions, float *out,
                         int64_t ldo);

// ---- Head, sampling -----------------------------------------------------------------------------

/// lse[r] = log sum exp logits[r, 0..<n] (double accumulation of chunk sums).
void pk_logsumexp(pk_pool *pool, int64_t rows, int64_t n, const float *logits, int64_t ld, float *lse);
/// logits[r, j] = -scale[r] * exp(logits[r, j] - lse[r]): the part of d(loss)/d(logits) that all labels share.
void pk_softmax_gradient(pk_pool *pool, int64_t rows, int64_t n, float *logits, int64_t ld, const float *lse,
                         const float *scale);
/// hidden[rows, k] * packed^T without keeping the logits: lse[rows], and for each label i its
/// logit label_logits[i] = logits[label_rows[i], labels[i]]; mean_logits[rows] (mean over n) may be NULL.
void pk_head_log_probs(pk_pool *pool, pk_precision precision, int64_t rows, int64_t n, int64_t k, const float *hidden,
                       int64_t ldh, const void *packed, pk_codes codes, int64_t label_count,
                       const int32_t *label_rows, const int32_t *labels, float *label_logits, float *lse, float *mean_logits);

/// Draws one token per row. temperature == 0: the first largest logit (top_p ignored). Otherwise
/// softmax(logits / temperature), then the smallest set of most probable tokens (ties: lower id
/// first) whose sum reaches top_p, then inverse transform, in order of ids, with uniforms[r] in [0, 1).
/// A row with NaN, +inf or nothing but -inf gives its first largest logit and a NaN log-probability.
/// log_probs[r]: log-probability of the token under softmax(logits) at temperature 1.
void pk_sample(pk_pool *pool, int64_t rows, int64_t n, const float *logits, int64_t ld, const float *temperatures,
               const float *top_ps, const double *uniforms, int32_t *tokens, float *log_probs);

// ---- Optimizer ----------------------------------------------------------------------------------

/// AdamW (Loshchilov & Hutter 2019), decoupled weight decay; gradients are multiplied by grad_scale first.
/// step counts from 1. p -= lr * (m_hat / (sqrt(v_hat) + eps) + weight_decay * p).
void pk_adamw(pk_pool *pool, int64_t n, float *p, const float *g, float *m, float *v, float lr, float beta1,
              float beta2, float eps, float weight_decay, int64_t step, float grad_scale);
/// Sum of squares in double, in fixed blocks, so the value does not depend on the thread count.
double pk_sum_of_squares(pk_pool *pool, int64_t n, const float *x);

// ---- Memory -----------------------------------------------------------------------------------------

void pk_copy(pk_pool *pool, int64_t n, const float *from, float *to);
void pk_zero(pk_pool *pool, int64_t n, float *to);

// ---- Machine limits (benchmarks) -------------------------------------------------------------------

/// Peak of the current path in FLOP/s on the pool's threads, registers only: the best of so many runs of a few
/// milliseconds, the first of which may find the threads asleep.
double pk_measure_peak_flops(pk_pool *pool, pk_precision precision, int32_t runs);
/// Measured DRAM read bandwidth in bytes/s.
double pk_measure_read_bandwidth(pk_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
