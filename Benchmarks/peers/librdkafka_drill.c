// librdkafka as a producer that is used while its cluster changes: the peer of Tests/Drill, with the same arguments, commands
// and lines of JSON.
//
//   librdkafka_drill SERVERS TOPIC… [--keyed] [--rate RECORDS/S] [--seconds N] [--max-age SECONDS] [--acked FOLDER]
//
// --lanes N and --door NAME are accepted and mean nothing here.

#define _GNU_SOURCE
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include "number_bits.h"

#define VALUE_BYTES 100
#define KEY_COUNT 10007
#define PARTITIONS_MAX 1024
#define TOPICS_MAX 8
#define NS_PER_S 1000000000
#define FLUSH_MS 130000

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static double seconds(int64_t ns) { return (double)(ns / 1000000) / 1e3; }

static void pause_ns(long ns) { nanosleep(&(struct timespec){0, ns}, NULL); }

// Records by error, for as many errors as there are.
struct codes {
    struct { rd_kafka_resp_err_t error; int64_t count; } all[64];
    int used;
};

static void count_code(struct codes *codes, rd_kafka_resp_err_t error) {
    int i = 0;
    while (i < codes->used && codes->all[i].error != error) i++;
    if (i == 64) return;
    codes->all[i].error = error;
    codes->all[i].count++;
    if (i == codes->used) codes->used++;
}

// Times of one partition, by the monotonic clock; 0 for none.
struct partition {
    int64_t first, last, longest, longest_began;
};

struct topic {
    const char *name;
    rd_kafka_topic_t *handle;
    pthread_t thread;
    _Atomic int64_t appended;
    // The rest is guarded by `lock`.
    int64_t acked, failed_count, ended;
    struct codes failed, refused;
    struct partition partitions[PARTITIONS_MAX];
    int partition_count;
    struct bits bits;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct topic topics[TOPICS_MAX];
static int topic_count;
static rd_kafka_t *client;
static atomic_int is_over, is_done;
static int is_keyed;
static double rate = 200000;
static char *statistics;

static void end_gap(struct partition *partition, int64_t moment) {
    if (!partition->first || moment - partition->last <= partition->longest) return;
    partition->longest = moment - partition->last;
    partition->longest_began = partition->last;
}

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque) {
    (void)producer, (void)opaque;
    struct topic *topic = message->_private;
    int64_t now = now_ns();
    pthread_mutex_lock(&lock);
    if (message->err) {
        topic->failed_count++;
        count_code(&topic->failed, message->err);
    } else {
        uint64_t number;
        memcpy(&number, message->payload, sizeof number);
        set_bit(&topic->bits, number);
        topic->acked++;
        if (message->partition >= PARTITIONS_MAX) fail("partitions", "too many");
        struct partition *partition = &topic->partitions[message->partition];
        if (message->partition >= topic->partition_count) topic->partition_count = message->partition + 1;
        if (!topic->ended) {
            end_gap(partition, now);
            if (!partition->first) partition->first = now;
            partition->last = now;
        }
    }
    pthread_mutex_unlock(&lock);
}

static int on_statistics(rd_kafka_t *producer, char *json, size_t size, void *opaque) {
    (void)producer, (void)size, (void)opaque;
    free(statistics);
    statistics = json;
    return 1;
}

static void *poll_all(void *unused) {
    (void)unused;
    while (!is_done) rd_kafka_poll(client, 50);
    return NULL;
}

