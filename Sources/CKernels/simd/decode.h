// Attention of new tokens, each to the keys before it. A row is one (query, head) pair; the vector lanes run along
// the keys in the scores and along the head's dimension in the sums. Rows that share a span take turns
// at each block of 64 keys while it is in the first-level cache.

typedef struct {
    float *queries;        // [rows, padded], times scale * log2(e)
    float *scores;         // [rows, 64 keys]
    float *maxima, *sums;  // [rows]
    float *out;            // [rows, padded]
    float *padding;
    int32_t padded;        // head_dim up to a multiple of 64
    void *query_operands;  // [rows, padded], bf16 as tile_bf16 takes it
    void *probabilities;   // [rows, 64 keys], likewise
} decode_rows;

/// Sums of the lanes of LANES vectors, in order: halves are added while neighbours interleave.
INLINE vf v_sums(vf v[LANES]) {
    UNROLL for (int count = LANES / 2; count >= 1; count /= 2)
        UNROLL for (int i = 0; i < count; i++)
            v[i] = INTERLEAVE_LOW(v[i], v[i + count]) + INTERLEAVE_HIGH(v[i], v[i + count]);
    return v[0];
}

/// scores[j] = q . k[j] for LANES keys of 64 dimensions. A function of its own, so that the query and all
/// the products stay in registers.
static __attribute__((noinline)) void score_square(const float *q, const float *k, int64_t ld, float *scores) {
    vf query[64 / LANES], products[LANES];
    UNROLL for (int d = 0; d < 64 / LANES; d++) query[d] = v_load(q + d * LANES);
    UNROLL for (int j = 0; j < LANES; j++) {
        products[j] = v_load(k) * query[0];
        UNROLL for (int d = 1; d < 64 / LANES; d++) products[j] = v_fma(v_load(k + d * LANES), query[d], products[j]);
        k += ld;
    }
    v_store(scores, v_sums(products));
}

/// scores[i] = q . k[i] for `count` keys; rows of k are ld apart. q is zero from head_dim on.
static void score_keys(const float *q, int32_t head_dim, const float *k, int64_t ld, int32_t count, float *scores) {
    int32_t i = 0;
    if (head_dim == 64)
        for (; i + LANES <= count; i += LANES) score_square(q, k + i * ld, ld, scores + i);
    for (; i < count; i += LANES) {
        vf products[LANES];
        for (int j = 0; j < LANES; j++) {
            products[j] = v_splat(0);
            if (i + j >= count) continue;
            const float *key = k + (i + j) * ld;
            products[j] = v_load_part(key, smaller(head_dim, LANES), 0) * v_load(q);
            for (int32_t d = LANES; d < head_dim; d += LANES)
                products[j] = v_fma(v_load_part(key + d, smaller(head_dim - d, LANES), 0), v_load(q + d), products[j]);
        }
        v_store(scores + i, v_sums(products));
    }
}

/// Folds one block of scores into a row's running softmax; leaves the probabilities in `scores`, or as operands where these
/// are wanted.
INLINE void fold_scores(const decode_rows *rows, int32_t row, int32_t count, void *operands) {
    float *scores = rows->scores + row * PK_PANEL, *out = rows->out + (int64_t)row * rows->padded;
    for (int32_t i = count; i < lane_round(count); i++) scores[i] = masked;
    vf maxima = v_splat(rows->maxima[row]);
    for (int32_t i = 0; i < count; i += LANES) maxima = v_max(v_load(scores + i), maxima);
    const float before = rows->maxima[row], maximum = v_maximum(maxima);
    vf sums = v_splat(0);
    for (int32_t i = 0; i < count; i += LANES) {
        const vf p = v_exp2(v_load(scores + i) - maximum);
        if (operands) store_operands(operands, i, p);
        else v_store(scores + i, p);
        sums += p;
    }
    float alpha = 1;
    if (maximum != before) {
        alpha = v_exp2(v_splat(before - maximum))[0];
        for (int32_t d = 0; d < rows->padded; d += LANES) v_store(out + d, v_load(out + d) * alpha);
    }
    rows->maxima[row] = maximum;
    rows->sums[row] = rows->sums[row] * alpha + v_sum(sums);
}

