// The functions of libfuse3 that the product calls, under their own names: each hands on to the library, which is opened when
// something is to be mounted. Linked in the usual way, a program does not even start where libfuse is not installed.

#include "CFuse.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// The library whose headers these are: its name changes when its structures do.
#if FUSE_MINOR_VERSION >= 17
#define LIBRARY "libfuse3.so.4"
#else
#define LIBRARY "libfuse3.so.3"
#endif

#define CALL(type, name, parameters, arguments)                                                                        \
    static type(*called_##name) parameters;                                                                             \
    __attribute__((visibility("hidden"))) type name parameters { return called_##name arguments; }

CALL(int, fuse_reply_err, (fuse_req_t request, int error), (request, error))
CALL(int, fuse_reply_entry, (fuse_req_t request, const struct fuse_entry_param *entry), (request, entry))
CALL(int, fuse_reply_attr,
     (fuse_req_t request, const struct stat *attributes, double lifetime),
     (request, attributes, lifetime))
CALL(int, fuse_reply_open, (fuse_req_t request, const struct fuse_file_info *info), (request, info))
CALL(int, fuse_reply_buf, (fuse_req_t request, const char *bytes, size_t count), (request, bytes, count))
CALL(int, fuse_reply_statfs, (fuse_req_t request, const struct statvfs *statistics), (request, statistics))
CALL(int, fuse_reply_xattr, (fuse_req_t request, size_t count), (request, count))
CALL(int, fuse_reply_poll, (fuse_req_t request, unsigned events), (request, events))
CALL(void, fuse_reply_none, (fuse_req_t request), (request))
CALL(size_t, fuse_add_direntry,
     (fuse_req_t request, char *bytes, size_t count, const char *name, const struct stat *attributes, off_t offset),
     (request, bytes, count, name, attributes, offset))
CALL(size_t, fuse_add_direntry_plus,
     (fuse_req_t request, char *bytes, size_t count, const char *name, const struct fuse_entry_param *entry, off_t offset),
     (request, bytes, count, name, entry, offset))
CALL(int, fuse_lowlevel_notify_poll, (struct fuse_pollhandle *handle), (handle))
CALL(int, fuse_lowlevel_notify_inval_inode,
     (struct fuse_session *session, fuse_ino_t node, off_t offset, off_t length),
     (session, node, offset, length))
CALL(int, fuse_lowlevel_notify_inval_entry,
     (struct fuse_session *session, fuse_ino_t parent, const char *name, size_t length),
     (session, parent, name, length))
CALL(int, fuse_lowlevel_notify_store,
     (struct fuse_session *session, fuse_ino_t node, off_t offset, struct fuse_bufvec *bytes, enum fuse_buf_copy_flags flags),
     (session, node, offset, bytes, flags))
CALL(void *, fuse_req_userdata, (fuse_req_t request), (request))
CALL(const struct fuse_ctx *, fuse_req_ctx, (fuse_req_t request), (request))
CALL(void, fuse_req_interrupt_func,
     (fuse_req_t request, fuse_interrupt_func_t function, void *data),
     (request, function, data))
CALL(void, fuse_pollhandle_destroy, (struct fuse_pollhandle *handle), (handle))
CALL(int, fuse_session_custom_io,
     (struct fuse_session *session, const struct fuse_custom_io *io, int descriptor),
     (session, io, descriptor))
CALL(int, fuse_session_mount, (struct fuse_session *session, const char *mountpoint), (session, mountpoint))
CALL(void, fuse_session_unmount, (struct fuse_session *session), (session))
CALL(void, fuse_session_exit, (struct fuse_session *session), (session))
CALL(void, fuse_session_destroy, (struct fuse_session *session), (session))
CALL(int, fuse_session_fd, (struct fuse_session *session), (session))
CALL(int, fuse_session_loop_mt, (struct fuse_session *session, struct fuse_loop_config *config), (session, config))
CALL(struct fuse_loop_config *, fuse_loop_cfg_create, (void), ())
CALL(void, fuse_loop_cfg_destroy, (struct fuse_loop_config *config), (config))
CALL(void, fuse_loop_cfg_set_clone_fd, (struct fuse_loop_config *config, unsigned int value), (config, value))
CALL(void, fuse_loop_cfg_set_max_threads, (struct fuse_loop_config *config, unsigned int value), (config, value))
CALL(void, fuse_loop_cfg_set_idle_threads, (struct fuse_loop_config *config, unsigned int value), (config, value))
CALL(const char *, fuse_pkgversion, (void), ())
CALL(void, fuse_set_log_func, (fuse_log_func_t function), (function))
CALL(void, fuse_opt_free_args, (struct fuse_args *arguments), (arguments))

// From 3.17 on, fuse_session_new is a macro that adds the version of the headers.
#ifdef fuse_session_new
CALL(struct fuse_session *, fuse_session_new_versioned,
     (struct fuse_args *arguments, const struct fuse_lowlevel_ops *operations, size_t size,
      struct libfuse_version *version, void *data),
     (arguments, operations, size, version, data))
#else
CALL(struct fuse_session *, fuse_session_new,
     (struct fuse_args *arguments, const struct fuse_lowlevel_ops *operations, size_t size, void *data),
     (arguments, operations, size, data))
#endif

static char trouble[256];

static void *find(void *library, const char *name) {
    void *function = dlsym(library, name);
    if (function == NULL && trouble[0] == 0) snprintf(trouble, sizeof trouble, "%s has no %s", LIBRARY, name);
    return function;
}

#define FIND(name) called_##name = (__typeof__(called_##name))find(library, #name)

static void open_library(void) {
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *reason = dlerror();
        snprintf(trouble, sizeof trouble, "%s", reason == NULL ? "cannot open " LIBRARY : reason);
        return;
    }
    FIND(fuse_reply_err);
    FIND(fuse_reply_entry);
    FIND(fuse_reply_attr);
    FIND(fuse_reply_open);
    FIND(fuse_reply_buf);
    FIND(fuse_reply_statfs);
    FIND(fuse_reply_xattr);
    FIND(fuse_reply_poll);
    FIND(fuse_reply_none);
    FIND(fuse_add_direntry);
    FIND(fuse_add_direntry_plus);
    FIND(fuse_lowlevel_notify_poll);
    FIND(fuse_lowlevel_notify_inval_inode);
    FIND(fuse_lowlevel_notify_inval_entry);
    FIND(fuse_lowlevel_notify_store);
    FIND(fuse_req_userdata);
    FIND(fuse_req_ctx);
    FIND(fuse_req_interrupt_func);
    FIND(fuse_pollhandle_destroy);
    FIND(fuse_session_custom_io);
    FIND(fuse_session_mount);
    FIND(fuse_session_unmount);
    FIND(fuse_session_exit);
    FIND(fuse_session_destroy);
    FIND(fuse_session_fd);
    FIND(fuse_session_loop_mt);
    FIND(fuse_loop_cfg_create);
    FIND(fuse_loop_cfg_destroy);
    FIND(fuse_loop_cfg_set_clone_fd);
    FIND(fuse_loop_cfg_set_max_threads);
    FIND(fuse_loop_cfg_set_idle_threads);
    FIND(fuse_pkgversion);
    FIND(fuse_set_log_func);
    FIND(fuse_opt_free_args);
#ifdef fuse_session_new
    FIND(fuse_session_new_versioned);
#else
    FIND(fuse_session_new);
#endif
}

const char *pulse_fuse_open(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_library);
    return trouble[0] == 0 ? NULL : trouble;
}
