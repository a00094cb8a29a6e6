#define _GNU_SOURCE  // pthread_timedjoin_np
#include "ocop_curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

// The functions that are used, by their names in libcurl; all of them exist since 7.68 (2020).
#define FUNCTIONS(X)                                                                                                   \
  X(curl_global_init) X(curl_version_info) X(curl_easy_strerror) X(curl_easy_init) X(curl_easy_reset)                  \
  X(curl_easy_cleanup) X(curl_easy_setopt) X(curl_easy_getinfo) X(curl_slist_append) X(curl_slist_free_all)            \
  X(curl_multi_init) X(curl_multi_cleanup) X(curl_multi_setopt) X(curl_multi_add_handle) X(curl_multi_remove_handle) X(curl_multi_perform)   \
  X(curl_multi_poll) X(curl_multi_wakeup) X(curl_multi_info_read)

// curl.h wraps some of these names in type-checking macros; here they stand for the functions themselves.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define DECLARE(name) static __typeof__(name) *p_##name;
FUNCTIONS(DECLARE)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[256];

static void load(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(failure, sizeof failure, "%s", dlerror());
    return;
  }
#define RESOLVE(name)                                                                                                  \
  if (!(p_##name = (__typeof__(name) *)dlsym(library, #name))) {                                                       \
    snprintf(failure, sizeof failure, "libcurl.so.4 has no function %s", #name);                                       \
    return;                                                                                                            \
  }
  FUNCTIONS(RESOLVE)
  CURLcode result = p_curl_global_init(CURL_GLOBAL_ALL);
  if (result != CURLE_OK) snprintf(failure, sizeof failure, "%s", p_curl_easy_strerror(result));
}

bool ocop_curl_load(void) {
  pthread_once(&once, load);
  return failure[0] == 0;
}

const char *ocop_curl_load_error(void) { return failure; }

const curl_version_info_data *ocop_curl_version(void) { return p_curl_version_info(CURLVERSION_NOW); }
const char *ocop_curl_error(CURLcode code) { return p_curl_easy_strerror(code); }

CURL *ocop_curl_new(void) { return p_curl_easy_init(); }
void ocop_curl_reset(CURL *easy) { p_curl_easy_reset(easy); }
void ocop_curl_free(CURL *easy) { p_curl_easy_cleanup(easy); }

CURLcode ocop_curl_set_number(CURL *easy, CURLoption option, long value) {
  return p_curl_easy_setopt(easy, option, value);
}
CURLcode ocop_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
  return p_curl_easy_setopt(easy, option, value);
}
CURLcode ocop_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return p_curl_easy_setopt(easy, option, value);
}
CURLcode ocop_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return p_curl_easy_setopt(easy, option, value);
}
CURLcode ocop_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *list) {
  return p_curl_easy_setopt(easy, option, list);
}
CURLcode ocop_curl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {.data = (void *)bytes, .len = count, .flags = CURL_BLOB_COPY};
  return p_curl_easy_setopt(easy, option, &blob);
}

// One callback: the function and its context.
#define CALLBACK(name, type, function, data)                                                                           \
  CURLcode name(CURL *easy, type call, void *context) {                                                                \
    CURLcode result = p_curl_easy_setopt(easy, function, call);                                                        \
    return result ? result : p_curl_easy_setopt(easy, data, context);                                                  \
  }
CALLBACK(ocop_curl_on_write, curl_write_callback, CURLOPT_WRITEFUNCTION, CURLOPT_WRITEDATA)
CALLBACK(ocop_curl_on_header, curl_write_callback, CURLOPT_HEADERFUNCTION, CURLOPT_HEADERDATA)
CALLBACK(ocop_curl_on_read, curl_read_callback, CURLOPT_READFUNCTION, CURLOPT_READDATA)
CALLBACK(ocop_curl_on_seek, curl_seek_callback, CURLOPT_SEEKFUNCTION, CURLOPT_SEEKDATA)
CALLBACK(ocop_curl_on_progress, curl_xferinfo_callback, CURLOPT_XFERINFOFUNCTION, CURLOPT_XFERINFODATA)
CALLBACK(ocop_curl_on_open_socket, curl_opensocket_callback, CURLOPT_OPENSOCKETFUNCTION, CURLOPT_OPENSOCKETDATA)
CALLBACK(ocop_curl_on_debug, curl_debug_callback, CURLOPT_DEBUGFUNCTION, CURLOPT_DEBUGDATA)
CALLBACK(ocop_curl_on_host_key, curl_sshkeycallback, CURLOPT_SSH_KEYFUNCTION, CURLOPT_SSH_KEYDATA)

long ocop_curl_get_number(CURL *easy, CURLINFO info) {
  long value = 0;
  p_curl_easy_getinfo(easy, info, &value);
  return value;
}
curl_off_t ocop_curl_get_size(CURL *easy, CURLINFO info) {
  curl_off_t value = -1;
  p_curl_easy_getinfo(easy, info, &value);
  return value;
}
const char *ocop_curl_get_text(CURL *easy, CURLINFO info) {
  char *value = NULL;
  p_curl_easy_getinfo(easy, info, &value);
  return value;
}
void *ocop_curl_get_pointer(CURL *easy, CURLINFO info) {
  void *value = NULL;
  p_curl_easy_getinfo(easy, info, &value);
  return value;
}

struct curl_slist *ocop_curl_list_append(struct curl_slist *list, const char *text) {
  return p_curl_slist_append(list, text);
}
void ocop_curl_list_free(struct curl_slist *list) { p_curl_slist_free_all(list); }

CURLM *ocop_curl_multi_new(void) { return p_curl_multi_init(); }
void ocop_curl_multi_free(CURLM *multi) { p_curl_multi_cleanup(multi); }
CURLMcode ocop_curl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
  return p_curl_multi_setopt(multi, option, value);
}
CURLMcode ocop_curl_multi_add(CURLM *multi, CURL *easy) { return p_curl_multi_add_handle(multi, easy); }
CURLMcode ocop_curl_multi_remove(CURLM *multi, CURL *easy) { return p_curl_multi_remove_handle(multi, easy); }
CURLMcode ocop_curl_multi_perform(CURLM *multi, int *running) { return p_curl_multi_perform(multi, running); }
CURLMcode ocop_curl_multi_poll(CURLM *multi, int milliseconds) {
  return p_curl_multi_poll(multi, NULL, 0, milliseconds, NULL);
}
CURLMcode ocop_curl_multi_wakeup(CURLM *multi) { return p_curl_multi_wakeup(multi); }
CURL *ocop_curl_multi_next_done(CURLM *multi, CURLcode *result) {
  int left = 0;
  CURLMsg *message;
  while ((message = p_curl_multi_info_read(multi, &left))) {
    if (message->msg == CURLMSG_DONE) {
      *result = message->data.result;
      return message->easy_handle;
    }
  }
  return NULL;
}

int ocop_curl_join(unsigned long thread, int seconds) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += seconds;
  return pthread_timedjoin_np(thread, NULL, &until);
}
