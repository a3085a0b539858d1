// The vocabulary: log-sum-exp, gradient, and log-probabilities without a matrix of logits.
#include "internal.h"

#include <math.h>
#include <string.h>

typedef struct {
    const pk_kernels *kernels;
    int64_t n, ld;
    float *logits;
    const float *scale;
    float *lse;
} row_job;

static void logsumexp_task(void *context, int32_t worker, int64_t row) {
    (void)worker;
    const row_job *job = context;
    const float *x = job->logits + row * job->ld;
    const float top = job->kernels->maximum(job->n, x);
    job->lse[row] = (float)((double)top + log(job->kernels->sum_exp(job->n, x, top, 1, NULL)));
}

void pk_logsumexp(pk_pool *pool, int64_t rows, int64_t n, const float *logits, int64_t ld, float *lse) {
    row_job job = {pk_kernels_current(), n, ld, (float *)logits, NULL, lse};
    pk_pool_run_indexed(pool, rows, logsumexp_task, &job);
}

static void softmax_gradient_task(void *context, int32_t worker, int64_t row) {
    (void)worker;
    const row_job *job = context;
    job->kernels->softmax_gradient(job->n, job->logits + row * job->ld, job->lse[row], job->scale[row]);
}

void pk_softmax_gradient(pk_pool *pool, int64_t rows, int64_t n, float *logits, int64_t ld, const float *lse,
                         const float *scale) {
    row_job job = {pk_kernels_current(), n, ld, logits, scale, (float *)lse};
    pk_pool_run_indexed(pool, rows, softmax_gradient_task, &job);
}

// ---- Log-probabilities in chunks of the vocabulary ------------------------------------------------------

enum { HEAD_ROWS = 96, HEAD_PANELS = PK_CHUNK / PK_PANEL };

/// What a chunk of one row leaves behind; chunks are combined in order, so threads change nothing.
typedef struct { float maximum; double sum_exp, sum; } chunk_partial;

typedef struct {
    const pk_kernels *kernels;
    pk_precision precision;
    int64_t rows, n, k, chunks;
    const char *operands;
    int64_t lda;
    const char *packed;
    pk_codes codes;
    size_t panel_bytes;  // of a packed panel
    int64_t label_count;
    const int32_t *label_rows, *labels;
    float *label_logits, *lse, *mean_logits;
    char *scratch;            // for each worker: logits [HEAD_ROWS, PK_CHUNK], and where `packed` is coded a chunk's panels
    size_t scratch_bytes;     // of a worker
    chunk_partial *partials;  // [rows, chunks]
} head_job;

static const size_t logits_bytes = (size_t)HEAD_ROWS * PK_CHUNK * sizeof(float);

/// HEAD_ROWS rows from `first` on; `packed` is the chunk's first panel.
static void head_chunk(const head_job *job, float *logits, int64_t chunk, int64_t first, const char *packed) {
    const pk_kernels *kernels = job->kernels;
    const int64_t rows = pk_min(HEAD_ROWS, job->rows - first), column = chunk * PK_CHUNK;
    const int64_t columns = pk_min(PK_CHUNK, job->n - column);
    const int64_t tiles = pk_ceil_div(rows, pk_tile_rows(kernels, job->precision));
    const size_t operand = job->precision == PK_BFLOAT16 ? kernels->bf16_operand : sizeof(float);
    const bool floats = job->precision == PK_FLOAT32;
    // What one tile multiplies: of floats a strip.
    const int64_t strip = floats ? kernels->strip : PK_PANEL;
    const size_t strip_bytes = job->panel_bytes / (size_t)(PK_PANEL / strip);
    for (int64_t c = 0; c < columns; c += strip, packed += strip_bytes) {
        const int32_t wide = (int32_t)pk_min(strip, columns - c);
        for (int64_t tile = 0; tile < tiles; tile++) {
            const int64_t from = rows * tile / tiles;
            const int32_t height = (int32_t)(rows * (tile + 1) / tiles - from);
            const char *a = job->operands + (size_t)((first + from) * job->lda) * operand;
            float *y = logits + from * PK_CHUNK + c;
            if (floats)
                kernels->tile_f32(height, job->k, (const float *)a, job->lda, (const float *)packed, y, PK_CHUNK, wide, false);
            else
                kernels->tile_bf16(height, pk_ceil_div(job->k, 2), a, job->lda, packed, NULL, 0, y, PK_CHUNK, wide, false);
        }
    }
    for (int64_t r = 0; r < rows; r++) {
        const float *x = logits + r * PK_CHUNK;
        chunk_partial *partial = job->partials + (first + r) * job->chunks + chunk;
        partial->maximum = kernels->maximum(columns, x);
        const bool empty = partial->maximum == -INFINITY;  // nothing but -inf and NaN
        partial->sum = job->mean_logits || empty ? kernels->sum(columns, x) : 0;
        partial->sum_exp = !empty                ? kernels->sum_exp(columns, x, partial->maximum, 1, NULL)
                           : isnan(partial->sum) ? NAN
                                                 : 0;
    }
    for (int64_t i = 0; i < job->label_count; i++) {
        const int64_t r = job->label_rows[i] - first, c = job->labels[i] - column;
        if (r >= 0 && r < rows && c >= 0 && c < columns) job->label_logits[i] = logits[r * PK_CHUNK + c];
    }
}

