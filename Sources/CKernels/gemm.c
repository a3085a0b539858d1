// Scheduling of the packed GEMMs. A task is a block of rows times some panels of 64 columns; the
// panel stays in the second-level cache while the block's rows pass over it.
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

enum {
    SUM_STEP = 32,               // summed elements that no block splits
    ROW_BLOCK = 48,              // rows of a task, twice as many when there are plenty
    SHARED_ELEMENTS = 192 << 10, // of panels, by neighbouring tasks
    CODED_RUN_BYTES = 512 << 10, // of neighbouring panels of codes, by a task of few rows
    GRADIENT_ROW_BYTES = 2048,   // of an output's gradients that one pass sums; a whole number of steps
    GRADIENT_OUTPUTS = 96,       // outputs of a task of the weight gradient
};

static size_t element_bytes(pk_precision precision) { return precision == PK_BFLOAT16 ? 2 : 4; }

static size_t converted_element(pk_precision precision) {
    return precision == PK_BFLOAT16 ? pk_kernels_current()->bf16_operand : sizeof(float);
}

static int64_t padded_sum(pk_precision precision, int64_t k) {
    return precision == PK_BFLOAT16 ? pk_round_up(k, 2) : k;
}

static size_t panel_bytes(pk_precision precision, int64_t k) {
    return (size_t)padded_sum(precision, k) * PK_PANEL * element_bytes(precision);
}

size_t pk_packed_bytes(pk_precision precision, int64_t n, int64_t k) {
    return (size_t)pk_ceil_div(n, PK_PANEL) * panel_bytes(precision, k);
}

/// Bytes of a panel of a packed or coded weight.
static size_t weight_panel_bytes(pk_precision precision, pk_codes codes, int64_t k) {
    return codes ? pk_coded_bytes(codes, PK_PANEL, k) : panel_bytes(precision, k);
}

// ---- Packing --------------------------------------------------------------------------------------

typedef struct {
    const pk_kernels *kernels;
    pk_precision precision;
    const float *w;
    int64_t n, k, ld;
    bool transposed;
    char *packed;
} pack_job;

static void pack_one(void *context, int32_t worker, int64_t panel) {
    (void)worker;
    const pack_job *job = context;
    const int64_t first = panel * PK_PANEL, columns = pk_min(PK_PANEL, job->n - first);
    job->kernels->pack_panel(job->precision, columns, job->k, job->w + (job->transposed ? first : first * job->ld),
                             job->ld, job->transposed, job->packed + (size_t)panel * panel_bytes(job->precision, job->k));
}

void pk_pack(pk_pool *pool, pk_precision precision, const float *w, int64_t n, int64_t k, int64_t ld, bool transposed,
             void *packed) {
    pack_job job = {pk_kernels_current(), precision, w, n, k, ld, transposed, packed};
    pk_pool_run_indexed(pool, pk_ceil_div(n, PK_PANEL), pack_one, &job);
}

// ---- Transposing what is packed -------------------------------------------------------------------------

typedef struct {
    pk_precision precision;
    pk_codes codes;
    int64_t n, k;
    const char *packed;  // [n, k]
    char *transposed;    // [k, n]
    char *decoded;       // for each worker PK_PANEL inputs of a panel, where `packed` is coded
} transpose_job;

static void transpose_panel_task(void *context, int32_t worker, int64_t panel) {
    const transpose_job *job = context;
    const pk_kernels *kernels = pk_kernels_current();
    const int64_t first = panel * PK_PANEL, inputs = pk_min(PK_PANEL, job->k - first);
    char *to = job->transposed + (size_t)panel * panel_bytes(job->precision, job->n);
    for (int64_t output = 0; output < job->n; output += PK_PANEL) {
        const char *from = job->packed + (size_t)(output / PK_PANEL) * weight_panel_bytes(job->precision, job->codes, job->k);
        if (job->codes) {
            char *decoded = job->decoded + (size_t)worker * panel_bytes(job->precision, PK_PANEL);
            pk_decode_panel(kernels, job->precision, job->codes, inputs / PK_CODE_BLOCK,
                            from + (size_t)(first / PK_CODE_BLOCK) * pk_code_block_bytes(job->codes), decoded);
            kernels->transpose_packed(job->precision, job->n, inputs, output, 0, decoded, to);
        } else {
            kernels->transpose_packed(job->precision, job->n, job->k, output, first, from, to);
        }
    }
}

