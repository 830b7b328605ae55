// What librdkafka's programs of scripts/compare-peers share: complaints, clocks, numbers and settings.

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

// The name of the program, which says it.
extern const char *const program;

static inline void fail(const char *what, const char *why) {
    fprintf(stderr, "%s: %s: %s\n", program, what, why);
    exit(1);
}

static inline int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline double cpu_s(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static inline int64_t number(const char *text, const char *what) {
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *text == 0 || *end || value < 0) fail(what, "is not a whole number");
    return value;
}

static inline rd_kafka_conf_t *settings(int count, char **pairs) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char error[512];
    for (int i = 0; i < count; i++) {
        char *equals = strchr(pairs[i], '=');
        if (!equals) fail(pairs[i], "is not NAME=VALUE");
        *equals = 0;
        if (rd_kafka_conf_set(conf, pairs[i], equals + 1, error, sizeof error) != RD_KAFKA_CONF_OK)
            fail(pairs[i], error);
    }
    return conf;
}

#define CONNECT_MS 5000

// Waits until a client knows its brokers.
static inline void connect_client(rd_kafka_t *client) {
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t failure = rd_kafka_metadata(client, 1, NULL, &metadata, CONNECT_MS);
    if (failure) fail("metadata", rd_kafka_err2str(failure));
    rd_kafka_metadata_destroy(metadata);
}

// Has a consumer read all partitions of a topic from their beginning.
static inline void assign_all(rd_kafka_t *client, const char *topic, int partitions) {
    rd_kafka_poll_set_consumer(client);
    rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(partitions);
    for (int32_t partition = 0; partition < partitions; partition++)
        rd_kafka_topic_partition_list_add(all, topic, partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_resp_err_t error = rd_kafka_assign(client, all);
    if (error) fail("assign", rd_kafka_err2str(error));
    rd_kafka_topic_partition_list_destroy(all);
}
