// Blocks of attention over 64 queries and 64 keys with an online softmax (Milakov & Gimelshein
// 2018; Dao et al. 2022). Scores are kept key by query: keys are then read where they lie, and
// maxima and sums run down the vector lanes, one query a lane.

typedef struct {
    float *scaled_queries;  // [head_dim, 64], times scale * log2(e): probabilities are powers of two
    float *scores;          // [64 keys, 64 queries]
    float *maxima, *sums;   // [64]
    float *out;             // [64, padded head_dim]
    float *padding;         // [64, padded head_dim]: gathered values
    int32_t padded;         // head_dim up to a multiple of 64
} attention_block;

static const float masked = -INFINITY;
static const float log2_e = 1.44269504088896341f, ln_2 = 0.693147180559945309f;
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

/// to[d, j] = rows[j, d] * scale for j < count; zero up to a multiple of LANES columns.
static void set_columns(float *to, const float *rows, int64_t ld, int32_t count, int32_t head_dim, float scale) {
    for (int32_t j = 0; j < count; j += LANES)
        for (int32_t d = 0; d < head_dim; d += LANES) {
            vf square[LANES];
            load_square(square, count - j, head_dim - d, rows + j * ld + d, ld);
            for (int32_t i = 0; i < LANES && d + i < head_dim; i++)
                v_store(to + (d + i) * PK_PANEL + j, square[i] * scale);
        }
}

INLINE int32_t lane_round(int32_t columns) { return (columns + LANES - 1) / LANES * LANES; }
INLINE int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/// Rows gathered into a panel of width `padded`: contiguous, because every register tile reads all of it.
static const float *gather_rows(const float *rows, int64_t ld, int32_t count, int32_t head_dim, int32_t padded,
                                float *panel) {
    for (int32_t i = 0; i < count; i++)
        for (int32_t d = 0; d < padded; d += LANES) {
            const int32_t left = head_dim - d;
            v_store(panel + (int64_t)i * padded + d, left >= LANES ? v_load(rows + i * ld + d)
                                                     : left > 0    ? v_load_part(rows + i * ld + d, left, 0)
                                                                   : v_splat(0));
        }
    return panel;
}

/// products[key, column] = keys . columns. On the diagonal block only columns from the key's own on are
/// of use; earlier ones are left as they were.
static void block_scores(int32_t head_dim, const float *keys, int64_t ld, int32_t count, const float *columns,
                         int32_t column_count, bool diagonal, float *products) {
    for (int32_t i = 0; i < count; i += TILE_ROWS) {
        const int32_t first = diagonal ? i / LANES * LANES : 0;
        if (first >= column_count) break;
        tile_f32_strided(smaller(TILE_ROWS, count - i), column_count - first, head_dim, keys + i * ld, ld, 1,
                         columns + first, PK_PANEL, products + i * PK_PANEL + first, PK_PANEL, false);
    }
}

/// out[query, :] += weights[key, query] * values[key, :]; on the diagonal a query ends with its own key.
static void block_values(int32_t queries, int32_t count, const float *weights, const float *values, int32_t padded,
                         bool diagonal, float *out) {
    for (int32_t d = 0; d < padded; d += PK_PANEL)
        for (int32_t j = 0; j < queries; j += TILE_ROWS)
            tile_f32_strided(smaller(TILE_ROWS, queries - j), PK_PANEL, diagonal ? smaller(count, j + TILE_ROWS) : count,
                             weights + j, 1, PK_PANEL, values + d, padded, out + (int64_t)j * padded + d, padded, true);
}

/// Masks the scores of keys [key, key + count) for queries [begin, end): on the diagonal those before the
/// key, and with a window those too far ahead of it.
static void mask_block(float *scores, int32_t key, int32_t count, int32_t begin, int32_t end, bool diagonal,
                       const int32_t *positions, int32_t window) {
    if (diagonal)
        for (int32_t i = 1; i < count; i++)
            for (int32_t j = 0; j < i; j++) scores[i * PK_PANEL + j] = masked;
    if (window > 0)
        for (int32_t i = 0; i < count; i++)
            for (int32_t j = 0; j < end - begin; j++)
                if (positions[key + i] <= positions[begin + j] - window) scores[i * PK_PANEL + j] = masked;
}