void pk_transpose_packed(pk_pool *pool, pk_precision precision, int64_t n, int64_t k, const void *packed, pk_codes codes,
                         void *transposed) {
    transpose_job job = {precision, codes, n, k, packed, transposed, NULL};
    if (codes)
        job.decoded = pk_pool_scratch(pool, PK_SCRATCH_WORKERS, (size_t)pk_pool_threads(pool) * panel_bytes(precision, PK_PANEL));
    pk_pool_run_indexed(pool, pk_ceil_div(k, PK_PANEL), transpose_panel_task, &job);
}

// ---- Codes ----------------------------------------------------------------------------------------------

size_t pk_coded_bytes(pk_codes codes, int64_t n, int64_t k) {
    return (size_t)(pk_ceil_div(n, PK_PANEL) * (k / PK_CODE_BLOCK)) * pk_code_block_bytes(codes);
}

void pk_pack_codes(pk_codes codes, int64_t k, int64_t first, int64_t rows, const void *values, const uint16_t *scales,
                   const uint16_t *minima, void *coded) {
    const uint8_t *bytes = values;
    const int64_t blocks = k / PK_CODE_BLOCK;
    const size_t block_bytes = pk_code_block_bytes(codes);
    const int bits = pk_code_bits(codes), per_word = 32 / bits, value_bytes = bits == 16 ? 2 : 1;
    for (int64_t r = 0; r < rows; r++) {
        const int64_t panel = (first + r) / PK_PANEL, column = (first + r) % PK_PANEL;
        for (int64_t b = 0; b < blocks; b++, bytes += PK_CODE_BLOCK * value_bytes) {
            uint16_t *halves = (uint16_t *)((char *)coded + (size_t)(panel * blocks + b) * block_bytes);
            if (pk_codes_have_scales(codes)) {
                halves[column] = *scales++;
                halves += PK_PANEL;
            }
            if (codes == PK_CODES_4) {
                halves[column] = *minima++;
                halves += PK_PANEL;
            }
            uint32_t *words = (uint32_t *)halves + column;
            for (int i = 0; i < PK_CODE_BLOCK; i++) {
                const uint8_t *value = bytes + i * value_bytes;
                const uint32_t code = value_bytes == 2 ? value[0] | (uint32_t)value[1] << 8 : value[0];
                words[i / per_word * PK_PANEL] |= code << (i % per_word * bits);
            }
        }
    }
}

typedef struct {
    pk_precision precision;
    pk_codes codes;
    int64_t n, k;
    const char *coded;
    const float *w;
    char *panels;  // two for each worker
    _Atomic bool differs;
} match_job;

static void match_task(void *context, int32_t worker, int64_t panel) {
    match_job *job = context;
    const pk_kernels *kernels = pk_kernels_current();
    const size_t bytes = panel_bytes(job->precision, job->k);
    const int64_t first = panel * PK_PANEL, columns = pk_min(PK_PANEL, job->n - first);
    char *decoded = job->panels + (size_t)worker * 2 * bytes, *packed = decoded + bytes;
    pk_decode_panel(kernels, job->precision, job->codes, job->k / PK_CODE_BLOCK,
                    job->coded + (size_t)panel * weight_panel_bytes(job->precision, job->codes, job->k), decoded);
    kernels->pack_panel(job->precision, columns, job->k, job->w + first * job->k, job->k, false, packed);
    // Words of a float or a pair; columns that fill up the last panel may differ in a zero's sign.
    const int64_t strip = job->precision == PK_FLOAT32 ? kernels->strip : PK_PANEL;
    const size_t row_bytes = (size_t)strip * sizeof(uint32_t), strip_bytes = bytes / (size_t)(PK_PANEL / strip);
    for (int64_t c = 0; c < columns; c += strip, decoded += strip_bytes, packed += strip_bytes)
        for (size_t row = 0; row < strip_bytes; row += row_bytes)
            if (memcmp(decoded + row, packed + row, (size_t)pk_min(strip, columns - c) * sizeof(uint32_t)) != 0)
                job->differs = true;
}

