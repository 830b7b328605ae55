// Makes the broker's pace none of the client's: a poll that would not wait does wait while an answer is owed. So each answer
// is found by the turn that follows its request, however busy the machine is, and what the client does between them does not
// depend on chance. Right for one request in flight for each connection.
//
// Under valgrind everything takes some twenty times as long. Time passes as many times slower (KBENCH_SLOWNESS), or timers
// would fire for a tenth of the records that they fire for otherwise.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024, PATIENCE_MS = 1000 };

static atomic_bool connected[DESCRIPTORS], owed[DESCRIPTORS];
// The poll that looks after a connection, and how many answers are owed to the connections of a poll.
static atomic_int poll_of[DESCRIPTORS], owed_count[DESCRIPTORS];

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAPPED(name) \
    static __typeof__(&name) next; \
    if (!next) next = NEXT(name)

static void note(int descriptor, bool is_owed) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS || !connected[descriptor]) return;
    if (atomic_exchange(&owed[descriptor], is_owed) != is_owed) owed_count[poll_of[descriptor]] += is_owed ? 1 : -1;
}

int epoll_ctl(int poll, int operation, int descriptor, struct epoll_event *event) {
    WRAPPED(epoll_ctl);
    bool is_kept = poll < DESCRIPTORS && descriptor < DESCRIPTORS;
    if (operation == EPOLL_CTL_ADD && is_kept && !owed[descriptor]) poll_of[descriptor] = poll;
    return next(poll, operation, descriptor, event);
}

int connect(int descriptor, const struct sockaddr *address, socklen_t length) {
    WRAPPED(connect);
    if (descriptor >= 0 && descriptor < DESCRIPTORS) connected[descriptor] = true;
    return next(descriptor, address, length);
}

int close(int descriptor) {
    WRAPPED(close);
    note(descriptor, false);
    if (descriptor >= 0 && descriptor < DESCRIPTORS) connected[descriptor] = false;
    return next(descriptor);
}

static ssize_t wrote(int descriptor, ssize_t size) {
    if (size > 0) note(descriptor, true);
    return size;
}

static ssize_t did_read(int descriptor, ssize_t size) {
    if (size >= 0) note(descriptor, false);
    return size;
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
    WRAPPED(write);
    return wrote(descriptor, next(descriptor, bytes, size));
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    WRAPPED(writev);
    return wrote(descriptor, next(descriptor, parts, count));
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
    WRAPPED(sendmsg);
    return wrote(descriptor, next(descriptor, message, flags));
}

ssize_t read(int descriptor, void *bytes, size_t size) {
    WRAPPED(read);
    return did_read(descriptor, next(descriptor, bytes, size));
}

ssize_t readv(int descriptor, const struct iovec *parts, int count) {
    WRAPPED(readv);
    return did_read(descriptor, next(descriptor, parts, count));
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
    WRAPPED(recvmsg);
    return did_read(descriptor, next(descriptor, message, flags));
}

static int slowness;
// When time began to pass slower, ns, monotonic and by the wall clock; and the descriptors of timers that go by that time.
static atomic_llong slowed_since, wall_slowed_since;
static atomic_bool is_slowed_timer[DESCRIPTORS];

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("KBENCH_SLOWNESS");
    slowness = text && atoi(text) > 1 ? atoi(text) : 1;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    WRAPPED(clock_gettime);
    int status = next(clock, time);
    // The wall clock too: how many bytes a record's timestamp takes depends on it.
    bool is_slowed = clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_REALTIME;
    if (status != 0 || slowness == 1 || !is_slowed) return status;
    atomic_llong *since = clock == CLOCK_REALTIME ? &wall_slowed_since : &slowed_since;
    long long now = time->tv_sec * 1000000000LL + time->tv_nsec, none = 0;
    atomic_compare_exchange_strong(since, &none, now);
    now = *since + (now - *since) / slowness;
    *time = (struct timespec){now / 1000000000, now % 1000000000};
    return 0;
}

// What libuv asks for the wall clock.
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

int timerfd_create(int clock, int flags) {
    WRAPPED(timerfd_create);
    int descriptor = next(clock, flags);
    if (descriptor >= 0 && descriptor < DESCRIPTORS) {
        is_slowed_timer[descriptor] = slowness > 1 && clock == CLOCK_MONOTONIC;
    }
    return descriptor;
}

// A moment of the slower time, or a time that passes as slowly, is told to the system in its own time.
int timerfd_settime(int descriptor, int flags, const struct itimerspec *given, struct itimerspec *old) {
    WRAPPED(timerfd_settime);
    bool is_set = given->it_value.tv_sec || given->it_value.tv_nsec;
    if (descriptor < 0 || descriptor >= DESCRIPTORS || !is_slowed_timer[descriptor] || !is_set) {
        return next(descriptor, flags, given, old);
    }
    long long begin = flags & TFD_TIMER_ABSTIME ? slowed_since : 0;
    long long value = given->it_value.tv_sec * 1000000000LL + given->it_value.tv_nsec;
    // What is further away than some years stays as it is.
    if (value - begin < (1LL << 57) / slowness && value > begin) value = begin + (value - begin) * slowness;
    struct itimerspec changed = *given;
    changed.it_value = (struct timespec){value / 1000000000, value % 1000000000};
    return next(descriptor, flags, &changed, old);
}

static int patient(int poll, int timeout) {
    if (timeout > 0) return timeout > INT32_MAX / slowness ? INT32_MAX : timeout * slowness;
    return timeout == 0 && poll < DESCRIPTORS && owed_count[poll] > 0 ? PATIENCE_MS : timeout;
}

int epoll_wait(int poll, struct epoll_event *events, int most, int timeout) {
    WRAPPED(epoll_wait);
    return next(poll, events, most, patient(poll, timeout));
}

int epoll_pwait(int poll, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    WRAPPED(epoll_pwait);
    return next(poll, events, most, patient(poll, timeout), mask);
}
