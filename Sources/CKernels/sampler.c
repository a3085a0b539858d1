// Temperature and nucleus sampling (Holtzman et al. 2020) without sorting the vocabulary.
#include "internal.h"

#include <math.h>
#include <string.h>

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

/// The last token kept: every larger value is kept, and the first `ties` equal ones.
typedef struct { float value; int64_t ties; double sum; } nucleus_end;

/// The smallest set of largest values whose sum reaches `needed`, by radix selection on the bits of
/// the values: positive floats are ordered as their bits are.
static nucleus_end select_nucleus(int64_t count, const float *values, double needed) {
    static const int widths[] = {11, 11, 10};
    double sums[1 << 11], above = 0;
    int32_t counts[1 << 11];
    uint32_t prefix = 0;
    int shift = 32;
    int64_t bucket = 0;
    for (int level = 0; level < 3; level++) {
        const int width = widths[level], known = shift;
        const uint32_t mask = (1u << width) - 1;
        shift -= width;
        memset(sums, 0, sizeof sums);
        memset(counts, 0, sizeof counts);
        for (int64_t i = 0; i < count; i++) {
            uint32_t bits;
            memcpy(&bits, values + i, sizeof bits);
            if (level > 0 && bits >> known != prefix) continue;
            sums[(bits >> shift) & mask] += (double)values[i];
            counts[(bits >> shift) & mask]++;
        }
        // The bucket where the running sum reaches what is needed, or the last one with values.
        double before = above;
        bucket = -1;
        for (int64_t b = mask; b >= 0; b--) {
            if (!counts[b]) continue;
            bucket = b;
            before = above;
            if (above + sums[b] >= needed) break;
            above += sums[b];
        }
        above = before;
        prefix = prefix << width | (uint32_t)bucket;
    }
    nucleus_end end = {.ties = 1, .sum = above};
    memcpy(&end.value, &prefix, sizeof end.value);
    while (end.ties < counts[bucket] && above + (double)end.ties * (double)end.value < needed) end.ties++;
    end.sum = above + (double)end.ties * (double)end.value;
    return end;
}

/// The element at which the running sum, in order, first exceeds `target`.
static int64_t draw_in_order(const pk_kernels *kernels, int64_t count, const float *values, double target) {
    double sum = 0;
    int64_t start = 0, last = 0;
    for (; start + PK_CHUNK < count; start += PK_CHUNK) {
        const double chunk = kernels->sum(PK_CHUNK, values + start);
        if (sum + chunk > target) break;
        sum += chunk;
    }
    for (int64_t i = start; i < count; i++) {
        if (!(values[i] > 0)) continue;
        sum += (double)values[i];
        last = i;
        if (sum > target) return i;
    }
    // Rounding can leave the target a hair above the sum: the last possible element then.
    for (int64_t i = start; last == 0 && i > 0; i--)
        if (values[i - 1] > 0) last = i - 1;
    return last;
}

static int32_t draw_nucleus(const sample_job *job, const float *terms, double total, double top_p, double uniform,
                            float *values, int32_t *indices) {
    // Terms below `floor` sum to less than (1 - top_p) * total, so the nucleus lies above it.
    const double floor = fmax(total * (1 - top_p) / (double)job->n * 0.99, 1e-37);
    const int64_t count = job->kernels->select_at_least(job->n, terms, (float)floor, values, indices);
    const nucleus_end end = select_nucleus(count, values, top_p * total);
    int64_t kept = 0, ties = 0;
    for (int64_t i = 0; i < count; i++)
        if (values[i] > end.value || (values[i] == end.value && ties++ < end.ties)) {
            values[kept] = values[i];
            indices[kept++] = indices[i];
        }
    return indices[draw_in_order(job->kernels, kept, values, uniform * end.sum)];
}

static void sample_task(void *context, int32_t worker, int64_t row) {
    const sample_job *job = context;
    const pk_kernels *kernels = job->kernels;
    const float *logits = job->logits + row * job->ld;
    const float temperature = job->temperatures[row];
    const double top_p = (double)job->top_ps[row];
    float *terms = (float *)(job->scratch + (size_t)worker * job->worker_bytes), *values = terms + job->n;
    int32_t *indices = (int32_t *)(values + job->n + PK_SPARE);

    const float top = kernels->maximum(job->n, logits);
    const double partition = kernels->sum_exp(job->n, logits, top, 1, temperature == 1 ? terms : NULL);
    int32_t token = (int32_t)pk_max(0, kernels->find(job->n, logits, top));
    // Only a finite distribution can be drawn from; anything else gives its first maximum.
    if (temperature > 0 && isfinite(top) && isfinite(partition)) {
        const double total =
            temperature == 1 ? partition : kernels->sum_exp(job->n, logits, top, 1 / temperature, terms);
        const double uniform = job->uniforms[row] > 0 ? fmin(job->uniforms[row], 1) : 0;
        if (isfinite(total) && total > 0)
            token = top_p < 1 ? draw_nucleus(job, terms, total, fmax(top_p, 0), uniform, values, indices)
                              : (int32_t)draw_in_order(kernels, job->n, terms, uniform * total);
    }
    job->tokens[row] = token;
    job->log_probs[row] = isfinite(top) ? (float)((double)logits[token] - (double)top - log(partition)) : NAN;
}

void pk_sample(pk_pool *pool, int64_t rows, int64_t n, const float *logits, int64_t ld, const float *temperatures,
               const float *top_ps, const double *uniforms, int32_t *tokens, float *log_probs) {
    if (rows <= 0 || n <= 0) return;
    sample_job job = {pk_kernels_current(), n, ld, logits, temperatures, top_ps, uniforms, tokens, log_probs, NULL, 0};
    job.worker_bytes = (size_t)pk_round_up((3 * n + 2 * PK_SPARE) * (int64_t)sizeof(float), PK_LINE);
    job.scratch = pk_pool_scratch(pool, PK_SCRATCH_WORKERS, job.worker_bytes * (size_t)pk_pool_threads(pool));
    pk_pool_run_indexed(pool, rows, sample_task, &job);
}
