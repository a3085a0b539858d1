// Panels from weights as a file stores them, in blocks of 32: weight = scale * code + minimum, rounded as the file's own
// conversion to float32 rounds it, or in two bytes; then as pack_panel rounds an operand.

/// Half-precision numbers, each in the low bits of a word, as floats; what is no number, and makes no weight, may become one.
INLINE vf v_half_value(vu bits) {
#if LANES == 16
    return (vf)_mm512_cvtph_ps(_mm512_cvtepi32_epi16((__m512i)bits));
#else
    // The exponent's bias differs by 112.
    const vf magnitude = (vf)((bits & 0x7fffu) << 13) * 0x1p112f;
    return (vf)((vu)magnitude | (bits & 0x8000u) << 16);
#endif
}

INLINE vf v_load_half(const uint16_t *p) {
#if LANES == 16
    return (vf)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
#else
    typedef uint16_t halves __attribute__((vector_size(LANES * 2)));
    halves half;
    memcpy(&half, p, sizeof half);
    return v_half_value(__builtin_convertvector(half, vu));
#endif
}

/// The values of the sixteen codes, where one instruction looks them up.
INLINE vf v_code4_values(pk_codes codes) {
    const float origin = codes == PK_CODES_4_SIGNED ? 8 : 0;
    vf values = v_splat(-origin);
    UNROLL for (int i = 0; i < LANES; i++) values[i] += (float)i;
    return values;
}

/// Codes `at` (0 is the lowest) of LANES words, 4 bits each.
INLINE vf v_code4(pk_codes codes, vu words, int at, vf values) {
#if LANES == 16
    (void)codes;
    // The permutation looks at the lowest four bits only.
    return (vf)_mm512_permutexvar_ps((__m512i)(words >> (4 * at)), (__m512)values);
#else
    (void)values;
    const vi code = (vi)(words >> (4 * at) & 15u);
    return __builtin_convertvector(codes == PK_CODES_4_SIGNED ? code - 8 : code, vf);
#endif
}

INLINE vf v_code8(vu words, int at) {
    return __builtin_convertvector((vi)(words << (24 - 8 * at)) >> 24, vf);
}

/// Inputs 2 * `pair` and the next of LANES columns, in a panel of k inputs.
INLINE void store_pair(pk_precision precision, void *panel, int64_t k, int64_t pair, int column, vf even, vf odd) {
    if (precision == PK_FLOAT32) {
        float *to = strip_column(panel, k, column) + 2 * pair * STRIP;
        v_store(to, even);
        v_store(to + STRIP, odd);
    } else {
        v_store_bits((uint32_t *)panel + pair * PK_PANEL + column, pair_bits(even, odd));
    }
}

/// One block of a panel's codes.
typedef struct {
    const uint16_t *scales, *minima;  // [64], or NULL
    const uint32_t *words;            // [32 / per_word, 64]
    int per_word;                     // codes of successive inputs in a word
} code_block;

INLINE code_block read_block(pk_codes codes, const void *coded) {
    code_block block = {.per_word = 32 / pk_code_bits(codes)};
    const uint16_t *halves = coded;
    if (pk_codes_have_scales(codes)) {
        block.scales = halves;
        halves += PK_PANEL;
    }
    if (codes == PK_CODES_4) {
        block.minima = halves;
        halves += PK_PANEL;
    }
    block.words = (const uint32_t *)halves;
    return block;
}

INLINE vf block_scale(code_block block, int column) { return block.scales ? v_load_half(block.scales + column) : v_splat(1); }

/// A product keeps its zero's sign beside -0.
INLINE vf block_minimum(code_block block, int column) {
    return block.minima ? v_load_half(block.minima + column) : v_splat(-0.0f);
}

/// LANES weights of code `at` of each of `words`.
INLINE vf v_weight(pk_codes codes, vu words, int at, vf values, vf scale, vf minimum) {
    if (codes == PK_CODES_BFLOAT16) return (vf)(at == 0 ? words << 16 : words & 0xffff0000u);
    if (codes == PK_CODES_HALF) return v_half_value(words >> (16 * at));
    const vf code = codes == PK_CODES_8 ? v_code8(words, at) : v_code4(codes, words, at, values);
    return v_fma(code, scale, minimum);
}

