"""Other people's clients against the embedded broker."""

from clients import ACKS, CODECS, Confluent, KafkaPython, difference, records
from harness import embedded_broker, equal, expect, folder, kbench, needs, test


def round_trip(writer, reader, codec, acks, bootstrap):
    topic = f"{codec}-{acks}"
    given = [record for record in records() if writer.can_write(record)]
    Confluent(bootstrap).create(topic)
    writer.write(topic, given, codec, acks)
    found = difference(reader.read(topic, len(given)), given)
    expect(found is None, f"codec {codec}, acks {acks}: {found}")


def define_round_trips(writer, reader):
    @test(f"{reader.name} reads what {writer.name} wrote, each codec, acks 0, 1 and all")
    def every_codec():
        with embedded_broker() as bootstrap:
            for codec in CODECS:
                for acks in ACKS:
                    round_trip(writer(bootstrap), reader(bootstrap), codec, acks, bootstrap)


for each_writer in (Confluent, KafkaPython):
    for each_reader in (Confluent, KafkaPython):
        define_round_trips(each_writer, each_reader)


@test("an idempotent producer of confluent-kafka writes and nothing is lost or doubled")
def idempotent():
    with embedded_broker() as bootstrap:
        client, given = Confluent(bootstrap), records(5000)
        client.create("idempotent")
        client.write("idempotent", given, "lz4", **{"enable.idempotence": True, "batch.num.messages": 50})
        expect(difference(client.read("idempotent", None), given) is None, "what was read differs")


@test("records spread over partitions by confluent-kafka come back from each, from three brokers")
def three_brokers():
    with embedded_broker("--brokers", "3", "--log", "memory:64MiB") as bootstrap:
        client = Confluent(bootstrap)
        client.create("spread", 7)
        given = {p: records(50 + p) for p in range(7)}
        for partition, part in given.items():
            client.write("spread", part, partition=partition)
        for partition, part in given.items():
            found = difference(client.read("spread", None, (partition,)), part)
            expect(found is None, f"partition {partition}: {found}")


@test("offsets begin at 0 and end at the number of records, for confluent-kafka")
def offsets():
    with embedded_broker() as bootstrap:
        client = Confluent(bootstrap)
        client.create("bounds")
        equal(client.bounds("bounds"), (0, 0), "offsets of an empty partition")
        client.write("bounds", records(999))
        equal(client.bounds("bounds"), (0, 1000), "offsets")


@test("confluent-kafka is told of an unknown topic")
def unknown_topic():
    needs("confluent_kafka")
    from confluent_kafka import Consumer, KafkaError
    with embedded_broker() as bootstrap:
        consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "x", "allow.auto.create.topics": False})
        found = consumer.list_topics("never-made", 10).topics["never-made"].error
        consumer.close()
        expect(found and found.code() == KafkaError.UNKNOWN_TOPIC_OR_PART, f"the error is {found}")


@test("confluent-kafka reads what kbench wrote: each codec and builder, the same values from the same seed")
def kbench_contents():
    sums = {}
    count, size = 20_000, 100
    for codec in ("none", "gzip", "snappy", "lz4", "zstd:3"):
        for builder in ("sequential", "sharded"):
            topic = f"{codec.split(':')[0]}-{builder}"
            with embedded_broker() as bootstrap, folder() as output:
                client = Confluent(bootstrap)
                kbench(
                    "-b", bootstrap, "--topic", topic, "--keep-topic", "--records", count, "--record-size", size,
                    "--partitions", 4, "--codec", codec, "--builder", builder, "--cores", 1, "--seed", 7,
                    "--batch-size", "16KiB", "--output", output + "/out").must_end_with(0)
                values = [value for _, value, _, _ in client.each(topic, None, range(4))]
                equal(len(values), count, f"records of {topic}")
                equal({len(value) for value in values}, {size}, f"sizes of {topic}")
                sums[topic] = hash(tuple(sorted(values)))
    expect(len(set(sums.values())) == 1, f"the values differ: {sums}")


@test("kafka-python reads what kbench wrote, each codec")
def kbench_contents_kafka_python():
    for codec in CODECS:
        with embedded_broker() as bootstrap, folder() as output:
            reader = KafkaPython(bootstrap)
            kbench(
                "-b", bootstrap, "--keep-topic", "--records", 5000, "--partitions", 1, "--codec", codec, "--output",
                output + "/out").must_end_with(0)
            read = reader.read("kbench", 5000)
            equal({len(value) for _, value, _, _ in read}, {100}, f"sizes with {codec}")
