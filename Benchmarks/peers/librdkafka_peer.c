// Produces the lines of a file with librdkafka, as fast as it can or on a fixed schedule, and says what it took.
//
//   librdkafka_peer produce TOPIC RECORDS RATE WARMUP FILE NAME=VALUE…   one by one and copied, as most programs do
//   librdkafka_peer produce-batch …                                      500 at a time, not copied: the least it costs
//   librdkafka_peer create TOPIC PARTITIONS NAME=VALUE…
//   librdkafka_peer count TOPIC PARTITIONS NAME=VALUE…                   how many records the broker says it has
//   librdkafka_peer delete TOPIC NAME=VALUE…
//   librdkafka_peer version
//
// RATE 0 is as fast as possible; otherwise latencies are those of all records but the first WARMUP. NAME=VALUE are
// librdkafka's own settings. `produce` prints one line of NAME=VALUE: of the time from before the first record to the
// last acknowledgement, without reading the file and connecting.

#define _GNU_SOURCE
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "peer.h"

const char *const program = "librdkafka_peer";

// Records that produce-batch hands over by one call.
#define CHUNK 500
// On a schedule, how long the producer sleeps at most between two looks at the clock.
#define TICK_NS 50000
#define DRAIN_MS 60000

// The lines of a file, without their ends.
struct lines {
    char *bytes;
    size_t count;
    struct { char *start; size_t size; } *all;
};

static struct lines read_lines(const char *path) {
    struct lines lines = {0};
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail(path, strerror(errno));
    size_t size = (size_t)ftell(file);
    rewind(file);
    lines.bytes = malloc(size + 1);
    if (!lines.bytes || fread(lines.bytes, 1, size, file) != size) fail(path, "can't be read");
    fclose(file);
    if (size > 0 && lines.bytes[size - 1] != '\n') lines.bytes[size++] = '\n';
    for (size_t i = 0; i < size; i++) lines.count += lines.bytes[i] == '\n';
    if (lines.count == 0) fail(path, "has no lines");
    lines.all = malloc(lines.count * sizeof *lines.all);
    char *start = lines.bytes;
    for (size_t i = 0; i < lines.count; i++) {
        char *end = memchr(start, '\n', size - (size_t)(start - lines.bytes));
        lines.all[i].start = start;
        lines.all[i].size = (size_t)(end - start);
        start = end + 1;
    }
    return lines;
}

// What the deliveries say. Written by the polling thread alone.
static struct {
    _Atomic int64_t delivered, failed;
    uint32_t *latency_us;  // only on a schedule; of records due from warm_ns on
    size_t latency_count;
    int64_t start_ns, warm_ns;
} report;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    if (message->err) {
        if (atomic_fetch_add(&report.failed, 1) == 0)
            fprintf(stderr, "%s: a record failed: %s\n", program, rd_kafka_err2str(message->err));
        return;
    }
    if (report.latency_us) {
        // The opaque is when the record was due, counted from the start.
        int64_t due_ns = (int64_t)(intptr_t)message->_private;
        if (due_ns >= report.warm_ns)
            report.latency_us[report.latency_count++] = (uint32_t)((now_ns() - report.start_ns - due_ns) / 1000);
    }
    atomic_fetch_add(&report.delivered, 1);
}

static atomic_int ends;

static void *poll_all(void *client) {
    while (!ends) rd_kafka_poll(client, 100);
    return NULL;
}

static rd_kafka_t *open_producer(rd_kafka_conf_t *conf) {
    char error[512];
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (!client) fail("no producer", error);
    return client;
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void wait_ns(long ns) {
    struct timespec pause = {0, ns};
    nanosleep(&pause, NULL);
}

// What comes next, and when it is due.
struct source {
    struct lines lines;
    size_t line;
    double interval_ns;
    int64_t sent;
};

static rd_kafka_message_t next_message(struct source *source) {
    rd_kafka_message_t message = {0};
    message.payload = source->lines.all[source->line].start;
    message.len = source->lines.all[source->line].size;
    message._private = (void *)(intptr_t)((double)source->sent++ * source->interval_ns);
    if (++source->line == source->lines.count) source->line = 0;
    return message;
}

static void hand_over_each(rd_kafka_topic_t *topic, struct source *source, int count) {
    for (int i = 0; i < count; i++) {
        rd_kafka_message_t message = next_message(source);
        while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, message.payload, message.len, NULL,
                                0, message._private)) {
            if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
                fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
            wait_ns(100000);
        }
    }
}

