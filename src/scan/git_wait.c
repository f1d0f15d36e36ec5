/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_wait.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* One that nothing else here uses, and that does no harm where nobody expects it. */
enum { WAKE = SIGURG, EVERY_NS = 5000000 };

/* Its name in the C library is not in every version of the header. */
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void wake(int signal) { (void)signal; }

/* Without SA_RESTART: what waits is to fail. */
static void set_up(void)
{
    struct sigaction action = {.sa_handler = wake};
    (void)sigaction(WAKE, &action, NULL);
}

void git_wait_begin(struct git_wait *w)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = WAKE};
    const struct itimerspec every = {{0, EVERY_NS}, {0, EVERY_NS}};
    event.sigev_notify_thread_id = gettid();
    w->running =
        pthread_once(&once, set_up) == 0 && timer_create(CLOCK_MONOTONIC, &event, &w->timer) == 0;
    if (w->running) {
        (void)timer_settime(w->timer, 0, &every, NULL);
    }
}

void git_wait_end(struct git_wait *w)
{
    if (w->running) {
        (void)timer_delete(w->timer);
        w->running = false;
    }
}
