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

static int64_t select_at_least(int64_t n, const float *x, float threshold, float *values, int32_t *indices) {
    int64_t found = 0, i = 0;
    for (; i + LANES <= n; i += LANES) {
        const vi hit = v_load(x + i) >= threshold;
        vi any = hit;
#ifdef LANES_EXP_SCALEF
        if (!_mm512_movepi32_mask((__m512i)any)) continue;
#endif
        for (int j = 0; j < LANES; j++)
            if (any[j]) {
                values[found] = x[i + j];
                indices[found++] = (int32_t)(i + j);
            }
    }
    for (; i < n; i++)
        if (x[i] >= threshold) {
            values[found] = x[i];
            indices[found++] = (int32_t)i;
        }
    return found;
}
