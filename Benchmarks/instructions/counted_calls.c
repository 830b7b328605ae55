// Counts what a process asks of the allocator and lets be copied, for scripts/instructions: loaded before the C library, it
// stands in for the functions below. At the end of the process it writes one line into the file that KBENCH_COUNTS names:
//
//   allocations, bytes allocated, copies, bytes copied
//
// Processes that this one starts are not counted: they find neither KBENCH_COUNTS nor LD_PRELOAD in their environment.
// A copy is a call of memcpy or memmove; what the compiler writes out itself, mostly of a few bytes, and what the C library
// copies inside is none.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

typedef void *copy_function(void *, const void *, size_t);

static atomic_ullong allocations, allocated, copies, copied;
static char *output;
static copy_function *copy, *move;

static void count(atomic_ullong *calls, atomic_ullong *bytes, size_t size) {
    atomic_fetch_add_explicit(calls, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(bytes, size, memory_order_relaxed);
}

void *malloc(size_t size) {
    count(&allocations, &allocated, size);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count(&allocations, &allocated, number * size);
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count(&allocations, &allocated, size);
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    count(&allocations, &allocated, size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

// Before `begin` has run, bytes are copied one by one: other libraries' constructors may come first.
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    count(&copies, &copied, size);
    if (copy) return copy(to, from, size);
    for (size_t i = 0; i < size; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    count(&copies, &copied, size);
    if (move) return move(to, from, size);
    volatile char *target = to;
    const char *source = from;
    if (target <= source) {
        for (size_t i = 0; i < size; i++) target[i] = source[i];
    } else {
        for (size_t i = size; i > 0; i--) target[i - 1] = source[i - 1];
    }
    return to;
}

__attribute__((constructor)) static void begin(void) {
    copy = (copy_function *)dlsym(RTLD_NEXT, "memcpy");
    move = (copy_function *)dlsym(RTLD_NEXT, "memmove");
    const char *name = getenv("KBENCH_COUNTS");
    const char *program = getenv("KBENCH_COUNTED");
    // Not valgrind and its shell, which start the program with the environment that they have themselves.
    if (!program || strcmp(program_invocation_short_name, program) != 0) return;
    if (name && asprintf(&output, "%s", name) < 0) output = NULL;
    unsetenv("KBENCH_COUNTS");
    unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void end(void) {
    FILE *file = output ? fopen(output, "w") : NULL;
    if (!file) return;
    fprintf(file, "%llu %llu %llu %llu\n", atomic_load(&allocations), atomic_load(&allocated), atomic_load(&copies),
            atomic_load(&copied));
    fclose(file);
}