/// Hides the keys [key, key + count) of a span that are too far back for the queries of rows [first, first + rows).
static void mask_decode(const decode_rows *rows, int32_t first, int32_t row_count, int32_t heads, int32_t window,
                        int32_t first_position, int32_t count, const int32_t *positions) {
    if (window <= 0) return;
    for (int32_t r = 0; r < row_count; r++) {
        float *scores = rows->scores + (first + r) * PK_PANEL;
        const int32_t oldest = positions[r / heads] - window + 1;
        for (int32_t i = 0; i < count && first_position + i < oldest; i++) scores[i] = masked;
    }
}

/// A pair of positions shares a word: the even one is written first, beside a zero. What was there is replaced.
static void store_kv(int32_t head_dim, const float *k, const float *v, uint32_t *block, int32_t at) {
    uint32_t *keys = block + at, *values = block + pk_key_panel_words(head_dim) + at / 2 * PK_PANEL;
    for (int32_t d = 0; d < head_dim; d += LANES) {
        const int32_t count = smaller(head_dim - d, LANES);
        const vf key = count == LANES ? v_load(k + d) : v_load_part(k + d, count, 0);
        const vf value = count == LANES ? v_load(v + d) : v_load_part(v + d, count, 0);
        const vu key_bits = v_bf16_bits(key), value_bits = v_bf16_bits(value);
        for (int32_t i = 0; i < count; i += 2)
            keys[(d + i) / 2 * PK_PANEL] = key_bits[i] | key_bits[i + 1] << 16;
        // 64 dimensions a panel, 32 pairs of positions apart.
        uint32_t *to = values + d / PK_PANEL * (PK_PANEL / 2) * PK_PANEL + d % PK_PANEL;
        if (count == LANES) v_store_bits(to, at % 2 == 0 ? value_bits : (v_load_bits(to) & 0xffffu) | value_bits << 16);
        else for (int32_t i = 0; i < count; i++) to[i] = at % 2 == 0 ? value_bits[i] : (to[i] & 0xffffu) | value_bits[i] << 16;
    }
}

/// y[rows, 64] (+)= a * panel in tiles of nearly equal height, which together fetch the panel `ahead`, unless it is NULL.
static void panel_tiles(int32_t rows, int64_t pairs, const char *a, int64_t lda, const uint32_t *panel, const uint32_t *ahead,
                        float *y, int64_t ldy, bool accumulate) {
    const int32_t tiles = (rows + TILE_BF16_ROWS - 1) / TILE_BF16_ROWS;
    for (int32_t tile = 0; tile < tiles; tile++) {
        const int32_t first = rows * tile / tiles, next = rows * (tile + 1) / tiles;
        const int32_t fetched = 4 * tile / tiles, lines = ahead ? 4 * (tile + 1) / tiles - fetched : 0;
        TILE_BF16(next - first, pairs, a + (int64_t)first * lda * OPERAND_BYTES, lda, panel,
                  (const char *)ahead + fetched * PK_LINE * pairs, lines, y + first * ldy, ldy, PK_PANEL, accumulate);
    }
}

