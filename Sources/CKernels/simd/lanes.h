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
/// Not 0 + x, which is an addition: -0 keeps its sign, and an element in memory is broadcast by the load alone.
INLINE vf v_splat(float x) {
    vf v;
    UNROLL for (int i = 0; i < LANES; i++) v[i] = x;
    return v;
}
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
    float lane[LANES];
    v_store(lane, v);
    UNROLL for (int width = LANES / 2; width >= 1; width /= 2)
        UNROLL for (int i = 0; i < width; i++) lane[i] = lane[i] > lane[i + width] ? lane[i] : lane[i + width];
    return lane[0];
}

/// 2^r for r in [-0.5, 0.5]: degree 6, fitted for least relative error (2e-9 before rounding).
INLINE vf exp2_polynomial(vf r) {
    vf p = r * 1.5353342211e-4f + 1.3398872459e-3f;
    p = p * r + 9.6184374028e-3f;
    p = p * r + 5.5503324760e-2f;
    p = p * r + 2.4022647913e-1f;
    p = p * r + 6.9314720285e-1f;
    return p * r + 1.0f;
}

#ifndef LANES_EXP_SCALEF
INLINE vf nearest_integer(vf x) {  // |x| < 2^22: adding 1.5 * 2^23 leaves no fraction
    const vf shifted = x + 12582912.0f;
    return shifted - 12582912.0f;
}
/// 2^n for whole n in [-126, 127]; anything for NaN.
INLINE vf power_of_two(vf n) {
    return (vf)((__builtin_convertvector(v_select(n == n, n, v_splat(0)), vi) + 127) << 23);
}
#endif

/// 2^x for x <= 127; results below the smallest normal number may be 0; NaN stays NaN.
INLINE vf v_exp2(vf x) {
#ifdef LANES_EXP_SCALEF
    const vf bounded = (vf)_mm512_max_ps(_mm512_set1_ps(-150.0f), (__m512)x);
    const vf n = (vf)_mm512_roundscale_ps((__m512)bounded, 0);
    return (vf)_mm512_scalef_ps((__m512)exp2_polynomial(bounded - n), (__m512)n);
#else
    const vf bounded = v_select(x < -126.0f, v_splat(-126.0f), x);
    const vf n = nearest_integer(bounded);
    return v_select(x < -126.0f, v_splat(0), exp2_polynomial(bounded - n) * power_of_two(n));
#endif
}

/// exp within about 1 ulp; results below the smallest normal number may be 0; NaN stays NaN.
INLINE vf v_exp(vf x) {
#ifdef LANES_EXP_SCALEF
    const vf limited = (vf)_mm512_max_ps(_mm512_set1_ps(-104.0f), (__m512)x);
    const vf bounded = (vf)_mm512_min_ps(_mm512_set1_ps(90.0f), (__m512)limited);
    const vf n = (vf)_mm512_roundscale_ps((__m512)(bounded * 1.44269504088896341f), 0);
    vf r = bounded * 1.44269502162933349609375f - n;  // log2(e) in two parts
    r = bounded * 1.92596299e-8f + r;
    return (vf)_mm512_scalef_ps((__m512)exp2_polynomial(r), (__m512)n);
#else
    // Without a fused multiply-add the reduction needs ln 2 in two parts (Cody & Waite 1980).
    const vf low = v_splat(-87.336540f), high = v_splat(90.0f);
    const vf limited = v_select(x < low, low, x);
    const vf bounded = v_select(limited > high, high, limited);
    const vf n = nearest_integer(bounded * 1.44269504088896341f);
    vf r = n * -0.693359375f + bounded;
    r = n * 2.12194440e-4f + r;
    // 2^n in two factors: n reaches 130, one factor's exponent only 127.
    const vf half = nearest_integer(n * 0.5f);
    const vf p = exp2_polynomial(r * 1.44269504088896341f);
    return v_select(x < low, v_splat(0), p * power_of_two(half) * power_of_two(n - half));
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
