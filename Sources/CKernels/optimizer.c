#include "internal.h"

#include <math.h>

enum { ADAMW_BLOCK = 32768, SQUARES_BLOCK = 65536 };

typedef struct {
    const pk_kernels *kernels;
    int64_t n;
    float *p, *m, *v;
    const float *g;
    pk_adamw_constants constants;
    double *partials;
} optimizer_job;

static void adamw_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const optimizer_job *job = context;
    const int64_t first = index * ADAMW_BLOCK;
    job->kernels->adamw(pk_min(ADAMW_BLOCK, job->n - first), job->p + first, job->g + first, job->m + first,
                        job->v + first, &job->constants);
}

void pk_adamw(pk_pool *pool, int64_t n, float *p, const float *g, float *m, float *v, float lr, float beta1,
              float beta2, float eps, float weight_decay, int64_t step, float grad_scale) {
    optimizer_job job = {
        .kernels = pk_kernels_current(), .n = n, .p = p, .m = m, .v = v, .g = g,
        .constants = {
            .beta1 = beta1, .beta2 = beta2, .eps = eps, .grad_scale = grad_scale,
            .step_size = (float)((double)lr / (1 - pow((double)beta1, (double)step))),
            .root_scale = (float)(1 / sqrt(1 - pow((double)beta2, (double)step))),
            .decay = (float)(1 - (double)lr * (double)weight_decay),
        },
    };
    pk_pool_run_indexed(pool, pk_ceil_div(n, ADAMW_BLOCK), adamw_task, &job);
}

static void squares_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const optimizer_job *job = context;
    const int64_t first = index * SQUARES_BLOCK;
    job->partials[index] = job->kernels->sum_of_squares(pk_min(SQUARES_BLOCK, job->n - first), job->g + first);
}

double pk_sum_of_squares(pk_pool *pool, int64_t n, const float *x) {
    if (n <= 0) return 0;
    const int64_t blocks = pk_ceil_div(n, SQUARES_BLOCK);
    optimizer_job job = {.kernels = pk_kernels_current(), .n = n, .g = x};
    job.partials = pk_pool_scratch(pool, PK_SCRATCH_PARTIALS, (size_t)blocks * sizeof(double));
    pk_pool_run_indexed(pool, blocks, squares_task, &job);
    double total = 0;
    for (int64_t i = 0; i < blocks; i++) total += job.partials[i];
    return total;
}