/// Fetches part `share` of `shares` of the first `most` blocks of a span of panels: sequences lie far from each other, and
/// their keys and values are too few for the hardware to foresee.
static void fetch_share(const pk_attention_shape *shape, const pk_kv_span *span, int32_t kv_head, int32_t most, int32_t share,
                        int32_t shares) {
    const int32_t words = (int32_t)pk_kv_block_words(shape->head_dim), key_rows = (shape->head_dim + 1) / 2;
    const int32_t block_rows = words / PK_PANEL, rows = smaller(most, (span->count + PK_PANEL - 1) / PK_PANEL) * block_rows;
    const int32_t begin = rows * share / shares, end = rows * (share + 1) / shares;
    int32_t block = begin / block_rows, at = begin % block_rows;
    const uint32_t *from = span->panels + ((int64_t)block * shape->kv_heads + kv_head) * words + at * PK_PANEL;
    for (int32_t row = begin; row < end; row++, from += PK_PANEL) {
        const int32_t keys = span->count - block * PK_PANEL, pair = (at - key_rows) % (PK_PANEL / 2);
        // Keys are columns, values rows.
        const int32_t used = at < key_rows ? smaller(keys, PK_PANEL) : 2 * pair < keys ? PK_PANEL : 0;
        for (int32_t i = 0; i < used; i += PK_LINE / (int32_t)sizeof *from) __builtin_prefetch(from + i, 0, 2);
        if (++at < block_rows) continue;
        at = 0;
        block++;
        from += (shape->kv_heads - 1) * words;
    }
}

#define FETCHED_BLOCKS 32  // of all spans that follow a shared one: half a second-level cache

/// As fold_span, from panels. While a shared span is folded, those that follow it are fetched.
static void fold_panels(const decode_rows *rows, int32_t first, int32_t count, int32_t heads, const pk_decode_arguments *a,
                        const pk_kv_span *span, int32_t kv_head, int32_t query) {
    const pk_attention_shape *shape = &a->shape;
    const int32_t head_dim = shape->head_dim, padded = rows->padded;
    const int64_t words = pk_kv_block_words(head_dim), pairs = pk_ceil_div(head_dim, 2);
    const char *queries = (const char *)rows->query_operands + (int64_t)first * padded * OPERAND_BYTES;
    char *probabilities = (char *)rows->probabilities + (int64_t)first * PK_PANEL * OPERAND_BYTES;
    float *scores = rows->scores + first * PK_PANEL;
    const int32_t blocks = (span->count + PK_PANEL - 1) / PK_PANEL, query_count = count / heads;
    for (int32_t block = 0; block < blocks; block++) {
        const int32_t key = block * PK_PANEL, keys = smaller(span->count - key, PK_PANEL);
        const uint32_t *k = span->panels + (block * shape->kv_heads + kv_head) * words;
        const uint32_t *v = k + pk_key_panel_words(head_dim);
        const int64_t next = block + 1 < blocks ? shape->kv_heads * words : 0;
        panel_tiles(count, pairs, queries, padded, k, next ? k + next : NULL, scores, PK_PANEL, false);
        mask_decode(rows, first, count, heads, shape->window, span->first_position + key, keys, a->positions + query);
        for (int32_t r = 0; r < count; r++) {
            fold_scores(rows, first + r, keys, probabilities + r * PK_PANEL * OPERAND_BYTES);
            const pk_kv_span *following = a->spans + a->span_begin[query + r / heads] + 1;
            if (query_count > 1 && following < a->spans + a->span_begin[query + r / heads + 1])
                fetch_share(shape, following, kv_head, pk_max(1, FETCHED_BLOCKS / query_count), block * heads + r % heads,
                            blocks * heads);
        }
        for (int32_t d = 0; d < padded; d += PK_PANEL, v += PK_PANEL / 2 * PK_PANEL)
            panel_tiles(count, (keys + 1) / 2, probabilities, PK_PANEL, v, next ? v + next : NULL,
                        rows->out + (int64_t)first * padded + d, padded, true);
    }
}

