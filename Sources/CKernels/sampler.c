// Temperature and nucleus sampling (Holtzman et al. 2020) without sorting the vocabulary.
#include "internal.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    const pk_kernels *kernels;
    int64_t n, ld;
    const float *logits, *temperatures, *top_ps;
    const double *uniforms;
    int32_t *tokens;
    float *log_probs;
    char *scratch;
    size_t worker_bytes;
} sample_job;

typedef struct { float value; int32_t index; } candidate;

static int by_falling_value(const void *a, const void *b) {
    const candidate *x = a, *y = b;
    if (x->value != y->value) return x->value > y->value ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static int32_t first_maximum(int64_t n, const float *x, float top) {
    for (int64_t i = 0; i < n; i++)
        if (x[i] == top) return (int32_t)i;
    return 0;  // nothing but NaN
}

/// The kept token at which the running sum, in order of ids, first exceeds `target`.
static int32_t draw_in_order(int64_t count, const float *values, const int32_t *indices, double target) {
    double sum = 0;
    int32_t last = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!(values[i] > 0)) continue;
        sum += (double)values[i];
        last = indices ? indices[i] : (int32_t)i;
        if (sum > target) return last;
    }
    return last;
}

/// Sorts a heap's worth at a time: the smallest prefix of candidates, by falling value and rising id,
/// whose sum reaches `needed`. Returns its length and sum; the prefix is put first.
static int64_t nucleus(candidate *candidates, int64_t count, double needed, double *kept) {
    qsort(candidates, (size_t)count, sizeof *candidates, by_falling_value);
    double sum = 0;
    int64_t length = 0;
    while (length < count && (length == 0 || sum < needed)) sum += (double)candidates[length++].value;
    *kept = sum;
    return length;
}

static int32_t draw_nucleus(const sample_job *job, const float *terms, double total, double top_p, double uniform,
                            float *values, int32_t *indices, candidate *candidates) {
    // Terms below `floor` sum to less than (1 - top_p) * total, so the nucleus lies above it.
    const double floor = total * (1 - top_p) / (double)job->n * 0.99;
    const int64_t count = job->kernels->select_at_least(job->n, terms, (float)floor, values, indices);
    for (int64_t i = 0; i < count; i++) candidates[i] = (candidate){values[i], indices[i]};
    double kept = 0;
    const int64_t length = nucleus(candidates, count, top_p * total, &kept);
    if (length == 0) return first_maximum(job->n, terms, 1);
    // Back to the order of ids: everything at least as probable as the last one kept, ties by id.
    const candidate last = candidates[length - 1];
    int64_t kept_count = 0;
    for (int64_t i = 0; i < count; i++)
        if (values[i] > last.value || (values[i] == last.value && indices[i] <= last.index)) {
            values[kept_count] = values[i];
            indices[kept_count++] = indices[i];
        }
    return draw_in_order(kept_count, values, indices, uniform * kept);
}

static void sample_task(void *context, int32_t worker, int64_t row) {
    const sample_job *job = context;
    const pk_kernels *kernels = job->kernels;
    const float *logits = job->logits + row * job->ld;
    const float temperature = job->temperatures[row];
    const double top_p = (double)job->top_ps[row];
    float *terms = (float *)(job->scratch + (size_t)worker * job->worker_bytes), *values = terms + job->n;
    int32_t *indices = (int32_t *)(values + job->n);
    candidate *candidates = (candidate *)(indices + job->n);

    const float top = kernels->maximum(job->n, logits);
    const double partition = kernels->sum_exp(job->n, logits, top, 1, NULL);
    int32_t token = first_maximum(job->n, logits, top);
    // Only a finite distribution can be drawn from; anything else gives its first maximum.
    if (temperature > 0 && isfinite(top) && isfinite(partition)) {
        const double total = kernels->sum_exp(job->n, logits, top, 1 / temperature, terms);
        const double uniform = job->uniforms[row] > 0 ? fmin(job->uniforms[row], 1) : 0;
        if (isfinite(total) && total > 0)
            token = top_p < 1 ? draw_nucleus(job, terms, total, fmax(top_p, 0), uniform, values, indices, candidates)
                              : draw_in_order(job->n, terms, NULL, uniform * total);
    }
    job->tokens[row] = token;
    job->log_probs[row] = isfinite(top) ? (float)((double)logits[token] - (double)top - log(partition)) : NAN;
}

void pk_sample(pk_pool *pool, int64_t rows, int64_t n, const float *logits, int64_t ld, const float *temperatures,
               const float *top_ps, const double *uniforms, int32_t *tokens, float *log_probs) {
    sample_job job = {pk_kernels_current(), n, ld, logits, temperatures, top_ps, uniforms, tokens, log_probs, NULL, 0};
    job.worker_bytes = (size_t)pk_round_up(n * (3 * (int64_t)sizeof(float) + (int64_t)sizeof(candidate)), PK_LINE);
    job.scratch = pk_pool_scratch(pool, PK_SCRATCH_WORKERS, job.worker_bytes * (size_t)pk_pool_threads(pool));
    pk_pool_run_indexed(pool, rows, sample_task, &job);
}
