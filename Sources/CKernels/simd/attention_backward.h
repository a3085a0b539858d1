// Gradient of one block of 64 queries of one head (Dao et al. 2022, algorithm 4): probabilities are
// computed again from the log-sum-exp. dK and dV are chains of additions in row order, continued in
// memory from query block to query block.

static void attention_backward(const pk_attention_arguments *a, const pk_segment *segment, int32_t begin, int32_t end,
                               int32_t head, float *scratch) {
    const int32_t head_dim = a->shape.head_dim, queries = end - begin, columns = lane_round(queries);
    const int32_t kv_head = head / (a->shape.heads / a->shape.kv_heads);
    const int64_t head_offset = (int64_t)head * head_dim, kv_offset = (int64_t)kv_head * head_dim;
    const int64_t ld_heads = (int64_t)a->shape.heads * head_dim;
    attention_block block = attention_block_in(scratch, head_dim);
    const int32_t padded = block.padded;
    const int64_t square = (int64_t)PK_PANEL * padded;
    float *d_out_columns = scratch + 3 * square;  // [head_dim, 64]
    float *dq = block.out;                        // [64, padded]
    float *q_padding = scratch + 4 * square, *d_out_padding = scratch + 5 * square;
    float *sum_rows = scratch + 6 * square;       // [64, padded]: a block of dK or dV when padded
    float *probabilities = block.scores, *d_scores = block.scores + PK_PANEL * PK_PANEL;
    float *lse = block.maxima, *inner = block.sums;

    memset(lse, 0, PK_PANEL * sizeof(float));
    memset(inner, 0, PK_PANEL * sizeof(float));
    for (int32_t j = 0; j < columns; j++) {
        if (j >= queries) {
            for (int32_t d = 0; d < head_dim; d++)
                block.scaled_queries[d * PK_PANEL + j] = d_out_columns[d * PK_PANEL + j] = 0;
            continue;
        }
        const float *dout = a->dout + (begin + j) * a->ldo + head_offset;
        set_column(block.scaled_queries, j, a->q + (begin + j) * a->ldq + head_offset, head_dim, a->shape.scale);
        set_column(d_out_columns, j, dout, head_dim, 1.0f);
        lse[j] = a->lse[(int64_t)(begin + j) * a->shape.heads + head];
        inner[j] = row_dot(head_dim, dout, a->out + (begin + j) * a->ldo + head_offset);
    }
    memset(dq, 0, (size_t)queries * (size_t)padded * sizeof(float));
    int64_t ldq, ld_dout;
    const float *q_rows = padded_rows(a->q + begin * a->ldq + head_offset, a->ldq, queries, head_dim, padded,
                                      q_padding, &ldq);
    const float *d_out_rows = padded_rows(a->dout + begin * a->ldo + head_offset, a->ldo, queries, head_dim, padded,
                                          d_out_padding, &ld_dout);

    for (int32_t part = 0; part <= segment->range_count; part++) {
        const bool own = part == segment->range_count;
        const int32_t first = own ? segment->begin : a->ranges[segment->first_range + part].begin;
        const int32_t last = own ? end : a->ranges[segment->first_range + part].end;
        for (int32_t key = first; key < last; key += PK_PANEL) {
            const int32_t count = last - key < PK_PANEL ? last - key : PK_PANEL;
            if (!block_visible(key, count, begin, end, a->positions, a->shape.window)) continue;
            const float *k = a->k + key * a->ldk + kv_offset, *v = a->v + key * a->ldv + kv_offset;
            block_scores(&block, head_dim, k, a->ldk, count, columns);
            mask_block(probabilities, key, count, begin, end, own, a->positions, a->shape.window);
            block_f32(count, columns, head_dim, v, a->ldv, 1, d_out_columns, PK_PANEL, d_scores, PK_PANEL, false);
            for (int32_t i = 0; i < count; i++)
                for (int32_t c = 0; c < columns; c += LANES) {
                    const int32_t at = i * PK_PANEL + c;
                    const vf p = v_exp(v_load(probabilities + at) - v_load(lse + c));
                    v_store(probabilities + at, p);
                    v_store(d_scores + at, p * (v_load(d_scores + at) - v_load(inner + c)) * a->shape.scale);
                }
            float *dk = a->dk_heads + key * ld_heads + head_offset, *dv = a->dv_heads + key * ld_heads + head_offset;
            for (int which = 0; which < 2; which++) {
                float *target = which ? dk : dv;
                int64_t ld = ld_heads;
                if (padded != head_dim) target = (float *)padded_rows(target, ld, count, head_dim, padded, sum_rows, &ld);
                for (int32_t d = 0; d < padded; d += PK_PANEL)
                    block_f32(count, PK_PANEL, queries, which ? d_scores : probabilities, PK_PANEL, 1,
                              (which ? q_rows : d_out_rows) + d, which ? ldq : ld_dout, target + d, ld, true);
                if (padded != head_dim)
                    for (int32_t i = 0; i < count; i++)
                        memcpy((which ? dk : dv) + i * ld_heads, sum_rows + (int64_t)i * padded,
                               (size_t)head_dim * sizeof(float));
            }
            int64_t ld_keys;
            const float *keys = padded_rows(k, a->ldk, count, head_dim, padded, block.padding, &ld_keys);
            for (int32_t d = 0; d < padded; d += PK_PANEL)
                block_f32(queries, PK_PANEL, count, d_scores, 1, PK_PANEL, keys + d, ld_keys, dq + d, padded, true);
        }
    }
    for (int32_t j = 0; j < queries; j++)
        memcpy(a->dq + (begin + j) * a->lddq + head_offset, dq + (int64_t)j * padded, (size_t)head_dim * sizeof(float));
}
