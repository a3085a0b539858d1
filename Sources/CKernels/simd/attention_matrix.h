// Attention in bf16. Scores keep float32's accuracy: they are products of floats, or, on tiles, both operands are split
// into two halves of bf16 and of the four products all but that of the low halves are summed. Probabilities, values and
// gradients are rounded, as the operands of every other product of this precision are. Sums of values and of dQ are kept
// dimension by query: two neighbouring keys' probabilities are then a row of the second operand without being transposed.

enum {
#ifdef BF16_MATRIX
    MATRIX_STEP = 2 * AMX_PAIRS,  // summed elements of one step
    MATRIX_ROWS = AMX_ROWS,       // what the rows of a product are a multiple of
    MATRIX_TILE = 2 * AMX_ROWS,   // and its columns
#else
    MATRIX_STEP = 2,
    MATRIX_ROWS = 1,
    MATRIX_TILE = LANES,
#endif
};

typedef struct {
    float *out;                         // [head_dim, 64 queries]
    float *queries;                     // [head_dim, 64 queries], or in their place:
    uint32_t *query_high, *query_low;   // [head_dim / 2, 64 queries]: pairs of dimensions
    float *scores;                      // [64 keys, 64 queries]
    uint32_t *weights;                  // [32, 64 queries]: pairs of keys
    uint16_t *rest;                     // [head_dim, 64]: the keys' columns of a last block, zeros after them
    float *maxima, *sums;               // [64 queries]
    // Backward only.
    uint32_t *d_out;                    // [head_dim / 2, 64 queries]: pairs of dimensions
    uint32_t *query_rows, *d_out_rows;  // [panels of 64 dimensions, 32, 64]: pairs of queries
    float *d_weights;                   // [64 keys, 64 queries]
    uint16_t *weight_rows, *d_score_rows;  // [64 keys, 64 queries]
    float *edge;                        // [MATRIX_ROWS, 64]
} matrix_block;

INLINE matrix_block matrix_block_in(float *scratch, int32_t head_dim) {
    const int64_t padded = (head_dim + PK_PANEL - 1) / PK_PANEL * PK_PANEL, half = PK_PANEL * padded / 2;
    matrix_block block;
    block.out = scratch;
    block.queries = scratch + 2 * half;
    block.query_high = (uint32_t *)block.queries;
    block.query_low = block.query_high + half;
    block.rest = (uint16_t *)(block.query_low + half);
    block.d_out = block.query_low + 2 * half;
    block.query_rows = block.d_out + half;
    block.d_out_rows = block.query_rows + half;
    block.scores = scratch + 8 * half;
    block.d_weights = block.scores + PK_PANEL * PK_PANEL;
    block.weights = (uint32_t *)(block.d_weights + PK_PANEL * PK_PANEL);
    block.weight_rows = (uint16_t *)(block.weights + PK_PANEL * PK_PANEL / 2);
    block.d_score_rows = block.weight_rows + PK_PANEL * PK_PANEL;
    block.edge = (float *)(block.d_score_rows + PK_PANEL * PK_PANEL);
    block.maxima = block.edge + MATRIX_ROWS * PK_PANEL;
    block.sums = block.maxima + PK_PANEL;
    return block;
}

/// [64, head_dim]: rows of siblings lie where only the backward pass has panels.
INLINE float *sibling_rows(const matrix_block *block) { return (float *)block->d_out; }

INLINE void store_half(uint16_t *to, vf x) {
    const __m256bh half = _mm512_cvtneps_pbh((__m512)x);
    memcpy(to, &half, sizeof half);
}
INLINE vf load_half(const uint16_t *from) {
    __m256bh half;
    memcpy(&half, from, sizeof half);
    return (vf)_mm512_cvtpbh_ps(half);
}

