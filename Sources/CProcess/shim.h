#ifndef PULSEFS_CPROCESS_SHIM_H
#define PULSEFS_CPROCESS_SHIM_H

#include <sys/prctl.h>
#include <sys/xattr.h>
#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

/* Swift imports no function with a variable number of arguments. */

/* Neither a core, whatever collects it, nor another process of the same user gets this process's memory
   (PR_SET_DUMPABLE in prctl(2)). */
static inline int pulse_hide_memory(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/* One line for the system's log (syslog(3)). */
static inline void pulse_system_log(int level, const char *line) { syslog(level, "%s", line); }

/* Not among the headers that Swift has of the C library: whether a program has rights of its own (capabilities(7)). */
static inline bool pulse_has_capabilities(const char *path) {
    return getxattr(path, "security.capability", NULL, 0) > 0;
}

#endif
