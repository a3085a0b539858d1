// Conversion of operands: activations to rows of bf16 (or of floats rounded to bf16 where the CPU
// has no bf16 dot product), weights to panels [64 / STRIP][k][STRIP] of floats or [k/2][64][2] of bf16.

/// LANES operands from the element `at` on.
INLINE void store_operands(void *operands, int64_t at, vf x) {
#ifdef BF16_NATIVE
    const __m256bh half = _mm512_cvtneps_pbh((__m512)x);
    memcpy((uint16_t *)operands + at, &half, sizeof half);
#else
    v_store((float *)operands + at, v_round_bf16(x));
#endif
}

static void convert_rows(int64_t rows, int64_t k, const float *x, int64_t ldx, void *out, int64_t lda) {
    for (int64_t r = 0; r < rows; r++) {
        const float *from = x + r * ldx;
        int64_t i = 0;
#ifdef BF16_NATIVE
        uint16_t *to = (uint16_t *)out + r * lda;
        for (; i + LANES <= k; i += LANES) store_operands(to, i, v_load(from + i));
        if (i < k) {
            const __m256bh half = _mm512_cvtneps_pbh((__m512)v_load_part(from + i, k - i, 0));
            memcpy(to + i, &half, (size_t)(lda - i) * sizeof *to);
        }
#else
        float *to = (float *)out + r * lda;
        for (; i + LANES <= k; i += LANES) store_operands(to, i, v_load(from + i));
        if (i < k) v_store_part(to + i, v_round_bf16(v_load_part(from + i, k - i, 0)), lda - i);
#endif
    }
}

// Rows of a matrix, a few lines of each: what comes this many rows later is fetched, which the hardware does not foresee.
#define ROWS_AHEAD 32

/// A square of LANES x LANES from rows `rows` and columns `columns` of x, zero outside, transposed.
INLINE void load_square(vf square[LANES], int64_t rows, int64_t columns, const float *x, int64_t ldx) {
    if (rows >= LANES && columns >= LANES) {
        UNROLL for (int i = 0; i < LANES; i++) square[i] = v_load(x + i * ldx);
    } else {
        for (int i = 0; i < LANES; i++)
            square[i] = i < rows ? v_load_part(x + i * ldx, columns < LANES ? columns : LANES, 0) : v_splat(0);
    }
    v_transpose(square);
}

static void transpose_f32(int64_t rows, int64_t columns, const float *x, int64_t ldx, float *out, int64_t lda,
                          bool round) {
    for (int64_t r = 0; r < rows; r += LANES) {
        for (int64_t c = 0; c < columns; c += LANES) {
            vf square[LANES];
            load_square(square, rows - r, columns - c, x + r * ldx + c, ldx);
            const int64_t wide = lda - r < LANES ? lda - r : LANES;
            for (int64_t i = 0; i < LANES && c + i < columns; i++) {
                const vf row = round ? v_round_bf16(square[i]) : square[i];
                if (wide == LANES) v_store(out + (c + i) * lda + r, row);
                else v_store_part(out + (c + i) * lda + r, row, wide);
            }
        }
    }
}

/// Lane j: bf16 of even[j] in the low half, of odd[j] in the high half.
INLINE vu pair_bits(vf even, vf odd) {
#ifdef BF16_NATIVE
    const __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even);
    const __m512i interleave = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22,
                                                6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return (vu)_mm512_permutexvar_epi16(interleave, halves);
#else
    return v_bf16_bits(even) | (v_bf16_bits(odd) << 16);
#endif
}

/// Row `row` of `columns` floats; zeros outside.
INLINE vf load_inside(const float *x, int64_t row, int64_t rows, int64_t columns, int64_t ldx) {
    if (row >= rows) return v_splat(0);
    return columns >= LANES ? v_load(x + row * ldx) : v_load_part(x + row * ldx, columns, 0);
}

#ifdef BF16_NATIVE
/// LANES elements of two rows of bf16 (NULL: zeros), zeros from `columns` on, paired as pair_bits pairs floats.
INLINE vu pair_converted(const uint16_t *even, const uint16_t *odd, int64_t columns) {
    const __mmask16 inside = columns >= LANES ? 0xffff : (__mmask16)((1u << columns) - 1);
    const __m256i low = even ? _mm256_maskz_loadu_epi16(inside, even) : _mm256_setzero_si256();
    const __m256i high = odd ? _mm256_maskz_loadu_epi16(inside, odd) : _mm256_setzero_si256();
    return (vu)_mm512_or_si512(_mm512_cvtepu16_epi32(low), _mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16));
}