static void prepare_attention(const pk_attention_arguments *a, int64_t begin, int64_t end, bool backward) {
    const pk_attention_operands *to = a->operands;
    const int32_t head_dim = a->shape.head_dim;
    for (int32_t h = 0; h < a->shape.kv_heads; h++) {
        const float *values = a->v + (int64_t)h * head_dim;
        const int64_t first = h * to->rows;
#ifdef BF16_MATRIX
        const float *keys = a->k + (int64_t)h * head_dim;
        for (int64_t row = begin; row < end; row++) {
            uint16_t *key = to->keys + (first + row) * 2 * head_dim;
            for (int32_t d = 0; d < head_dim; d += LANES) {
                const vf x = v_load(keys + row * a->ldk + d);
                store_half(key + d, x);
                store_half(key + head_dim + d, x - load_half(key + d));
            }
        }
#endif
        if (backward)
            convert_rows(end - begin, head_dim, values + begin * a->ldv, a->ldv,
                         to->values + (first + begin) * head_dim, head_dim);
    }
    transpose_pairs(end - begin, (int64_t)a->shape.kv_heads * head_dim,
                    backward ? a->k + begin * a->ldk : a->v + begin * a->ldv, NULL, backward ? a->ldk : a->ldv,
                    to->columns + begin, to->columns_ld);
}

// ---- Products -----------------------------------------------------------------------------------------

#ifdef BF16_MATRIX
static void matrix_begin(void) {
    amx_configure((const uint8_t[8]){AMX_ROWS, AMX_ROWS, AMX_ROWS, AMX_ROWS, AMX_ROWS, AMX_ROWS, AMX_ROWS, AMX_ROWS});
}

INLINE void matrix_step(const bool tall, const uint16_t *a, int64_t lda, const uint32_t *panel) {
    _tile_loadd(4, a, lda * 2);
    _tile_loadd(6, panel, AMX_PANEL_ROW_BYTES);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, panel + AMX_COLUMNS, AMX_PANEL_ROW_BYTES);
    _tile_dpbf16ps(1, 4, 7);
    if (!tall) return;
    _tile_loadd(5, a + AMX_ROWS * lda, lda * 2);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
}

/// y[32 or 16 rows, 32 columns] (+)= a * panel.
INLINE void matrix_tile(const bool tall, const bool accumulate, int32_t steps, const uint16_t *a, int64_t lda,
                        const uint32_t *panel, float *y, int64_t ldy) {
    const int64_t stride = ldy * (int64_t)sizeof(float);
    float *bottom = y + AMX_ROWS * ldy;
    if (accumulate) {
        _tile_loadd(0, y, stride);
        _tile_loadd(1, y + AMX_COLUMNS, stride);
        if (tall) _tile_loadd(2, bottom, stride);
        if (tall) _tile_loadd(3, bottom + AMX_COLUMNS, stride);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        if (tall) _tile_zero(2);
        if (tall) _tile_zero(3);
    }
    for (int32_t i = 0; i < steps; i++) matrix_step(tall, a + i * MATRIX_STEP, lda, panel + i * AMX_PAIRS * PK_PANEL);
    _tile_stored(0, y, stride);
    _tile_stored(1, y + AMX_COLUMNS, stride);
    if (tall) _tile_stored(2, bottom, stride);
    if (tall) _tile_stored(3, bottom + AMX_COLUMNS, stride);
}

/// y[rows, columns] (+)= a * panel; rows up to a multiple of 16 and columns up to one of 32 are read and written.
INLINE void matrix_product(const bool accumulate, int32_t rows, int32_t columns, int32_t steps, const uint16_t *a,
                           int64_t lda, const uint32_t *panel, float *y, int64_t ldy) {
    for (int32_t c = 0; c < columns; c += MATRIX_TILE) {
        int32_t r = 0;
        for (; r + AMX_ROWS < rows; r += MATRIX_TILE)
            matrix_tile(true, accumulate, steps, a + r * lda, lda, panel + c, y + r * ldy + c, ldy);
        if (r < rows) matrix_tile(false, accumulate, steps, a + r * lda, lda, panel + c, y + r * ldy + c, ldy);
    }
}

