#ifndef PULSEFS_CSCHEDULE_H
#define PULSEFS_CSCHEDULE_H

// Swift's tasks on one thread, in an order that depends on nothing but what they do. The runtime has a hook for that, and Swift itself
// has no word for it: it is called with every job of a task that no actor runs.

// Called with each such job, on the thread that makes it ready.
typedef void (*pulse_job_taker)(void *job);

// From now on, for the whole process. Each job that is taken has to be run once.
void pulse_take_jobs(pulse_job_taker taker);

// Runs a job to where its task waits for something, on this thread.
void pulse_run_job(void *job);

#endif