bool pk_codes_match(pk_pool *pool, pk_precision precision, pk_codes codes, int64_t n, int64_t k, const void *coded,
                    const float *w) {
    const size_t bytes = (size_t)pk_pool_threads(pool) * 2 * panel_bytes(precision, k);
    match_job job = {precision, codes, n, k, coded, w, pk_pool_scratch(pool, PK_SCRATCH_WORKERS, bytes), false};
    pk_pool_run_indexed(pool, pk_ceil_div(n, PK_PANEL), match_task, &job);
    return !job.differs;
}

int64_t pk_coded_rows(pk_precision precision, pk_codes codes) {
    if (precision == PK_FLOAT32) return INT64_MAX;
    // Against packed weights 8 bits save about two thirds of what 4 do.
    const int32_t rows = pk_kernels_current()->coded_bf16_rows;
    return pk_code_bits(codes) == 4 ? rows : rows / 2;
}

// ---- Product of rows and panels ----------------------------------------------------------------------

/// Rows times some panels; `column` is where the panels' first column goes.
typedef struct {
    int64_t k, n, column;
    const void *operands;  // in f32 the rows themselves
    int64_t lda;           // operands from row to row
    const char *packed;
    size_t panel_bytes;
    pk_codes codes;  // what the panels are made of
} product_part;

typedef struct {
    const pk_kernels *kernels;
    pk_precision precision;
    int64_t m, n;
    const product_part *parts;  // the first has all columns; what the others add comes after it
    int32_t part_count;
    float *y;
    int64_t ldy;
    bool accumulate;
    int64_t pass_rows;  // that a panel serves at a time
    int64_t row_block, panel_block, row_blocks, panels_ahead;
    bool multiplies_codes;  // as few rows as coded_tile takes; others take panels that are made of codes,
    bool decodes_strips;    // those of one pass strip by strip, which the nearest cache keeps
    char *decoded;          // a panel for each worker, where the first part has codes
} product_job;

/// Sums that the next tile continues from, usually in memory by now, are fetched during this one.
static void fetch_sums(const float *y, int64_t ldy, int64_t rows, int64_t columns) {
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < columns; c += PK_LINE / (int64_t)sizeof(float)) __builtin_prefetch(y + r * ldy + c, 1);
}

/// Of the four lines per pair of the next panel, those that the tiles before `tile` have fetched.
static int64_t lines_before(int64_t tile, int64_t tiles) { return 4 * tile / tiles; }

/// One block of the sum for some rows of y and columns of one panel: a strip of them in float32, all of them in bf16.
typedef struct {
    const char *a;  // the first row's operands
    int64_t lda, count;
    const char *b, *ahead;  // `ahead`: what is fetched meanwhile, or NULL
    float *y;
    int64_t ldy, rows;
    int32_t columns;
    bool accumulate, fetches_sums;
    int64_t share, shares;  // of what is fetched: the row blocks of a panel fetch the next one together
} product_pass;