/// y[32 or 16 rows, 32 columns] = (high + low) * (panel_high + panel_low), less low * panel_low. High halves are in
/// the first half of a row of a.
INLINE void matrix_split_tile(const bool tall, int32_t steps, const uint16_t *a, int64_t lda, const uint32_t *high,
                              const uint32_t *low, float *y) {
    const int64_t row_bytes = lda * 2;
    _tile_zero(0);
    _tile_zero(1);
    if (tall) _tile_zero(2);
    if (tall) _tile_zero(3);
    for (int32_t i = 0; i < steps; i++) {
        matrix_step(tall, a + lda / 2, lda, high);
        _tile_loadd(4, a, row_bytes);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        if (tall) {
            _tile_loadd(5, a + AMX_ROWS * lda, row_bytes);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
        _tile_loadd(6, low, AMX_PANEL_ROW_BYTES);
        _tile_dpbf16ps(0, 4, 6);
        if (tall) _tile_dpbf16ps(2, 5, 6);
        _tile_loadd(7, low + AMX_COLUMNS, AMX_PANEL_ROW_BYTES);
        _tile_dpbf16ps(1, 4, 7);
        if (tall) _tile_dpbf16ps(3, 5, 7);
        a += MATRIX_STEP;
        high += AMX_PAIRS * PK_PANEL;
        low += AMX_PAIRS * PK_PANEL;
    }
    const int64_t stride = PK_PANEL * sizeof(float);
    _tile_stored(0, y, stride);
    _tile_stored(1, y + AMX_COLUMNS, stride);
    if (tall) _tile_stored(2, y + AMX_ROWS * PK_PANEL, stride);
    if (tall) _tile_stored(3, y + AMX_ROWS * PK_PANEL + AMX_COLUMNS, stride);
}

static void matrix_end(void) { _tile_release(); }

/// Scores of `count` keys for columns [begin, end) and what shares their tiles. On the diagonal those of queries long
/// before the key are left as they were.
static void matrix_scores(const pk_attention_arguments *a, const matrix_block *block, int32_t kv_head, int32_t key,
                          int32_t count, int32_t begin, int32_t end, bool diagonal) {
    const int32_t head_dim = a->shape.head_dim, steps = head_dim / MATRIX_STEP;
    const int64_t lda = 2 * head_dim;
    const uint16_t *keys = a->operands->keys + (kv_head * a->operands->rows + key) * lda;
    for (int32_t c = begin / MATRIX_TILE * MATRIX_TILE; c < end; c += MATRIX_TILE)
        for (int32_t i = 0; i < count && (!diagonal || i <= c); i += MATRIX_TILE) {
            const uint32_t *high = block->query_high + c, *low = block->query_low + c;
            float *scores = block->scores + i * PK_PANEL + c;
            if (count - i > AMX_ROWS) matrix_split_tile(true, steps, keys + i * lda, lda, high, low, scores);
            else matrix_split_tile(false, steps, keys + i * lda, lda, high, low, scores);
        }
}

#else
static void matrix_begin(void) {}
static void matrix_end(void) {}

#define TILE_CASE(R, V) case R: tile_bf16_fixed(R, V, 0, pairs, a, lda, panel, NULL, y, ldy, accumulate); break;
#define MATRIX_TILE_FUNCTION(V)                                                                                     \
    static void matrix_tile_##V(int32_t rows, int64_t pairs, const uint16_t *a, int64_t lda, const uint32_t *panel, \
                                float *y, int64_t ldy, bool accumulate) {                                           \
        switch (rows) { TILE_CASES(V) }                                                                             \
    }
MATRIX_TILE_FUNCTION(1)
MATRIX_TILE_FUNCTION(2)
MATRIX_TILE_FUNCTION(4)
#undef TILE_CASE

