#ifndef PULSEFS_CDIGEST_SHIM_H
#define PULSEFS_CDIGEST_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

#if XXH_VERSION_NUMBER < 800
#error "xxHash 0.8 or newer is needed: XXH3 was not stable before"
#endif

/* XXH3_64bits may be a macro that puts a name space before the function, which Swift does not import. */
static inline uint64_t pulse_xxh3(const void *bytes, size_t count) {
    return XXH3_64bits(bytes, count);
}

#endif
