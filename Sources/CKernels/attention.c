// Attention cut into tasks: one block of 64 queries of one segment and one head, or several short segments and the
// heads that share their keys and values. Blocks start at their segment's own first row, so a tree's results do not
// depend on what else is in the batch.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

/// Rows [begin, begin + 64) of one segment, or whole segments, for one head or kv head.
struct attention_task_entry {
    int32_t segment, segments;  // several where short ones stand together
    int32_t begin;              // -1: whole segments
    int32_t head;               // kv head for whole segments
};

typedef struct {
    pk_attention_arguments arguments;
    const pk_attention_kernels *kernels;
    const struct attention_task_entry *tasks;
    int64_t task_count;
    const int32_t *tree_begins;                    // first segment of each tree, and the segment count
    float *scratch;
    size_t scratch_floats;
    int64_t rows;
    bool backward;
    float *dk, *dv;
    int64_t lddk, lddv;
} attention_job;

static void *worker_scratch(pk_pool *pool, int32_t head_dim, size_t *floats) {
    *floats = (size_t)pk_round_up((int64_t)pk_attention_scratch(head_dim), PK_LINE);
    return pk_pool_scratch(pool, PK_SCRATCH_WORKERS, *floats * sizeof(float) * (size_t)pk_pool_threads(pool));
}

static void attention_task(void *context, int32_t worker, int64_t index) {
    const attention_job *job = context;
    // The last blocks see the most keys: they go first, so that no thread ends with a long one.
    const struct attention_task_entry task = job->tasks[job->task_count - 1 - index];
    const pk_segment *segment = job->arguments.segments + task.segment;
    float *scratch = job->scratch + (size_t)worker * job->scratch_floats;
    if (task.begin < 0)
        job->kernels->siblings(&job->arguments, segment, task.segments, task.head, scratch);
    else
        job->kernels->block(&job->arguments, segment, task.begin,
                            (int32_t)pk_min(segment->end, task.begin + PK_PANEL), task.head, scratch);
}

// ---- Operands ---------------------------------------------------------------------------------------

/// Rows that the segments have or see.
static int64_t row_count(const pk_segment *segments, int32_t segment_count, const pk_range *ranges) {
    int64_t rows = 0;
    for (int32_t s = 0; s < segment_count; s++) {
        rows = pk_max(rows, segments[s].end);
        for (int32_t r = 0; r < segments[s].range_count; r++)
            rows = pk_max(rows, ranges[segments[s].first_range + r].end);
    }
    return rows;
}

static void prepare_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const attention_job *job = context;
    job->kernels->prepare(&job->arguments, index * PK_PANEL, pk_min(job->rows, (index + 1) * PK_PANEL), job->backward);
}

/// Chooses the kernels and brings keys and values into the form that they read.
static void begin_attention(pk_pool *pool, pk_precision precision, attention_job *job, pk_attention_operands *operands) {
    const pk_kernels *kernels = pk_kernels_current();
    const pk_attention_shape shape = job->arguments.shape;
    const bool matrix = precision == PK_BFLOAT16 && kernels->attention_bf16.block && shape.head_dim % PK_ATTENTION_STEP == 0;
    job->kernels = matrix ? &kernels->attention_bf16 : &kernels->attention;
    if (!job->kernels->prepare) return;
    const int64_t width = (int64_t)shape.kv_heads * shape.head_dim, rows = pk_round_up(job->rows, PK_PANEL) + PK_PANEL;
    // An odd number of cache lines: rows that are read together then lie in different sets of the cache.
    const int64_t columns_ld = rows + PK_LINE / (int64_t)sizeof(uint16_t);
    uint16_t *memory = pk_pool_scratch(pool, PK_SCRATCH_KEYS, (size_t)(width * (3 * rows + columns_ld)) * sizeof *memory);
    *operands = (pk_attention_operands){memory, memory + 2 * width * rows, memory + 3 * width * rows, rows, columns_ld};
    job->arguments.operands = operands;
    pk_pool_run_indexed(pool, pk_ceil_div(job->rows, PK_PANEL), prepare_task, job);
}

