// The functions of libcurl that the product calls, under their own names: each hands on to the library, which is opened for the
// first request. It brings forty other libraries with it, and to load them takes a third of the time of a command that asks
// nothing.

#include "CCurl.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>

// The library whose headers these are: its name changes when its functions do.
#define LIBRARY "libcurl.so.4"

#define CALL(type, name, parameters, arguments)                                                                        \
    static type(*called_##name) parameters;                                                                             \
    __attribute__((visibility("hidden"))) type name parameters { return called_##name arguments; }

// What may be called before anything else, and what it returns where there is no libcurl.
#define FIRST_CALL(type, name, parameters, arguments, failure)                                                          \
    static type(*called_##name) parameters;                                                                             \
    __attribute__((visibility("hidden"))) type name parameters {                                                        \
        return pulse_curl_open() == NULL ? called_##name arguments : (failure);                                         \
    }

FIRST_CALL(CURLcode, curl_global_init, (long flags), (flags), CURLE_FAILED_INIT)
FIRST_CALL(curl_version_info_data *, curl_version_info, (CURLversion age), (age), NULL)
FIRST_CALL(CURLU *, curl_url, (void), (), NULL)
FIRST_CALL(time_t, curl_getdate, (const char *text, const time_t *unused), (text, unused), -1)

CALL(CURL *, curl_easy_init, (void), ())
CALL(void, curl_easy_cleanup, (CURL *easy), (easy))
CALL(CURLcode, curl_easy_pause, (CURL *easy, int mask), (easy, mask))
CALL(struct curl_slist *, curl_slist_append, (struct curl_slist *list, const char *line), (list, line))
CALL(void, curl_slist_free_all, (struct curl_slist *list), (list))
CALL(void, curl_free, (void *memory), (memory))
CALL(CURLM *, curl_multi_init, (void), ())
CALL(CURLMcode, curl_multi_cleanup, (CURLM *multi), (multi))
CALL(CURLMcode, curl_multi_wakeup, (CURLM *multi), (multi))
CALL(CURLMcode, curl_multi_add_handle, (CURLM *multi, CURL *easy), (multi, easy))
CALL(CURLMcode, curl_multi_remove_handle, (CURLM *multi, CURL *easy), (multi, easy))
CALL(CURLMcode, curl_multi_perform, (CURLM *multi, int *running), (multi, running))
CALL(CURLMsg *, curl_multi_info_read, (CURLM *multi, int *left), (multi, left))
CALL(CURLMcode, curl_multi_poll,
     (CURLM *multi, struct curl_waitfd others[], unsigned int count, int milliseconds, int *ready),
     (multi, others, count, milliseconds, ready))
CALL(CURLSH *, curl_share_init, (void), ())
CALL(CURLSHcode, curl_share_cleanup, (CURLSH *share), (share))
CALL(void, curl_url_cleanup, (CURLU *url), (url))
CALL(CURLUcode, curl_url_set, (CURLU *url, CURLUPart part, const char *text, unsigned int flags), (url, part, text, flags))

// Newer headers promise not to change it.
#if LIBCURL_VERSION_NUM >= 0x080000
#define READ_URL const CURLU
#else
#define READ_URL CURLU
#endif
CALL(CURLUcode, curl_url_get, (READ_URL *url, CURLUPart part, char **text, unsigned int flags), (url, part, text, flags))

static CURLcode (*called_curl_easy_setopt)(CURL *easy, CURLoption option, ...);
static CURLcode (*called_curl_easy_getinfo)(CURL *easy, CURLINFO info, ...);
static CURLMcode (*called_curl_multi_setopt)(CURLM *multi, CURLMoption option, ...);
static CURLSHcode (*called_curl_share_setopt)(CURLSH *share, CURLSHoption option, ...);

CURLcode pulse_curl_set_long(CURL *easy, CURLoption option, long value) {
    return called_curl_easy_setopt(easy, option, value);
}

CURLcode pulse_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return called_curl_easy_setopt(easy, option, value);
}

CURLcode pulse_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return called_curl_easy_setopt(easy, option, value);
}

CURLcode pulse_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return called_curl_easy_setopt(easy, option, value);
}