/// False when the window hides every key of the block from every query; such a block changes nothing.
static bool block_visible(int32_t key, int32_t count, int32_t begin, int32_t end, const int32_t *positions,
                          int32_t window) {
    if (window <= 0) return true;
    int32_t newest = positions[key], oldest = positions[begin];
    for (int32_t i = 1; i < count; i++) newest = positions[key + i] > newest ? positions[key + i] : newest;
    for (int32_t j = begin; j < end; j++) oldest = positions[j] < oldest ? positions[j] : oldest;
    return newest > oldest - window;
}

/// Keys of a diagonal block that the queries of lanes [column, column + LANES) and of the register tile
/// that begins among them read.
INLINE int32_t keys_read(int32_t column, int32_t count, bool diagonal) {
    return diagonal ? smaller(count, column + LANES + TILE_ROWS) : count;
}

/// Folds `count` keys' scores (in powers of two) and values into the running softmax of queries [begin, end). Scores
/// of other queries that share their lanes are masked.
static void fold_block(const attention_block *block, const float *v, int64_t ldv, int32_t head_dim, int32_t count,
                       int32_t begin, int32_t end, bool diagonal) {
    float decay[PK_PANEL];
    for (int32_t c = begin / LANES * LANES; c < end; c += LANES) {
        float *scores = block->scores + c;
        const int32_t keys = keys_read(c, count, diagonal);
        const vf before = v_load(block->maxima + c);
        vf maximum = before, other = before;
        int32_t i = 0;
        for (; i + 2 <= keys; i += 2) {
            maximum = v_max(v_load(scores + i * PK_PANEL), maximum);
            other = v_max(v_load(scores + (i + 1) * PK_PANEL), other);
        }
        if (i < keys) maximum = v_max(v_load(scores + i * PK_PANEL), maximum);
        maximum = v_max(other, maximum);
        vf sum = v_splat(0);
        for (i = 0; i < keys; i++) {
            const vf p = v_exp2(v_load(scores + i * PK_PANEL) - maximum);
            v_store(scores + i * PK_PANEL, p);
            sum += p;
        }
        const vf alpha = v_exp2(before - maximum);
        v_store(decay + c, alpha);
        v_store(block->maxima + c, maximum);
        v_store(block->sums + c, v_fma(v_load(block->sums + c), alpha, sum));
    }
    for (int32_t j = begin; j < end; j++) {
        if (decay[j] == 1.0f) continue;
        float *row = block->out + (int64_t)j * block->padded;
        for (int32_t d = 0; d < block->padded; d += LANES) v_store(row + d, v_load(row + d) * decay[j]);
    }
    const float *values = gather_rows(v, ldv, count, head_dim, block->padded, block->padding);
    block_values(end - begin, count, block->scores + begin, values, block->padded, diagonal,
                 block->out + (int64_t)begin * block->padded);
}

/// A query's sums become its attention and its log-sum-exp.
INLINE void finish_query(const attention_block *block, int32_t query, int32_t head_dim, float *out, float *lse) {
    const float *from = block->out + (int64_t)query * block->padded;
    const float scale = 1.0f / block->sums[query];
    for (int32_t d = 0; d < head_dim; d++) out[d] = from[d] * scale;
    if (lse) *lse = block->maxima[query] * ln_2 + logf(block->sums[query]);
}

/// Blocks of keys that queries [begin, end) of a segment see: those of its ancestors, root first, then its own.
typedef struct {
    const pk_attention_arguments *arguments;
    const pk_segment *segment;
    int32_t begin, end;
    int32_t part, last;  // the range of keys that blocks come from, and its end
    int32_t key, count;  // the block
    bool diagonal;       // begins where the queries do
} key_blocks;

INLINE key_blocks key_blocks_of(const pk_attention_arguments *a, const pk_segment *segment, int32_t begin, int32_t end) {
    return (key_blocks){.arguments = a, .segment = segment, .begin = begin, .end = end, .part = -1};
}

