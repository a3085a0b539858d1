// Reductions over one row of logits.

static float maximum(int64_t n, const float *x) {
    vf best[4] = {v_splat(-INFINITY), v_splat(-INFINITY), v_splat(-INFINITY), v_splat(-INFINITY)};
    int64_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES)
        UNROLL for (int j = 0; j < 4; j++) best[j] = v_max(v_load(x + i + j * LANES), best[j]);
    for (; i < n; i += LANES) {
        const int64_t wide = n - i < LANES ? n - i : LANES;
        best[0] = v_max(v_load_part(x + i, wide, -INFINITY), best[0]);
    }
    return v_maximum(v_max(v_max(best[0], best[1]), v_max(best[2], best[3])));
}

/// Single precision within a chunk of PK_CHUNK, double across chunks.
static double sum_exp(int64_t n, const float *x, float top, float inverse_temperature, float *terms) {
    double total = 0;
    for (int64_t start = 0; start < n; start += PK_CHUNK) {
        const int64_t end = n - start < PK_CHUNK ? n : start + PK_CHUNK;
        vf sums[2] = {{0}};
        int64_t i = start;
        for (; i + 2 * LANES <= end; i += 2 * LANES)
            UNROLL for (int j = 0; j < 2; j++) {
                const vf e = v_exp((v_load(x + i + j * LANES) - top) * inverse_temperature);
                if (terms) v_store(terms + i + j * LANES, e);
                sums[j] += e;
            }
        for (; i < end; i += LANES) {
            const int64_t wide = end - i < LANES ? end - i : LANES;
            const vf e = v_exp((v_load_part(x + i, wide, -INFINITY) - top) * inverse_temperature);
            if (terms) v_store_part(terms + i, e, wide);
            sums[0] += e;
        }
        total += v_sum_double(sums[0] + sums[1]);
    }
    return total;
}

static double sum(int64_t n, const float *x) {
    double total = 0;
    for (int64_t start = 0; start < n; start += PK_CHUNK) {
        const int64_t end = n - start < PK_CHUNK ? n : start + PK_CHUNK;
        vf part = v_splat(0);
        int64_t i = start;
        for (; i + LANES <= end; i += LANES) part += v_load(x + i);
        if (i < end) part += v_load_part(x + i, end - i, 0);
        total += v_sum_double(part);
    }
    return total;
}

static void softmax_gradient(int64_t n, float *x, float lse, float scale) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) v_store(x + i, v_exp(v_load(x + i) - lse) * -scale);
    if (i < n) v_store_part(x + i, v_exp(v_load_part(x + i, n - i, 0) - lse) * -scale, n - i);
}

/// First index of `value`, or -1.
static int64_t find(int64_t n, const float *x, float value) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        if (v_any(v_load(x + i) == value)) break;
    for (; i < n; i++)
        if (x[i] == value) return i;
    return -1;
}

/// Writes whole vectors: `values` and `indices` have LANES elements to spare.
static int64_t select_at_least(int64_t n, const float *x, float threshold, float *values, int32_t *indices) {
    int64_t found = 0, i = 0;
    for (; i + LANES <= n; i += LANES) {
        const vi hit = v_load(x + i) >= threshold;
        if (!v_any(hit)) continue;
#if LANES == 16
        const __mmask16 mask = _mm512_movepi32_mask((__m512i)hit);
        const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        _mm512_storeu_ps(values + found, _mm512_maskz_compress_ps(mask, _mm512_loadu_ps(x + i)));
        _mm512_storeu_si512(indices + found,
                            _mm512_maskz_compress_epi32(mask, _mm512_add_epi32(lane, _mm512_set1_epi32((int)i))));
        found += __builtin_popcount(mask);
#else
        for (int j = 0; j < LANES; j++)
            if (hit[j]) {
                values[found] = x[i + j];
                indices[found++] = (int32_t)(i + j);
            }
#endif
    }
    for (; i < n; i++)
        if (x[i] >= threshold) {
            values[found] = x[i];
            indices[found++] = (int32_t)i;
        }
    return found;
}