CURLcode pulse_curl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback callback) {
    return called_curl_easy_setopt(easy, option, callback);
}

CURLcode pulse_curl_set_read_callback(CURL *easy, curl_read_callback callback) {
    return called_curl_easy_setopt(easy, CURLOPT_READFUNCTION, callback);
}

CURLcode pulse_curl_set_prereq_callback(CURL *easy, curl_prereq_callback callback) {
    return called_curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

CURLcode pulse_curl_set_sockopt_callback(CURL *easy, curl_sockopt_callback callback) {
    return called_curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, callback);
}

CURLcode pulse_curl_set_opensocket_callback(CURL *easy, curl_opensocket_callback callback) {
    return called_curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

long pulse_curl_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return called_curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

void *pulse_curl_get_pointer(CURL *easy, CURLINFO info) {
    void *value = NULL;
    return called_curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : NULL;
}

CURLMcode pulse_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return called_curl_multi_setopt(multi, option, value);
}

CURLSHcode pulse_curl_share(CURLSH *share, curl_lock_data what) {
    return called_curl_share_setopt(share, CURLSHOPT_SHARE, what);
}

// Of the calling thread: another may be trying at the same time.
static _Thread_local char trouble[256];

static void *find(void *library, const char *name) {
    void *function = dlsym(library, name);
    if (function == NULL && trouble[0] == 0) snprintf(trouble, sizeof trouble, "%s has no %s", LIBRARY, name);
    return function;
}

#define FIND(name) called_##name = (__typeof__(called_##name))find(library, #name)

static void find_functions(void *library) {
    FIND(curl_global_init);
    FIND(curl_version_info);
    FIND(curl_url);
    FIND(curl_getdate);
    FIND(curl_easy_init);
    FIND(curl_easy_cleanup);
    FIND(curl_easy_pause);
    FIND(curl_easy_setopt);
    FIND(curl_easy_getinfo);
    FIND(curl_slist_append);
    FIND(curl_slist_free_all);
    FIND(curl_free);
    FIND(curl_multi_init);
    FIND(curl_multi_cleanup);
    FIND(curl_multi_wakeup);
    FIND(curl_multi_add_handle);
    FIND(curl_multi_remove_handle);
    FIND(curl_multi_perform);
    FIND(curl_multi_info_read);
    FIND(curl_multi_poll);
    FIND(curl_multi_setopt);
    FIND(curl_share_init);
    FIND(curl_share_cleanup);
    FIND(curl_share_setopt);
    FIND(curl_url_cleanup);
    FIND(curl_url_set);
    FIND(curl_url_get);
    if (trouble[0] != 0) return;
    const curl_version_info_data *facts = called_curl_version_info(CURLVERSION_NOW);
    if (facts->version_num < OLDEST_LIBCURL)
        snprintf(trouble, sizeof trouble, "%s is of version %s, and 7.88 or newer is needed", LIBRARY, facts->version);
}

static void open_library(void) {
    void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        const char *reason = dlerror();
        snprintf(trouble, sizeof trouble, "%s", reason == NULL ? "cannot open " LIBRARY : reason);
        return;
    }
    find_functions(library);
    if (trouble[0] != 0) dlclose(library);
}

// A process that is out of descriptors or memory has them again later, so what failed is tried again.
const char *pulse_curl_open(void) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static atomic_int is_open;
    if (atomic_load(&is_open)) return NULL;
    pthread_mutex_lock(&lock);
    if (!atomic_load(&is_open)) {
        trouble[0] = 0;
        open_library();
        if (trouble[0] == 0) atomic_store(&is_open, 1);
    }
    const char *reason = atomic_load(&is_open) ? NULL : trouble;
    pthread_mutex_unlock(&lock);
    return reason;
}
