// Stands in for libdispatch's dispatch_main, which suspends the main thread in a way that valgrind does not survive. The main
// queue is looked at twenty times a second instead, seldom enough to cost less than an instruction for a record.

#include <time.h>

void _dispatch_main_queue_callback_4CF(void *message);

void dispatch_main(void) {
    for (;;) {
        _dispatch_main_queue_callback_4CF(0);
        struct timespec pause = {0, 50000000};
        nanosleep(&pause, 0);
    }
}
