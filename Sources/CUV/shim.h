#include <uv.h>

#ifdef __linux__
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* Declared by glibc only for _GNU_SOURCE, which a Swift importer does not define. */
int pthread_setname_np(pthread_t thread, const char *name);
int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout, const sigset_t *mask);
long syscall(long number, ...);

/* Functions with a variable number of arguments are closed to Swift. */

/* How late the kernel may wake the calling thread, so as to wake it together with others. */
static inline int kafka_set_timer_slack(unsigned long nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
}

/* Waits until an epoll descriptor has events, and leaves them there. Returns 0 when the time is over first. */
static inline int kafka_wait_for_events(int epoll, const struct timespec *timeout) {
#ifdef SYS_epoll_pwait2
    /* From Linux 5.11 on, and a little cheaper. */
    struct epoll_event event;
    int count = (int)syscall(SYS_epoll_pwait2, epoll, &event, 1, timeout, (void *)0, (size_t)0);
    if (count >= 0 || errno != ENOSYS) return count;
#endif
    struct pollfd descriptor = {epoll, POLLIN, 0};
    return ppoll(&descriptor, 1, timeout, (const sigset_t *)0);
}
#endif