/// Squares of pairs of rows, columns first, as memory has them: half the shuffles of transposing floats.
INLINE void transpose_pairs(int64_t rows, int64_t columns, const float *x, const uint16_t *converted, int64_t ldx,
                            uint16_t *out, int64_t lda) {
    for (int64_t r = 0; r < rows; r += 2 * LANES) {
        for (int64_t c = 0; c < columns; c += LANES) {
            vf square[LANES];
            const int64_t from = r * ldx + c;
            for (int i = 0; i < 2 * LANES; i++) {
                const int64_t ahead = from + (ROWS_AHEAD + i) * ldx;
                __builtin_prefetch(converted ? (const void *)(converted + ahead) : x + ahead);
            }
            if (converted) {
                for (int i = 0; i < LANES; i++) {
                    const uint16_t *even = converted + from + 2 * i * ldx;
                    square[i] = (vf)pair_converted(r + 2 * i < rows ? even : NULL, r + 2 * i + 1 < rows ? even + ldx : NULL,
                                                   columns - c);
                }
            } else if (rows - r >= 2 * LANES && columns - c >= LANES) {
                UNROLL for (int i = 0; i < LANES; i++)
                    square[i] = (vf)pair_bits(v_load(x + from + 2 * i * ldx), v_load(x + from + (2 * i + 1) * ldx));
            } else {
                for (int i = 0; i < LANES; i++)
                    square[i] = (vf)pair_bits(load_inside(x + from, 2 * i, rows - r, columns - c, ldx),
                                              load_inside(x + from, 2 * i + 1, rows - r, columns - c, ldx));
            }
            v_transpose(square);
            const int64_t wide = lda - r < 2 * LANES ? lda - r : 2 * LANES;
            for (int64_t i = 0; i < LANES && c + i < columns; i++) {
                uint16_t *to = out + (c + i) * lda + r;
                if (wide == 2 * LANES) v_store_bits(to, (vu)square[i]);
                else memcpy(to, &square[i], (size_t)wide * sizeof *to);
            }
        }
    }
}
#endif

static void transpose_operand(pk_precision precision, int64_t rows, int64_t columns, const float *x, int64_t ldx,
                              void *out, int64_t lda) {
#ifdef BF16_NATIVE
    if (precision == PK_BFLOAT16) {
        transpose_pairs(rows, columns, x, NULL, ldx, out, lda);
        return;
    }
#endif
    transpose_f32(rows, columns, x, ldx, out, lda, precision == PK_BFLOAT16);
}

static void transpose_converted(int64_t rows, int64_t columns, const void *x, int64_t ldx, void *out, int64_t lda) {
#ifdef BF16_NATIVE
    transpose_pairs(rows, columns, NULL, x, ldx, out, lda);
#else
    transpose_f32(rows, columns, x, ldx, out, lda, false);
#endif
}

/// Column `c` of the first of a panel's `k` rows of floats; rows are STRIP apart.
INLINE float *strip_column(float *panel, int64_t k, int64_t c) { return panel + c / STRIP * k * STRIP + c % STRIP; }

/// Rows of the panel are rows of w.
static void pack_rows_f32(int64_t columns, int64_t k, const float *w, int64_t ld, float *panel) {
    for (int64_t i = 0; i < k; i++)
        for (int64_t c = 0; c < PK_PANEL; c += LANES) {
            const int64_t left = columns - c;
            const vf row = left >= LANES ? v_load(w + i * ld + c)
                         : left > 0      ? v_load_part(w + i * ld + c, left, 0)
                                         : v_splat(0);
            v_store(strip_column(panel, k, c) + i * STRIP, row);
        }
}

static void pack_rows_bf16(int64_t columns, int64_t k, const float *w, int64_t ld, uint32_t *panel) {
    for (int64_t i = 0; i < k; i += 2)
        for (int64_t c = 0; c < PK_PANEL; c += LANES) {
            const int64_t left = columns - c;
            vf even = v_splat(0), odd = v_splat(0);
            __builtin_prefetch(w + (i + ROWS_AHEAD) * ld + c);
            __builtin_prefetch(w + (i + 1 + ROWS_AHEAD) * ld + c);
            if (left >= LANES) {
                even = v_load(w + i * ld + c);
                if (i + 1 < k) odd = v_load(w + (i + 1) * ld + c);
            } else if (left > 0) {
                even = v_load_part(w + i * ld + c, left, 0);
                if (i + 1 < k) odd = v_load_part(w + (i + 1) * ld + c, left, 0);
            }
            v_store_bits(panel + i / 2 * PK_PANEL + c, pair_bits(even, odd));
        }
}

