#ifndef PULSEFS_SHIFTEDCLOCK_H
#define PULSEFS_SHIFTEDCLOCK_H

/* A library to be preloaded (LD_PRELOAD in ld.so(8)): the time of day of a process is ahead by as many seconds as the file has that
   SHIFTED_CLOCK names, a number of 64 bits, which may change meanwhile. Clocks that never jump are as they are, and so are timers:
   libfaketime shifts the deadlines of timerfd_create(2) too, which makes timers spin, come late, or not come at all on a machine
   that was started just now. */

#endif
