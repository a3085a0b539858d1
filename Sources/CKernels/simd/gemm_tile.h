// Register tiles: ROWS x (VECTORS * LANES) accumulators over the summed dimension. Each element is
// one chain of multiply-adds in order of k, the same for every tile height.
#define STRIP (TILE_VECTORS * LANES)

#ifndef TILE_ROWS
#error "TILE_ROWS and TILE_VECTORS describe the register file of the instruction set"
#endif

// Elements of the sum that one turn of tile_f32's loop takes: the turn's own instructions (addresses, count) would be a
// sixth of those with twelve multiply-adds, more than the front end has room for.
#define TILE_STEPS (LANES == 16 ? 2 : 4)

/// sum += a * b over `steps` elements of the sum; see tile_f32_fixed.
INLINE void add_steps(const int rows, const int vectors, const int steps, const float *low, const float *high,
                      int64_t row_stride, int64_t k_stride, const float *b, int64_t ldb, vf sum[TILE_ROWS][TILE_VECTORS]) {
    UNROLL for (int i = 0; i < steps; i++) {
        vf columns[TILE_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) columns[v] = v_load(b + i * ldb + v * LANES);
        UNROLL for (int r = 0; r < rows; r++) {
            const vf x = v_splat((r < 3 ? low + r * row_stride : high + (r - 3) * row_stride)[i * k_stride]);
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = v_fma(x, columns[v], sum[r][v]);
        }
    }
}

/// y[ROWS, vectors * LANES] (+)= a * b. Element (r, kk) of a is a[r * row_stride + kk * k_stride]; rows of b are
/// ldb apart.
INLINE void tile_f32_fixed(const int rows, const int vectors, const int steps, int64_t k, const float *a, int64_t row_stride,
                           int64_t k_stride, const float *b, int64_t ldb, float *y, int64_t ldy, bool accumulate) {
    vf sum[TILE_ROWS][TILE_VECTORS];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++)
            sum[r][v] = accumulate ? v_load(y + r * ldy + v * LANES) : v_splat(0);
    // The compiler may not know that `high` is three rows from `low`: it would go from row to row by additions.
    const float *low = a, *high = a + (rows > 3 ? 3 * row_stride : 0);
    __asm__("" : "+r"(high));
    int64_t left = k;
    _Pragma("clang loop unroll(disable)") for (; left >= steps; left -= steps) {
        add_steps(rows, vectors, steps, low, high, row_stride, k_stride, b, ldb, sum);
        low += steps * k_stride;
        high += steps * k_stride;
        b += steps * ldb;
    }
    _Pragma("clang loop unroll(disable)") for (; left > 0; left--) {
        add_steps(rows, vectors, 1, low, high, row_stride, k_stride, b, ldb, sum);
        low += k_stride;
        high += k_stride;
        b += ldb;
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) v_store(y + r * ldy + v * LANES, sum[r][v]);
}

#define TILE_CASE(R, V) \
    case R: tile_f32_fixed(R, V, 1, k, a, row_stride, k_stride, b, ldb, y, ldy, accumulate); break;
#if TILE_ROWS == 6
#define TILE_CASES(V) \
    TILE_CASE(1, V) TILE_CASE(2, V) TILE_CASE(3, V) TILE_CASE(4, V) TILE_CASE(5, V) TILE_CASE(6, V)
#else
#define TILE_CASES(V) TILE_CASE(1, V) TILE_CASE(2, V) TILE_CASE(3, V) TILE_CASE(4, V)
#endif
#define TILE_FUNCTION(V)                                                                                         \
    static void tile_f32_##V(int32_t rows, int64_t k, const float *a, int64_t row_stride, int64_t k_stride,      \
                             const float *b, int64_t ldb, float *y, int64_t ldy, bool accumulate) {              \
        switch (rows) { TILE_CASES(V) }                                                                          \
    }
TILE_FUNCTION(1)
TILE_FUNCTION(2)
#if TILE_VECTORS == 4
TILE_FUNCTION(4)
#endif

