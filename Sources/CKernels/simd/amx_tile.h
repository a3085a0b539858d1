// Tiles of the matrix extension (AMX): up to 96 rows x 64 columns over pairs of bf16. The unit sums 32 products
// (16 pairs, even and odd elements apart) before it adds them to a tile (Intel 64 manual, TDPBF16PS), so an element
// is a chain of blocks of 32, the same for every tile height, but other bits than the vector path's.

enum {
    AMX_ROWS = 16,      // of one tile register
    AMX_PAIRS = 16,     // pairs of one step
    AMX_COLUMNS = 16,   // of one tile register
    AMX_TILE_ROWS = 6 * AMX_ROWS,
    AMX_STEP_BYTES = AMX_PAIRS * 4,                // of one row of a
    AMX_PANEL_STEP_BYTES = AMX_PAIRS * PK_PANEL * 4,
    AMX_COLUMN_BYTES = AMX_COLUMNS * 4,
    AMX_PANEL_ROW_BYTES = PK_PANEL * 4,
};

/// LDTILECFG's operand.
typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t column_bytes[16];
    uint8_t rows[16];
} __attribute__((aligned(64))) amx_configuration;

/// - rows: of each tile; 0 for one that is not used.
static void amx_configure(const uint8_t rows[8]) {
    amx_configuration configuration = {.palette = 1};
    for (int i = 0; i < 8; i++) {
        configuration.rows[i] = rows[i];
        configuration.column_bytes[i] = rows[i] ? AMX_STEP_BYTES : 0;
    }
    _tile_loadconfig(&configuration);
}

