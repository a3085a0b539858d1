// Blocks of attention over 64 queries and 64 keys with an online softmax (Milakov & Gimelshein
// 2018; Dao et al. 2022). Scores are kept key by query: keys are then read where they lie, and
// maxima and sums run down the vector lanes, one query a lane.

typedef struct {
    float *scaled_queries;  // [head_dim, 64], times the scale
    float *scores;          // [64 keys, 64 queries]
    float *maxima, *sums;   // [64]
    float *out;             // [64, padded head_dim]
    float *padding;         // [64, padded head_dim]: values of a block when head_dim is no multiple of 64
    int32_t padded;
} attention_block;

static const float masked = -INFINITY;
static const float lowest = -1e30f;  // finite, so that a block without a visible key subtracts no infinities

INLINE attention_block attention_block_in(float *scratch, int32_t head_dim) {
    attention_block block;
    block.padded = (head_dim + PK_PANEL - 1) / PK_PANEL * PK_PANEL;
    const int64_t square = (int64_t)PK_PANEL * block.padded;
    block.scaled_queries = scratch;
    block.out = scratch + square;
    block.padding = scratch + 2 * square;
    block.scores = scratch + 8 * square;
    block.maxima = block.scores + 2 * PK_PANEL * PK_PANEL;
    block.sums = block.maxima + PK_PANEL;
    return block;
}

/// `to`[d, column] = from[d] * scale.
INLINE void set_column(float *to, int32_t column, const float *from, int32_t head_dim, float scale) {
    for (int32_t d = 0; d < head_dim; d++) to[d * PK_PANEL + column] = from[d] * scale;
}

INLINE int32_t lane_round(int32_t columns) { return (columns + LANES - 1) / LANES * LANES; }

/// Rows of `head_dim` floats as a panel whose width is a multiple of 64: in place when it already is.
INLINE const float *padded_rows(const float *rows, int64_t ld, int32_t count, int32_t head_dim, int32_t padded,
                                float *padding, int64_t *distance) {
    *distance = ld;
    if (head_dim == padded) return rows;
    for (int32_t i = 0; i < count; i++) {
        memcpy(padding + (int64_t)i * padded, rows + i * ld, (size_t)head_dim * sizeof(float));
        memset(padding + (int64_t)i * padded + head_dim, 0, (size_t)(padded - head_dim) * sizeof(float));
    }
    *distance = padded;
    return padding;
}

/// scores[key, column] for `count` keys and `columns` queries.
INLINE void block_scores(const attention_block *block, int32_t head_dim, const float *k, int64_t ldk, int32_t count,
                         int32_t columns) {
    block_f32(count, columns, head_dim, k, ldk, 1, block->scaled_queries, PK_PANEL, block->scores, PK_PANEL, false);
}

/// Folds `count` keys' scores and values into the running softmax of queries [0, queries).
static void fold_block(const attention_block *block, const float *v, int64_t ldv, int32_t head_dim, int32_t count,
                       int32_t queries) {
    float decay[PK_PANEL];
    const int32_t columns = lane_round(queries);
    bool rescale = false;
    for (int32_t c = 0; c < columns; c += LANES) {
        float *scores = block->scores + c;
        const vf before = v_load(block->maxima + c);
        vf maximum = before;
        for (int32_t i = 0; i < count; i++) maximum = v_max(v_load(scores + i * PK_PANEL), maximum);
        vf sum = v_splat(0);
        for (int32_t i = 0; i < count; i++) {
            const vf p = v_exp(v_load(scores + i * PK_PANEL) - maximum);
            v_store(scores + i * PK_PANEL, p);
            sum += p;
        }
        const vf alpha = v_exp(before - maximum);
        v_store(decay + c, alpha);
        v_store(block->maxima + c, maximum);
        v_store(block->sums + c, v_fma(v_load(block->sums + c), alpha, sum));
    }
    for (int32_t j = 0; j < queries; j++) rescale |= decay[j] != 1.0f;
    if (rescale)
        for (int32_t j = 0; j < queries; j++) {
            float *row = block->out + (int64_t)j * block->padded;
            for (int32_t d = 0; d < block->padded; d += LANES) v_store(row + d, v_load(row + d) * decay[j]);
        }
    int64_t distance;
    const float *values = padded_rows(v, ldv, count, head_dim, block->padded, block->padding, &distance);
    for (int32_t d = 0; d < block->padded; d += PK_PANEL)
        block_f32(queries, PK_PANEL, count, block->scores, 1, PK_PANEL, values + d, distance, block->out + d,
                  block->padded, true);
}

