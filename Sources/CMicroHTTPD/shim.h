/* The part of GNU libmicrohttpd that answering a scraper needs. The library itself is opened when it is used: it brings GnuTLS,
   which a benchmark shall not have in its memory. Values of constants are those of its ABI. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Called once with *request null, when the headers are there, and again when the request is complete. Returns 1, or 0 to close. */
typedef int (*kafka_http_handler)(
    void *user, void *connection, const char *url, const char *method, const char *version, const char *upload,
    size_t *upload_length, void **request);

static inline void *kafka_http_start(
    void *library, const struct sockaddr *address, bool takes_ipv4, kafka_http_handler handler, void *user,
    unsigned connections_max, unsigned idle_seconds_max) {
    void *(*start)(unsigned, uint16_t, void *, void *, kafka_http_handler, void *, ...) =
        (void *(*)(unsigned, uint16_t, void *, void *, kafka_http_handler, void *, ...))dlsym(library, "MHD_start_daemon");
    if (!start) return NULL;
    /* MHD_USE_AUTO, MHD_USE_ITC (without it, stopping waits while all connections are taken), MHD_USE_INTERNAL_POLLING_THREAD,
       and MHD_USE_IPv6 or MHD_USE_DUAL_STACK. */
    unsigned flags = 65536u | 1024u | 8u | (address->sa_family == AF_INET6 ? 16u : 0u) | (takes_ipv4 ? 2048u : 0u);
    /* MHD_OPTION_SOCK_ADDR, _CONNECTION_LIMIT, _CONNECTION_TIMEOUT, _END. */
    return start(
        flags, 0, NULL, NULL, handler, user, 6, address, 2, connections_max, 3, idle_seconds_max, 0);
}

static inline void kafka_http_stop(void *library, void *daemon) {
    void (*stop)(void *) = (void (*)(void *))dlsym(library, "MHD_stop_daemon");
    if (stop) stop(daemon);
}

/* The port that it listens on; 0 where the library does not know. */
static inline uint16_t kafka_http_port(void *library, void *daemon) {
    const uint16_t *(*info)(void *, int, ...) = (const uint16_t *(*)(void *, int, ...))dlsym(library, "MHD_get_daemon_info");
    /* MHD_DAEMON_INFO_BIND_PORT */
    const uint16_t *port = info ? info(daemon, 6) : NULL;
    return port ? *port : 0;
}

/* Answers with a copy of these bytes. Returns what the handler is to return. */
static inline int kafka_http_answer(
    void *library, void *connection, unsigned status, const char *content_type, const void *bytes, size_t length) {
    void *(*make)(size_t, void *, int) = (void *(*)(size_t, void *, int))dlsym(library, "MHD_create_response_from_buffer");
    int (*add)(void *, const char *, const char *) =
        (int (*)(void *, const char *, const char *))dlsym(library, "MHD_add_response_header");
    int (*queue)(void *, unsigned, void *) = (int (*)(void *, unsigned, void *))dlsym(library, "MHD_queue_response");
    void (*release)(void *) = (void (*)(void *))dlsym(library, "MHD_destroy_response");
    if (!make || !add || !queue || !release) return 0;
    /* MHD_RESPMEM_MUST_COPY */
    void *response = make(length, (void *)bytes, 2);
    if (!response) return 0;
    add(response, "Content-Type", content_type);
    int result = queue(connection, status, response);
    release(response);
    return result;
}
