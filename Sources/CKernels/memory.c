// Large arrays: their memory, and copies and zeros by all threads (one alone does not use the memory's bandwidth).
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// Pages of 2 MiB: a walk through the page tables per 4 KiB costs as much as the arithmetic on them, above all in a
// virtual machine, where each step of it is a walk of its own.
enum { HUGE_PAGE = 2 << 20 };

void *pk_allocate(size_t bytes) { return pk_allocate_with_room(bytes, 0); }

void *pk_allocate_with_room(size_t bytes, size_t room) {
    const size_t all = bytes + room;
    if (all < HUGE_PAGE) {
        const size_t size = (size_t)pk_round_up((int64_t)(all > 0 ? all : 1), PK_LINE);
        void *small = aligned_alloc(PK_LINE, size);
        return small ? memset(small, 0, size) : NULL;
    }
    // More, to begin at a multiple of the page; what lies before and after is given back.
    const size_t size = (size_t)pk_round_up((int64_t)all, 4096), mapped = size + HUGE_PAGE;
    char *mapping = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return NULL;
    const size_t before = (HUGE_PAGE - (uintptr_t)mapping % HUGE_PAGE) % HUGE_PAGE;
    char *memory = mapping + before;
    if (before > 0) munmap(mapping, before);
    munmap(memory + size, mapped - before - size);
#ifdef MADV_HUGEPAGE
    // Whole pages only: the rest must not take more memory than it has. Without such pages it is as any other memory.
    madvise(memory, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
    return memory;
}

void pk_release(void *memory, size_t bytes) {
    if (bytes < HUGE_PAGE) free(memory);
    else munmap(memory, (size_t)pk_round_up((int64_t)bytes, 4096));
}

enum { MEMORY_BLOCK = 65536 };  // floats of a task

typedef struct {
    int64_t n;
    const float *from;  // NULL: zeros
    float *to;
} memory_job;

static void memory_task(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const memory_job *job = context;
    const int64_t first = index * MEMORY_BLOCK;
    const size_t bytes = (size_t)pk_min(MEMORY_BLOCK, job->n - first) * sizeof(float);
    if (job->from) memcpy(job->to + first, job->from + first, bytes);
    else memset(job->to + first, 0, bytes);
}

void pk_copy(pk_pool *pool, int64_t n, const float *from, float *to) {
    memory_job job = {n, from, to};
    pk_pool_run_indexed(pool, pk_ceil_div(n, MEMORY_BLOCK), memory_task, &job);
}

void pk_zero(pk_pool *pool, int64_t n, float *to) {
    memory_job job = {n, NULL, to};
    pk_pool_run_indexed(pool, pk_ceil_div(n, MEMORY_BLOCK), memory_task, &job);
}