/// Columns [first, end) of one block as inputs from `input` on of a panel of k inputs.
INLINE void decode_block(pk_precision precision, pk_codes codes, const char *coded, int32_t first, int32_t end, vf values,
                         int64_t k, int64_t input, void *panel) {
    const code_block block = read_block(codes, coded);
    for (int column = first; column < end; column += LANES) {
        const vf scale = block_scale(block, column), minimum = block_minimum(block, column);
        UNROLL for (int word = 0; word < PK_CODE_BLOCK / block.per_word; word++) {
            const vu bits = v_load_bits(block.words + word * PK_PANEL + column);
            UNROLL for (int i = 0; i < block.per_word; i += 2) {
                store_pair(precision, panel, k, (input + word * block.per_word + i) / 2, column - first,
                           v_weight(codes, bits, i, values, scale, minimum), v_weight(codes, bits, i + 1, values, scale, minimum));
            }
        }
    }
}

/// The lines of `bytes` from `first` on, `distance` apart.
INLINE void fetch_lines(const char *from, size_t first, size_t distance, size_t bytes) {
    for (size_t line = first; line < bytes; line += distance) __builtin_prefetch(from + line);
}

static void decode_columns(pk_precision precision, pk_codes codes, int32_t first, int32_t columns, int64_t blocks,
                           const void *coded, int64_t ahead, void *panel) {
    const size_t bytes = pk_code_block_bytes(codes), row = PK_PANEL * sizeof(uint32_t);
    // Known to the compiler where a panel has one strip.
    const int32_t begin = STRIP < PK_PANEL ? first : 0, end = STRIP < PK_PANEL ? first + columns : PK_PANEL;
    const int64_t k = blocks * PK_CODE_BLOCK;
    const vf values = v_code4_values(codes);
#define DECODE(P, C)                                                                            \
    for (int64_t i = 0; i < blocks; i++) {                                                      \
        const char *block = (const char *)coded + (size_t)i * bytes;                            \
        if (ahead) fetch_lines(block + ahead, (size_t)begin * sizeof(uint32_t), row, bytes);    \
        decode_block(P, C, block, begin, end, values, k, i * PK_CODE_BLOCK, panel);             \
    }
#define DECODE_CODES(P)                                     \
    switch (codes) {                                        \
    case PK_CODES_4: DECODE(P, PK_CODES_4) break;           \
    case PK_CODES_4_SIGNED: DECODE(P, PK_CODES_4_SIGNED) break; \
    case PK_CODES_8: DECODE(P, PK_CODES_8) break;           \
    case PK_CODES_BFLOAT16: DECODE(P, PK_CODES_BFLOAT16) break; \
    case PK_CODES_HALF: DECODE(P, PK_CODES_HALF) break;     \
    case PK_CODES_NONE: break;                              \
    }
    if (precision == PK_FLOAT32) { DECODE_CODES(PK_FLOAT32) } else { DECODE_CODES(PK_BFLOAT16) }
#undef DECODE_CODES
#undef DECODE
}

// ---- Few rows times codes -----------------------------------------------------------------------------
// A tile's rows take the weights as they are decoded, in registers; more rows take what is decoded once
// (decode_columns). The weights, and the order of the sums, are the same. What one instruction multiplies is a word: a float,
// or a pair of bf16.

#define CODED_TILE_ROWS (LANES == 16 ? 12 : LANES == 8 ? 4 : 2)
// Tiles of bf16 sum in another order, and emulated products take floats.
#if defined(BF16_NATIVE) && !defined(BF16_MATRIX)
#define CODED_TILE_BF16_ROWS CODED_TILE_ROWS
#else
#define CODED_TILE_BF16_ROWS 0
#endif

// Vectors of columns at a time: as many chains of sums as hide a multiply-add's latency, and leave registers for weights.
#define CODED_VECTORS(rows) (LANES == 16 && (rows) <= 4 ? 4 : 2)
#define CODED_MOST_VECTORS 4