/// In tiles of nearly equal height.
static void run_pass(const product_job *job, const product_pass *pass) {
    const pk_kernels *kernels = job->kernels;
    const int64_t tiles = pk_ceil_div(pass->rows, pk_tile_rows(kernels, job->precision)), pairs = pk_ceil_div(pass->count, 2);
    for (int64_t tile = 0; tile < tiles; tile++) {
        const int64_t first = pass->rows * tile / tiles, next = pass->rows * (tile + 1) / tiles;
        const int32_t height = (int32_t)(next - first);
        float *y = pass->y + first * pass->ldy;
        if (pass->fetches_sums)
            fetch_sums(pass->y + next * pass->ldy, pass->ldy, pk_min(height, pass->rows - next), pass->columns);
        if (job->precision == PK_FLOAT32) {
            kernels->tile_f32(height, pass->count, (const float *)pass->a + first * pass->lda, pass->lda,
                              (const float *)pass->b, y, pass->ldy, pass->columns, pass->accumulate);
        } else {
            const int64_t place = pass->share * tiles + tile, fetched = lines_before(place, pass->shares * tiles);
            const int32_t lines = pass->ahead ? (int32_t)(lines_before(place + 1, pass->shares * tiles) - fetched) : 0;
            const char *ahead = pass->ahead ? pass->ahead + fetched * PK_LINE * pairs : NULL;
            kernels->tile_bf16(height, pairs, pass->a + (size_t)(first * pass->lda) * kernels->bf16_operand, pass->lda,
                               pass->b, ahead, lines, y, pass->ldy, pass->columns, pass->accumulate);
        }
    }
}

/// Where rows from `begin` on and the columns of one panel of one part go.
static float *panel_sums(const product_job *job, const product_part *part, int64_t begin, int64_t panel) {
    return job->y + begin * job->ldy + part->column + panel * PK_PANEL;
}

/// All rows of one panel of the first part, which `coded` is.
static void coded_panel(const product_job *job, const char *coded, int64_t panel) {
    const product_part *part = job->parts;
    job->kernels->coded_tile(job->precision, part->codes, (int32_t)job->m, part->k / PK_CODE_BLOCK, part->operands, part->lda,
                             coded, panel_sums(job, part, 0, panel), job->ldy,
                             (int32_t)pk_min(PK_PANEL, part->n - panel * PK_PANEL), job->accumulate);
}

/// Rows [begin, end) of one panel of one part, which `packed` is; or its codes, of which strips are made one by one.
static void product_panel(const product_job *job, const product_part *part, const char *packed, char *strips, int64_t begin,
                          int64_t end, int64_t panel) {
    const pk_kernels *kernels = job->kernels;
    const bool floats = job->precision == PK_FLOAT32, first_part = part == job->parts;
    const size_t element = element_bytes(job->precision);
    const int64_t columns = pk_min(PK_PANEL, part->n - panel * PK_PANEL), strip = floats ? kernels->strip : PK_PANEL;
    const char *operands = (const char *)part->operands + (size_t)(begin * part->lda) * converted_element(job->precision);
    float *y = panel_sums(job, part, begin, panel);
    const bool adds = job->accumulate || !first_part;
    // With few rows the panels come from memory: the next one is fetched while this one is used.
    const bool streamed = first_part && job->panels_ahead > 0 && (panel + job->panels_ahead) * PK_PANEL < part->n;
    const int64_t ahead = streamed ? job->panels_ahead * (int64_t)part->panel_bytes : 0;
    // Blocks of nearly equal length, whole steps of the widest instruction set.
    const int64_t most = floats ? kernels->sum_block : PK_SUM_BLOCK;
    const int64_t block = pk_round_up(pk_ceil_div(part->k, pk_ceil_div(part->k, most)), SUM_STEP);
    product_pass pass = {.lda = part->lda, .ldy = job->ldy, .rows = end - begin,
                         .fetches_sums = job->accumulate && first_part,
                         .share = begin / job->row_block, .shares = job->row_blocks};
    // A strip stays in the nearest cache.
    for (int64_t first = 0; first < columns; first += strip) {
        pass.y = y + first;
        pass.columns = (int32_t)pk_min(strip, columns - first);
        for (int64_t from = 0; from < part->k; from += block) {
            pass.a = operands + (size_t)from * converted_element(job->precision);
            pass.count = pk_min(block, part->k - from);
            pass.accumulate = adds || from > 0;
            if (strips) {
                const char *coded = packed + (size_t)(from / PK_CODE_BLOCK) * pk_code_block_bytes(part->codes);
                kernels->decode_columns(job->precision, part->codes, (int32_t)first, (int32_t)strip,
                                        pass.count / PK_CODE_BLOCK, coded, ahead, strips);
                pass.b = strips;
            } else {
                pass.b = packed + (size_t)(first * part->k + from * strip) * element;
                pass.ahead = ahead && !part->codes ? pass.b + ahead : NULL;
            }
            run_pass(job, &pass);
        }
    }
}

