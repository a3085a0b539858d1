#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { READ_REPEATS = 5 };

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

typedef struct {
    const pk_kernels *kernels;
    pk_precision precision;
    double *operations;  // per task
    const float *data;
    float *sinks;
} limit_job;

enum { PEAK_ROUNDS = 400000, READ_BLOCK = 1 << 20, READ_BLOCKS = 64 };

static void peak_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const limit_job *job = context;
    job->operations[index] = job->kernels->peak(job->precision, PEAK_ROUNDS, &job->sinks[index]);
}

double pk_measure_peak_flops(pk_pool *pool, pk_precision precision, int32_t runs) {
    const int32_t threads = pk_pool_threads(pool);
    double *operations = calloc((size_t)threads, sizeof *operations), best = 0;
    float *sinks = calloc((size_t)threads, sizeof *sinks);
    limit_job job = {.kernels = pk_kernels_current(), .precision = precision, .operations = operations, .sinks = sinks};
    for (int32_t run = 0; operations && sinks && run < runs; run++) {
        const double start = seconds();
        pk_pool_run_indexed(pool, threads, peak_task, &job);
        const double elapsed = seconds() - start;
        double total = 0;
        for (int32_t i = 0; i < threads; i++) total += operations[i];
        if (total / elapsed > best) best = total / elapsed;
    }
    free(operations);
    free(sinks);
    return best;
}

static void read_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const limit_job *job = context;
    job->sinks[index] = job->kernels->read(READ_BLOCK, job->data + index * READ_BLOCK);
}

double pk_measure_read_bandwidth(pk_pool *pool) {
    const size_t bytes = (size_t)READ_BLOCK * READ_BLOCKS * sizeof(float);
    float *data = malloc(bytes), *sinks = calloc(READ_BLOCKS, sizeof *sinks);
    double best = 0;
    if (data && sinks) {
        memset(data, 1, bytes);
        limit_job job = {.kernels = pk_kernels_current(), .data = data, .sinks = sinks};
        for (int repeat = 0; repeat < READ_REPEATS; repeat++) {
            const double start = seconds();
            pk_pool_run_indexed(pool, READ_BLOCKS, read_task, &job);
            const double rate = (double)bytes / (seconds() - start);
            if (rate > best) best = rate;
        }
    }
    free(data);
    free(sinks);
    return best;
}