// ---- Forward ----------------------------------------------------------------------------------------

static bool share_ancestors(const pk_segment *a, const pk_segment *b, const pk_range *ranges) {
    if (a->tree != b->tree || a->range_count == 0 || b->range_count == 0) return false;
    return ranges[a->first_range].begin == ranges[b->first_range].begin &&
           ranges[a->first_range].end == ranges[b->first_range].end;
}

/// How many segments from the first on make one task of whole segments; 0 where the first is too long for it.
static int32_t sibling_count(pk_attention_shape shape, const pk_segment *segments, int32_t count,
                             const pk_range *ranges) {
    const int32_t heads = shape.heads / shape.kv_heads;
    int32_t columns = 0, s = 0;
    for (; s < count; s++) {
        if (s > 0 && !share_ancestors(segments, segments + s, ranges)) break;
        const int64_t more = (int64_t)(segments[s].end - segments[s].begin) * heads;
        if (columns + more > PK_PANEL) break;
        columns += (int32_t)more;
    }
    return s;
}

void pk_tree_attention(pk_pool *pool, pk_precision precision, pk_attention_shape shape, const pk_segment *segments,
                       int32_t segment_count, const pk_range *ranges, const int32_t *positions, const float *q,
                       int64_t ldq, const float *k, int64_t ldk, const float *v, int64_t ldv, float *out, int64_t ldo,
                       float *lse) {
    // A segment without rows can still be a task.
    int64_t blocks = 0;
    for (int32_t s = 0; s < segment_count; s++) blocks += pk_ceil_div(segments[s].end - segments[s].begin, PK_PANEL);
    struct attention_task_entry *tasks =
        pk_pool_scratch(pool, PK_SCRATCH_PARTIALS, (size_t)((blocks + segment_count) * shape.heads) * sizeof *tasks);
    int64_t count = 0;
    for (int32_t s = 0; s < segment_count;) {
        const int32_t siblings = sibling_count(shape, segments + s, segment_count - s, ranges);
        for (int32_t h = 0; siblings > 0 && h < shape.kv_heads; h++)
            tasks[count++] = (struct attention_task_entry){s, siblings, -1, h};
        for (int32_t row = segments[s].begin; siblings == 0 && row < segments[s].end; row += PK_PANEL)
            for (int32_t h = 0; h < shape.heads; h++) tasks[count++] = (struct attention_task_entry){s, 1, row, h};
        s += siblings > 0 ? siblings : 1;
    }
    attention_job job = {
        .arguments = {.shape = shape, .segments = segments, .ranges = ranges, .positions = positions, .q = q, .k = k,
                      .v = v, .ldq = ldq, .ldk = ldk, .ldv = ldv, .out = out, .ldo = ldo, .lse = lse},
        .tasks = tasks, .task_count = count, .rows = row_count(segments, segment_count, ranges),
    };
    job.scratch = worker_scratch(pool, shape.head_dim, &job.scratch_floats);
    pk_attention_operands operands;
    begin_attention(pool, precision, &job, &operands);
    pk_pool_run_indexed(pool, count, attention_task, &job);
}

// ---- Backward ---------------------------------------------------------------------------------------

/// One tree and one head: blocks of queries in row order, so that dK and dV are sums in row order.
static void attention_backward_task(void *context, int32_t worker, int64_t index) {
    const attention_job *job = context;
    const pk_attention_arguments *a = &job->arguments;
    const int64_t tree = index / a->shape.heads;
    const int32_t head = (int32_t)(index % a->shape.heads);
    float *scratch = job->scratch + (size_t)worker * job->scratch_floats;
    const int32_t first = job->tree_begins[tree], last = job->tree_begins[tree + 1];
    for (int32_t s = first; s < last; s++) {
        const int64_t from = head * a->heads_ld + (int64_t)a->segments[s].begin * a->shape.head_dim;
        const size_t bytes = (size_t)(a->segments[s].end - a->segments[s].begin) * (size_t)a->shape.head_dim * sizeof(float);
        memset(a->dk_heads + from, 0, bytes);
        memset(a->dv_heads + from, 0, bytes);
    }
    for (int32_t s = first; s < last; s++)
        for (int32_t row = a->segments[s].begin; row < a->segments[s].end; row += PK_PANEL)
            job->kernels->backward(a, a->segments + s, row,
                                   (int32_t)pk_min(a->segments[s].end, row + PK_PANEL), head, scratch);
}