static void product_task(void *context, int32_t worker, int64_t index) {
    const product_job *job = context;
    const int64_t begin = index % job->row_blocks * job->row_block, end = pk_min(job->m, begin + job->row_block);
    const int64_t first = index / job->row_blocks * job->panel_block;
    const int64_t last = pk_min(pk_ceil_div(job->n, PK_PANEL), first + job->panel_block);
    for (int64_t panel = first; panel < last; panel++) {
        const product_part *part = job->parts;
        const char *packed = part->packed + (size_t)panel * part->panel_bytes;
        char *strips = NULL;
        if (part->codes && !job->multiplies_codes) {
            char *decoded = job->decoded + (size_t)worker * panel_bytes(job->precision, part->k);
            if (job->decodes_strips) {
                strips = decoded;
            } else {
                pk_decode_panel(job->kernels, job->precision, part->codes, part->k / PK_CODE_BLOCK, packed, decoded);
                packed = decoded;
            }
        }
        for (int64_t row = begin; row < end; row += job->pass_rows) {
            const int64_t next = pk_min(end, row + job->pass_rows);
            if (job->multiplies_codes) coded_panel(job, packed, panel);
            else product_panel(job, part, packed, strips, row, next, panel);
            // What is added comes while the sums are in the cache.
            for (const product_part *added = part + 1; added < part + job->part_count; added++) {
                const int64_t own = panel - added->column / PK_PANEL;
                if (own >= 0 && own * PK_PANEL < added->n)
                    product_panel(job, added, added->packed + (size_t)own * added->panel_bytes, NULL, row, next, own);
            }
        }
    }
}

static void run_product(pk_pool *pool, product_job *job) {
    const int64_t panels = pk_ceil_div(job->n, PK_PANEL), threads = pk_pool_threads(pool);
    // Enough tasks to even out the threads, each long enough (about 10 us) to hide its start.
    const int64_t wanted = threads * 16;
    job->pass_rows = job->row_block = job->m * panels >= ROW_BLOCK * 2 * wanted ? ROW_BLOCK * 2 : ROW_BLOCK;
    if (job->parts->codes) {
        // A panel that is made of codes serves as many rows as leave enough tasks.
        const int64_t passes = pk_ceil_div(job->m, job->pass_rows);
        job->row_block *= pk_ceil_div(passes, pk_min(passes, pk_ceil_div(wanted, panels)));
        const bool narrow = job->precision == PK_FLOAT32 && job->kernels->strip < PK_PANEL;
        job->decodes_strips = narrow && job->row_block == job->pass_rows;
    }
    const bool few_rows = !job->parts->codes && job->m <= ROW_BLOCK * 2;
    if (few_rows)  // one block; more of them two where that alone would be few tasks
        job->pass_rows = job->row_block = pk_ceil_div(job->m, job->m > ROW_BLOCK && panels < wanted ? 2 : 1);
    job->row_blocks = pk_ceil_div(job->m, job->row_block);
    if (few_rows && job->row_blocks > 1) {
        job->panel_block = 1;
    } else if (job->row_blocks == 1) {
        job->panel_block = pk_max(1, panels / wanted);
        if (job->multiplies_codes) {
            // Few rows take some 2 us for a panel, and memory is read fastest in its order: long runs, equally many a thread.
            const int64_t runs = pk_ceil_div(panels * (int64_t)job->parts->panel_bytes, CODED_RUN_BYTES);
            job->panel_block = pk_ceil_div(panels, pk_min(panels, pk_round_up(runs, threads)));
        }
    } else if (job->parts->codes) {
        job->panel_block = 1;
    } else {
        // Neighbouring tasks share their panels, which stay in the second-level cache while rows pass.
        const int64_t resident = SHARED_ELEMENTS / (pk_min(job->parts->k, PK_SUM_BLOCK) * PK_PANEL);
        const int64_t tasks = pk_max(1, job->row_blocks * panels / wanted);
        job->panel_block = pk_max(1, pk_min(resident, tasks));
        // Equal groups: a short last one would end the run on one thread.
        job->panel_block = pk_ceil_div(panels, pk_ceil_div(panels, job->panel_block));
    }
    job->panels_ahead = 0;
    if (few_rows || job->row_blocks == 1) job->panels_ahead = job->panel_block > 1 ? 1 : pk_ceil_div(threads, job->row_blocks);
    pk_pool_run_indexed(pool, job->row_blocks * pk_ceil_div(panels, job->panel_block), product_task, job);
}

