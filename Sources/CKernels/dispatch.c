#include "internal.h"

#include <stdatomic.h>
#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"portable", "avx2", "avx512", "avx512bf16", "amx"};

const char *pk_isa_name(pk_isa isa) {
    return (unsigned)isa < sizeof names / sizeof *names ? names[isa] : "unknown";
}

static const pk_kernels *kernels_for(pk_isa isa) {
    switch (isa) {
#if defined(__x86_64__)
    case PK_ISA_AVX2: return &pk_kernels_avx2;
    case PK_ISA_AVX512: return &pk_kernels_avx512;
    case PK_ISA_AVX512BF16: return &pk_kernels_avx512bf16;
    case PK_ISA_AMX: return &pk_kernels_amx;
#endif
    default: return &pk_kernels_portable;
    }
}

#if defined(__x86_64__)
/// Tiles of bf16, which the CPU has, the system keeps and this process may use.
static bool has_amx(void) {
#if defined(__linux__)
    enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, TILE_DATA = 18, REQUEST_PERMISSION = 0x1023 };
    uint32_t a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & AMX_BF16) == 0 || (d & AMX_TILE) == 0) return false;
    // Linux 5.16, arch_prctl(2): once for the process and the threads it starts later.
    return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
#else
    return false;
#endif
}

/// Whether vdpbf16ps takes two cycles, as on Intel's cores since Sapphire Rapids, which have AVX512-FP16: 72 GFLOP/s there
/// beside 136 of float32's multiply-adds. They multiply bfloat16 in AMX, which a sandbox may not grant.
static bool has_slow_bf16_dot_product(void) {
    enum { AVX512_FP16 = 1 << 23 };
    uint32_t a, b, c, d;
    return __builtin_cpu_is("intel") && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & AVX512_FP16) != 0;
}
#endif

static pk_isa best_isa(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return PK_ISA_PORTABLE;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
        return PK_ISA_AVX2;
    if (!__builtin_cpu_supports("avx512bf16")) return PK_ISA_AVX512;
    return has_amx() ? PK_ISA_AMX : PK_ISA_AVX512BF16;
#else
    return PK_ISA_PORTABLE;
#endif
}

static pk_isa requested_isa(void) {
    const pk_isa best = best_isa();
    const char *wanted = getenv("PRECIS_ISA");
    for (int i = 0; wanted && i <= (int)best; i++)
        if (strcmp(wanted, names[i]) == 0) return (pk_isa)i;
#if defined(__x86_64__)
    if (best == PK_ISA_AVX512BF16 && has_slow_bf16_dot_product()) return PK_ISA_AVX512;
#endif
    return best;
}

static _Atomic(const pk_kernels *) current;

const pk_kernels *pk_kernels_current(void) {
    const pk_kernels *kernels = atomic_load_explicit(&current, memory_order_acquire);
    if (!kernels) {
        // Two threads may both get here; they store the same pointer.
        kernels = kernels_for(requested_isa());
        atomic_store_explicit(&current, kernels, memory_order_release);
    }
    return kernels;
}

pk_isa pk_isa_current(void) { return pk_kernels_current()->isa; }

void pk_kernels_use(const pk_kernels *kernels) { atomic_store_explicit(&current, kernels, memory_order_release); }

bool pk_isa_force(pk_isa isa) {
    if (isa < PK_ISA_PORTABLE || isa > best_isa()) return false;
    pk_kernels_use(kernels_for(isa));
    return true;
}
