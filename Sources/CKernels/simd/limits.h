// The machine's limits, measured: multiply-adds from registers, and reading memory.

INLINE vf peak_step(pk_precision precision, vf sum, vf x) {
#ifdef BF16_NATIVE
    if (precision == PK_BFLOAT16) return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)x);
#endif
    (void)precision;
    return v_fma(x, x, sum);
}

INLINE double peak_chains(pk_precision precision, int64_t rounds, float *sink) {
    enum { CHAINS = TILE_ROWS * TILE_VECTORS };
    vf sums[CHAINS], x = v_splat(1e-9f);
    __asm__ volatile("" : "+m"(x));  // unknown to the optimizer
    UNROLL for (int i = 0; i < CHAINS; i++) sums[i] = v_splat((float)i);
    _Pragma("clang loop unroll(disable)") for (int64_t r = 0; r < rounds; r++)
        UNROLL for (int i = 0; i < CHAINS; i++) sums[i] = peak_step(precision, sums[i], x);
    vf total = v_splat(0);
    UNROLL for (int i = 0; i < CHAINS; i++) total += sums[i];
    *sink += v_sum(total);
    return (double)rounds * CHAINS * LANES * 2;
}

static double peak(pk_precision precision, int64_t rounds, float *sink) {
#ifdef BF16_NATIVE
    if (precision == PK_BFLOAT16) return 2 * peak_chains(PK_BFLOAT16, rounds, sink);
#endif
    (void)precision;
    return peak_chains(PK_FLOAT32, rounds, sink);
}

static float read_floats(int64_t n, const float *x) {
    vf sums[8] = {{0}};
    for (int64_t i = 0; i + 8 * LANES <= n; i += 8 * LANES)
        UNROLL for (int j = 0; j < 8; j++) sums[j] += v_load(x + i + j * LANES);
    vf total = v_splat(0);
    UNROLL for (int j = 0; j < 8; j++) total += sums[j];
    return v_sum(total);
}
