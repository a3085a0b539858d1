// Gradient of one block of 64 queries of one head (Dao et al. 2022, algorithm 4): probabilities are
// computed again from the log-sum-exp. dK and dV are chains of additions in row order, continued in
// memory from query block to query block.

/// target[key, :] += weights[key, query] * rows[query, :]; on the diagonal a key begins with its own query.
static void block_key_gradient(int32_t count, int32_t queries, const float *weights, const float *rows, int32_t padded,
                               int32_t head_dim, bool diagonal, float *target, int64_t ld, float *padding) {
    const bool direct = padded == head_dim;
    float *sums = direct ? target : (float *)gather_rows(target, ld, count, head_dim, padded, padding);
    const int64_t distance = direct ? ld : padded;
    for (int32_t d = 0; d < padded; d += PK_PANEL)
        for (int32_t i = 0; i < count; i += TILE_ROWS) {
            const int32_t first = diagonal ? i : 0;
            if (first >= queries) break;
            tile_f32_strided(smaller(TILE_ROWS, count - i), PK_PANEL, queries - first, weights + i * PK_PANEL + first,
                             PK_PANEL, 1, rows + (int64_t)first * padded + d, padded, sums + i * distance + d, distance,
                             true);
        }
    if (direct) return;
    for (int32_t i = 0; i < count; i++)
        memcpy(target + i * ld, padding + (int64_t)i * padded, (size_t)head_dim * sizeof(float));
}

static void attention_backward(const pk_attention_arguments *a, const pk_segment *segment, int32_t begin, int32_t end,
                               int32_t head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, queries = end - begin, columns = lane_round(queries);
    const int32_t kv_head = head / (a->shape.heads / a->shape.kv_heads);
    const int64_t head_offset = (int64_t)head * head_dim, kv_offset = (int64_t)kv_head * head_dim;
    const attention_block block = attention_block_in(scratch, head_dim);
    const int32_t padded = block.padded;
    const int64_t square = (int64_t)PK_PANEL * padded;
    float *d_out_columns = scratch + 3 * square;  // [head_dim, 64]
    float *dq = block.out;                        // [64, padded]
    float *sums = scratch + 6 * square;           // [64, padded]: a block of dK or dV when padded
    float *probabilities = block.scores, *d_scores = block.scores + PK_PANEL * PK_PANEL;
    float *lse = block.maxima, *inner = block.sums;

    const float *q = a->q + begin * a->ldq + head_offset;
    const float *dout = a->dout + begin * a->ldo + head_offset, *out = a->out + begin * a->ldo + head_offset;
    set_columns(block.scaled_queries, q, a->ldq, queries, head_dim, a->shape.scale * log2_e);
    set_columns(d_out_columns, dout, a->ldo, queries, head_dim, 1);
    const float *q_rows = gather_rows(q, a->ldq, queries, head_dim, padded, scratch + 4 * square);
    const float *d_out_rows = gather_rows(dout, a->ldo, queries, head_dim, padded, scratch + 5 * square);
    memset(lse, 0, PK_PANEL * sizeof(float));
    memset(inner, 0, PK_PANEL * sizeof(float));
    for (int32_t j = 0; j < queries; j++) {
        lse[j] = a->lse[(int64_t)(begin + j) * a->shape.heads + head] * log2_e;
        inner[j] = row_dot(head_dim, dout + j * a->ldo, out + j * a->ldo);
    }
    memset(dq, 0, (size_t)queries * (size_t)padded * sizeof(float));

    for (key_blocks blocks = key_blocks_of(a, segment, begin, end); next_key_block(&blocks);) {
        const int32_t key = blocks.key, count = blocks.count;
        const bool diagonal = blocks.diagonal;
        const int64_t row = a->heads_ld * head + key * (int64_t)head_dim;
        const float *k = a->k + key * a->ldk + kv_offset, *v = a->v + key * a->ldv + kv_offset;
        block_scores(head_dim, k, a->ldk, count, block.scaled_queries, columns, diagonal, probabilities);
        mask_block(probabilities, key, count, begin, end, diagonal, a->positions, a->shape.window);
        block_scores(head_dim, v, a->ldv, count, d_out_columns, columns, diagonal, d_scores);
        for (int32_t c = 0; c < columns; c += LANES) {
            const int32_t keys = keys_read(c, count, diagonal);
            const vf lse_lanes = v_load(lse + c), inner_lanes = v_load(inner + c);
            for (int32_t i = 0; i < keys; i++) {
                const int32_t at = i * PK_PANEL + c;
                const vf p = v_exp2(v_load(probabilities + at) - lse_lanes);
                const vf ds = p * (v_load(d_scores + at) - inner_lanes) * a->shape.scale;
                v_store(probabilities + at, p);
                // Beyond the diagonal d_scores holds what an earlier block left.
                v_store(d_scores + at, diagonal ? v_select(p > 0, ds, v_select(p == p, v_splat(0), p)) : ds);
            }
        }
        block_key_gradient(count, queries, probabilities, d_out_rows, padded, head_dim, diagonal, a->dv_heads + row,
                           head_dim, sums);
        block_key_gradient(count, queries, d_scores, q_rows, padded, head_dim, diagonal, a->dk_heads + row, head_dim,
                           sums);
        const float *keys = gather_rows(k, a->ldk, count, head_dim, padded, block.padding);
        block_values(queries, count, d_scores, keys, padded, diagonal, dq);
    }
    for (int32_t j = 0; j < queries; j++)
        memcpy(a->dq + (begin + j) * a->lddq + head_offset, dq + (int64_t)j * padded, (size_t)head_dim * sizeof(float));
}