/// rows <= TILE_ROWS, columns a multiple of LANES.
static void tile_f32_strided(int32_t rows, int32_t columns, int64_t k, const float *a, int64_t row_stride,
                             int64_t k_stride, const float *b, int64_t ldb, float *y, int64_t ldy, bool accumulate) {
    int32_t done = 0;
#if TILE_VECTORS == 4
    for (; columns - done >= 4 * LANES; done += 4 * LANES)
        tile_f32_4(rows, k, a, row_stride, k_stride, b + done, ldb, y + done, ldy, accumulate);
#endif
    for (; columns - done >= 2 * LANES; done += 2 * LANES)
        tile_f32_2(rows, k, a, row_stride, k_stride, b + done, ldb, y + done, ldy, accumulate);
    if (columns > done) tile_f32_1(rows, k, a, row_stride, k_stride, b + done, ldb, y + done, ldy, accumulate);
}

/// Any number of rows.
static void block_f32(int32_t rows, int32_t columns, int64_t k, const float *a, int64_t row_stride, int64_t k_stride,
                      const float *b, int64_t ldb, float *y, int64_t ldy, bool accumulate) {
    for (int32_t r = 0; r < rows; r += TILE_ROWS) {
        const int32_t count = rows - r < TILE_ROWS ? rows - r : TILE_ROWS;
        tile_f32_strided(count, columns, k, a + r * row_stride, row_stride, k_stride, b, ldb, y + r * ldy, ldy,
                         accumulate);
    }
}

#ifndef BF16_MATRIX
/// Pairs of bf16 operands: the even element of a pair first. `lines` cache lines of `ahead` are fetched per
/// pair: a panel has four, so the tiles of one panel together bring in the next while they compute.
INLINE void tile_bf16_fixed(const int rows, const int vectors, const int lines, int64_t pairs, const void *operands,
                            int64_t lda, const uint32_t *b, const char *ahead, float *y, int64_t ldy,
                            bool accumulate) {
    vf sum[TILE_ROWS][TILE_VECTORS];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++)
            sum[r][v] = accumulate ? v_load(y + r * ldy + v * LANES) : v_splat(0);
#ifdef BF16_NATIVE
    const uint16_t *a = operands;
    _Pragma("clang loop unroll(disable)") for (int64_t p = 0; p < pairs; p++) {
        vu columns[TILE_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) columns[v] = v_load_bits(b + v * LANES);
        UNROLL for (int r = 0; r < rows; r++) {
            uint32_t pair;
            memcpy(&pair, a + r * lda, sizeof pair);
            const __m512i x = _mm512_set1_epi32((int)pair);
            UNROLL for (int v = 0; v < vectors; v++)
                sum[r][v] = (vf)_mm512_dpbf16_ps((__m512)sum[r][v], (__m512bh)x, (__m512bh)columns[v]);
        }
        a += 2;
        b += PK_PANEL;
        UNROLL for (int i = 0; i < lines; i++) __builtin_prefetch(ahead + i * PK_LINE, 0, 2);
        ahead += lines * PK_LINE;
    }
#else
    const float *a = operands;
    _Pragma("clang loop unroll(disable)") for (int64_t p = 0; p < pairs; p++) {
        vf columns[TILE_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) columns[v] = (vf)(v_load_bits(b + v * LANES) << 16);
        UNROLL for (int r = 0; r < rows; r++) {
            const vf x = v_splat(a[r * lda]);
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = v_fma(x, columns[v], sum[r][v]);
        }
        UNROLL for (int v = 0; v < vectors; v++) columns[v] = (vf)(v_load_bits(b + v * LANES) & 0xffff0000u);
        UNROLL for (int r = 0; r < rows; r++) {
            const vf x = v_splat(a[r * lda + 1]);
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = v_fma(x, columns[v], sum[r][v]);
        }
        a += 2;
        b += PK_PANEL;
        UNROLL for (int i = 0; i < lines; i++) __builtin_prefetch(ahead + i * PK_LINE, 0, 2);
        ahead += lines * PK_LINE;
    }
