#ifndef PULSE_CCURL_SHIM_H
#define PULSE_CCURL_SHIM_H

#include <curl/curl.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

#if LIBCURL_VERSION_NUM < 0x075800
#error "libcurl 7.88 or newer is needed"
#endif

/* curl.h hides its three variadic setters behind type-checking macros of the same name; the plain functions are meant here. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

/* curl_easy_setopt is variadic, which Swift does not import: one function for each type of argument. */

static inline CURLcode pulse_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode pulse_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode pulse_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode pulse_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/* Variadic as well; the type of function is kept so that the compiler checks each callback. Headers use it too. */
static inline CURLcode pulse_curl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

static inline CURLcode pulse_curl_set_read_callback(CURL *easy, curl_read_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_READFUNCTION, callback);
}

static inline CURLcode pulse_curl_set_prereq_callback(CURL *easy, curl_prereq_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode pulse_curl_set_sockopt_callback(CURL *easy, curl_sockopt_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, callback);
}

static inline CURLcode pulse_curl_set_opensocket_callback(CURL *easy, curl_opensocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

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

static inline long pulse_curl_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline void *pulse_curl_get_pointer(CURL *easy, CURLINFO info) {
    void *value = NULL;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : NULL;
}

/* curl_multi_setopt is variadic. */
static inline CURLMcode pulse_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

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
