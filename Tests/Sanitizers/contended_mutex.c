// Tells the thread sanitizer of a Mutex of Swift's standard library for which a thread had to wait.
//
// Taking and leaving it without a wait is compiled into our code, where the sanitizer sees it. What waits, and what wakes
// who waits, lies in libswiftSynchronization, which no sanitizer sees into; so what the lock ordered looked like a race.
// These take the place of those two functions (LD_PRELOAD; see scripts/sanitize), do what they did, and say so.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK_SLOW);

static void tell(const char *what, void *handle) {
    void (*function)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, what);
    if (function) function(handle);
}

SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
    SWIFT void (*original)(uint32_t, SELF void *) = (SWIFT void (*)(uint32_t, SELF void *))dlsym(RTLD_NEXT, LOCK_SLOW);
    original(thread, handle);
    tell("__tsan_acquire", handle);
}

SWIFT void unlock_slow(SELF void *handle) {
    SWIFT void (*original)(SELF void *) = (SWIFT void (*)(SELF void *))dlsym(RTLD_NEXT, UNLOCK_SLOW);
    tell("__tsan_release", handle);
    original(handle);
}
