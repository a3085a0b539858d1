// One job at a time. A ticket word holds the job's generation (high half) and the next free task
// (low half). A worker reads the ticket, then the job, then claims a task by compare-and-swap on
// the ticket: success proves that the job it read is the one published. The caller waits for
// tasks in progress only, never for a worker that is asleep or not scheduled, so a shared machine
// costs no more than the lost parallelism.
#include "internal.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SPINS = 20000, SPINS_PER_YIELD = 1000, YIELDS_BEFORE_NAP = 2000 };
#define LOW_HALF 0xffffffffull
#define MAX_TASKS 0x7fffffffll

struct pk_pool {
    _Alignas(128) _Atomic uint64_t ticket;
    _Alignas(128) _Atomic uint32_t finished;
    _Alignas(128) _Atomic uint32_t count;
    _Atomic(pk_task) body;
    _Atomic(void *) context;
    _Atomic int64_t offset;
    _Atomic bool stop;
    _Alignas(128) _Atomic int32_t sleepers;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    int32_t threads;
    pthread_t *handles;
    void *scratch[PK_SCRATCH_SLOTS];
    size_t scratch_bytes[PK_SCRATCH_SLOTS];
};

typedef struct { pk_pool *pool; int32_t worker; } worker_argument;

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

/// Takes tasks of the job that `ticket` belongs to until none is left.
static void work(pk_pool *pool, int32_t worker) {
    uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    for (;;) {
        const pk_task body = atomic_load_explicit(&pool->body, memory_order_relaxed);
        void *context = atomic_load_explicit(&pool->context, memory_order_relaxed);
        const int64_t offset = atomic_load_explicit(&pool->offset, memory_order_relaxed);
        const uint32_t count = atomic_load_explicit(&pool->count, memory_order_relaxed);
        if ((uint32_t)(ticket & LOW_HALF) >= count) return;
        if (!atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket + 1, memory_order_acq_rel,
                                                   memory_order_acquire))
            continue;
        body(context, worker, offset + (int64_t)(ticket & LOW_HALF));
        atomic_fetch_add_explicit(&pool->finished, 1, memory_order_release);
        ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    }
}

static void *worker_main(void *argument) {
    worker_argument own = *(worker_argument *)argument;
    free(argument);
    pk_pool *pool = own.pool;
    uint64_t seen = 0;
    for (;;) {
        uint64_t generation = 0;
        for (int spin = 0; spin < SPINS; spin++) {
            generation = atomic_load_explicit(&pool->ticket, memory_order_acquire) >> 32;
            if (generation != seen) break;
            if (spin % SPINS_PER_YIELD == SPINS_PER_YIELD - 1) sched_yield();
            relax();
        }
        if (generation == seen) {
            pthread_mutex_lock(&pool->mutex);
            atomic_fetch_add(&pool->sleepers, 1);
            while ((generation = atomic_load(&pool->ticket) >> 32) == seen) pthread_cond_wait(&pool->wake, &pool->mutex);
            atomic_fetch_sub(&pool->sleepers, 1);
            pthread_mutex_unlock(&pool->mutex);
        }
        if (atomic_load_explicit(&pool->stop, memory_order_acquire)) return NULL;
        seen = generation;
        work(pool, own.worker);
    }
}