static bool next_key_block(key_blocks *blocks) {
    const pk_attention_arguments *a = blocks->arguments;
    const pk_segment *segment = blocks->segment;
    for (;;) {
        blocks->key += blocks->count;
        while (blocks->part < 0 || blocks->key >= blocks->last) {
            if (blocks->part == segment->range_count) return false;
            blocks->part++;
            const bool own = blocks->part == segment->range_count;
            const pk_range range = own ? (pk_range){segment->begin, blocks->end}
                                       : a->ranges[segment->first_range + blocks->part];
            blocks->key = range.begin;
            blocks->last = range.end;
        }
        blocks->count = smaller(blocks->last - blocks->key, PK_PANEL);
        blocks->diagonal = blocks->part == segment->range_count && blocks->key == blocks->begin;
        if (block_visible(blocks->key, blocks->count, blocks->begin, blocks->end, a->positions, a->shape.window)) return true;
    }
}

static void attention(const pk_attention_arguments *a, const pk_segment *segment, int32_t begin, int32_t end,
                      int32_t head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, queries = end - begin;
    const int32_t kv_head = head / (a->shape.heads / a->shape.kv_heads);
    const int64_t head_offset = (int64_t)head * head_dim, kv_offset = (int64_t)kv_head * head_dim;
    attention_block block = attention_block_in(scratch, head_dim);
    const int32_t columns = lane_round(queries);
    set_columns(block.scaled_queries, a->q + begin * a->ldq + head_offset, a->ldq, queries, head_dim,
                a->shape.scale * log2_e);
    for (int32_t j = 0; j < PK_PANEL; j++) block.maxima[j] = lowest;
    memset(block.sums, 0, PK_PANEL * sizeof(float));
    memset(block.out, 0, (size_t)queries * (size_t)block.padded * sizeof(float));

    for (key_blocks blocks = key_blocks_of(a, segment, begin, end); next_key_block(&blocks);) {
        const int32_t key = blocks.key, count = blocks.count;
        const bool diagonal = blocks.diagonal;
        block_scores(head_dim, a->k + key * a->ldk + kv_offset, a->ldk, count, block.scaled_queries, columns,
                     diagonal, block.scores);
        mask_block(block.scores, key, count, begin, end, diagonal, a->positions, a->shape.window);
        fold_block(&block, a->v + key * a->ldv + kv_offset, a->ldv, head_dim, count, 0, queries, diagonal);
    }
    for (int32_t j = 0; j < queries; j++)
        finish_query(&block, j, head_dim, a->out + (begin + j) * a->ldo + head_offset,
                     a->lse ? a->lse + (int64_t)(begin + j) * a->shape.heads + head : NULL);
}

/// Short segments together: a column is one row of a segment with one of the heads that share keys and values, head
/// by head. Column by column the sums are those of `attention`.
typedef struct {
    int32_t heads;                     // of the group
    int32_t begins[PK_PANEL + 1];      // first column of each segment
    int32_t rows[PK_PANEL];            // row of each column
} sibling_columns;

/// Rows of the segments as columns of one block; their queries [columns, head_dim]. Returns how many columns.
static int32_t gather_siblings(const pk_attention_arguments *a, const pk_segment *segments, int32_t count,
                               int32_t kv_head, sibling_columns *columns, float *queries) {
    const int32_t head_dim = a->shape.head_dim, heads = a->shape.heads / a->shape.kv_heads;
    const int64_t offset = (int64_t)kv_head * heads * head_dim;
    int32_t total = 0;
    columns->heads = heads;
    for (int32_t s = 0; s < count; s++) {
        columns->begins[s] = total;
        for (int32_t row = segments[s].begin; row < segments[s].end; row++, total += heads) {
            memcpy(queries + (int64_t)total * head_dim, a->q + row * a->ldq + offset,
                   (size_t)(heads * head_dim) * sizeof(float));
            for (int32_t h = 0; h < heads; h++) columns->rows[total + h] = row;
        }
    }
    columns->begins[count] = total;
    return total;
}