/// A chunk's panels serve all rows while they are in the cache.
static void head_chunk_task(void *context, int32_t worker, int64_t chunk) {
    const head_job *job = context;
    float *logits = (float *)(job->scratch + (size_t)worker * job->scratch_bytes);
    const int64_t first = chunk * HEAD_PANELS, panels = pk_min(HEAD_PANELS, pk_ceil_div(job->n, PK_PANEL) - first);
    const char *packed = job->packed + (size_t)first * job->panel_bytes;
    if (job->codes) {
        const size_t coded_bytes = pk_coded_bytes(job->codes, PK_PANEL, job->k);
        char *decoded = (char *)logits + logits_bytes;
        for (int64_t panel = 0; panel < panels; panel++)
            pk_decode_panel(job->kernels, job->precision, job->codes, job->k / PK_CODE_BLOCK,
                            job->packed + (size_t)(first + panel) * coded_bytes,
                            decoded + (size_t)panel * job->panel_bytes);
        packed = decoded;
    }
    for (int64_t row = 0; row < job->rows; row += HEAD_ROWS) head_chunk(job, logits, chunk, row, packed);
}

static void combine_chunks(const head_job *job, int64_t row) {
    const chunk_partial *partials = job->partials + row * job->chunks;
    float top = -INFINITY;
    double total = 0, sum = 0;
    for (int64_t c = 0; c < job->chunks; c++) top = partials[c].maximum > top ? partials[c].maximum : top;
    for (int64_t c = 0; c < job->chunks; c++) {
        total += partials[c].sum_exp * exp((double)partials[c].maximum - (double)top);
        sum += partials[c].sum;
    }
    job->lse[row] = (float)((double)top + log(total));
    if (job->mean_logits) job->mean_logits[row] = (float)(sum / (double)job->n);
}

void pk_head_log_probs(pk_pool *pool, pk_precision precision, int64_t rows, int64_t n, int64_t k, const float *hidden,
                       int64_t ldh, const void *packed, pk_codes codes, int64_t label_count,
                       const int32_t *label_rows, const int32_t *labels, float *label_logits, float *lse, float *mean_logits) {
    if (rows <= 0) return;
    head_job job = {
        .kernels = pk_kernels_current(), .precision = precision, .rows = rows, .n = n, .k = k,
        .chunks = pk_ceil_div(n, PK_CHUNK), .operands = (const char *)hidden, .lda = ldh, .packed = packed,
        .codes = codes, .panel_bytes = pk_packed_bytes(precision, PK_PANEL, k), .label_count = label_count, .label_rows = label_rows,
        .labels = labels, .label_logits = label_logits, .lse = lse, .mean_logits = mean_logits,
    };
    if (precision == PK_BFLOAT16) {
        job.lda = pk_round_up(k, 2);
        void *operands = pk_pool_scratch(pool, PK_SCRATCH_OPERAND_A, (size_t)(rows * job.lda) * job.kernels->bf16_operand);
        job.kernels->convert_rows(rows, k, hidden, ldh, operands, job.lda);
        job.operands = operands;
    }
    job.partials = pk_pool_scratch(pool, PK_SCRATCH_PARTIALS, (size_t)(rows * job.chunks) * sizeof(chunk_partial));
    job.scratch_bytes = logits_bytes + (codes ? HEAD_PANELS * job.panel_bytes : 0);
    job.scratch = pk_pool_scratch(pool, PK_SCRATCH_WORKERS, (size_t)pk_pool_threads(pool) * job.scratch_bytes);
    pk_pool_run_indexed(pool, job.chunks, head_chunk_task, &job);
    for (int64_t r = 0; r < rows; r++) combine_chunks(&job, r);
}
