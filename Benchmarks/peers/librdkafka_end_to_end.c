// Produces records on a schedule with librdkafka, consumes them in the same process, and says how long they took.
//
//   librdkafka_end_to_end TOPIC PARTITIONS RECORDS RATE WARMUP SIZE producer:NAME=VALUE… consumer:NAME=VALUE…
//   librdkafka_end_to_end version
//
// A record's latency is from when it was due to when it was taken, by one monotonic clock. Each has its number in its value, of
// SIZE bytes, and nothing else in its topic. The first WARMUP don't count, nor do time and CPU before the first that does. Prints
// one line of NAME=VALUE.

#define _GNU_SOURCE
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "peer.h"

// How long the producer sleeps at most between two looks at the clock.
#define TICK_NS 50000
// Without a record for so long, it fails.
#define SILENCE_MS 30000

const char *const program = "librdkafka_end_to_end";

static struct {
    int64_t records, warmup;
    double interval_ns;
    // Known to the consumer when the first record comes.
    _Atomic int64_t start_ns;
    uint32_t *latency_us;
    int64_t warm_count, count;
} way;

static int64_t due_ns(int64_t number) { return way.start_ns + (int64_t)((double)number * way.interval_ns); }

static rd_kafka_t *open_client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
    char error[512];
    rd_kafka_t *client = rd_kafka_new(type, conf, error, sizeof error);
    if (!client) fail("no client", error);
    connect_client(client);
    return client;
}

static void take(const rd_kafka_message_t *message, int64_t now) {
    int64_t number;
    if (message->err) fail("read", rd_kafka_message_errstr(message));
    if (message->len < sizeof number) fail("read", "a record without a number");
    memcpy(&number, message->payload, sizeof number);
    if (number < way.warmup)
        way.warm_count++;
    else
        way.latency_us[way.count++] = (uint32_t)((now - due_ns(number)) / 1000);
}

static void *consume(void *client) {
    while (way.warm_count + way.count < way.records) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, SILENCE_MS);
        if (!message) fail("read", "there were no records for 30 s");
        take(message, now_ns());
        rd_kafka_message_destroy(message);
    }
    return NULL;
}

static _Atomic int64_t failed;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    if (message->err && failed++ == 0) fail("a record failed", rd_kafka_err2str(message->err));
}

static atomic_int ends;

static void *poll_all(void *client) {
    while (!ends) rd_kafka_poll(client, 100);
    return NULL;
}

static void wait_ns(long ns) {
    struct timespec pause = {0, ns};
    nanosleep(&pause, NULL);
}

static void produce(rd_kafka_topic_t *topic, char *value, size_t size, double *warm_cpu) {
    for (int64_t sent = 0; sent < way.records;) {
        int64_t due = (int64_t)((double)(now_ns() - way.start_ns) / way.interval_ns) + 1;
        if (due > way.records) due = way.records;
        if (due <= sent) {
            wait_ns(TICK_NS);
            continue;
        }
        for (; sent < due; sent++) {
            if (sent == way.warmup) *warm_cpu = cpu_s();
            memcpy(value, &sent, sizeof sent);
            while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, size, NULL, 0, NULL)) {
                if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
                    fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
                wait_ns(100000);
            }
        }
    }
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

// Those of NAME=VALUE that begin with a word, without it.
static rd_kafka_conf_t *settings_of(const char *word, int count, char **all) {
    char **mine = malloc((size_t)count * sizeof *mine + 1);
    int found = 0;
    for (int i = 0; i < count; i++)
        if (!strncmp(all[i], word, strlen(word))) mine[found++] = all[i] + strlen(word);
    return settings(found, mine);
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "version")) return puts(rd_kafka_version_str()) < 0;
    if (argc < 7) fail("arguments", "wants TOPIC PARTITIONS RECORDS RATE WARMUP SIZE NAME=VALUE…");
    int partitions = (int)number(argv[2], "PARTITIONS");
    way.records = number(argv[3], "RECORDS");
    way.interval_ns = 1e9 / (double)number(argv[4], "RATE");
    way.warmup = number(argv[5], "WARMUP");
    size_t size = (size_t)number(argv[6], "SIZE");
    char *value = malloc(size + sizeof(int64_t));
    way.latency_us = calloc((size_t)way.records, sizeof *way.latency_us);
    if (!value || !way.latency_us || way.warmup >= way.records) fail("arguments", "no memory, or nothing to measure");
    memset(value, 'x', size);

    rd_kafka_t *consumer = open_client(RD_KAFKA_CONSUMER, settings_of("consumer:", argc - 7, argv + 7));
    assign_all(consumer, argv[1], partitions);
    rd_kafka_conf_t *conf = settings_of("producer:", argc - 7, argv + 7);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *producer = open_client(RD_KAFKA_PRODUCER, conf);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, argv[1], NULL);
    pthread_t poller, reader;
    // Until it has a record the consumer is asking already.
    way.start_ns = now_ns() + 1000000000;
    if (pthread_create(&poller, NULL, poll_all, producer) || pthread_create(&reader, NULL, consume, consumer))
        fail("thread", strerror(errno));
    while (now_ns() < way.start_ns) wait_ns(TICK_NS);

    double cpu = cpu_s();
    produce(topic, value, size, &cpu);
    pthread_join(reader, NULL);
    double seconds = (double)(now_ns() - due_ns(way.warmup)) / 1e9;
    cpu = cpu_s() - cpu;
    ends = 1;

    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    qsort(way.latency_us, (size_t)way.count, sizeof *way.latency_us, compare);
    printf("duration_s=%.6f client_cpu_s=%.6f client_peak_rss_bytes=%ld records=%" PRId64
           " latency_p50_us=%u latency_p99_us=%u\n",
           seconds, cpu, usage.ru_maxrss * 1024, way.count, way.latency_us[way.count / 2],
           way.latency_us[(size_t)((double)way.count * 0.99)]);
    // All was said.
    fflush(stdout);
    _exit(0);
}