static void hand_over_batch(rd_kafka_topic_t *topic, struct source *source, int count) {
    static rd_kafka_message_t messages[CHUNK];
    for (int i = 0; i < count; i++) messages[i] = next_message(source);
    while (rd_kafka_produce_batch(topic, RD_KAFKA_PARTITION_UA, 0, messages, count) < count) {
        // Those refused stand among the others, each with its error; they are for the next try.
        int left = 0;
        for (int i = 0; i < count; i++) {
            if (messages[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
            if (messages[i].err != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail("produce", rd_kafka_err2str(messages[i].err));
            messages[left] = messages[i];
            messages[left++].err = RD_KAFKA_RESP_ERR_NO_ERROR;
        }
        count = left;
        wait_ns(100000);
    }
}

static int produce(int argc, char **argv, int in_batches) {
    if (argc < 5) fail("produce", "wants TOPIC RECORDS RATE WARMUP FILE NAME=VALUE…");
    int64_t records = number(argv[1], "RECORDS");
    int64_t rate = number(argv[2], "RATE");
    int64_t warmup = number(argv[3], "WARMUP");
    struct source source = {.lines = read_lines(argv[4]), .interval_ns = rate > 0 ? 1e9 / (double)rate : 0};
    report.warm_ns = (int64_t)((double)warmup * source.interval_ns);
    if (rate > 0) report.latency_us = calloc((size_t)records, sizeof *report.latency_us);
    rd_kafka_conf_t *conf = settings(argc - 5, argv + 5);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *client = open_producer(conf);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, argv[0], NULL);
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, topic, &metadata, CONNECT_MS);
    if (error) fail("metadata", rd_kafka_err2str(error));
    rd_kafka_metadata_destroy(metadata);
    pthread_t poller;
    if (pthread_create(&poller, NULL, poll_all, client)) fail("thread", strerror(errno));

    double cpu = cpu_s();
    int64_t start = report.start_ns = now_ns();
    while (source.sent < records) {
        int64_t due = records;
        if (rate > 0) {
            due = (int64_t)((double)(now_ns() - start) / source.interval_ns) + 1;
            if (due > records) due = records;
            if (due <= source.sent) {
                wait_ns(TICK_NS);
                continue;
            }
        }
        int count = due - source.sent < CHUNK ? (int)(due - source.sent) : CHUNK;
        (in_batches ? hand_over_batch : hand_over_each)(topic, &source, count);
    }
    error = rd_kafka_flush(client, DRAIN_MS);
    if (error) fail("flush", rd_kafka_err2str(error));
    // The flush ends when the queue is empty; the polling thread may still be within the last callbacks.
    while (report.delivered + report.failed < records) wait_ns(20000);
    double seconds = (double)(now_ns() - start) / 1e9;
    cpu = cpu_s() - cpu;
    ends = 1;
    pthread_join(poller, NULL);

    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("duration_s=%.6f client_cpu_s=%.6f client_peak_rss_bytes=%ld records_acked=%" PRId64
           " records_failed=%" PRId64,
           seconds, cpu, usage.ru_maxrss * 1024, report.delivered, report.failed);
    if (report.latency_count > 0) {
        size_t count = report.latency_count;
        qsort(report.latency_us, count, sizeof *report.latency_us, compare);
        printf(" latency_p50_us=%u latency_p99_us=%u latency_max_us=%u", report.latency_us[count / 2],
               report.latency_us[(size_t)((double)count * 0.99)], report.latency_us[count - 1]);
    }
    printf("\n");
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
    return report.failed > 0;
}

// Creates or deletes a topic and waits for the answer.
static int administer(rd_kafka_t *client, rd_kafka_NewTopic_t *created, rd_kafka_DeleteTopic_t *deleted) {
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, NULL, &metadata, CONNECT_MS);
    if (error) fail("no broker answers", rd_kafka_err2str(error));
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    if (created)
        rd_kafka_CreateTopics(client, &created, 1, NULL, queue);
    else
        rd_kafka_DeleteTopics(client, &deleted, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
    if (!event) fail("topic", "no answer within 30 s");
    if (rd_kafka_event_error(event)) fail("topic", rd_kafka_event_error_string(event));
    size_t count = 0;
    const rd_kafka_topic_result_t **results =
        created ? rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
                : rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
    for (size_t i = 0; i < count; i++)
        if (rd_kafka_topic_result_error(results[i]))
            fail("topic", rd_kafka_err2str(rd_kafka_topic_result_error(results[i])));
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
    return 0;
}

static int create(int argc, char **argv) {
    if (argc < 2) fail("create", "wants TOPIC PARTITIONS NAME=VALUE…");
    char error[512];
    int partitions = (int)number(argv[1], "PARTITIONS");
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(argv[0], partitions, 1, error, sizeof error);
    if (!topic) fail(argv[0], error);
    return administer(open_producer(settings(argc - 2, argv + 2)), topic, NULL);
}

static int count(int argc, char **argv) {
    if (argc < 2) fail("count", "wants TOPIC PARTITIONS NAME=VALUE…");
    int32_t partitions = (int32_t)number(argv[1], "PARTITIONS");
    rd_kafka_t *client = open_producer(settings(argc - 2, argv + 2));
    int64_t sum = 0;
    for (int32_t partition = 0; partition < partitions; partition++) {
        int64_t low, high;
        rd_kafka_resp_err_t error =
            rd_kafka_query_watermark_offsets(client, argv[0], partition, &low, &high, CONNECT_MS);
        if (error) fail("offsets", rd_kafka_err2str(error));
        sum += high;
    }
    printf("%" PRId64 "\n", sum);
    rd_kafka_destroy(client);
    return 0;
}

static int delete(int argc, char **argv) {
    if (argc < 1) fail("delete", "wants TOPIC NAME=VALUE…");
    return administer(open_producer(settings(argc - 1, argv + 1)), NULL, rd_kafka_DeleteTopic_new(argv[0]));
}

int main(int argc, char **argv) {
    const char *verb = argc > 1 ? argv[1] : "";
    if (!strcmp(verb, "produce")) return produce(argc - 2, argv + 2, 0);
    if (!strcmp(verb, "produce-batch")) return produce(argc - 2, argv + 2, 1);
    if (!strcmp(verb, "create")) return create(argc - 2, argv + 2);
    if (!strcmp(verb, "count")) return count(argc - 2, argv + 2);
    if (!strcmp(verb, "delete")) return delete(argc - 2, argv + 2);
    if (!strcmp(verb, "version")) return puts(rd_kafka_version_str()) < 0;
    fprintf(stderr, "%s: the first argument must be produce, produce-batch, create, count, delete or version\n",
            program);
    return 64;
}
