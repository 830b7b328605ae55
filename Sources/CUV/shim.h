#include <uv.h>

#ifdef __linux__
#include <sys/timerfd.h>

/* Declared by glibc only for _GNU_SOURCE, which a Swift importer does not define. */
int pthread_setname_np(pthread_t thread, const char *name);
#endif
