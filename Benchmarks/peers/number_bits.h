// What both programs of the drills share: complaints, settings, and which records are acknowledged or stored, as a bit for
// each running number.

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void fail(const char *what, const char *why) {
    fprintf(stderr, "librdkafka: %s: %s\n", what, why);
    exit(1);
}

static inline void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char error[512];
    if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) fail(name, error);
}

static inline rd_kafka_t *open_client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
    char error[512];
    rd_kafka_t *client = rd_kafka_new(type, conf, error, sizeof error);
    if (!client) fail("no client", error);
    return client;
}

struct bits {
    uint8_t *bytes;
    size_t size;
};

static inline void make_room(struct bits *bits, size_t size) {
    if (size <= bits->size) return;
    bits->bytes = realloc(bits->bytes, size);
    if (!bits->bytes) fail("bits", "no memory");
    memset(bits->bytes + bits->size, 0, size - bits->size);
    bits->size = size;
}

static inline int get_bit(const struct bits *bits, uint64_t number) {
    return number / 8 < bits->size && bits->bytes[number / 8] >> number % 8 & 1;
}

// Whether it was set before.
static inline int set_bit(struct bits *bits, uint64_t number) {
    int was = get_bit(bits, number);
    if (number / 8 >= bits->size) make_room(bits, number / 8 + (1 << 16));
    bits->bytes[number / 8] |= (uint8_t)(1 << number % 8);
    return was;
}

static inline int64_t count_bits(const struct bits *bits) {
    int64_t sum = 0;
    for (size_t i = 0; i < bits->size; i++) sum += __builtin_popcount(bits->bytes[i]);
    return sum;
}
