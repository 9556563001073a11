#include "CSchedule.h"

#include <stddef.h>
#include <stdint.h>

#define SWIFT_CALL __attribute__((swiftcall))

// The runtime's own names, from swift/Runtime/Concurrency.h.
typedef struct {
    void *identity;
    uintptr_t implementation;
} executor_reference;

typedef SWIFT_CALL void (*enqueue_hook)(void *job, void *original);

extern SWIFT_CALL void swift_job_run(void *job, executor_reference executor);
extern enqueue_hook swift_task_enqueueGlobal_hook;

static pulse_job_taker job_taker;

static SWIFT_CALL void take(void *job, void *original) {
    (void)original;
    job_taker(job);
}

void pulse_take_jobs(pulse_job_taker taker) {
    job_taker = taker;
    swift_task_enqueueGlobal_hook = take;
}

void pulse_run_job(void *job) {
    // No actor's executor: that of tasks which have none.
    executor_reference none = {NULL, 0};
    swift_job_run(job, none);
}