/// Tiles 0 to 3 hold the sums.
INLINE void amx_begin(float *const sums[4], int64_t ldy, bool accumulate) {
    const int64_t stride = ldy * (int64_t)sizeof(float);
    if (accumulate) {
        _tile_loadd(0, sums[0], stride);
        _tile_loadd(1, sums[1], stride);
        _tile_loadd(2, sums[2], stride);
        _tile_loadd(3, sums[3], stride);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
}

INLINE void amx_end(float *const sums[4], int64_t ldy) {
    const int64_t stride = ldy * (int64_t)sizeof(float);
    _tile_stored(0, sums[0], stride);
    _tile_stored(1, sums[1], stride);
    _tile_stored(2, sums[2], stride);
    _tile_stored(3, sums[3], stride);
}

/// `lines` cache lines per pair of this step.
INLINE void amx_fetch(const char **ahead, int32_t lines) {
    for (int32_t i = 0; i < lines * AMX_PAIRS; i++) __builtin_prefetch(*ahead + i * PK_LINE, 0, 2);
    *ahead += lines * AMX_PAIRS * PK_LINE;
}

/// Operands of the last, shorter step, filled up with zeros.
typedef struct {
    uint32_t a[2 * AMX_ROWS][AMX_PAIRS], panel[AMX_PAIRS][PK_PANEL];
} __attribute__((aligned(64))) amx_rest;

static void amx_copy_rest(amx_rest *rest, int32_t rows, int64_t pairs, const char *a, int64_t a_stride,
                          const char *panel) {
    memset(rest, 0, sizeof *rest);
    for (int32_t r = 0; r < rows; r++) memcpy(rest->a[r], a + r * a_stride, (size_t)pairs * 4);
    memcpy(rest->panel, panel, (size_t)pairs * AMX_PANEL_ROW_BYTES);
}

/// At most 16 rows, all 64 columns at once: the panel is read in its order.
static void amx_low(int32_t rows, int64_t pairs, const char *a, int64_t a_stride, const char *panel,
                    const char *ahead, int32_t lines, float *y, int64_t ldy, bool accumulate) {
    const uint8_t height = (uint8_t)rows;
    amx_configure((const uint8_t[8]){height, height, height, height, height, AMX_ROWS, AMX_ROWS, 0});
    float *const sums[4] = {y, y + AMX_COLUMNS, y + 2 * AMX_COLUMNS, y + 3 * AMX_COLUMNS};
    amx_begin(sums, ldy, accumulate);
    amx_rest rest;
    for (; pairs > 0; pairs -= AMX_PAIRS, a += AMX_STEP_BYTES, panel += AMX_PANEL_STEP_BYTES) {
        if (pairs < AMX_PAIRS) {
            amx_copy_rest(&rest, rows, pairs, a, a_stride, panel);
            a = (const char *)rest.a;
            a_stride = AMX_STEP_BYTES;
            panel = (const char *)rest.panel;
        } else {
            amx_fetch(&ahead, lines);
        }
        _tile_loadd(4, a, a_stride);
        _tile_loadd(5, panel, AMX_PANEL_ROW_BYTES);
        _tile_dpbf16ps(0, 4, 5);
        _tile_loadd(6, panel + AMX_COLUMN_BYTES, AMX_PANEL_ROW_BYTES);
        _tile_dpbf16ps(1, 4, 6);
        _tile_loadd(5, panel + 2 * AMX_COLUMN_BYTES, AMX_PANEL_ROW_BYTES);
        _tile_dpbf16ps(2, 4, 5);
        _tile_loadd(6, panel + 3 * AMX_COLUMN_BYTES, AMX_PANEL_ROW_BYTES);
        _tile_dpbf16ps(3, 4, 6);
    }
    amx_end(sums, ldy);
}

/// `tiles` times 17 to 32 rows, 32 columns at a time: each operand that is loaded is used twice, and half a panel stays
/// in the first-level cache while all rows pass over it.
static void amx_high(int32_t tiles, int32_t rows, int64_t all_pairs, const char *first_a, int64_t a_bytes,
                     const char *first_panel, const char *ahead, int32_t lines, float *y, int64_t ldy, bool accumulate) {
    const uint8_t rest_rows = (uint8_t)(rows - AMX_ROWS);
    amx_configure((const uint8_t[8]){AMX_ROWS, AMX_ROWS, rest_rows, rest_rows, AMX_ROWS, rest_rows, AMX_ROWS, AMX_ROWS});
    amx_rest rest;
    for (int32_t pass = 0; pass < 2 * tiles; pass++) {
        const int32_t half = pass / tiles, tile = pass % tiles;
        const char *a = first_a + tile * rows * a_bytes, *panel = first_panel + half * 2 * AMX_COLUMN_BYTES;
        int64_t a_stride = a_bytes;
        float *top = y + tile * rows * ldy + half * 2 * AMX_COLUMNS, *bottom = top + AMX_ROWS * ldy;
        float *const sums[4] = {top, top + AMX_COLUMNS, bottom, bottom + AMX_COLUMNS};
        // The passes share the fetching of what comes next.
        const int32_t share = lines * (pass + 1) / (2 * tiles) - lines * pass / (2 * tiles);
        amx_begin(sums, ldy, accumulate);
        // Sums of the next pass, usually in memory by now.
        if (pass + 1 < 2 * tiles) {
            const float *next = y + (pass + 1) % tiles * rows * ldy + (pass + 1) / tiles * 2 * AMX_COLUMNS;
            for (int32_t r = 0; r < rows; r++) {
                __builtin_prefetch(next + r * ldy, 1);
                __builtin_prefetch(next + r * ldy + AMX_COLUMNS, 1);
            }
        }
        for (int64_t pairs = all_pairs; pairs > 0;
             pairs -= AMX_PAIRS, a += AMX_STEP_BYTES, panel += AMX_PANEL_STEP_BYTES) {
            if (pairs < AMX_PAIRS) {
                amx_copy_rest(&rest, rows, pairs, a, a_stride, panel - half * 2 * AMX_COLUMN_BYTES);
                a = (const char *)rest.a;
                a_stride = AMX_STEP_BYTES;
                panel = (const char *)rest.panel + half * 2 * AMX_COLUMN_BYTES;
            } else if (share > 0) {
                amx_fetch(&ahead, share);
            }
            _tile_loadd(4, a, a_stride);
            _tile_loadd(6, panel, AMX_PANEL_ROW_BYTES);
            _tile_dpbf16ps(0, 4, 6);
            _tile_loadd(7, panel + AMX_COLUMN_BYTES, AMX_PANEL_ROW_BYTES);
            _tile_dpbf16ps(1, 4, 7);
            _tile_loadd(5, a + AMX_ROWS * a_stride, a_stride);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
        amx_end(sums, ldy);
    }
}

static void amx_full(int32_t rows, int64_t pairs, const char *a, int64_t lda, const char *panel, const char *ahead,
                     int32_t lines, float *y, int64_t ldy, bool accumulate) {
    const int64_t a_stride = lda * 2;
    const int32_t tiles = rows / (2 * AMX_ROWS), done = tiles * 2 * AMX_ROWS;
    if (tiles > 0) {
        amx_high(tiles, 2 * AMX_ROWS, pairs, a, a_stride, panel, ahead, lines, y, ldy, accumulate);
        lines = 0;
        a += done * a_stride;
        y += done * ldy;
        rows -= done;
    }
    if (rows > AMX_ROWS) amx_high(1, rows, pairs, a, a_stride, panel, ahead, lines, y, ldy, accumulate);
    else if (rows > 0) amx_low(rows, pairs, a, a_stride, panel, ahead, lines, y, ldy, accumulate);
    _tile_release();
}

static void amx_tile_bf16(int32_t rows, int64_t pairs, const void *a, int64_t lda, const void *panel,
                          const void *ahead, int32_t lines, float *y, int64_t ldy, int32_t columns, bool accumulate) {
    WITH_EDGE(AMX_TILE_ROWS, PK_PANEL, amx_full(rows, pairs, a, lda, panel, ahead, lines, target, distance, accumulate))
}

static double amx_peak(pk_precision precision, int64_t rounds, float *sink) {
    if (precision != PK_BFLOAT16) return peak(precision, rounds, sink);
    enum { CHAINS = 4, STEP_OPERATIONS = 2 * AMX_ROWS * AMX_COLUMNS * 2 * AMX_PAIRS };
    amx_configure((const uint8_t[8]){AMX_ROWS, AMX_ROWS, AMX_ROWS, AMX_ROWS, AMX_ROWS, AMX_ROWS, 0, 0});
    // Loading the configuration cleared the tiles.
    const int64_t steps = rounds / 4;
    for (int64_t i = 0; i < steps; i++) {
        _tile_dpbf16ps(0, 4, 5);
        _tile_dpbf16ps(1, 4, 5);
        _tile_dpbf16ps(2, 4, 5);
        _tile_dpbf16ps(3, 4, 5);
    }
    float sums[AMX_ROWS * AMX_COLUMNS];
    _tile_stored(0, sums, AMX_COLUMN_BYTES);
    _tile_release();
    *sink += sums[0];
    return (double)steps * CHAINS * STEP_OPERATIONS;
}
