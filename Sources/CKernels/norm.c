#include "internal.h"

// Rows per task: a few microseconds of work.
static int64_t rows_per_task(int64_t dim) { return pk_max(1, 16384 / pk_max(dim, 1)); }

// ---- Rows that products read ----------------------------------------------------------------------------

/// Where tasks leave their rows: floats, operands of products in bf16, or both.
typedef struct {
    const pk_kernels *kernels;
    int64_t dim, block;  // rows of a task
    float *floats;       // of all rows, or of one task for each worker
    bool keeps_floats;
    char *converted;  // NULL in float32
    int64_t ldc;
} row_output;

static row_output row_output_of(pk_pool *pool, pk_precision precision, int64_t dim, float *floats, void *memory) {
    row_output output = {.kernels = pk_kernels_current(), .dim = dim, .block = rows_per_task(dim), .floats = floats,
                         .keeps_floats = floats != NULL};
    if (precision == PK_BFLOAT16) {
        output.converted = memory;
        output.ldc = pk_round_up(dim, 2);
    }
    if (!floats)
        output.floats = pk_pool_scratch(pool, PK_SCRATCH_WORKERS,
                                        (size_t)(pk_pool_threads(pool) * output.block * dim) * sizeof(float));
    return output;
}

static float *begin_rows(const row_output *output, int32_t worker, int64_t first) {
    return output->floats + (output->keeps_floats ? first : worker * output->block) * output->dim;
}

/// While the floats are in the nearest cache.
static void end_rows(const row_output *output, const float *floats, int64_t first, int64_t rows) {
    if (output->converted)
        output->kernels->convert_rows(rows, output->dim, floats, output->dim,
                                      output->converted + (size_t)(first * output->ldc) * output->kernels->bf16_operand,
                                      output->ldc);
}

static pk_rows rows_of(const row_output *output) {
    return (pk_rows){.x = output->keeps_floats ? output->floats : NULL, .ldx = output->dim, .converted = output->converted,
                     .ldc = output->ldc};
}

// ---- Norm -------------------------------------------------------------------------------------------------

typedef struct {
    row_output output;
    int64_t rows;
    const float *x, *w;
    float eps;
    float *inv_rms;
} norm_job;

static void norm_task(void *context, int32_t worker, int64_t index) {
    const norm_job *job = context;
    const row_output *output = &job->output;
    const int64_t first = index * output->block, rows = pk_min(output->block, job->rows - first);
    float *y = begin_rows(output, worker, first);
    output->kernels->rmsnorm(rows, output->dim, job->x + first * output->dim, job->w, job->eps, y,
                             job->inv_rms ? job->inv_rms + first : NULL);
    end_rows(output, y, first, rows);
}

pk_rows pk_rmsnorm_rows(pk_pool *pool, pk_precision precision, int64_t rows, int64_t dim, const float *x, const float *w,
                        float eps, float *y, float *inv_rms, void *memory) {
    norm_job job = {.output = row_output_of(pool, precision, dim, y, memory), .rows = rows, .x = x, .w = w, .eps = eps,
                    .inv_rms = inv_rms};
    pk_pool_run_indexed(pool, pk_ceil_div(rows, job.output.block), norm_task, &job);
    return rows_of(&job.output);
}

void pk_rmsnorm(pk_pool *pool, int64_t rows, int64_t dim, const float *x, const float *w, float eps, float *y,
                float *inv_rms) {
    pk_rmsnorm_rows(pool, PK_FLOAT32, rows, dim, x, w, eps, y, inv_rms, NULL);
}

typedef struct {
    const pk_kernels *kernels;
    int64_t rows, dim, block;
    const float *dy, *x, *w, *inv_rms;
    float *dx, *dw;
} norm_backward_job;

static void norm_backward_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const norm_backward_job *job = context;
    const int64_t first = index * job->block, rows = pk_min(job->block, job->rows - first), at = first * job->dim;
    job->kernels->rmsnorm_backward(rows, job->dim, job->dy + at, job->x + at, job->w, job->inv_rms + first,
                                   job->dx + at);
}

static void norm_weight_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const norm_backward_job *job = context;
    const int64_t first = index * PK_PANEL, columns = pk_min(PK_PANEL, job->dim - first);
    job->kernels->rmsnorm_backward_weight(job->rows, job->dim, columns, job->dy + first, job->x + first,
                                          job->inv_rms, job->dw + first);
}

