#include "internal.h"

// Rows per task: a few microseconds of work.
static int64_t rows_per_task(int64_t dim) { return pk_max(1, 16384 / pk_max(dim, 1)); }

typedef struct {
    const pk_kernels *kernels;
    int64_t rows, dim, block;
    const float *dy, *x, *w, *inv_rms_in;
    float eps;
    float *y, *inv_rms, *dx, *dw;
} norm_job;

static void norm_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const norm_job *job = context;
    const int64_t first = index * job->block, rows = pk_min(job->block, job->rows - first), at = first * job->dim;
    job->kernels->rmsnorm(rows, job->dim, job->x + at, job->w, job->eps, job->y + at,
                          job->inv_rms ? job->inv_rms + first : NULL);
}

void pk_rmsnorm(pk_pool *pool, int64_t rows, int64_t dim, const float *x, const float *w, float eps, float *y,
                float *inv_rms) {
    norm_job job = {.kernels = pk_kernels_current(), .rows = rows, .dim = dim, .block = rows_per_task(dim), .x = x,
                    .w = w, .eps = eps, .y = y, .inv_rms = inv_rms};
    pk_pool_run_indexed(pool, pk_ceil_div(rows, job.block), norm_task, &job);
}

static void norm_backward_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const norm_job *job = context;
    const int64_t first = index * job->block, rows = pk_min(job->block, job->rows - first), at = first * job->dim;
    job->kernels->rmsnorm_backward(rows, job->dim, job->dy + at, job->x + at, job->w, job->inv_rms_in + first,
                                   job->dx + at);
}

static void norm_weight_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const norm_job *job = context;
    const int64_t first = index * PK_PANEL, columns = pk_min(PK_PANEL, job->dim - first);
    job->kernels->rmsnorm_backward_weight(job->rows, job->dim, columns, job->dy + first, job->x + first,
                                          job->inv_rms_in, job->dw + first);
}

void pk_rmsnorm_backward(pk_pool *pool, int64_t rows, int64_t dim, const float *dy, const float *x, const float *w,
                         const float *inv_rms, float *dx, float *dw) {
    norm_job job = {.kernels = pk_kernels_current(), .rows = rows, .dim = dim, .block = rows_per_task(dim), .dy = dy,
                    .x = x, .w = w, .inv_rms_in = inv_rms, .dx = dx, .dw = dw};
    // dw before dx: the two passes only read what they share.
    if (dw) pk_pool_run_indexed(pool, pk_ceil_div(dim, PK_PANEL), norm_weight_task, &job);
    pk_pool_run_indexed(pool, pk_ceil_div(rows, job.block), norm_backward_task, &job);
}

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

typedef struct {
    const pk_kernels *kernels;
    int64_t rows, inner, block;
    const float *dh, *gate_up;
    float *out;
} swiglu_job;

static void swiglu_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const swiglu_job *job = context;
    const int64_t first = index * job->block, rows = pk_min(job->block, job->rows - first);
    job->kernels->swiglu(rows, job->inner, job->gate_up + first * 2 * job->inner, job->out + first * job->inner);
}

void pk_swiglu(pk_pool *pool, int64_t rows, int64_t inner, const float *gate_up, float *h) {
    swiglu_job job = {pk_kernels_current(), rows, inner, rows_per_task(inner), NULL, gate_up, h};
    pk_pool_run_indexed(pool, pk_ceil_div(rows, job.block), swiglu_task, &job);
}

static void swiglu_backward_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const swiglu_job *job = context;
    const int64_t first = index * job->block, rows = pk_min(job->block, job->rows - first);
    job->kernels->swiglu_backward(rows, job->inner, job->dh + first * job->inner, job->gate_up + first * 2 * job->inner,
                                  job->out + first * 2 * job->inner);
}

void pk_swiglu_backward(pk_pool *pool, int64_t rows, int64_t inner, const float *dh, const float *gate_up,
                        float *d_gate_up) {
    swiglu_job job = {pk_kernels_current(), rows, inner, rows_per_task(inner), dh, gate_up, d_gate_up};
    pk_pool_run_indexed(pool, pk_ceil_div(rows, job.block), swiglu_backward_task, &job);
}