/// y[rows, columns] (+)= a * panel; columns up to a multiple of LANES are read and written.
static void matrix_product(bool accumulate, int32_t rows, int32_t columns, int32_t steps, const uint16_t *a, int64_t lda,
                           const uint32_t *panel, float *y, int64_t ldy) {
    const int32_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS, vectors = (columns + LANES - 1) / LANES;
    for (int32_t v = 0, width; v < vectors; v += width) {
        width = vectors - v >= 4 ? 4 : vectors - v >= 2 ? 2 : 1;
        for (int32_t tile = 0; tile < tiles; tile++) {
            const int32_t first = rows * tile / tiles, height = rows * (tile + 1) / tiles - first;
            const uint16_t *top = a + first * lda;
            const uint32_t *left = panel + v * LANES;
            float *sums = y + first * ldy + v * LANES;
            if (width == 4) matrix_tile_4(height, steps, top, lda, left, sums, ldy, accumulate);
            else if (width == 2) matrix_tile_2(height, steps, top, lda, left, sums, ldy, accumulate);
            else matrix_tile_1(height, steps, top, lda, left, sums, ldy, accumulate);
        }
    }
}

static void matrix_scores(const pk_attention_arguments *a, const matrix_block *block, int32_t kv_head, int32_t key,
                          int32_t count, int32_t begin, int32_t end, bool diagonal) {
    const int32_t head_dim = a->shape.head_dim, from = begin / LANES * LANES;
    block_scores(head_dim, a->k + key * a->ldk + (int64_t)kv_head * head_dim, a->ldk, count, block->queries + from,
                 lane_round(end) - from, diagonal, block->scores + from);
}
#endif

/// out[dimension, query] += columns[dimension, key] * weights[key, query], for whole steps of keys: what follows the
/// last key belongs to others.
static void matrix_sums(const pk_attention_arguments *a, const matrix_block *block, int32_t kv_head, int32_t key,
                        int32_t count, int32_t begin, int32_t end) {
    const int32_t head_dim = a->shape.head_dim, c = begin / MATRIX_TILE * MATRIX_TILE;
    const uint16_t *columns = a->operands->columns + (int64_t)kv_head * head_dim * a->operands->columns_ld + key;
    int64_t ld = a->operands->columns_ld;
    if (count % MATRIX_STEP != 0) {
        const __mmask32 low = count >= 32 ? ~0u : (1u << count) - 1, high = count > 32 ? (1u << (count - 32)) - 1 : 0;
        for (int32_t d = 0; d < head_dim; d++) {
            _mm512_storeu_si512(block->rest + d * PK_PANEL, _mm512_maskz_loadu_epi16(low, columns + d * ld));
            if (high)
                _mm512_storeu_si512(block->rest + d * PK_PANEL + 32, _mm512_maskz_loadu_epi16(high, columns + d * ld + 32));
        }
        columns = block->rest;
        ld = PK_PANEL;
    }
    matrix_product(true, head_dim, end - c, (count + MATRIX_STEP - 1) / MATRIX_STEP, columns, ld, block->weights + c,
                   block->out + c, PK_PANEL);
}

/// Rows that will be written are on their way while they are computed.
INLINE void fetch_rows(const float *rows, int64_t ld, int32_t count, int32_t head_dim) {
    for (int32_t i = 0; i < count; i++)
        for (int32_t d = 0; d < head_dim; d += PK_LINE / (int32_t)sizeof(float))
            __builtin_prefetch(rows + i * ld + d, 1, 2);
}

// ---- Forward ------------------------------------------------------------------------------------------

