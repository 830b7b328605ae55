#include <curl/curl.h>

/* Functions with a variable number of arguments are closed to Swift. */

static inline CURLcode kafka_curl_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode kafka_curl_set_number(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}

typedef size_t (*kafka_curl_writer)(char *bytes, size_t size, size_t count, void *user);

static inline CURLcode kafka_curl_set_writer(CURL *curl, kafka_curl_writer writer, void *user) {
    CURLcode status = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, writer);
    return status != CURLE_OK ? status : curl_easy_setopt(curl, CURLOPT_WRITEDATA, user);
}

static inline long kafka_curl_status(CURL *curl) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