static void publish(pk_pool *pool, uint64_t ticket) {
    // Sequentially consistent against the sleepers' own check, so that no wake-up is lost.
    atomic_store(&pool->ticket, ticket);
    if (atomic_load(&pool->sleepers) > 0) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_broadcast(&pool->wake);
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void run_job(pk_pool *pool, int64_t offset, uint32_t count, pk_task body, void *context) {
    const uint64_t generation = atomic_load_explicit(&pool->ticket, memory_order_relaxed) >> 32;
    // Close the old job before its fields change: a late worker's compare-and-swap then fails.
    atomic_store(&pool->ticket, ((generation + 1) << 32) | LOW_HALF);
    atomic_store_explicit(&pool->finished, 0, memory_order_relaxed);
    atomic_store_explicit(&pool->count, count, memory_order_relaxed);
    atomic_store_explicit(&pool->body, body, memory_order_relaxed);
    atomic_store_explicit(&pool->context, context, memory_order_relaxed);
    atomic_store_explicit(&pool->offset, offset, memory_order_relaxed);
    publish(pool, (generation + 2) << 32);
    work(pool, 0);
    for (int spin = 0; atomic_load_explicit(&pool->finished, memory_order_acquire) < count; spin++) {
        if (spin < SPINS_PER_YIELD) {
            relax();
        } else if (spin < SPINS_PER_YIELD + YIELDS_BEFORE_NAP) {
            sched_yield();
        } else {
            nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
        }
    }
}

void pk_pool_run_indexed(pk_pool *pool, int64_t count, pk_task body, void *context) {
    if (pool->threads == 1 || count <= 1) {
        for (int64_t i = 0; i < count; i++) body(context, 0, i);
        return;
    }
    for (int64_t offset = 0; offset < count; offset += MAX_TASKS)
        run_job(pool, offset, (uint32_t)pk_min(count - offset, MAX_TASKS), body, context);
}

typedef struct { void (*body)(void *context, int64_t index); void *context; } plain_task;

static void run_plain(void *context, int32_t worker, int64_t index) {
    (void)worker;
    const plain_task *task = context;
    task->body(task->context, index);
}

void pk_pool_run(pk_pool *pool, int64_t count, void (*body)(void *context, int64_t index), void *context) {
    plain_task task = {body, context};
    pk_pool_run_indexed(pool, count, run_plain, &task);
}

pk_pool *pk_pool_create(int32_t threads) {
    pk_pool *pool = aligned_alloc(128, (size_t)pk_round_up(sizeof(pk_pool), 128));
    if (!pool) return NULL;
    memset(pool, 0, sizeof *pool);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    const int32_t wanted = threads < 1 ? 1 : threads;
    pool->handles = calloc((size_t)wanted, sizeof *pool->handles);
    pool->threads = 1;
    // A thread that cannot be had (limits) leaves a smaller pool that gives the same results.
    while (pool->handles && pool->threads < wanted) {
        worker_argument *argument = malloc(sizeof *argument);
        if (!argument) break;
        *argument = (worker_argument){pool, pool->threads};
        if (pthread_create(&pool->handles[pool->threads], NULL, worker_main, argument) != 0) {
            free(argument);
            break;
        }
        pool->threads++;
    }
    return pool;
}

void pk_pool_destroy(pk_pool *pool) {
    if (!pool) return;
    atomic_store(&pool->stop, true);
    atomic_store(&pool->count, 0);
    const uint64_t generation = atomic_load(&pool->ticket) >> 32;
    publish(pool, ((generation + 1) << 32) | LOW_HALF);
    for (int32_t i = 1; i < pool->threads; i++) pthread_join(pool->handles[i], NULL);
    for (int slot = 0; slot < PK_SCRATCH_SLOTS; slot++) pk_release(pool->scratch[slot], pool->scratch_bytes[slot]);
    pthread_mutex_destroy(&pool->mutex);
    pthread_cond_destroy(&pool->wake);
    free(pool->handles);
    free(pool);
}

int32_t pk_pool_threads(const pk_pool *pool) { return pool->threads; }

void *pk_pool_scratch(pk_pool *pool, pk_scratch_slot slot, size_t bytes) {
    if (pool->scratch_bytes[slot] < bytes) {
        pk_release(pool->scratch[slot], pool->scratch_bytes[slot]);
        pool->scratch[slot] = pk_allocate(bytes);
        if (!pool->scratch[slot]) {
            fprintf(stderr, "kernels: out of memory: %zu bytes of scratch space\n", bytes);
            abort();
        }
        pool->scratch_bytes[slot] = bytes;
    }
    return pool->scratch[slot];
}