/// Columns of the panel are rows of w.
static void pack_columns(pk_precision precision, int64_t columns, int64_t k, const float *w, int64_t ld, void *panel) {
    for (int64_t c = 0; c < PK_PANEL; c += LANES)
        for (int64_t i = 0; i < k; i += LANES) {
            vf square[LANES];
            load_square(square, columns - c > 0 ? columns - c : 0, k - i, w + (columns > c ? c * ld + i : 0), ld);
            if (precision == PK_FLOAT32) {
                for (int64_t j = 0; j < LANES && i + j < k; j++)
                    v_store(strip_column(panel, k, c) + (i + j) * STRIP, square[j]);
            } else {
                for (int64_t j = 0; j < LANES && i + j < k; j += 2)
                    v_store_bits((uint32_t *)panel + (i + j) / 2 * PK_PANEL + c, pair_bits(square[j], square[j + 1]));
            }
        }
}

static void pack_panel(pk_precision precision, int64_t columns, int64_t k, const float *w, int64_t ld, bool transposed,
                       void *panel) {
    if (!transposed) pack_columns(precision, columns, k, w, ld, panel);
    else if (precision == PK_FLOAT32) pack_rows_f32(columns, k, w, ld, panel);
    else pack_rows_bf16(columns, k, w, ld, panel);
}

static void pack_converted(int64_t columns, int64_t k, const void *x, int64_t ldx, void *panel) {
#ifdef BF16_NATIVE
    const uint16_t *row = x;
    for (int64_t i = 0; i < k; i += 2, row += 2 * ldx)
        for (int64_t c = 0; c < PK_PANEL; c += LANES) {
            const int64_t left = columns > c ? columns - c : 0;
            __builtin_prefetch(row + ROWS_AHEAD * ldx + c);
            __builtin_prefetch(row + (1 + ROWS_AHEAD) * ldx + c);
            v_store_bits((uint32_t *)panel + i / 2 * PK_PANEL + c,
                         pair_converted(left > 0 ? row + c : NULL, left > 0 && i + 1 < k ? row + ldx + c : NULL, left));
        }
#else
    pack_rows_bf16(columns, k, x, ldx, panel);
#endif
}

static void transpose_packed(pk_precision precision, int64_t n, int64_t k, int64_t begin, int64_t first, const void *packed,
                             void *panel) {
    const int64_t pairs = (k + 1) / 2;
    for (int64_t output = begin; output < n && output < begin + PK_PANEL; output += LANES) {
        vf square[LANES];
        if (precision == PK_FLOAT32) {
            const float *from = strip_column((float *)packed, k, output - begin);
            for (int64_t c = 0; c < PK_PANEL; c += LANES) {
                for (int64_t j = 0; j < LANES; j++)
                    square[j] = first + c + j < k ? v_load(from + (first + c + j) * STRIP) : v_splat(0);
                v_transpose(square);
                for (int64_t i = 0; i < LANES && output + i < n; i++)
                    v_store(strip_column(panel, n, c) + (output + i) * STRIP, square[i]);
            }
        } else {
            const uint32_t *from = (const uint32_t *)packed + output - begin;
            for (int64_t c = 0; c < PK_PANEL; c += 2 * LANES) {
                for (int64_t j = 0; j < LANES; j++) {
                    const int64_t pair = (first + c) / 2 + j;
                    square[j] = pair < pairs ? v_load((const float *)(from + pair * PK_PANEL)) : v_splat(0);
                }
                v_transpose(square);
                // Pairs of inputs of two outputs become pairs of outputs of twice as many inputs.
                for (int64_t i = 0; i < LANES && output + i < n; i += 2) {
                    // Columns that fill up a coded panel may be -0.
                    const vu even = (vu)square[i], odd = output + i + 1 < n ? (vu)square[i + 1] : (vu){0};
                    const vu low = (even & 0xffffu) | odd << 16, high = even >> 16 | (odd & 0xffff0000u);
                    uint32_t *to = (uint32_t *)panel + (output + i) / 2 * PK_PANEL + c;
                    v_store_bits(to, INTERLEAVE_LOW(low, high));
                    v_store_bits(to + LANES, INTERLEAVE_HIGH(low, high));
                }
            }
        }
    }
}
