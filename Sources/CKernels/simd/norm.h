// RMSNorm (Zhang & Sennrich 2019) and rotary positions (Su et al. 2021), one row at a time.

INLINE float row_dot(int64_t n, const float *a, const float *b) {
    vf sums[4] = {{0}};
    int64_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES)
        UNROLL for (int j = 0; j < 4; j++)
            sums[j] = v_fma(v_load(a + i + j * LANES), v_load(b + i + j * LANES), sums[j]);
    for (; i + LANES <= n; i += LANES) sums[0] = v_fma(v_load(a + i), v_load(b + i), sums[0]);
    if (i < n) sums[1] = v_fma(v_load_part(a + i, n - i, 0), v_load_part(b + i, n - i, 0), sums[1]);
    return v_sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

static void rmsnorm(int64_t rows, int64_t dim, const float *x, const float *w, float eps, float *y, float *inv_rms) {
    for (int64_t r = 0; r < rows; r++, x += dim, y += dim) {
        const float scale = 1.0f / sqrtf(row_dot(dim, x, x) / (float)dim + eps);
        if (inv_rms) inv_rms[r] = scale;
        int64_t i = 0;
        for (; i + LANES <= dim; i += LANES) v_store(y + i, v_load(x + i) * scale * v_load(w + i));
        if (i < dim) {
            const int64_t left = dim - i;
            v_store_part(y + i, v_load_part(x + i, left, 0) * scale * v_load_part(w + i, left, 0), left);
        }
    }
}

/// With n = x * s: dx = s * (dy * w - n * mean(dy * w * n)).
static void rmsnorm_backward(int64_t rows, int64_t dim, const float *dy, const float *x, const float *w,
                             const float *inv_rms, float *dx) {
    for (int64_t r = 0; r < rows; r++, x += dim, dy += dim, dx += dim) {
        vf sums[2] = {{0}};
        int64_t i = 0;
        for (; i + LANES <= dim; i += LANES)
            sums[i / LANES % 2] = v_fma(v_load(dy + i) * v_load(w + i), v_load(x + i), sums[i / LANES % 2]);
        if (i < dim) {
            const int64_t left = dim - i;
            sums[0] = v_fma(v_load_part(dy + i, left, 0) * v_load_part(w + i, left, 0), v_load_part(x + i, left, 0),
                            sums[0]);
        }
        const float scale = inv_rms[r];
        const float along = v_sum(sums[0] + sums[1]) * scale * scale * scale / (float)dim;
        for (i = 0; i + LANES <= dim; i += LANES)
            v_store(dx + i, v_load(dx + i) + (v_load(dy + i) * v_load(w + i) * scale - v_load(x + i) * along));
        if (i < dim) {
            const int64_t left = dim - i;
            const vf change = v_load_part(dy + i, left, 0) * v_load_part(w + i, left, 0) * scale -
                              v_load_part(x + i, left, 0) * along;
            v_store_part(dx + i, v_load_part(dx + i, left, 0) + change, left);
        }
    }
}

static void rmsnorm_backward_weight(int64_t rows, int64_t dim, int64_t columns, const float *dy, const float *x,
                                    const float *inv_rms, float *dw) {
    for (int64_t c = 0; c < columns; c += LANES) {
        const int64_t wide = columns - c < LANES ? columns - c : LANES;
        vf sum = v_load_part(dw + c, wide, 0);
        for (int64_t r = 0; r < rows; r++) {
            const float *dy_row = dy + r * dim + c, *x_row = x + r * dim + c;
            const vf normed = (wide == LANES ? v_load(x_row) : v_load_part(x_row, wide, 0)) * inv_rms[r];
            sum = v_fma(wide == LANES ? v_load(dy_row) : v_load_part(dy_row, wide, 0), normed, sum);
        }
        v_store_part(dw + c, sum, wide);
    }
}

static void rotary(int64_t rows, int32_t heads, int32_t head_dim, const int32_t *positions, const float *cosines,
                   const float *sines, float *x, int64_t ldx, bool inverse) {
    const int64_t half = head_dim / 2;
    for (int64_t r = 0; r < rows; r++) {
        const float *c = cosines + positions[r] * half, *s = sines + positions[r] * half;
        const float direction = inverse ? -1.0f : 1.0f;
        for (int32_t h = 0; h < heads; h++) {
            float *low = x + r * ldx + (int64_t)h * head_dim, *high = low + half;
            int64_t i = 0;
            for (; i + LANES <= half; i += LANES) {
                const vf a = v_load(low + i), b = v_load(high + i);
                const vf cosine = v_load(c + i), sine = v_load(s + i) * direction;
                v_store(low + i, a * cosine - b * sine);
                v_store(high + i, b * cosine + a * sine);
            }
            if (i < half) {
                const int64_t left = half - i;
                const vf a = v_load_part(low + i, left, 0), b = v_load_part(high + i, left, 0);
                const vf cosine = v_load_part(c + i, left, 0), sine = v_load_part(s + i, left, 0) * direction;
                v_store_part(low + i, a * cosine - b * sine, left);
                v_store_part(high + i, b * cosine + a * sine, left);
            }
        }
    }
}