/// Masks scores of keys [key, key + count) for queries [begin, end): later rows of the same segment, and
/// with a window those too far back.
INLINE void mask_block(float *scores, int32_t key, int32_t count, int32_t begin, int32_t end, bool own,
                       const int32_t *positions, int32_t window) {
    if (own)
        for (int32_t i = key + 1 > begin ? 0 : begin - key; i < count; i++)
            for (int32_t j = 0; j < key + i - begin && j < end - begin; j++) scores[i * PK_PANEL + j] = masked;
    if (window > 0)
        for (int32_t i = 0; i < count; i++)
            for (int32_t j = 0; j < end - begin; j++)
                if (positions[key + i] <= positions[begin + j] - window) scores[i * PK_PANEL + j] = masked;
}

/// False when the window hides every key of the block from every query; such a block changes nothing.
INLINE bool block_visible(int32_t key, int32_t count, int32_t begin, int32_t end, const int32_t *positions,
                          int32_t window) {
    if (window <= 0) return true;
    int32_t newest = positions[key], oldest = positions[begin];
    for (int32_t i = 1; i < count; i++) newest = positions[key + i] > newest ? positions[key + i] : newest;
    for (int32_t j = begin; j < end; j++) oldest = positions[j] < oldest ? positions[j] : oldest;
    return newest > oldest - window;
}

static void attention(const pk_attention_arguments *a, const pk_segment *segment, int32_t begin, int32_t end,
                      int32_t head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, queries = end - begin;
    const int32_t kv_head = head / (a->shape.heads / a->shape.kv_heads);
    const int64_t head_offset = (int64_t)head * head_dim, kv_offset = (int64_t)kv_head * head_dim;
    attention_block block = attention_block_in(scratch, head_dim);
    const int32_t columns = lane_round(queries);
    for (int32_t j = 0; j < queries; j++)
        set_column(block.scaled_queries, j, a->q + (begin + j) * a->ldq + head_offset, head_dim, a->shape.scale);
    for (int32_t j = queries; j < columns; j++)
        for (int32_t d = 0; d < head_dim; d++) block.scaled_queries[d * PK_PANEL + j] = 0;
    for (int32_t j = 0; j < PK_PANEL; j++) block.maxima[j] = lowest;
    memset(block.sums, 0, PK_PANEL * sizeof(float));
    memset(block.out, 0, (size_t)queries * (size_t)block.padded * sizeof(float));

    for (int32_t part = 0; part <= segment->range_count; part++) {
        const bool own = part == segment->range_count;
        const int32_t first = own ? segment->begin : a->ranges[segment->first_range + part].begin;
        const int32_t last = own ? end : a->ranges[segment->first_range + part].end;
        for (int32_t key = first; key < last; key += PK_PANEL) {
            const int32_t count = last - key < PK_PANEL ? last - key : PK_PANEL;
            if (!block_visible(key, count, begin, end, a->positions, a->shape.window)) continue;
            block_scores(&block, head_dim, a->k + key * a->ldk + kv_offset, a->ldk, count, columns);
            mask_block(block.scores, key, count, begin, end, own, a->positions, a->shape.window);
            fold_block(&block, a->v + key * a->ldv + kv_offset, a->ldv, head_dim, count, queries);
        }
    }
    for (int32_t j = 0; j < queries; j++) {
        float *to = a->out + (begin + j) * a->ldo + head_offset;
        const float *from = block.out + (int64_t)j * block.padded;
        const float scale = 1.0f / block.sums[j];
        for (int32_t d = 0; d < head_dim; d++) to[d] = from[d] * scale;
        if (a->lse) a->lse[(int64_t)(begin + j) * a->shape.heads + head] = block.maxima[j] + logf(block.sums[j]);
    }
}