// ---- Converted rows ------------------------------------------------------------------------------------

enum {
    CONVERTED_ROWS = 16,       // of a task
    CONVERTED_ALONE = 1 << 16  // fewer elements are not worth a second thread
};

typedef struct {
    const pk_kernels *kernels;
    int64_t m, k;
    const float *x;
    int64_t ldx;
    char *converted;
    int64_t ldc;
} convert_job;

static void convert_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const convert_job *job = context;
    const int64_t first = index * CONVERTED_ROWS, rows = pk_min(CONVERTED_ROWS, job->m - first);
    job->kernels->convert_rows(rows, job->k, job->x + first * job->ldx, job->ldx,
                               job->converted + (size_t)(first * job->ldc) * job->kernels->bf16_operand, job->ldc);
}

size_t pk_converted_bytes(pk_precision precision, int64_t m, int64_t k) {
    if (precision == PK_FLOAT32) return 0;
    return (size_t)pk_round_up(m * padded_sum(precision, k), PK_LINE) * pk_kernels_current()->bf16_operand;
}

pk_rows pk_convert(pk_pool *pool, pk_precision precision, int64_t m, int64_t k, const float *x, int64_t ldx,
                   void *memory) {
    pk_rows rows = {.x = x, .ldx = ldx};
    if (precision == PK_FLOAT32) return rows;
    convert_job job = {pk_kernels_current(), m, k, x, ldx, memory, padded_sum(precision, k)};
    const int64_t tasks = pk_ceil_div(m, CONVERTED_ROWS);
    if (m * k < CONVERTED_ALONE)
        for (int64_t i = 0; i < tasks; i++) convert_task(&job, 0, i);
    else
        pk_pool_run_indexed(pool, tasks, convert_task, &job);
    rows.converted = memory;
    rows.ldc = job.ldc;
    return rows;
}

/// The rows from `row` on, and of them the columns from `column` on.
static pk_rows rows_from(pk_precision precision, pk_rows rows, int64_t row, int64_t column) {
    if (rows.x) rows.x += row * rows.ldx + column;
    if (rows.converted)
        rows.converted = (const char *)rows.converted + (size_t)(row * rows.ldc + column) * converted_element(precision);
    return rows;
}

pk_rows pk_rows_from(pk_precision precision, pk_rows rows, int64_t column) {
    return rows_from(precision, rows, 0, column);
}

void pk_gemm(pk_pool *pool, pk_precision precision, int64_t m, int64_t n, int64_t k, const float *x, int64_t ldx,
             const void *packed, float *y, int64_t ldy, bool accumulate) {
    pk_gemm_sum(pool, precision, m, n, k, (pk_rows){.x = x, .ldx = ldx}, packed, PK_CODES_NONE, NULL, 0, y, ldy, accumulate);
}

