// Copies and zeros of large arrays by all threads: one alone does not use the memory's bandwidth.
#include "internal.h"

#include <string.h>

enum { MEMORY_BLOCK = 65536 };  // floats of a task

typedef struct {
    int64_t n;
    const float *from;  // NULL: zeros
    float *to;
} memory_job;

static void memory_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const memory_job *job = context;
    const int64_t first = index * MEMORY_BLOCK;
    const size_t bytes = (size_t)pk_min(MEMORY_BLOCK, job->n - first) * sizeof(float);
    if (job->from) memcpy(job->to + first, job->from + first, bytes);
    else memset(job->to + first, 0, bytes);
}

void pk_copy(pk_pool *pool, int64_t n, const float *from, float *to) {
    memory_job job = {n, from, to};
    pk_pool_run_indexed(pool, pk_ceil_div(n, MEMORY_BLOCK), memory_task, &job);
}

void pk_zero(pk_pool *pool, int64_t n, float *to) {
    memory_job job = {n, NULL, to};
    pk_pool_run_indexed(pool, pk_ceil_div(n, MEMORY_BLOCK), memory_task, &job);
}
