// The bf16 instructions of AVX512-BF16 and AMX as functions, element by element (Intel 64 and IA-32 Architectures Software
// Developer's Manual, volume 2: VCVTNEPS2BF16, VDPBF16PS, TDPBF16PS, LDTILECFG). Included after immintrin.h, whose
// intrinsics they replace by name. What the hardware refuses ends the process here too.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EMULATED static __attribute__((unused, noinline, target("avx512f")))

// Denormal operands and results count as zeros.
static inline float emulated_flush(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x; }

static inline float emulated_float(uint16_t half) {
    const uint32_t bits = (uint32_t)half << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/// To nearest, ties to even; a NaN stays one.
static inline uint16_t emulated_half(float x) {
    uint32_t bits;
    x = emulated_flush(x);
    memcpy(&bits, &x, sizeof bits);
    return isnan(x) ? (uint16_t)(bits >> 16 | 0x40) : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float emulated_multiply_add(float sum, uint16_t x, uint16_t y) {
    return emulated_flush(fmaf(emulated_flush(emulated_float(x)), emulated_flush(emulated_float(y)), sum));
}

EMULATED __m256i emulated_cvtneps(__m512 vector) {
    float x[16];
    uint16_t halves[16];
    memcpy(x, &vector, sizeof x);
    for (int i = 0; i < 16; i++) halves[i] = emulated_half(x[i]);
    __m256i result;
    memcpy(&result, halves, sizeof result);
    return result;
}

EMULATED __m512i emulated_cvtne2ps(__m512 high, __m512 low) {
    const __m256i halves[2] = {emulated_cvtneps(low), emulated_cvtneps(high)};
    __m512i result;
    memcpy(&result, halves, sizeof result);
    return result;
}

EMULATED __m512 emulated_cvtpbh(__m256i vector) {
    uint16_t halves[16];
    float x[16];
    memcpy(halves, &vector, sizeof halves);
    for (int i = 0; i < 16; i++) x[i] = emulated_float(halves[i]);
    __m512 result;
    memcpy(&result, x, sizeof result);
    return result;
}

/// Of each pair the odd elements' product is added first.
EMULATED __m512 emulated_dpbf16(__m512 sums, __m512i a, __m512i b) {
    float sum[16];
    uint16_t x[32], y[32];
    memcpy(sum, &sums, sizeof sum);
    memcpy(x, &a, sizeof x);
    memcpy(y, &b, sizeof y);
    for (int i = 0; i < 16; i++)
        sum[i] = emulated_multiply_add(emulated_multiply_add(emulated_flush(sum[i]), x[2 * i + 1], y[2 * i + 1]), x[2 * i], y[2 * i]);
    __m512 result;
    memcpy(&result, sum, sizeof result);
    return result;
}

#define _mm512_cvtneps_pbh(x) ((__m256bh)emulated_cvtneps(x))
#define _mm512_cvtne2ps_pbh(high, low) ((__m512bh)emulated_cvtne2ps(high, low))
#define _mm512_cvtpbh_ps(x) emulated_cvtpbh((__m256i)(x))
#define _mm512_dpbf16_ps(sums, a, b) emulated_dpbf16(sums, (__m512i)(a), (__m512i)(b))

// ---- Tiles --------------------------------------------------------------------------------------------

enum { TILES = 8, TILE_MOST_ROWS = 16, TILE_ROW_BYTES = 64 };

typedef struct {
    uint8_t rows;
    uint16_t bytes;  // of a row
    uint8_t data[TILE_MOST_ROWS][TILE_ROW_BYTES];
} emulated_tile;

static _Thread_local emulated_tile emulated_tiles[TILES];

static inline emulated_tile *tile_in_use(int index) {
    if (emulated_tiles[index].rows == 0) abort();
    return &emulated_tiles[index];
}

EMULATED void emulated_release(void) { memset(emulated_tiles, 0, sizeof emulated_tiles); }

EMULATED void emulated_loadconfig(const void *configuration) {
    const uint8_t *bytes = configuration;
    if (bytes[0] != 1) abort();
    emulated_release();
    for (int i = 0; i < TILES; i++) {
        emulated_tile *tile = &emulated_tiles[i];
        memcpy(&tile->bytes, bytes + 16 + 2 * i, sizeof tile->bytes);
        tile->rows = bytes[48 + i];
        if (tile->rows > TILE_MOST_ROWS || tile->bytes > TILE_ROW_BYTES || (tile->rows == 0) != (tile->bytes == 0)) abort();
    }
}

EMULATED void emulated_zero(int index) {
    emulated_tile *tile = tile_in_use(index);
    memset(tile->data, 0, sizeof tile->data);
}

EMULATED void emulated_loadd(int index, const void *from, int64_t stride) {
    emulated_tile *tile = tile_in_use(index);
    emulated_zero(index);
    for (int r = 0; r < tile->rows; r++) memcpy(tile->data[r], (const char *)from + r * stride, tile->bytes);
}

EMULATED void emulated_stored(int index, void *to, int64_t stride) {
    const emulated_tile *tile = tile_in_use(index);
    for (int r = 0; r < tile->rows; r++) memcpy((char *)to + r * stride, tile->data[r], tile->bytes);
}

/// Sums of even and of odd elements, added to each other and then to the tile's.
EMULATED void emulated_tile_dpbf16(int c, int a, int b) {
    emulated_tile *sums = tile_in_use(c), *rows = tile_in_use(a), *columns = tile_in_use(b);
    const int pairs = rows->bytes / 4, width = sums->bytes / 4;
    if (sums->rows != rows->rows || sums->bytes != columns->bytes || pairs != columns->rows) abort();
    for (int r = 0; r < sums->rows; r++) {
        float even[TILE_ROW_BYTES / 4] = {0}, odd[TILE_ROW_BYTES / 4] = {0}, sum[TILE_ROW_BYTES / 4];
        uint16_t x[TILE_ROW_BYTES / 2], y[TILE_ROW_BYTES / 2];
        memcpy(x, rows->data[r], sizeof x);
        memcpy(sum, sums->data[r], sizeof sum);
        for (int p = 0; p < pairs; p++) {
            memcpy(y, columns->data[p], sizeof y);
            for (int i = 0; i < width; i++) {
                even[i] = emulated_multiply_add(even[i], x[2 * p], y[2 * i]);
                odd[i] = emulated_multiply_add(odd[i], x[2 * p + 1], y[2 * i + 1]);
            }
        }
        for (int i = 0; i < width; i++) sum[i] = emulated_flush(emulated_flush(sum[i]) + emulated_flush(even[i] + odd[i]));
        memcpy(sums->data[r], sum, sizeof sum);
    }
}

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbf16ps
#define _tile_loadconfig(configuration) emulated_loadconfig(configuration)
#define _tile_release() emulated_release()
#define _tile_zero(tile) emulated_zero(tile)
#define _tile_loadd(tile, from, stride) emulated_loadd(tile, from, stride)
#define _tile_stored(tile, to, stride) emulated_stored(tile, to, stride)
#define _tile_dpbf16ps(c, a, b) emulated_tile_dpbf16(c, a, b)