// Appends on a schedule. What could not be appended in time is left out, and not made up for.
static void *feed(void *argument) {
    struct topic *topic = argument;
    uint8_t value[VALUE_BYTES];
    memset(value, '.', sizeof value);
    double share = rate / topic_count;
    int64_t behind_max = (int64_t)(share / 10), left = 0, begin = now_ns();
    uint64_t number = 0;
    while (!is_over) {
        int64_t due = (int64_t)((double)(now_ns() - begin) / 1e9 * share) - left;
        int64_t count = due - (int64_t)number;
        if (count > behind_max) {
            left += count - behind_max;
            count = behind_max;
        }
        while (count-- > 0 && !is_over) {
            memcpy(value, &number, sizeof number);
            uint64_t key = number % KEY_COUNT;
            if (!rd_kafka_produce(topic->handle, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, sizeof value,
                                  is_keyed ? &key : NULL, is_keyed ? sizeof key : 0, topic)) {
                number++;
                continue;
            }
            rd_kafka_resp_err_t error = rd_kafka_last_error();
            if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
                pause_ns(1000000);
            } else {
                pthread_mutex_lock(&lock);
                count_code(&topic->refused, error);
                pthread_mutex_unlock(&lock);
                pause_ns(10000000);
            }
        }
        topic->appended = (int64_t)number;
        pause_ns(1000000);
    }
    topic->appended = (int64_t)number;
    return NULL;
}

static void print_codes(const char *name, const struct codes *codes) {
    printf("\"%s\": {", name);
    for (int i = 0; i < codes->used; i++)
        printf("%s\"%s\": %" PRId64, i ? ", " : "", rd_kafka_err2name(codes->all[i].error), codes->all[i].count);
    printf("}");
}

static void print_progress(void) {
    int64_t now = now_ns();
    pthread_mutex_lock(&lock);
    printf("{\"t\": %.3f, \"topics\": {", seconds(now));
    for (struct topic *topic = topics; topic < topics + topic_count; topic++) {
        printf("%s\"%s\": {\"appended\": %" PRId64 ", \"acked\": %" PRId64 ", \"failed\": %" PRId64 ", \"ages\": [",
               topic > topics ? ", " : "", topic->name, topic->appended, topic->acked, topic->failed_count);
        for (int i = 0; i < topic->partition_count; i++) {
            const struct partition *partition = &topic->partitions[i];
            printf("%s%" PRId64, i ? ", " : "", partition->first ? (now - partition->last) / 1000000 : -1);
        }
        printf("]}");
    }
    printf("}}\n");
    pthread_mutex_unlock(&lock);
    fflush(stdout);
}

static void print_times(const char *name, const struct topic *topic, size_t offset) {
    printf(", \"%s\": [", name);
    for (int i = 0; i < topic->partition_count; i++)
        printf("%s%.3f", i ? ", " : "", seconds(*(const int64_t *)((const char *)&topic->partitions[i] + offset)));
    printf("]");
}

static void print_summary(void) {
    printf("{\"summary\": {");
    for (struct topic *topic = topics; topic < topics + topic_count; topic++) {
        printf("%s\"%s\": {\"appended\": %" PRId64 ", \"acked\": %" PRId64 ", ", topic > topics ? ", " : "", topic->name,
               topic->appended, topic->acked);
        print_codes("failed", &topic->failed);
        printf(", ");
        print_codes("refused", &topic->refused);
        print_times("gaps", topic, offsetof(struct partition, longest));
        print_times("gaps_at", topic, offsetof(struct partition, longest_began));
        print_times("first", topic, offsetof(struct partition, first));
        printf("}");
    }
    printf("}, \"statistics\": %s}\n", statistics ? statistics : "null");
}

static void *read_commands(void *unused) {
    (void)unused;
    char line[512], name[256];
    while (fgets(line, sizeof line, stdin)) {
        pthread_mutex_lock(&lock);
        for (struct topic *topic = topics; topic < topics + topic_count; topic++) {
            if (!strcmp(line, "measure\n"))
                for (int i = 0; i < topic->partition_count; i++) topic->partitions[i].longest = 0;
            if (sscanf(line, "forget %255s", name) == 1 && !strcmp(name, topic->name))
                memset(topic->bits.bytes, 0, topic->bits.size);
        }
        pthread_mutex_unlock(&lock);
    }
    is_over = 1;
    return NULL;
}

