// Attention of one new token per sequence. Queries of one group share their first span, which is
// read once for all of them; a lane is one (query, head) pair.

/// Folds one span into queries [0, columns) whose (scaled) vectors are the columns of the block.
static void fold_span(const attention_block *block, const pk_attention_shape *shape, const pk_kv_span *span,
                      int32_t kv_head, int32_t queries, const int32_t *positions, int32_t heads_per_query) {
    const int64_t ld = (int64_t)shape->kv_heads * shape->head_dim, offset = (int64_t)kv_head * shape->head_dim;
    for (int32_t key = 0; key < span->count; key += PK_PANEL) {
        const int32_t count = span->count - key < PK_PANEL ? span->count - key : PK_PANEL;
        if (shape->window > 0) {
            int32_t oldest = positions[0];
            for (int32_t j = 1; j < queries / heads_per_query; j++)
                oldest = positions[j] < oldest ? positions[j] : oldest;
            if (span->first_position + key + count - 1 <= oldest - shape->window) continue;
        }
        block_scores(block, shape->head_dim, span->k + key * ld + offset, ld, count, lane_round(queries));
        if (shape->window > 0)
            for (int32_t j = 0; j < queries; j++)
                for (int32_t i = 0; i < count; i++)
                    if (span->first_position + key + i <= positions[j / heads_per_query] - shape->window)
                        block->scores[i * PK_PANEL + j] = masked;
        fold_block(block, span->v + key * ld + offset, ld, shape->head_dim, count, queries);
    }
}

static void decode(const pk_decode_arguments *a, int32_t begin, int32_t end, int32_t kv_head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, heads = a->shape.heads / a->shape.kv_heads;
    const int32_t queries = (end - begin) * heads, columns = lane_round(queries);
    attention_block block = attention_block_in(scratch, head_dim);
    const int64_t square = (int64_t)PK_PANEL * block.padded;
    attention_block own = block;  // one query's lanes
    own.scaled_queries = scratch + 3 * square;
    for (int32_t j = 0; j < queries; j++)
        set_column(block.scaled_queries, j,
                   a->q + (begin + j / heads) * a->ldq + (int64_t)(kv_head * heads + j % heads) * head_dim, head_dim,
                   a->shape.scale);
    for (int32_t j = queries; j < columns; j++)
        for (int32_t d = 0; d < head_dim; d++) block.scaled_queries[d * PK_PANEL + j] = 0;
    for (int32_t j = 0; j < PK_PANEL; j++) block.maxima[j] = lowest;
    memset(block.sums, 0, PK_PANEL * sizeof(float));
    memset(block.out, 0, (size_t)queries * (size_t)block.padded * sizeof(float));

    const int32_t shared = a->span_begin[begin];
    if (a->span_begin[begin + 1] > shared)
        fold_span(&block, &a->shape, a->spans + shared, kv_head, queries, a->positions + begin, heads);

    float own_maxima[PK_PANEL], own_sums[PK_PANEL];
    own.maxima = own_maxima;
    own.sums = own_sums;
    for (int32_t i = begin; i < end; i++) {
        const int32_t column = (i - begin) * heads;
        if (a->span_begin[i + 1] > a->span_begin[i] + 1) {
            for (int32_t d = 0; d < head_dim; d++)
                for (int32_t j = 0; j < lane_round(heads); j++)
                    own.scaled_queries[d * PK_PANEL + j] =
                        j < heads ? block.scaled_queries[d * PK_PANEL + column + j] : 0;
            for (int32_t j = 0; j < lane_round(heads); j++) {
                own_maxima[j] = j < heads ? block.maxima[column + j] : lowest;
                own_sums[j] = j < heads ? block.sums[column + j] : 0;
            }
            own.out = block.out + (int64_t)column * block.padded;
            for (int32_t s = a->span_begin[i] + 1; s < a->span_begin[i + 1]; s++)
                fold_span(&own, &a->shape, a->spans + s, kv_head, heads, a->positions + i, heads);
            memcpy(block.sums + column, own_sums, (size_t)heads * sizeof(float));
        }
        for (int32_t j = 0; j < heads; j++) {
            float *to = a->out + i * a->ldo + (int64_t)(kv_head * heads + j) * head_dim;
            const float *from = block.out + (int64_t)(column + j) * block.padded;
            const float scale = 1.0f / block.sums[column + j];
            for (int32_t d = 0; d < head_dim; d++) to[d] = from[d] * scale;
        }
    }
}