void pk_gemm_sum(pk_pool *pool, pk_precision precision, int64_t m, int64_t n, int64_t k, pk_rows x, const void *packed,
                 pk_codes codes, const pk_addend *addends, int32_t addend_count, float *y, int64_t ldy, bool accumulate) {
    if (m <= 0 || n <= 0) return;
    if (k <= 0 && !accumulate)
        for (int64_t r = 0; r < m; r++) memset(y + r * ldy, 0, (size_t)n * sizeof(float));
    product_part parts[1 + PK_MOST_ADDENDS];
    pk_rows rows[1 + PK_MOST_ADDENDS];
    int32_t count = 0;
    if (k > 0) {
        rows[count] = x;
        parts[count++] = (product_part){.k = k, .n = n, .packed = packed, .codes = codes};
    }
    int32_t fused = 0;
    for (; k > 0 && fused < pk_min(addend_count, PK_MOST_ADDENDS) && addends[fused].column % PK_PANEL == 0; fused++) {
        const pk_addend *addend = addends + fused;
        rows[count] = (pk_rows){.x = addend->x, .ldx = addend->ldx};
        parts[count++] = (product_part){.k = addend->k, .n = addend->n, .column = addend->column, .packed = addend->packed};
    }
    size_t bytes = 0;
    for (int32_t i = 0; i < count; i++)
        if (!rows[i].converted) bytes += pk_converted_bytes(precision, m, parts[i].k);
    char *memory = bytes > 0 ? pk_pool_scratch(pool, PK_SCRATCH_OPERAND_A, bytes) : NULL;
    for (int32_t i = 0; i < count; i++) {
        product_part *part = parts + i;
        if (!rows[i].converted) {
            rows[i] = pk_convert(pool, precision, m, part->k, rows[i].x, rows[i].ldx, memory);
            memory += pk_converted_bytes(precision, m, part->k);
        }
        part->operands = rows[i].converted ? rows[i].converted : rows[i].x;
        part->lda = rows[i].converted ? rows[i].ldc : rows[i].ldx;
        part->panel_bytes = weight_panel_bytes(precision, part->codes, part->k);
    }
    product_job job = {.kernels = pk_kernels_current(), .precision = precision, .m = m, .n = n, .parts = parts,
                       .part_count = count, .y = y, .ldy = ldy, .accumulate = accumulate};
    if (codes) {
        job.multiplies_codes = m <= pk_coded_tile_rows(job.kernels, precision);
        job.decoded = pk_pool_scratch(pool, PK_SCRATCH_WORKERS, (size_t)pk_pool_threads(pool) * panel_bytes(precision, k));
    }
    if (count > 0) run_product(pool, &job);
    for (const pk_addend *addend = addends + fused; addend < addends + addend_count; addend++)
        pk_gemm(pool, precision, m, addend->n, addend->k, addend->x, addend->ldx, addend->packed, y + addend->column, ldy, true);
}

// ---- Weight gradient ----------------------------------------------------------------------------------

/// dw += transposed dy times x, of as many rows as one pass sums. All threads pack x first; a task transposes its own
/// outputs of dy, which its cache then keeps for the product.
typedef struct {
    product_job product;  // but for the parts, and for where a task's y begins
    product_part part;    // but for a task's operands
    pk_rows dy, x;
    char *x_panels, *transposed;  // `transposed`: a task's outputs, for each worker
    size_t transposed_bytes;
    int64_t outputs, output_blocks, panel_block;
} gradient_job;

int32_t pk_gradient_step(pk_precision precision) {
    return precision == PK_BFLOAT16 ? pk_kernels_current()->bf16_step : 1;
}

