#ifndef PULSEFS_CMEMORY_H
#define PULSEFS_CMEMORY_H

#include <stddef.h>
#include <malloc.h>

#if defined(__GLIBC__)
/* Bytes that the heaps hold and nobody uses (mallinfo2(3)). */
static inline size_t pulse_unused_memory(void) { return mallinfo2().fordblks; }
/* Gives them back to the system (malloc_trim(3)). */
static inline void pulse_return_memory(void) { malloc_trim(0); }
/* How many heaps threads allocate from (M_ARENA_MAX in mallopt(3)). */
static inline void pulse_limit_heaps(int count) { mallopt(M_ARENA_MAX, count); }
#else
/* Other C libraries give memory back by themselves. */
static inline size_t pulse_unused_memory(void) { return 0; }
static inline void pulse_return_memory(void) {}
static inline void pulse_limit_heaps(int count) { (void)count; }
#endif

/* Takes the code and the constants of the program and of its libraries out of this process's memory. They are in files that nobody has
   changed, so what is needed comes back from the system's page cache when it is used (MADV_DONTNEED in madvise(2)). */
void pulse_unmap_files(void);

#endif