// Blocks that pass over some columns before the next columns: their codes stay in the first-level cache, their sums in
// registers.
#define CODED_BLOCKS 4

// Codes come from memory, and a page's last ones end the hardware's own fetching.
#define CODED_BLOCKS_AHEAD 2

/// Inputs in a word.
INLINE int word_inputs(pk_precision precision) { return precision == PK_BFLOAT16 ? 2 : 1; }

/// A word of LANES weights each: those of code `at`, in bf16 paired with the next ones.
INLINE vf weight_words(pk_precision precision, pk_codes codes, vu bits, int at, vf values, vf scale, vf minimum) {
    const vf weights = v_weight(codes, bits, at, values, scale, minimum);
    if (precision == PK_FLOAT32) return weights;
    return (vf)pair_bits(weights, v_weight(codes, bits, at + 1, values, scale, minimum));
}

INLINE vf multiply_words(pk_precision precision, vf x, vf weights, vf sum) {
#ifdef BF16_NATIVE
    if (precision == PK_BFLOAT16) return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)weights);
#endif
    (void)precision;
    return v_fma(x, weights, sum);
}

/// sums[rows, vectors * LANES] += x[rows, 32] * the columns from `column` on of one block of codes; x are words, and so is
/// the distance of its rows.
INLINE void multiply_block(const int rows, pk_precision precision, pk_codes codes, const char *coded, int column, vf values,
                           const float *x, int64_t ldx, vf (*sums)[CODED_MOST_VECTORS]) {
    // More than these have no register: weights at a time, and codes of a word.
    const int vectors = CODED_VECTORS(rows), together = vectors == 4 ? 1 : 2, inputs = word_inputs(precision);
    const code_block block = read_block(codes, coded);
    const int codes_at_once = rows <= 2 ? block.per_word : inputs, code_bits = 32 / block.per_word;
    vf scale[CODED_MOST_VECTORS], minimum[CODED_MOST_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) {
        scale[v] = block_scale(block, column + v * LANES);
        minimum[v] = block_minimum(block, column + v * LANES);
    }
    // Every third row's address is enough for the ones between; see tile_f32_fixed.
    const float *third[(CODED_TILE_ROWS + 2) / 3];
    UNROLL for (int r = 0; r < rows; r += 3) {
        third[r / 3] = x + r * ldx;
        __asm__("" : "+r"(third[r / 3]));
    }
    const uint32_t *words = block.words + column;
    _Pragma("clang loop unroll(disable)") for (int word = 0; word < PK_CODE_BLOCK / block.per_word; word++) {
        vu bits[CODED_MOST_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) bits[v] = v_load_bits(words + v * LANES);
        _Pragma("clang loop unroll(disable)") for (int begin = 0; begin < block.per_word; begin += codes_at_once) {
            UNROLL for (int i = 0; i < codes_at_once; i += inputs) {
                UNROLL for (int first = 0; first < vectors; first += together) {
                    vf weights[2];
                    UNROLL for (int v = 0; v < together; v++)
                        weights[v] = weight_words(precision, codes, bits[first + v], i, values, scale[first + v],
                                                  minimum[first + v]);
                    UNROLL for (int r = 0; r < rows; r++) {
                        const vf input = v_splat(third[r / 3][r % 3 * ldx + i / inputs]);
                        UNROLL for (int v = 0; v < together; v++)
                            sums[r][first + v] = multiply_words(precision, input, weights[v], sums[r][first + v]);
                    }
                }
            }
            if (codes_at_once < block.per_word)
                UNROLL for (int v = 0; v < vectors; v++) bits[v] >>= inputs * code_bits;
            UNROLL for (int r = 0; r < rows; r += 3) third[r / 3] += codes_at_once / inputs;
        }
        words += PK_PANEL;
    }
}

