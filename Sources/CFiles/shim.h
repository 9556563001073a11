#ifndef PULSEFS_CFILES_SHIM_H
#define PULSEFS_CFILES_SHIM_H

#include <linux/fs.h>
#include <sys/ioctl.h>

/* glibc declares renameat2(2) and syncfs(2) only under _GNU_SOURCE, which Swift's importer does not define. */
extern int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned int flags);
extern int syncfs(int descriptor);

/* Macros of linux/fs.h that glibc repeats under _GNU_SOURCE. */
static const unsigned int pulse_rename_noreplace = 1 << 0;
static const unsigned int pulse_rename_exchange = 1 << 1;

/* UTIME_OMIT, a macro with a cast (utimensat(2)). Its header would give this module what is the C library's. */
static const long pulse_utime_omit = (1L << 30) - 2L;

/* Swift imports no function with a variable number of arguments: ioctl_ficlone(2). */
static inline int pulse_clone_file(int target, int source) { return ioctl(target, FICLONE, source); }

#endif