static void gradient_pack_task(void *context, int32_t worker, int64_t panel) {
    (void)worker;
    const gradient_job *job = context;
    const product_part *part = &job->part;
    const pk_kernels *kernels = job->product.kernels;
    const pk_precision precision = job->product.precision;
    const int64_t first = panel * PK_PANEL, columns = pk_min(PK_PANEL, part->n - first);
    const pk_rows x = pk_rows_from(precision, job->x, first);
    char *to = job->x_panels + (size_t)panel * part->panel_bytes;
    if (x.converted) kernels->pack_converted(columns, part->k, x.converted, x.ldc, to);
    else kernels->pack_panel(precision, columns, part->k, x.x, x.ldx, true, to);
}

static void gradient_task(void *context, int32_t worker, int64_t index) {
    const gradient_job *job = context;
    product_job product = job->product;
    product_part part = job->part;
    const int64_t first = index % job->output_blocks * GRADIENT_OUTPUTS;
    const int64_t outputs = pk_min(GRADIENT_OUTPUTS, job->outputs - first);
    char *transposed = job->transposed + (size_t)worker * job->transposed_bytes;
    const pk_rows dy = pk_rows_from(product.precision, job->dy, first);
    if (dy.converted) product.kernels->transpose_converted(part.k, outputs, dy.converted, dy.ldc, transposed, part.lda);
    else product.kernels->transpose_operand(product.precision, part.k, outputs, dy.x, dy.ldx, transposed, part.lda);
    part.operands = transposed;
    product.parts = &part;
    product.y += first * product.ldy;
    const int64_t begin = index / job->output_blocks * job->panel_block;
    const int64_t end = pk_min(pk_ceil_div(part.n, PK_PANEL), begin + job->panel_block);
    for (int64_t panel = begin; panel < end; panel++)
        product_panel(&product, &part, job->x_panels + (size_t)panel * part.panel_bytes, NULL, 0, outputs, panel);
}

void pk_gemm_weight_gradient(pk_pool *pool, pk_precision precision, int64_t m, int64_t n, int64_t k, pk_rows dy,
                             pk_rows x, float *dw, int64_t lddw) {
    if (n <= 0 || k <= 0) return;
    const int64_t panels = pk_ceil_div(k, PK_PANEL), blocks = pk_ceil_div(n, GRADIENT_OUTPUTS), threads = pk_pool_threads(pool);
    const int64_t most = GRADIENT_ROW_BYTES / (int64_t)element_bytes(precision);
    for (int64_t row = 0; row < m; row += most) {
        const int64_t rows = pk_min(most, m - row);
        gradient_job job = {
            .product = {.kernels = pk_kernels_current(), .precision = precision, .row_block = GRADIENT_OUTPUTS, .row_blocks = blocks, .panels_ahead = blocks == 1,
                        .y = dw, .ldy = lddw, .accumulate = true},
            .part = {.k = rows, .n = k, .lda = padded_sum(precision, rows), .panel_bytes = panel_bytes(precision, rows)},
            .dy = rows_from(precision, dy, row, 0), .x = rows_from(precision, x, row, 0),
            .outputs = n, .output_blocks = blocks,
            // As many tasks as even out the threads; what shares outputs transposes them again.
            .panel_block = pk_ceil_div(panels, pk_min(panels, pk_ceil_div(4 * threads, blocks))),
        };
        job.transposed_bytes = (size_t)pk_round_up(GRADIENT_OUTPUTS * job.part.lda, PK_LINE) * converted_element(precision);
        job.transposed = pk_pool_scratch(pool, PK_SCRATCH_WORKERS, (size_t)threads * job.transposed_bytes);
        job.x_panels = pk_pool_scratch(pool, PK_SCRATCH_OPERAND_B, (size_t)panels * job.part.panel_bytes);
        pk_pool_run_indexed(pool, panels, gradient_pack_task, &job);
        pk_pool_run_indexed(pool, blocks * pk_ceil_div(panels, job.panel_block), gradient_task, &job);
    }
}