void pk_rmsnorm_backward(pk_pool *pool, int64_t rows, int64_t dim, const float *dy, const float *x, const float *w,
                         const float *inv_rms, float *dx, float *dw) {
    norm_backward_job job = {.kernels = pk_kernels_current(), .rows = rows, .dim = dim, .block = rows_per_task(dim),
                             .dy = dy, .x = x, .w = w, .inv_rms = inv_rms, .dx = dx, .dw = dw};
    // dw before dx: the two passes only read what they share.
    if (dw) pk_pool_run_indexed(pool, pk_ceil_div(dim, PK_PANEL), norm_weight_task, &job);
    pk_pool_run_indexed(pool, pk_ceil_div(rows, job.block), norm_backward_task, &job);
}

// ---- Rotary -----------------------------------------------------------------------------------------------

typedef struct {
    const pk_kernels *kernels;
    int64_t rows, block;
    int32_t heads, head_dim;
    const int32_t *positions;
    const float *cosines, *sines;
    float *x;
    int64_t ldx;
    bool inverse;
} rotary_job;

static void rotary_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const rotary_job *job = context;
    const int64_t first = index * job->block, rows = pk_min(job->block, job->rows - first);
    job->kernels->rotary(rows, job->heads, job->head_dim, job->positions + first, job->cosines, job->sines,
                         job->x + first * job->ldx, job->ldx, job->inverse);
}

void pk_rotary(pk_pool *pool, int64_t rows, int32_t heads, int32_t head_dim, const int32_t *positions,
               const float *cosines, const float *sines, float *x, int64_t ldx, bool inverse) {
    rotary_job job = {pk_kernels_current(), rows, rows_per_task((int64_t)heads * head_dim), heads, head_dim, positions,
                      cosines, sines, x, ldx, inverse};
    pk_pool_run_indexed(pool, pk_ceil_div(rows, job.block), rotary_task, &job);
}

// ---- Activation -------------------------------------------------------------------------------------------

typedef struct {
    row_output output;
    int64_t rows;
    const float *gate_up;
} swiglu_job;

static void swiglu_task(void *context, int32_t worker, int64_t index) {
    const swiglu_job *job = context;
    const row_output *output = &job->output;
    const int64_t first = index * output->block, rows = pk_min(output->block, job->rows - first);
    float *h = begin_rows(output, worker, first);
    output->kernels->swiglu(rows, output->dim, job->gate_up + first * 2 * output->dim, h);
    end_rows(output, h, first, rows);
}

pk_rows pk_swiglu_rows(pk_pool *pool, pk_precision precision, int64_t rows, int64_t inner, const float *gate_up, float *h,
                       void *memory) {
    swiglu_job job = {row_output_of(pool, precision, inner, h, memory), rows, gate_up};
    pk_pool_run_indexed(pool, pk_ceil_div(rows, job.output.block), swiglu_task, &job);
    return rows_of(&job.output);
}

void pk_swiglu(pk_pool *pool, int64_t rows, int64_t inner, const float *gate_up, float *h) {
    pk_swiglu_rows(pool, PK_FLOAT32, rows, inner, gate_up, h, NULL);
}

typedef struct {
    row_output output;  // rows of d_gate_up
    int64_t rows;
    const float *dh, *gate_up;
} swiglu_backward_job;

static void swiglu_backward_task(void *context, int32_t worker, int64_t index) {
    const swiglu_backward_job *job = context;
    const row_output *output = &job->output;
    const int64_t first = index * output->block, rows = pk_min(output->block, job->rows - first), inner = output->dim / 2;
    float *d_gate_up = begin_rows(output, worker, first);
    output->kernels->swiglu_backward(rows, inner, job->dh + first * inner, job->gate_up + first * output->dim, d_gate_up);
    end_rows(output, d_gate_up, first, rows);
}

pk_rows pk_swiglu_backward_rows(pk_pool *pool, pk_precision precision, int64_t rows, int64_t inner, const float *dh,
                                const float *gate_up, float *d_gate_up, void *memory) {
    swiglu_backward_job job = {row_output_of(pool, precision, 2 * inner, d_gate_up, memory), rows, dh, gate_up};
    pk_pool_run_indexed(pool, pk_ceil_div(rows, job.output.block), swiglu_backward_task, &job);
    return rows_of(&job.output);
}

void pk_swiglu_backward(pk_pool *pool, int64_t rows, int64_t inner, const float *dh, const float *gate_up,
                        float *d_gate_up) {
    pk_swiglu_backward_rows(pool, PK_FLOAT32, rows, inner, dh, gate_up, d_gate_up, NULL);
}