/// Rows times `scale` as pairs of dimensions by query, for `count` rows up to a multiple of LANES; `low` may be NULL.
static void set_panel(const float *rows, int64_t ld, int32_t count, int32_t head_dim, float scale, uint32_t *high,
                      uint32_t *low) {
    for (int32_t j = 0; j < count; j += LANES)
        for (int32_t d = 0; d < head_dim; d += 2 * LANES) {
            vf highs[LANES], lows[LANES];
            for (int32_t i = 0; i < LANES; i++) {
                vf first = v_splat(0), second = v_splat(0);
                if (j + i < count) {
                    first = v_load(rows + (j + i) * ld + d) * scale;
                    second = v_load(rows + (j + i) * ld + d + LANES) * scale;
                }
                uint16_t halves[2 * LANES];
                store_half(halves, first);
                store_half(halves + LANES, second);
                memcpy(&highs[i], halves, sizeof highs[i]);
                if (!low) continue;
                uint16_t rests[2 * LANES];
                store_half(rests, first - load_half(halves));
                store_half(rests + LANES, second - load_half(halves + LANES));
                memcpy(&lows[i], rests, sizeof lows[i]);
            }
            v_transpose(highs);
            UNROLL for (int32_t i = 0; i < LANES; i++) v_store((float *)high + (d / 2 + i) * PK_PANEL + j, highs[i]);
            if (!low) continue;
            v_transpose(lows);
            UNROLL for (int32_t i = 0; i < LANES; i++) v_store((float *)low + (d / 2 + i) * PK_PANEL + j, lows[i]);
        }
}

/// As fold_block: `count` keys of queries [begin, end). Weights of other queries in their tiles are zero.
static void matrix_fold(const pk_attention_arguments *a, const matrix_block *block, int32_t kv_head, int32_t key,
                        int32_t count, int32_t begin, int32_t end, bool diagonal) {
    const int32_t head_dim = a->shape.head_dim, from = begin / LANES * LANES, to = lane_round(end);
    const int32_t steps = (int32_t)pk_round_up(count, MATRIX_STEP);
    for (int32_t c = begin / MATRIX_TILE * MATRIX_TILE; c < pk_round_up(end, MATRIX_TILE); c += LANES) {
        uint32_t *weights = block->weights + c;
        int32_t done = 0;
        if (c >= from && c < to) {
            const float *scores = block->scores + c;
            const int32_t keys = diagonal ? smaller(count, c + LANES) : count;
            const vf before = v_load(block->maxima + c);
            vf maximum = before, other = before;
            for (int32_t i = 0; i + 2 <= keys; i += 2) {
                maximum = v_max(v_load(scores + i * PK_PANEL), maximum);
                other = v_max(v_load(scores + (i + 1) * PK_PANEL), other);
            }
            if (keys % 2) maximum = v_max(v_load(scores + (keys - 1) * PK_PANEL), maximum);
            maximum = v_max(other, maximum);
            vf sum = v_splat(0);
            for (; done + 2 <= keys; done += 2) {
                const vf even = v_exp2(v_load(scores + done * PK_PANEL) - maximum);
                const vf odd = v_exp2(v_load(scores + (done + 1) * PK_PANEL) - maximum);
                v_store_bits(weights + done / 2 * PK_PANEL, pair_bits(even, odd));
                sum += even;
                sum += odd;
            }
            if (keys % 2) {
                const vf even = v_exp2(v_load(scores + done * PK_PANEL) - maximum);
                v_store_bits(weights + done / 2 * PK_PANEL, pair_bits(even, v_splat(0)));
                sum += even;
                done += 2;
            }
            const vf alpha = v_exp2(before - maximum);
            v_store(block->maxima + c, maximum);
            v_store(block->sums + c, v_fma(v_load(block->sums + c), alpha, sum));
            if (v_any(alpha != v_splat(1)))
                for (int32_t d = 0; d < head_dim; d++) {
                    float *out = block->out + d * PK_PANEL + c;
                    v_store(out, v_load(out) * alpha);
                }
        }
        for (; done < steps; done += 2) v_store_bits(weights + done / 2 * PK_PANEL, (vu){0});
    }
    matrix_sums(a, block, kv_head, key, count, begin, end);
}