/// sums[rows, 64] += x[rows, 32 * count] * `count` blocks of codes.
INLINE void multiply_blocks(const int rows, pk_precision precision, pk_codes codes, const char *coded, int64_t count, vf values,
                            const float *x, int64_t ldx, float (*sums)[PK_PANEL]) {
    const int vectors = CODED_VECTORS(rows);
    const size_t bytes = pk_code_block_bytes(codes);
    for (int column = 0; column < PK_PANEL; column += vectors * LANES) {
        vf sum[CODED_TILE_ROWS][CODED_MOST_VECTORS];
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = v_load(sums[r] + column + v * LANES);
        for (int64_t i = 0; i < count; i++) {
            const char *block = coded + (size_t)i * bytes;
            if (column == 0) fetch_lines(block + CODED_BLOCKS_AHEAD * bytes, 0, PK_LINE, bytes);
            multiply_block(rows, precision, codes, block, column, values, x + i * PK_CODE_BLOCK / word_inputs(precision), ldx,
                           sum);
        }
        UNROLL for (int r = 0; r < rows; r++)
            UNROLL for (int v = 0; v < vectors; v++) v_store(sums[r] + column + v * LANES, sum[r][v]);
    }
}

/// All blocks of a coded panel.
INLINE void multiply_panel(const int rows, pk_precision precision, pk_codes codes, const char *coded, int64_t blocks,
                           const void *x, int64_t ldx, float (*sums)[PK_PANEL]) {
    const vf values = v_code4_values(codes);
    const int inputs = word_inputs(precision);
    for (int64_t i = 0; i < blocks; i += CODED_BLOCKS)
        multiply_blocks(rows, precision, codes, coded + (size_t)i * pk_code_block_bytes(codes), pk_min(CODED_BLOCKS, blocks - i),
                        values, (const float *)x + i * PK_CODE_BLOCK / inputs, ldx / inputs, sums);
}

/// rows <= CODED_TILE_ROWS, in bf16 CODED_TILE_BF16_ROWS.
static void coded_tile(pk_precision precision, pk_codes codes, int32_t rows, int64_t blocks, const void *x, int64_t ldx,
                       const void *coded, float *y, int64_t ldy, int32_t columns, bool accumulate) {
    float sums[CODED_TILE_ROWS][PK_PANEL] = {{0}};
    if (accumulate)
        for (int32_t r = 0; r < rows; r++) memcpy(sums[r], y + r * ldy, (size_t)columns * sizeof(float));
#define MULTIPLY(R, P, C) case R: multiply_panel(R, P, C, coded, blocks, x, ldx, sums); break;
#if LANES == 16
#define MULTIPLY_MORE(P, C)                                                                           \
    MULTIPLY(3, P, C) MULTIPLY(4, P, C) MULTIPLY(5, P, C) MULTIPLY(6, P, C) MULTIPLY(7, P, C)         \
    MULTIPLY(8, P, C) MULTIPLY(9, P, C) MULTIPLY(10, P, C) MULTIPLY(11, P, C) MULTIPLY(12, P, C)
#elif LANES == 8
#define MULTIPLY_MORE(P, C) MULTIPLY(3, P, C) MULTIPLY(4, P, C)
#else
#define MULTIPLY_MORE(P, C)
#endif
#define MULTIPLY_ROWS(P, C) \
    case C: switch (rows) { MULTIPLY(1, P, C) MULTIPLY(2, P, C) MULTIPLY_MORE(P, C) } break;
#define MULTIPLY_CODES(P)                                                                                      \
    switch (codes) {                                                                                           \
        MULTIPLY_ROWS(P, PK_CODES_4) MULTIPLY_ROWS(P, PK_CODES_4_SIGNED) MULTIPLY_ROWS(P, PK_CODES_8)          \
        MULTIPLY_ROWS(P, PK_CODES_BFLOAT16) MULTIPLY_ROWS(P, PK_CODES_HALF)                                    \
    case PK_CODES_NONE: break;                                                                                 \
    }
    if (precision == PK_FLOAT32) { MULTIPLY_CODES(PK_FLOAT32) }
#if CODED_TILE_BF16_ROWS > 0
    else { MULTIPLY_CODES(PK_BFLOAT16) }
#endif
#undef MULTIPLY
#undef MULTIPLY_MORE
#undef MULTIPLY_ROWS
#undef MULTIPLY_CODES
    for (int32_t r = 0; r < rows; r++) memcpy(y + r * ldy, sums[r], (size_t)columns * sizeof(float));
}
