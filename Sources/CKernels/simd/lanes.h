// Vectors of LANES floats and what the kernel bodies need of them. Included once per instruction
// set, inside that set's target attribute; operators compile to its instructions, and a * b + c in
// one expression contracts to a fused multiply-add where the set has one.
#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float vf __attribute__((vector_size(LANES * 4)));
typedef int32_t vi __attribute__((vector_size(LANES * 4)));
typedef uint32_t vu __attribute__((vector_size(LANES * 4)));

INLINE vf v_load(const float *p) { vf v; memcpy(&v, p, sizeof v); return v; }
INLINE void v_store(float *p, vf v) { memcpy(p, &v, sizeof v); }
INLINE vu v_load_bits(const void *p) { vu v; memcpy(&v, p, sizeof v); return v; }
INLINE void v_store_bits(void *p, vu v) { memcpy(p, &v, sizeof v); }
INLINE vf v_splat(float x) { return (vf){0} + x; }
INLINE vf v_fma(vf a, vf b, vf c) { return a * b + c; }
INLINE vf v_select(vi mask, vf a, vf b) { return (vf)(((vi)a & mask) | ((vi)b & ~mask)); }
INLINE vf v_max(vf a, vf b) { return v_select(a > b, a, b); }  // b when either is NaN

/// The first `count` lanes from memory, `fill` in the others.
INLINE vf v_load_part(const float *p, int64_t count, float fill) {
    vf v = v_splat(fill);
    memcpy(&v, p, (size_t)count * sizeof(float));
    return v;
}
INLINE void v_store_part(float *p, vf v, int64_t count) { memcpy(p, &v, (size_t)count * sizeof(float)); }

INLINE float v_sum(vf v) {
    float lane[LANES];
    v_store(lane, v);
    UNROLL for (int width = LANES / 2; width >= 1; width /= 2)
        UNROLL for (int i = 0; i < width; i++) lane[i] += lane[i + width];
    return lane[0];
}

INLINE double v_sum_double(vf v) {
    double sum = 0;
    UNROLL for (int i = 0; i < LANES; i++) sum += (double)v[i];
    return sum;
}

INLINE bool v_any(vi mask) {
#if LANES == 16
    return _mm512_movepi32_mask((__m512i)mask) != 0;
#elif LANES == 8
    return _mm256_movemask_ps((__m256)mask) != 0;
#else
    int32_t any = 0;
    UNROLL for (int i = 0; i < LANES; i++) any |= mask[i];
    return any != 0;
#endif
}

INLINE float v_maximum(vf v) {
    float best = v[0];
    UNROLL for (int i = 1; i < LANES; i++) best = v[i] > best ? v[i] : best;
    return best;
}

/// exp within 1 ulp: x = n ln 2 + r, a polynomial in r (coefficients of Cephes' expf), then 2^n.
/// Results below the smallest normal number are 0; NaN stays NaN.
INLINE vf v_exp(vf x) {
#ifdef LANES_EXP_SCALEF
    const vf limited = (vf)_mm512_max_ps(_mm512_set1_ps(-104.0f), (__m512)x);
    const vf bounded = (vf)_mm512_min_ps(_mm512_set1_ps(90.0f), (__m512)limited);
    const vf n = (vf)_mm512_roundscale_ps((__m512)(bounded * 1.44269504088896341f), 0);
#else
    const vf low = v_splat(-87.336540f), high = v_splat(90.0f);
    const vf limited = v_select(x < low, low, x);
    const vf bounded = v_select(limited > high, high, limited);
    const vf shifted = bounded * 1.44269504088896341f + 12582912.0f;  // 1.5 * 2^23: rounds to an integer
    const vf n = shifted - 12582912.0f;
#endif
    vf r = n * -0.693359375f + bounded;
    r = n * 2.12194440e-4f + r;
    vf p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r;
    p = p + 1.0f;
#ifdef LANES_EXP_SCALEF
    return (vf)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
    // 2^n in two factors: n reaches 129, one factor's exponent only 127.
    const vi exponent = __builtin_convertvector(v_select(x == x, n, v_splat(0)), vi);
    const vi half = exponent >> 1;
    const vf scale1 = (vf)((half + 127) << 23), scale2 = (vf)((exponent - half + 127) << 23);
    return v_select(x < low, v_splat(0), p * scale1 * scale2);
#endif
}

/// Bits of x rounded to bf16 (nearest even), in the low half of each lane; NaN stays a NaN.
INLINE vu v_bf16_bits(vf x) {
    const vu bits = (vu)x;
    const vu rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const vu quiet = (bits >> 16) | 0x40u;
    const vu is_number = (vu)(x == x);
    return (rounded & is_number) | (quiet & ~is_number);
}
INLINE vf v_round_bf16(vf x) { return (vf)(v_bf16_bits(x) << 16); }

#if LANES == 16
#define INTERLEAVE_LOW(a, b) \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LANES == 8
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/// Transposes a square of LANES x LANES: log2(LANES) rounds of interleaving row i with row i + LANES/2.
INLINE void v_transpose(vf rows[LANES]) {
    vf other[LANES];
    UNROLL for (int width = 1; width < LANES; width *= 2) {
        UNROLL for (int i = 0; i < LANES / 2; i++) {
            other[2 * i] = INTERLEAVE_LOW(rows[i], rows[i + LANES / 2]);
            other[2 * i + 1] = INTERLEAVE_HIGH(rows[i], rows[i + LANES / 2]);
        }
        UNROLL for (int i = 0; i < LANES; i++) rows[i] = other[i];
    }
}
