#ifndef PULSEFS_CFUSE_SHIM_H
#define PULSEFS_CFUSE_SHIM_H

// The low-level API as libfuse 3.12 and later declare it (Debian 12 ships 3.14).
#define FUSE_USE_VERSION 314
#include <fuse3/fuse_lowlevel.h>
#include <stdlib.h>

// Opens libfuse3, which calls.c hands its calls to: nothing of it may be called before. Any thread may ask, and more than once.
// Returns what is wrong, in a line; NULL when it is open. A program that mounts nothing runs without libfuse.
const char *pulse_fuse_open(void);

// Swift cannot import casts in macros; on some libfuse versions these are casts of shifted constants.
static const unsigned int pulse_fuse_cap_no_open = FUSE_CAP_NO_OPEN_SUPPORT;
static const unsigned int pulse_fuse_cap_no_opendir = FUSE_CAP_NO_OPENDIR_SUPPORT;
static const unsigned int pulse_fuse_cap_readdirplus = FUSE_CAP_READDIRPLUS;
static const unsigned int pulse_fuse_cap_readdirplus_auto = FUSE_CAP_READDIRPLUS_AUTO;
static const unsigned int pulse_fuse_cap_auto_inval_data = FUSE_CAP_AUTO_INVAL_DATA;
static const unsigned int pulse_fuse_cap_parallel_dirops = FUSE_CAP_PARALLEL_DIROPS;
static const unsigned int pulse_fuse_cap_async_read = FUSE_CAP_ASYNC_READ;
static const unsigned int pulse_fuse_cap_posix_acl = FUSE_CAP_POSIX_ACL;

// fuse_session_new is a macro in libfuse 3.17 and later; a function here is one for every version.
static inline struct fuse_session *pulse_fuse_session_new(struct fuse_args *args, const struct fuse_lowlevel_ops *ops,
                                                          size_t size, void *userdata) {
    return fuse_session_new(args, ops, size, userdata);
}

// fuse_session_loop_mt is a macro on some versions, and its configuration an opaque struct with three calls.
static inline int pulse_fuse_session_loop(struct fuse_session *session, unsigned int threads) {
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    if (config == NULL) return -1;
    fuse_loop_cfg_set_clone_fd(config, 0);
    fuse_loop_cfg_set_max_threads(config, threads);
    fuse_loop_cfg_set_idle_threads(config, threads);
    int result = fuse_session_loop_mt(session, config);
    fuse_loop_cfg_destroy(config);
    return result;
}

// FUSE_BUFVEC_INIT is a compound literal.
static inline struct fuse_bufvec pulse_fuse_bufvec(void *bytes, size_t count) {
    struct fuse_bufvec vector = FUSE_BUFVEC_INIT(count);
    vector.buf[0].mem = bytes;
    return vector;
}

// keep_cache and cache_readdir are bit fields, which Swift does not import on every compiler.
static inline void pulse_fuse_keep_cache(struct fuse_file_info *info) {
    info->keep_cache = 1;
    info->cache_readdir = 1;
}

#endif
