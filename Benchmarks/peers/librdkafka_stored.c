// What a topic holds of the records that a file says are acknowledged, by their running numbers.
//
//   librdkafka_stored SERVERS TOPIC FILE
//
// FILE has a bit for each number, as Tests/Drill and librdkafka_drill write it. One line of JSON tells of records: `missing`,
// acknowledged but not stored; `not_acked`, stored but not acknowledged; `twice`, stored before.

#include <inttypes.h>
#include <time.h>

#include "number_bits.h"

#define READ_S 60

static struct bits read_bits(const char *path) {
    struct bits bits = {0};
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail(path, strerror(errno));
    size_t size = (size_t)ftell(file);
    rewind(file);
    make_room(&bits, size);
    if (fread(bits.bytes, 1, size, file) != size) fail(path, "can't be read");
    fclose(file);
    return bits;
}

int main(int argc, char **argv) {
    if (argc != 4) fail("arguments", "SERVERS, TOPIC and FILE are needed");
    const char *servers = argv[1], *name = argv[2];
    struct bits acked = read_bits(argv[3]), stored = {0};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", servers);
    set(conf, "group.id", "drill");
    set(conf, "enable.auto.commit", "false");
    set(conf, "enable.partition.eof", "true");
    set(conf, "auto.offset.reset", "error");
    set(conf, "check.crcs", "true");
    rd_kafka_t *client = open_client(RD_KAFKA_CONSUMER, conf);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, topic, &metadata, 10000);
    if (error) fail("metadata", rd_kafka_err2str(error));
    if (metadata->topic_cnt != 1 || metadata->topics[0].err) fail(name, "is not there");
    int partition_count = metadata->topics[0].partition_cnt, ended = 0;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partition_count);
    for (int i = 0; i < partition_count; i++) rd_kafka_topic_partition_list_add(list, name, i)->offset = 0;
    rd_kafka_poll_set_consumer(client);
    error = rd_kafka_assign(client, list);
    if (error) fail("assign", rd_kafka_err2str(error));
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    int64_t count = 0, twice = 0, not_acked = 0, deadline = time(NULL) + READ_S;
    rd_kafka_message_t *messages[1000];
    while (ended < partition_count) {
        if (time(NULL) > deadline) fail(name, "it could not be read in time");
        ssize_t got = rd_kafka_consume_batch_queue(queue, 200, messages, 1000);
        for (ssize_t i = 0; i < got; i++) {
            if (messages[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                ended++;
            } else if (messages[i]->err) {
                fail("read", rd_kafka_message_errstr(messages[i]));
            } else {
                uint64_t number;
                memcpy(&number, messages[i]->payload, sizeof number);
                count++;
                if (set_bit(&stored, number))
                    twice++;
                else
                    not_acked += !get_bit(&acked, number);
            }
            rd_kafka_message_destroy(messages[i]);
        }
    }
    int64_t missing = 0;
    for (uint64_t number = 0; number < acked.size * 8; number++)
        missing += get_bit(&acked, number) && !get_bit(&stored, number);
    printf("{\"partitions\": %d, \"acked\": %" PRId64 ", \"stored\": %" PRId64 ", \"distinct\": %" PRId64
           ", \"missing\": %" PRId64 ", \"twice\": %" PRId64 ", \"not_acked\": %" PRId64 "}\n",
           partition_count, count_bits(&acked), count, count_bits(&stored), missing, twice, not_acked);
    return 0;
}