static void write_bits(const char *folder, const struct topic *topic) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.acked", folder, topic->name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(topic->bits.bytes, 1, topic->bits.size, file) != topic->bits.size || fclose(file))
        fail(path, "can't be written");
}

// Where the bits go, and how long it takes; 0 for until standard input ends.
static const char *acked_folder;
static double duration;

// The value of --max-age, as librdkafka has it.
static void set_max_age(rd_kafka_conf_t *conf, const char *value) {
    char ms[32];
    snprintf(ms, sizeof ms, "%d", atoi(value) * 1000);
    set(conf, "topic.metadata.refresh.interval.ms", ms);
    set(conf, "metadata.max.age.ms", ms);
}

static rd_kafka_conf_t *read_arguments(int argc, char **argv) {
    if (argc < 3) fail("arguments", "SERVERS and a TOPIC are needed");
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[1]);
    set(conf, "acks", "all");
    set(conf, "linger.ms", "5");
    set(conf, "partitioner", "murmur2_random");
    set(conf, "statistics.interval.ms", "500");
    for (int i = 2; i < argc; i++) {
        const char *word = argv[i];
        if (!strcmp(word, "--keyed")) {
            is_keyed = 1;
        } else if (strncmp(word, "--", 2)) {
            if (topic_count == TOPICS_MAX) fail("topics", "too many");
            topics[topic_count++].name = word;
        } else {
            if (++i == argc) fail(word, "needs a value");
            if (!strcmp(word, "--rate"))
                rate = atof(argv[i]);
            else if (!strcmp(word, "--seconds"))
                duration = atof(argv[i]);
            else if (!strcmp(word, "--acked"))
                acked_folder = argv[i];
            else if (!strcmp(word, "--max-age"))
                set_max_age(conf, argv[i]);
            else if (strcmp(word, "--lanes") && strcmp(word, "--door"))
                fail(word, "is not understood");
        }
    }
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_stats_cb(conf, on_statistics);
    return conf;
}

static void start(pthread_t *thread, void *(*body)(void *), void *argument) {
    int error = pthread_create(thread, NULL, body, argument);
    if (error) fail("thread", strerror(error));
}

static void end_gaps(void) {
    int64_t now = now_ns();
    pthread_mutex_lock(&lock);
    for (struct topic *topic = topics; topic < topics + topic_count; topic++) {
        topic->ended = now;
        for (int i = 0; i < topic->partition_count; i++) end_gap(&topic->partitions[i], now);
    }
    pthread_mutex_unlock(&lock);
}

int main(int argc, char **argv) {
    client = open_client(RD_KAFKA_PRODUCER, read_arguments(argc, argv));
    pthread_t poller, commands;
    start(&poller, poll_all, NULL);
    for (struct topic *topic = topics; topic < topics + topic_count; topic++) {
        topic->handle = rd_kafka_topic_new(client, topic->name, NULL);
        start(&topic->thread, feed, topic);
    }
    if (duration == 0) start(&commands, read_commands, NULL);
    int64_t begin = now_ns();
    while (!is_over) {
        pause_ns(100000000);
        print_progress();
        if (duration > 0 && now_ns() - begin > (int64_t)(duration * 1e9)) is_over = 1;
    }
    for (struct topic *topic = topics; topic < topics + topic_count; topic++) pthread_join(topic->thread, NULL);
    end_gaps();
    rd_kafka_resp_err_t error = rd_kafka_flush(client, FLUSH_MS);
    if (error) fail("flush", rd_kafka_err2str(error));
    // The flush ends when the queue is empty; the polling thread may still be within the last callbacks, and the last
    // statistics are to come.
    pause_ns(600000000);
    is_done = 1;
    pthread_join(poller, NULL);
    for (struct topic *topic = topics; acked_folder && topic < topics + topic_count; topic++)
        write_bits(acked_folder, topic);
    print_summary();
    return 0;
}
