#ifndef PULSEFS_CFILES_SHIM_H
#define PULSEFS_CFILES_SHIM_H

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/types.h>

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

/* glibc declares memfd_create(2) only under _GNU_SOURCE, which Swift's importer does not define. */
extern int memfd_create(const char *name, unsigned int flags);
static const unsigned int pulse_mfd_cloexec = 0x0001U;

/* Likewise fallocate(2), with the flag that leaves the file's size as it is. */
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);
static const int pulse_falloc_keep_size = 0x01;

#endif
