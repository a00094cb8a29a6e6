// Typed calls into libcurl, which is loaded when the first transfer is asked for.
//
// Two reasons for a shim: `curl_easy_setopt`, `curl_easy_getinfo` and `curl_multi_setopt` are variadic, which Swift cannot
// call; and loading libcurl with its forty libraries costs more than a whole small conversion, so it is opened by
// `ocop_curl_load` and not linked.
#ifndef OCOP_CURL_H
#define OCOP_CURL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

// Opens libcurl once; false with `ocop_curl_load_error` when it is missing or lacks a function. Thread-safe.
bool ocop_curl_load(void);
const char *ocop_curl_load_error(void);

const curl_version_info_data *ocop_curl_version(void);
const char *ocop_curl_error(CURLcode code);

CURL *ocop_curl_new(void);
void ocop_curl_reset(CURL *easy);
void ocop_curl_free(CURL *easy);

CURLcode ocop_curl_set_number(CURL *easy, CURLoption option, long value);
CURLcode ocop_curl_set_size(CURL *easy, CURLoption option, curl_off_t value);
CURLcode ocop_curl_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode ocop_curl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ocop_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *list);
CURLcode ocop_curl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count);

CURLcode ocop_curl_on_write(CURL *easy, curl_write_callback call, void *context);
CURLcode ocop_curl_on_header(CURL *easy, curl_write_callback call, void *context);
CURLcode ocop_curl_on_read(CURL *easy, curl_read_callback call, void *context);
CURLcode ocop_curl_on_seek(CURL *easy, curl_seek_callback call, void *context);
CURLcode ocop_curl_on_progress(CURL *easy, curl_xferinfo_callback call, void *context);
CURLcode ocop_curl_on_open_socket(CURL *easy, curl_opensocket_callback call, void *context);
CURLcode ocop_curl_on_debug(CURL *easy, curl_debug_callback call, void *context);
CURLcode ocop_curl_on_host_key(CURL *easy, curl_sshkeycallback call, void *context);

long ocop_curl_get_number(CURL *easy, CURLINFO info);
curl_off_t ocop_curl_get_size(CURL *easy, CURLINFO info);
// Owned by the handle; NULL when there is none.
const char *ocop_curl_get_text(CURL *easy, CURLINFO info);
void *ocop_curl_get_pointer(CURL *easy, CURLINFO info);

struct curl_slist *ocop_curl_list_append(struct curl_slist *list, const char *text);
void ocop_curl_list_free(struct curl_slist *list);

CURLM *ocop_curl_multi_new(void);
CURLMcode ocop_curl_multi_set_number(CURLM *multi, CURLMoption option, long value);
void ocop_curl_multi_free(CURLM *multi);
CURLMcode ocop_curl_multi_add(CURLM *multi, CURL *easy);
CURLMcode ocop_curl_multi_remove(CURLM *multi, CURL *easy);
CURLMcode ocop_curl_multi_perform(CURLM *multi, int *running);
// Waits for sockets, a wake-up or the time limit.
CURLMcode ocop_curl_multi_poll(CURLM *multi, int milliseconds);
CURLMcode ocop_curl_multi_wakeup(CURLM *multi);
// The next handle that is done, with its result; NULL when there is none.
CURL *ocop_curl_multi_next_done(CURLM *multi, CURLcode *result);

// Waits for a thread (a pthread_t) for some seconds; 0 when it has ended (a GNU extension that Swift does not see).
int ocop_curl_join(unsigned long thread, int seconds);

// Macros with casts, which Swift does not see.
static const long ocop_curl_auth_basic = (long)CURLAUTH_BASIC;
static const long ocop_curl_auth_bearer = (long)CURLAUTH_BEARER;

#endif