/// rows[query, :] = columns[:, query] * factors[query], the factors 1 where there are none.
static void store_columns(const float *columns, int32_t queries, int32_t head_dim, const float *factors, float *rows,
                          int64_t ld) {
    for (int32_t j = 0; j < queries; j += LANES)
        for (int32_t d = 0; d < head_dim; d += LANES) {
            vf square[LANES];
            load_square(square, LANES, LANES, columns + d * PK_PANEL + j, PK_PANEL);
            for (int32_t i = 0; i < LANES && j + i < queries; i++)
                v_store(rows + (j + i) * ld + d, factors ? square[i] * factors[j + i] : square[i]);
        }
}

INLINE void begin_softmax(const matrix_block *block, int32_t head_dim) {
    for (int32_t c = 0; c < PK_PANEL; c++) block->maxima[c] = lowest;
    memset(block->sums, 0, PK_PANEL * sizeof(float));
    memset(block->out, 0, (size_t)head_dim * PK_PANEL * sizeof(float));
}

/// Sums become their reciprocals.
INLINE void invert_sums(const matrix_block *block) {
    for (int32_t c = 0; c < PK_PANEL; c++) block->sums[c] = 1.0f / block->sums[c];
}

INLINE float log_sum_exp(const matrix_block *block, int32_t column) {
    return block->maxima[column] * ln_2 + logf(block->sums[column]);
}

/// Scaled queries as matrix_scores reads them.
static void set_queries(const matrix_block *block, const float *rows, int64_t ld, int32_t count, int32_t head_dim,
                        float scale) {
#ifdef BF16_MATRIX
    set_panel(rows, ld, count, head_dim, scale * log2_e, block->query_high, block->query_low);
#else
    set_columns(block->queries, rows, ld, count, head_dim, scale * log2_e);
#endif
}

static void attention_matrix(const pk_attention_arguments *a, const pk_segment *segment, int32_t begin, int32_t end,
                             int32_t head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, queries = end - begin;
    const int32_t kv_head = head / (a->shape.heads / a->shape.kv_heads);
    const int64_t head_offset = (int64_t)head * head_dim;
    const matrix_block block = matrix_block_in(scratch, head_dim);
    set_queries(&block, a->q + begin * a->ldq + head_offset, a->ldq, queries, head_dim, a->shape.scale);
    fetch_rows(a->out + begin * a->ldo + head_offset, a->ldo, queries, head_dim);
    begin_softmax(&block, head_dim);
    matrix_begin();
    for (key_blocks blocks = key_blocks_of(a, segment, begin, end); next_key_block(&blocks);) {
        const int32_t key = blocks.key, count = blocks.count;
        const bool diagonal = blocks.diagonal;
        matrix_scores(a, &block, kv_head, key, count, 0, queries, diagonal);
        mask_block(block.scores, key, count, begin, end, diagonal, a->positions, a->shape.window);
        matrix_fold(a, &block, kv_head, key, count, 0, queries, diagonal);
    }
    matrix_end();
    for (int32_t j = 0; a->lse && j < queries; j++)
        a->lse[(int64_t)(begin + j) * a->shape.heads + head] = log_sum_exp(&block, j);
    invert_sums(&block);
    store_columns(block.out, queries, head_dim, block.sums, a->out + begin * a->ldo + head_offset, a->ldo);
}

/// As fold_siblings.
static void matrix_fold_siblings(const pk_attention_arguments *a, const matrix_block *block,
                                 const sibling_columns *columns, int32_t kv_head, int32_t first, int32_t last,
                                 int32_t begin, int32_t end, bool own) {
    for (int32_t key = first; key < last; key += PK_PANEL) {
        const int32_t count = smaller(last - key, PK_PANEL);
        if (!siblings_see(a, columns, key, count, begin, end)) continue;
        matrix_scores(a, block, kv_head, key, count, begin, end, false);
        mask_siblings(a, columns, block->scores, key, count, begin, end, own, first);
        matrix_fold(a, block, kv_head, key, count, begin, end, false);
    }
}