/// dk, dv of one segment: the heads of a group summed in order.
static void sum_group_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const attention_job *job = context;
    const pk_attention_arguments *a = &job->arguments;
    const int32_t group = a->shape.heads / a->shape.kv_heads, head_dim = a->shape.head_dim;
    for (int32_t row = a->segments[index].begin; row < a->segments[index].end; row++)
        for (int32_t h = 0; h < a->shape.kv_heads; h++) {
            const float *from_k = a->dk_heads + h * group * a->heads_ld + (int64_t)row * head_dim;
            const float *from_v = a->dv_heads + h * group * a->heads_ld + (int64_t)row * head_dim;
            float *to_k = job->dk + row * job->lddk + (int64_t)h * head_dim;
            float *to_v = job->dv + row * job->lddv + (int64_t)h * head_dim;
            for (int32_t d = 0; d < head_dim; d++) {
                float sum_k = from_k[d], sum_v = from_v[d];
                for (int32_t g = 1; g < group; g++) {
                    sum_k += from_k[g * a->heads_ld + d];
                    sum_v += from_v[g * a->heads_ld + d];
                }
                to_k[d] = sum_k;
                to_v[d] = sum_v;
            }
        }
}

void pk_tree_attention_backward(pk_pool *pool, pk_precision precision, pk_attention_shape shape,
                                const pk_segment *segments, int32_t segment_count, const pk_range *ranges,
                                const int32_t *positions, const float *q, int64_t ldq, const float *k, int64_t ldk,
                                const float *v, int64_t ldv, const float *out, const float *dout, int64_t ldo,
                                const float *lse, float *dq, int64_t lddq, float *dk, int64_t lddk, float *dv,
                                int64_t lddv) {
    int64_t trees = 0;
    int32_t *tree_begins = pk_pool_scratch(pool, PK_SCRATCH_PARTIALS, (size_t)(segment_count + 1) * sizeof(int32_t));
    for (int32_t s = 0; s < segment_count; s++) {
        if (s == 0 || segments[s].tree != segments[s - 1].tree) tree_begins[trees++] = s;
    }
    tree_begins[trees] = segment_count;
    const int64_t rows = row_count(segments, segment_count, ranges);
    const size_t gradient_bytes = (size_t)rows * (size_t)shape.heads * (size_t)shape.head_dim * sizeof(float);
    attention_job job = {
        .arguments = {.shape = shape, .segments = segments, .ranges = ranges, .positions = positions, .q = q, .k = k,
                      .v = v, .ldq = ldq, .ldk = ldk, .ldv = ldv, .out = (float *)out, .dout = dout, .ldo = ldo,
                      .lse = (float *)lse, .dq = dq, .lddq = lddq,
                      .dk_heads = pk_pool_scratch(pool, PK_SCRATCH_OPERAND_A, gradient_bytes),
                      .dv_heads = pk_pool_scratch(pool, PK_SCRATCH_OPERAND_B, gradient_bytes),
                      .heads_ld = rows * shape.head_dim},
        .tree_begins = tree_begins, .rows = rows, .backward = true, .dk = dk, .dv = dv, .lddk = lddk, .lddv = lddv,
    };
    job.scratch = worker_scratch(pool, shape.head_dim, &job.scratch_floats);
    pk_attention_operands operands;
    begin_attention(pool, precision, &job, &operands);
    pk_pool_run_indexed(pool, trees * shape.heads, attention_backward_task, &job);
    pk_pool_run_indexed(pool, segment_count, sum_group_task, &job);
}

// ---- Decoding -----------------------------------------------------------------------------------------

int64_t pk_kv_panel_words(pk_attention_shape shape, int64_t positions) {
    return pk_ceil_div(positions, PK_PANEL) * shape.kv_heads * pk_kv_block_words(shape.head_dim);
}

