#ifndef PULSEFS_CSTORE_SHIM_H
#define PULSEFS_CSTORE_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <xxhash.h>

#if XXH_VERSION_NUMBER < 800
#error "xxHash 0.8 or newer is needed: XXH3 was not stable before"
#endif

/* XXH3_64bits may be a macro that puts a name space before the function, which Swift does not import. */
static inline uint64_t pulse_xxh3(const void *bytes, size_t count) {
    return XXH3_64bits(bytes, count);
}

/* glibc declares memfd_create(2) only under _GNU_SOURCE, which Swift's importer does not define. */
extern int memfd_create(const char *name, unsigned int flags);
static const unsigned int pulse_mfd_cloexec = 0x0001U;

/* Likewise fallocate(2), with the flag that leaves the file's size as it is. */
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);
static const int pulse_falloc_keep_size = 0x01;

#endif