#endif
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) v_store(y + r * ldy + v * LANES, sum[r][v]);
}

#undef TILE_CASE
#define TILE_CASE(R, V) \
    case R: tile_bf16_fixed(R, V, LINES, pairs, a, lda, panel + done, ahead, y + done, ldy, accumulate); break;
#define TILE_BF16_FUNCTION(LINES_AHEAD)                                                                            \
    static void tile_bf16_ahead##LINES_AHEAD(int32_t rows, int64_t pairs, const void *a, int64_t lda,             \
                                             const uint32_t *panel, const char *ahead, float *y, int64_t ldy,     \
                                             bool accumulate) {                                                   \
        enum { LINES = LINES_AHEAD };                                                                             \
        for (int32_t done = 0; done < PK_PANEL; done += TILE_VECTORS * LANES)                                     \
            switch (rows) { TILE_CASES(TILE_VECTORS) }                                                            \
    }
TILE_BF16_FUNCTION(0)
#ifdef BF16_NATIVE
TILE_BF16_FUNCTION(1)
TILE_BF16_FUNCTION(2)
TILE_BF16_FUNCTION(4)
#endif

static void tile_bf16_full(int32_t rows, int64_t pairs, const void *a, int64_t lda, const uint32_t *panel,
                           const char *ahead, int32_t lines, float *y, int64_t ldy, bool accumulate) {
    switch (lines) {
#ifdef BF16_NATIVE
    case 1: tile_bf16_ahead1(rows, pairs, a, lda, panel, ahead, y, ldy, accumulate); break;
    case 2: tile_bf16_ahead2(rows, pairs, a, lda, panel, ahead, y, ldy, accumulate); break;
    case 4: tile_bf16_ahead4(rows, pairs, a, lda, panel, ahead, y, ldy, accumulate); break;
#endif
    default: tile_bf16_ahead0(rows, pairs, a, lda, panel, ahead, y, ldy, accumulate); break;
    }
}

#endif

/// Runs a tile on a copy of y of full width when its columns are the last and fewer.
#define WITH_EDGE(most_rows, width, tile_call)                                                                  \
    if (columns == (width)) {                                                                                  \
        float *target = y; const int64_t distance = ldy; tile_call;                                            \
    } else {                                                                                                   \
        float edge[(most_rows) * (width)] = {0};                                                               \
        float *target = edge; const int64_t distance = (width);                                                \
        if (accumulate)                                                                                        \
            for (int32_t r = 0; r < rows; r++) memcpy(edge + r * (width), y + r * ldy, (size_t)columns * 4);   \
        tile_call;                                                                                             \
        for (int32_t r = 0; r < rows; r++) memcpy(y + r * ldy, edge + r * (width), (size_t)columns * 4);       \
    }

#undef TILE_CASE
#define TILE_CASE(R, V) \
    case R: tile_f32_fixed(R, V, TILE_STEPS, k, a, lda, 1, strip, STRIP, y, ldy, accumulate); break;
static void tile_f32_full(int32_t rows, int64_t k, const float *a, int64_t lda, const float *strip, float *y, int64_t ldy,
                          bool accumulate) {
    switch (rows) { TILE_CASES(TILE_VECTORS) }
}

static void tile_f32(int32_t rows, int64_t k, const float *a, int64_t lda, const float *strip, float *y, int64_t ldy,
                     int32_t columns, bool accumulate) {
    WITH_EDGE(TILE_ROWS, STRIP, tile_f32_full(rows, k, a, lda, strip, target, distance, accumulate))
}

#ifndef BF16_MATRIX
static void tile_bf16(int32_t rows, int64_t pairs, const void *a, int64_t lda, const void *panel, const void *ahead,
                      int32_t lines, float *y, int64_t ldy, int32_t columns, bool accumulate) {
    WITH_EDGE(TILE_ROWS, PK_PANEL, tile_bf16_full(rows, pairs, a, lda, panel, ahead, lines, target, distance, accumulate))
}
#endif
#undef TILE_CASE