static void attention_siblings_matrix(const pk_attention_arguments *a, const pk_segment *segments, int32_t count,
                                      int32_t kv_head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, heads = a->shape.heads / a->shape.kv_heads;
    const matrix_block block = matrix_block_in(scratch, head_dim);
    float *rows = sibling_rows(&block);
    sibling_columns columns;
    const int32_t total = gather_siblings(a, segments, count, kv_head, &columns, rows);
    if (total == 0) return;
    set_queries(&block, rows, head_dim, total, head_dim, a->shape.scale);
    begin_softmax(&block, head_dim);
    matrix_begin();
#define FOLD(...) matrix_fold_siblings(a, &block, &columns, kv_head, __VA_ARGS__)
    FOR_KEYS_OF_SIBLINGS(FOLD);
#undef FOLD
    matrix_end();
    for (int32_t c = 0; a->lse && c < total; c++)
        a->lse[(int64_t)columns.rows[c] * a->shape.heads + kv_head * heads + c % heads] = log_sum_exp(&block, c);
    invert_sums(&block);
    store_columns(block.out, total, head_dim, block.sums, rows, head_dim);
    for (int32_t c = 0; c < total; c += heads)
        memcpy(a->out + columns.rows[c] * a->ldo + (int64_t)kv_head * heads * head_dim, rows + (int64_t)c * head_dim,
               (size_t)(heads * head_dim) * sizeof(float));
}

// ---- Backward -----------------------------------------------------------------------------------------

/// Scores of `count` keys become weights and, with the derivatives of the weights, derivatives of the scores: both as
/// rows of keys, the latter as pairs of keys too. The queries' log-sum-exps are in `maxima`, their dOut . out in `sums`.
static void matrix_softmax_gradient(const matrix_block *block, int32_t count, int32_t queries, bool diagonal, float scale) {
    const int32_t steps = (int32_t)pk_round_up(count, MATRIX_STEP), columns = (int32_t)pk_round_up(queries, MATRIX_STEP);
    for (int32_t c = 0; c < columns; c += LANES) {
        const int32_t keys = c >= queries ? 0 : diagonal ? smaller(count, c + LANES) : count;
        const vf lse = v_load(block->maxima + c), inner = v_load(block->sums + c);
        for (int32_t i = 0; i < steps; i += 2) {
            vf d_scores[2];
            UNROLL for (int32_t j = 0; j < 2; j++) {
                const int32_t at = (i + j) * PK_PANEL + c;
                vf weight = v_splat(0);
                d_scores[j] = v_splat(0);
                if (i + j < keys) {
                    weight = v_exp2(v_load(block->scores + at) - lse);
                    d_scores[j] = weight * (v_load(block->d_weights + at) - inner) * scale;
                }
                store_half(block->weight_rows + at, weight);
                store_half(block->d_score_rows + at, d_scores[j]);
            }
            v_store_bits(block->weights + i / 2 * PK_PANEL + c, pair_bits(d_scores[0], d_scores[1]));
        }
    }
}

/// target[key, :] += operands[key, query] * rows[query, :]
static void matrix_key_gradient(const matrix_block *block, int32_t count, int32_t queries, const uint16_t *operands,
                                const uint32_t *rows, int32_t head_dim, float *target, int64_t ld) {
    const int32_t steps = (queries + MATRIX_STEP - 1) / MATRIX_STEP, whole = count / MATRIX_ROWS * MATRIX_ROWS;
    for (int32_t d = 0; d < head_dim; d += PK_PANEL, rows += PK_PANEL / 2 * PK_PANEL) {
        const int32_t columns = smaller(PK_PANEL, head_dim - d);
        matrix_product(true, whole, columns, steps, operands, PK_PANEL, rows, target + d, ld);
        if (whole == count) continue;
        const size_t bytes = (size_t)columns * sizeof(float);
        for (int32_t i = whole; i < count; i++)
            memcpy(block->edge + (i - whole) * PK_PANEL, target + i * ld + d, bytes);
        matrix_product(true, MATRIX_ROWS, columns, steps, operands + whole * PK_PANEL, PK_PANEL, rows, block->edge, PK_PANEL);
        for (int32_t i = whole; i < count; i++)
            memcpy(target + i * ld + d, block->edge + (i - whole) * PK_PANEL, bytes);
    }
}