/// Masks the scores of keys [key, key + count) for columns [begin, end), and all of other columns that share their
/// lanes. Of keys that belong to the columns' own segment, which begins at `first`, a row sees those up to itself.
static void mask_siblings(const pk_attention_arguments *a, const sibling_columns *columns, float *block_scores,
                          int32_t key, int32_t count, int32_t begin, int32_t end, bool own, int32_t first) {
    const int32_t from = begin / LANES * LANES, to = lane_round(end);
    for (int32_t i = 0; i < count; i++) {
        float *const scores = block_scores + i * PK_PANEL;
        const int32_t visible = own ? begin + (key + i - first) * columns->heads : begin;
        for (int32_t c = from; c < visible; c++) scores[c] = masked;
        for (int32_t c = end; c < to; c++) scores[c] = masked;
        if (a->shape.window > 0)
            for (int32_t c = begin; c < end; c++)
                if (a->positions[key + i] <= a->positions[columns->rows[c]] - a->shape.window) scores[c] = masked;
    }
}

INLINE bool siblings_see(const pk_attention_arguments *a, const sibling_columns *columns, int32_t key, int32_t count,
                         int32_t begin, int32_t end) {
    return block_visible(key, count, columns->rows[begin], columns->rows[end - 1] + 1, a->positions, a->shape.window);
}

/// Calls `fold(first, last, begin, end, own)` for the keys [first, last) that columns [begin, end) see, in their order.
#define FOR_KEYS_OF_SIBLINGS(fold)                                                                                   \
    do {                                                                                                             \
        const pk_range *ranges = a->ranges + segments[0].first_range;                                                \
        if (segments[0].range_count > 0) fold(ranges[0].begin, ranges[0].end, 0, total, false);                      \
        for (int32_t s = 0; s < count; s++) {                                                                        \
            const int32_t begin = columns.begins[s], end = columns.begins[s + 1];                                    \
            if (begin == end) continue;                                                                              \
            ranges = a->ranges + segments[s].first_range;                                                            \
            for (int32_t r = 1; r < segments[s].range_count; r++)                                                    \
                fold(ranges[r].begin, ranges[r].end, begin, end, false);                                             \
            fold(segments[s].begin, segments[s].end, begin, end, true);                                              \
        }                                                                                                            \
    } while (0)

/// Folds the keys [first, last) into columns [begin, end).
static void fold_siblings(const pk_attention_arguments *a, const attention_block *block, const sibling_columns *columns,
                          int32_t kv_head, int32_t first, int32_t last, int32_t begin, int32_t end, bool own) {
    const int32_t head_dim = a->shape.head_dim, from = begin / LANES * LANES, to = lane_round(end);
    const int64_t offset = (int64_t)kv_head * head_dim;
    for (int32_t key = first; key < last; key += PK_PANEL) {
        const int32_t count = smaller(last - key, PK_PANEL);
        if (!siblings_see(a, columns, key, count, begin, end)) continue;
        block_scores(head_dim, a->k + key * a->ldk + offset, a->ldk, count, block->scaled_queries + from, to - from, false,
                     block->scores + from);
        mask_siblings(a, columns, block->scores, key, count, begin, end, own, first);
        fold_block(block, a->v + key * a->ldv + offset, a->ldv, head_dim, count, begin, end, false);
    }
}

static void attention_siblings(const pk_attention_arguments *a, const pk_segment *segments, int32_t count,
                               int32_t kv_head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, heads = a->shape.heads / a->shape.kv_heads;
    const attention_block block = attention_block_in(scratch, head_dim);
    float *queries = scratch + 3 * (int64_t)PK_PANEL * block.padded;  // [columns, head_dim]
    sibling_columns columns;
    const int32_t total = gather_siblings(a, segments, count, kv_head, &columns, queries);
    if (total == 0) return;
    set_columns(block.scaled_queries, queries, head_dim, total, head_dim, a->shape.scale * log2_e);
    for (int32_t c = 0; c < PK_PANEL; c++) block.maxima[c] = lowest;
    memset(block.sums, 0, PK_PANEL * sizeof(float));
    memset(block.out, 0, (size_t)total * (size_t)block.padded * sizeof(float));
#define FOLD(...) fold_siblings(a, &block, &columns, kv_head, __VA_ARGS__)
    FOR_KEYS_OF_SIBLINGS(FOLD);
#undef FOLD
    for (int32_t c = 0; c < total; c++) {
        const int32_t row = columns.rows[c], head = kv_head * heads + c % heads;
        finish_query(&block, c, head_dim, a->out + row * a->ldo + (int64_t)head * head_dim,
                     a->lse ? a->lse + (int64_t)row * a->shape.heads + head : NULL);
    }
}