/// Folds a span into rows [first, first + count), `heads` of them to a query from `query` on.
static void fold_span(const decode_rows *rows, int32_t first, int32_t count, int32_t heads, const pk_decode_arguments *a,
                      const pk_kv_span *span, int32_t kv_head, int32_t query) {
    if (span->panels) {
        fold_panels(rows, first, count, heads, a, span, kv_head, query);
        return;
    }
    const pk_attention_shape *shape = &a->shape;
    const int32_t head_dim = shape->head_dim;
    const int64_t ld = (int64_t)shape->kv_heads * head_dim, offset = (int64_t)kv_head * head_dim;
    for (int32_t key = 0; key < span->count; key += PK_PANEL) {
        const int32_t keys = smaller(span->count - key, PK_PANEL);
        const float *k = span->k + key * ld + offset, *v = span->v + key * ld + offset;
        // The next block, and this block's values, on their way while the scores are computed.
        const int32_t next = span->count - key - keys < PK_PANEL ? span->count - key - keys : PK_PANEL;
        for (int32_t i = 0; i < keys; i++)
            for (int32_t d = 0; d < head_dim; d += PK_LINE / 4) __builtin_prefetch(v + i * ld + d);
        for (int32_t i = 0; i < next; i++)
            for (int32_t d = 0; d < head_dim; d += PK_LINE / 4) __builtin_prefetch(k + (keys + i) * ld + d, 0, 2);
        for (int32_t r = first; r < first + count; r++)
            score_keys(rows->queries + (int64_t)r * rows->padded, head_dim, k, ld, keys, rows->scores + r * PK_PANEL);
        mask_decode(rows, first, count, heads, shape->window, span->first_position + key, keys, a->positions + query);
        for (int32_t r = first; r < first + count; r++) fold_scores(rows, r, keys, NULL);
        const bool direct = head_dim == rows->padded;
        const float *values = direct ? v : gather_rows(v, ld, keys, head_dim, rows->padded, rows->padding);
        for (int32_t d = 0; d < rows->padded; d += PK_PANEL)
            block_f32(count, PK_PANEL, keys, rows->scores + first * PK_PANEL, PK_PANEL, 1, values + d,
                      direct ? ld : rows->padded, rows->out + (int64_t)first * rows->padded + d, rows->padded, true);
    }
}

static void decode(const pk_decode_arguments *a, int32_t begin, int32_t end, int32_t kv_head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, heads = a->shape.heads / a->shape.kv_heads;
    const int32_t count = (end - begin) * heads;
    const attention_block block = attention_block_in(scratch, head_dim);
    const int64_t square = (int64_t)PK_PANEL * block.padded;
    const decode_rows rows = {block.scaled_queries, block.scores, block.maxima, block.sums, block.out, block.padding,
                              block.padded, scratch + 3 * square, scratch + 4 * square};
    memset(rows.queries, 0, (size_t)count * (size_t)rows.padded * sizeof(float));
    memset(rows.out, 0, (size_t)count * (size_t)rows.padded * sizeof(float));
    const float scale = a->shape.scale * log2_e;
    for (int32_t r = 0; r < count; r++) {
        const float *q = a->q + (begin + r / heads) * a->ldq + (int64_t)(kv_head * heads + r % heads) * head_dim;
        for (int32_t d = 0; d < head_dim; d++) rows.queries[(int64_t)r * rows.padded + d] = q[d] * scale;
        rows.maxima[r] = lowest;
        rows.sums[r] = 0;
    }
    convert_rows(count, rows.padded, rows.queries, rows.padded, rows.query_operands, rows.padded);
    if (a->span_begin[begin + 1] > a->span_begin[begin])
        fold_span(&rows, 0, count, heads, a, a->spans + a->span_begin[begin], kv_head, begin);
    for (int32_t i = begin; i < end; i++) {
        const int32_t first = (i - begin) * heads;
        for (int32_t s = a->span_begin[i] + 1; s < a->span_begin[i + 1]; s++)
            fold_span(&rows, first, heads, heads, a, a->spans + s, kv_head, i);
        for (int32_t j = 0; j < heads; j++) {
            float *to = a->out + i * a->ldo + (int64_t)(kv_head * heads + j) * head_dim;
            const float *from = rows.out + (int64_t)(first + j) * rows.padded;
            const float inverse = 1.0f / rows.sums[first + j];
            for (int32_t d = 0; d < head_dim; d++) to[d] = from[d] * inverse;
        }
    }
}
