#ifndef PULSEFS_CCURL_SHIM_H
#define PULSEFS_CCURL_SHIM_H

#include <curl/curl.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

/* 7.88 */
#define OLDEST_LIBCURL 0x075800

#if LIBCURL_VERSION_NUM < OLDEST_LIBCURL
#error "libcurl 7.88 or newer is needed"
#endif

/* curl.h hides its three variadic setters behind type-checking macros of the same name; the plain functions are meant here. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

/* Opens libcurl, unless it is open; NULL, or why it cannot be used now, in memory of the calling thread. Whatever is called before opens
   it too, and fails where it cannot. */
const char *pulse_curl_open(void);

/* curl_easy_setopt is variadic, which Swift does not import: one function for each type of argument. */

CURLcode pulse_curl_set_long(CURL *easy, CURLoption option, long value);

CURLcode pulse_curl_set_string(CURL *easy, CURLoption option, const char *value);

CURLcode pulse_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value);

CURLcode pulse_curl_set_pointer(CURL *easy, CURLoption option, void *value);

/* Variadic as well; the type of function is kept so that the compiler checks each callback. Headers use it too. */
CURLcode pulse_curl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback callback);

CURLcode pulse_curl_set_read_callback(CURL *easy, curl_read_callback callback);

CURLcode pulse_curl_set_prereq_callback(CURL *easy, curl_prereq_callback callback);

CURLcode pulse_curl_set_sockopt_callback(CURL *easy, curl_sockopt_callback callback);

CURLcode pulse_curl_set_opensocket_callback(CURL *easy, curl_opensocket_callback callback);

/* The address is longer than the type of its field says. */
static inline const struct sockaddr *pulse_curl_address(const struct curl_sockaddr *address) { return &address->addr; }

/* SOCK_CLOEXEC and SOCK_STREAM are of an enumeration that glibc and Swift see differently. */
static inline curl_socket_t pulse_open_socket(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static const int pulse_sock_stream = SOCK_STREAM;

/* CURL_SOCKET_BAD is a macro that Swift does not import. */
static const curl_socket_t pulse_curl_socket_bad = CURL_SOCKET_BAD;

/* curl_easy_getinfo is variadic: one function for each type of answer, 0 or NULL when there is none. */

long pulse_curl_get_long(CURL *easy, CURLINFO info);

void *pulse_curl_get_pointer(CURL *easy, CURLINFO info);

/* curl_multi_setopt is variadic. */
CURLMcode pulse_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);

/* curl_share_setopt is variadic: has the handle share this. */
CURLSHcode pulse_curl_share(CURLSH *share, curl_lock_data what);

/* CURLVERSION_NOW is a macro for a value of an enumeration. */
static inline const curl_version_info_data *pulse_curl_version(void) { return curl_version_info(CURLVERSION_NOW); }

/* <netinet/tcp.h> is not part of Swift's Glibc module, so TCP_USER_TIMEOUT has no name there. */
static inline void pulse_set_tcp_user_timeout(curl_socket_t socket, unsigned int milliseconds) {
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

/* glibc declares pthread_setname_np only under _GNU_SOURCE, which Swift's importer does not define. */
extern int pthread_setname_np(pthread_t thread, const char *name);

static inline void pulse_name_thread(pthread_t thread, const char *name) {
    pthread_setname_np(thread, name);
}

#endif