typedef struct {
    pk_attention_shape shape;
    const pk_kernels *kernels;
    int64_t rows;
    const float *k, *v;
    int64_t ld;
    uint32_t *const *panels;
    const int32_t *offsets;
} store_job;

enum { STORE_ROWS = 16 };  // of one task

/// First row of a task: never the second of a pair of positions whose first is another task's.
static int64_t store_begin(const store_job *job, int64_t index) {
    int64_t row = pk_min(job->rows, index * STORE_ROWS);
    while (row > 0 && row < job->rows && job->offsets[row] % 2 != 0 && job->panels[row] == job->panels[row - 1]) row++;
    return row;
}

static void store_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const store_job *job = context;
    const int32_t head_dim = job->shape.head_dim, kv_heads = job->shape.kv_heads;
    const int64_t words = pk_kv_block_words(head_dim), end = store_begin(job, index + 1);
    for (int64_t row = store_begin(job, index); row < end; row++) {
        const int32_t offset = job->offsets[row];
        uint32_t *block = job->panels[row] + offset / PK_PANEL * kv_heads * words;
        for (int32_t h = 0; h < kv_heads; h++)
            job->kernels->store_kv(head_dim, job->k + row * job->ld + h * head_dim, job->v + row * job->ld + h * head_dim,
                                   block + h * words, offset % PK_PANEL);
    }
}

void pk_store_kv(pk_pool *pool, pk_attention_shape shape, int64_t rows, const float *k, const float *v, int64_t ld,
                 uint32_t *const *panels, const int32_t *offsets) {
    store_job job = {shape, pk_kernels_current(), rows, k, v, ld, panels, offsets};
    pk_pool_run_indexed(pool, pk_ceil_div(rows, STORE_ROWS), store_task, &job);
}

typedef struct {
    pk_decode_arguments arguments;
    const pk_kernels *kernels;
    const int32_t *group_begins;
    float *scratch;
    size_t scratch_floats;
} decode_job;

static void decode_task(void *context, int32_t worker, int64_t index) {
    const decode_job *job = context;
    const int64_t group = index / job->arguments.shape.kv_heads;
    job->kernels->decode(&job->arguments, job->group_begins[group], job->group_begins[group + 1],
                         (int32_t)(index % job->arguments.shape.kv_heads),
                         job->scratch + (size_t)worker * job->scratch_floats);
}

static bool same_first_span(const pk_kv_span *spans, const int32_t *span_begin, int32_t a, int32_t b) {
    if (span_begin[a] == span_begin[a + 1] || span_begin[b] == span_begin[b + 1]) return false;
    const pk_kv_span *x = spans + span_begin[a], *y = spans + span_begin[b];
    return x->k == y->k && x->v == y->v && x->panels == y->panels && x->count == y->count &&
           x->first_position == y->first_position;
}

void pk_decode_attention(pk_pool *pool, pk_attention_shape shape, int32_t queries, const float *q, int64_t ldq,
                         const pk_kv_span *spans, const int32_t *span_begin, const int32_t *positions, float *out,
                         int64_t ldo) {
    if (queries <= 0) return;
    const int32_t widest = (int32_t)pk_max(1, PK_PANEL / (shape.heads / shape.kv_heads));
    int32_t *group_begins = pk_pool_scratch(pool, PK_SCRATCH_PARTIALS, (size_t)(queries + 1) * sizeof(int32_t));
    int64_t groups = 0;
    for (int32_t i = 0; i < queries; i++)
        if (i == 0 || i - group_begins[groups - 1] >= widest || !same_first_span(spans, span_begin, i - 1, i))
            group_begins[groups++] = i;
    group_begins[groups] = queries;
    decode_job job = {
        .arguments = {shape, q, ldq, spans, span_begin, positions, out, ldo},
        .kernels = pk_kernels_current(), .group_begins = group_begins,
    };
    job.scratch = worker_scratch(pool, shape.head_dim, &job.scratch_floats);
    pk_pool_run_indexed(pool, groups * shape.kv_heads, decode_task, &job);
}
