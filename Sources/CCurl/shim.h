/* libcurl is opened when a token is fetched: it brings thirty libraries, which a benchmark shall not have in its memory. */
#include <curl/curl.h>
#include <dlfcn.h>

typedef CURL *(*kafka_curl_init)(void);
typedef void (*kafka_curl_cleanup)(CURL *curl);
typedef CURLcode (*kafka_curl_perform)(CURL *curl);
typedef const char *(*kafka_curl_strerror)(CURLcode code);
/* Functions with a variable number of arguments are closed to Swift. */
typedef CURLcode (*kafka_curl_setopt)(CURL *curl, CURLoption option, ...);
typedef CURLcode (*kafka_curl_getinfo)(CURL *curl, CURLINFO info, ...);
typedef size_t (*kafka_curl_writer)(char *bytes, size_t size, size_t count, void *user);

static inline kafka_curl_setopt kafka_curl_find_setopt(void *library) {
    return (kafka_curl_setopt)dlsym(library, "curl_easy_setopt");
}

static inline kafka_curl_getinfo kafka_curl_find_getinfo(void *library) {
    return (kafka_curl_getinfo)dlsym(library, "curl_easy_getinfo");
}

static inline CURLcode kafka_curl_set_text(void *library, CURL *curl, CURLoption option, const char *value) {
    return kafka_curl_find_setopt(library)(curl, option, value);
}

static inline CURLcode kafka_curl_set_number(void *library, CURL *curl, CURLoption option, long value) {
    return kafka_curl_find_setopt(library)(curl, option, value);
}

static inline CURLcode kafka_curl_set_writer(void *library, CURL *curl, kafka_curl_writer writer, void *user) {
    CURLcode status = kafka_curl_find_setopt(library)(curl, CURLOPT_WRITEFUNCTION, writer);
    return status != CURLE_OK ? status : kafka_curl_find_setopt(library)(curl, CURLOPT_WRITEDATA, user);
}

static inline long kafka_curl_status(void *library, CURL *curl) {
    long status = 0;
    kafka_curl_find_getinfo(library)(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