/// Pairs of queries, zeros up to whole steps.
static void set_pair_rows(const float *rows, int64_t ld, int32_t queries, int32_t head_dim, uint32_t *pairs) {
    for (int32_t d = 0; d < head_dim; d += PK_PANEL, pairs += PK_PANEL / 2 * PK_PANEL) {
        pack_rows_bf16(smaller(PK_PANEL, head_dim - d), queries, rows + d, ld, pairs);
        const int32_t done = (queries + 1) / 2, whole = (int32_t)pk_round_up(queries, MATRIX_STEP) / 2;
        memset(pairs + done * PK_PANEL, 0, (size_t)(whole - done) * PK_PANEL * sizeof *pairs);
    }
}

static void attention_backward_matrix(const pk_attention_arguments *a, const pk_segment *segment, int32_t begin,
                                      int32_t end, int32_t head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, queries = end - begin;
    const int32_t kv_head = head / (a->shape.heads / a->shape.kv_heads);
    const int64_t head_offset = (int64_t)head * head_dim;
    const matrix_block block = matrix_block_in(scratch, head_dim);
    const float *q = a->q + begin * a->ldq + head_offset;
    const float *dout = a->dout + begin * a->ldo + head_offset, *out = a->out + begin * a->ldo + head_offset;

    set_queries(&block, q, a->ldq, queries, head_dim, a->shape.scale);
    set_panel(dout, a->ldo, queries, head_dim, 1, block.d_out, NULL);
    set_pair_rows(q, a->ldq, queries, head_dim, block.query_rows);
    set_pair_rows(dout, a->ldo, queries, head_dim, block.d_out_rows);
    begin_softmax(&block, head_dim);
    memset(block.maxima, 0, PK_PANEL * sizeof(float));
    for (int32_t j = 0; j < queries; j++) {
        block.maxima[j] = a->lse[(int64_t)(begin + j) * a->shape.heads + head] * log2_e;
        block.sums[j] = row_dot(head_dim, dout + j * a->ldo, out + j * a->ldo);
    }
    fetch_rows(a->dq + begin * a->lddq + head_offset, a->lddq, queries, head_dim);
    matrix_begin();
    for (key_blocks blocks = key_blocks_of(a, segment, begin, end); next_key_block(&blocks);) {
        const int32_t key = blocks.key, count = blocks.count;
        const bool diagonal = blocks.diagonal;
        const int64_t row = a->heads_ld * head + key * (int64_t)head_dim;
        matrix_scores(a, &block, kv_head, key, count, 0, queries, diagonal);
        mask_block(block.scores, key, count, begin, end, diagonal, a->positions, a->shape.window);
        matrix_product(false, count, queries, head_dim / MATRIX_STEP,
                       a->operands->values + (kv_head * a->operands->rows + key) * head_dim, head_dim, block.d_out,
                       block.d_weights, PK_PANEL);
        matrix_softmax_gradient(&block, count, queries, diagonal, a->shape.scale);
        matrix_key_gradient(&block, count, queries, block.weight_rows, block.d_out_rows, head_dim, a->dv_heads + row,
                            head_dim);
        matrix_key_gradient(&block, count, queries, block.d_score_rows, block.query_rows, head_dim, a->dk_heads + row,
                            head_dim);
        matrix_sums(a, &block, kv_head, key, count, 0, queries);
    }
    matrix_end();
    store_columns(block.out, queries, head_dim, NULL, a->dq + begin * a->lddq + head_offset, a->lddq);
}
