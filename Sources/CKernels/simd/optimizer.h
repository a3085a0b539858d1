// AdamW (Loshchilov & Hutter 2019) and the norm of the gradient.

INLINE vf v_sqrt(vf x) {
#if LANES == 16
    return (vf)_mm512_sqrt_ps((__m512)x);
#elif LANES == 8
    return (vf)_mm256_sqrt_ps((__m256)x);
#else
    UNROLL for (int i = 0; i < LANES; i++) x[i] = sqrtf(x[i]);
    return x;
#endif
}

static void adamw(int64_t n, float *p, const float *g, float *m, float *v, const pk_adamw_constants *c) {
    for (int64_t i = 0; i < n; i += LANES) {
        const int64_t wide = n - i < LANES ? n - i : LANES;
        const bool full = wide == LANES;
        const vf gradient = (full ? v_load(g + i) : v_load_part(g + i, wide, 0)) * c->grad_scale;
        const vf old_m = full ? v_load(m + i) : v_load_part(m + i, wide, 0);
        const vf old_v = full ? v_load(v + i) : v_load_part(v + i, wide, 0);
        const vf old_p = full ? v_load(p + i) : v_load_part(p + i, wide, 0);
        const vf new_m = old_m * c->beta1 + gradient * (1.0f - c->beta1);
        const vf new_v = old_v * c->beta2 + gradient * gradient * (1.0f - c->beta2);
        const vf step = new_m * c->step_size / (v_sqrt(new_v) * c->root_scale + c->eps);
        const vf new_p = old_p * c->decay - step;
        if (full) {
            v_store(m + i, new_m);
            v_store(v + i, new_v);
            v_store(p + i, new_p);
        } else {
            v_store_part(m + i, new_m, wide);
            v_store_part(v + i, new_v, wide);
            v_store_part(p + i, new_p, wide);
        }
    }
}

static double sum_of_squares(int64_t n, const float *x) {
    double total = 0;
    for (int64_t start = 0; start < n; start += PK_CHUNK) {
        const int64_t end = n - start < PK_CHUNK ? n : start + PK_CHUNK;
        vf part = v_splat(0);
        int64_t i = start;
        for (; i + LANES <= end; i += LANES) part = v_fma(v_load(x + i), v_load(x + i), part);
        if (i < end) {
            const vf rest = v_load_part(x + i, end - i, 0);
            part = v_fma(rest, rest, part);
        }
        total += v_sum_double(part);
    }
    return total;
}
