// Reads a topic with librdkafka, as fast as it can, and says what it took.
//
//   librdkafka_reader TOPIC PARTITIONS RECORDS NAME=VALUE…
//
// Reads by rd_kafka_consume_batch_queue, the way that costs least, from the beginning of all partitions until it has so many
// records. NAME=VALUE are librdkafka's own settings. Prints one line of NAME=VALUE: of the time from when the partitions are
// assigned to the last record, with the client connected before.

#define _GNU_SOURCE
#include <inttypes.h>
#include <unistd.h>

#include "peer.h"

// Records that are taken at once.
#define CHUNK 10000
// Without a record for so long, it fails.
#define SILENCE_MS 30000

const char *const program = "librdkafka_reader";

static rd_kafka_t *open_consumer(rd_kafka_conf_t *conf) {
    char error[512];
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client) fail("no consumer", error);
    connect_client(client);
    return client;
}

// What was read; the first byte of each value, so that it is read at all.
static struct { int64_t records, bytes, sum; } total;

static void take(rd_kafka_message_t *message) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        total.records++;
        total.bytes += (int64_t)(message->len + message->key_len);
        if (message->len > 0) total.sum += *(const unsigned char *)message->payload;
    } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        fail("read", rd_kafka_message_errstr(message));
    }
    rd_kafka_message_destroy(message);
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[1], "version")) return puts(rd_kafka_version_str()) < 0;
    if (argc < 4) fail("arguments", "wants TOPIC PARTITIONS RECORDS NAME=VALUE…");
    int partitions = (int)number(argv[2], "PARTITIONS");
    int64_t records = number(argv[3], "RECORDS");
    rd_kafka_t *client = open_consumer(settings(argc - 4, argv + 4));
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    rd_kafka_message_t **messages = malloc(CHUNK * sizeof *messages);
    if (!messages) fail("messages", "no memory");

    double cpu = cpu_s();
    int64_t start = now_ns();
    assign_all(client, argv[1], partitions);
    while (total.records < records) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, SILENCE_MS, messages, CHUNK);
        if (count <= 0) fail("read", "there were no records for 30 s");
        for (ssize_t i = 0; i < count; i++) take(messages[i]);
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    cpu = cpu_s() - cpu;

    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("duration_s=%.6f client_cpu_s=%.6f client_peak_rss_bytes=%ld records=%" PRId64 " bytes=%" PRId64 "\n", seconds, cpu,
           usage.ru_maxrss * 1024, total.records, total.bytes);
    // All was said; what is still queued is nobody's.
    fflush(stdout);
    _exit(total.sum < 0);
}
