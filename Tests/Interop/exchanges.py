"""What other people's clients and the library exchange by way of a broker, whichever broker that is."""

import time

from clients import BASE_MS, CODECS, Confluent, KafkaPython, Library, difference, records
from harness import equal, expect, needs
from programs import Java, Kcat

CODEC_NUMBERS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}

# What each codec can be told in the Java client, besides its usual level.
JAVA_LEVELS = {
    "gzip": {"compression.gzip.level": 9},
    "lz4": {"compression.lz4.level": 17},
    "zstd": {"compression.zstd.level": 19},
}


def check(reader, topic, given):
    found = difference(reader.read(topic, len(given)), given)
    expect(found is None, f"{reader.name} reads {topic}: {found}")


def check_codec(bootstrap, topic, codec):
    """A batch at least is stored as its writer was told to compress it: small ones may not shrink.

    librdkafka sends what it should compress as it is, and says nothing, when it thinks that the broker can't read it.
    """
    found = {batch[22] & 7 for batch in Library(bootstrap).batches(topic)}
    expect(CODEC_NUMBERS[codec] in found, f"no batch of {topic} has codec {codec}, but {found}")


def blocks(count=40):
    """Records that fill several blocks of every codec, and more than one batch of some clients."""
    return [
        (b"block-%d" % i, b"".join(b"line %d of record %d\n" % (j, i) for j in range(i, i + 500)), [("n", b"%d" % i)], BASE_MS + i)
        for i in range(count)]


def java_writes(bootstrap, version):
    given, large = records(), blocks()
    java, library = Java(bootstrap, version), Library(bootstrap)
    for codec in CODECS:
        written = [("", given, {}), ("-large", large, {"batch.size": 1 << 20, "linger.ms": 500})]
        if codec in JAVA_LEVELS:
            written.append(("-level", large, {"batch.size": 1 << 20, "linger.ms": 500, **JAVA_LEVELS[codec]}))
        for suffix, part, settings in written:
            topic = f"java-{version}-{codec}{suffix}"
            Confluent(bootstrap).create(topic)
            java.write(topic, part, codec, **settings)
            check_codec(bootstrap, topic, codec)
            check(library, topic, part)


def java_reads(bootstrap, version):
    given = records()
    for codec in CODECS:
        topic = f"library-{codec}-to-{version}"
        Confluent(bootstrap).create(topic)
        Library(bootstrap).write(topic, given, codec)
        check(Java(bootstrap, version), topic, given)


def librdkafka_and_kafka_python_write_blocks(bootstrap):
    given, library = blocks(), Library(bootstrap)
    for codec in CODECS:
        for writer, settings in ((Confluent(bootstrap), {"batch.size": 1 << 20, "linger.ms": 500}), (KafkaPython(bootstrap), {})):
            topic = f"{writer.name}-{codec}-large"
            Confluent(bootstrap).create(topic)
            writer.write(topic, given, codec, **settings)
            check_codec(bootstrap, topic, codec)
            check(library, topic, given)


def without_times(given):
    return [(key, value, headers) for key, value, headers, _ in given]


def kcat_records():
    """What kcat can be given by standard input: nulls where something is empty, one set of headers."""
    headers = [("from", b"kcat"), ("n", b"1")]
    made = []
    for i in range(300):
        key = None if i % 4 == 0 else b"key-%d" % i
        value = None if i % 7 == 3 and key else b"value-%d\n" % i * (i % 40 + 1)
        made.append((key, value, headers, 0))
    return made


def kcat_writes(bootstrap):
    kcat, given = Kcat(bootstrap), kcat_records()
    for codec in CODECS:
        topic = f"kcat-{codec}"
        Confluent(bootstrap).create(topic)
        kcat.write(topic, given, codec)
        check_codec(bootstrap, topic, codec)
        for reader in (Library(bootstrap), KafkaPython(bootstrap), Confluent(bootstrap), kcat):
            equal(without_times(reader.read(topic, len(given))), without_times(given), f"{topic} as {reader.name} reads it")


def kcat_reads(bootstrap):
    kcat = Kcat(bootstrap)
    # kcat prints headers as text.
    given = [record for record in records() if not any(b"\x80" in content for _, content in record[2])]
    for codec in CODECS:
        topic = f"library-{codec}-to-kcat"
        Confluent(bootstrap).create(topic)
        Library(bootstrap).write(topic, given, codec)
        check(kcat, topic, given)


def confluent_list(bootstrap):
    needs("confluent_kafka")
    from confluent_kafka.admin import AdminClient
    topics = AdminClient({"bootstrap.servers": bootstrap, "log_level": 4}).list_topics(timeout=10).topics
    return {name: len(topic.partitions) for name, topic in topics.items()}


def kafka_python_list(bootstrap):
    needs("kafka")
    from kafka import KafkaConsumer
    consumer = KafkaConsumer(bootstrap_servers=bootstrap.split(","), group_id=None)
    try:
        return {topic: len(consumer.partitions_for_topic(topic)) for topic in consumer.topics()}
    finally:
        consumer.close()


TOPICS = {"first": 1, "second": 3, "third.of-three_": 17}


def listing(bootstrap, topics_of):
    """`topics_of` gives the topics that a client finds at a broker, which may have others besides."""
    for topic, partitions in TOPICS.items():
        if topic not in confluent_list(bootstrap):
            Confluent(bootstrap).create(topic, partitions)
    # Kafka lists a topic a little after it was created.
    deadline, found = time.monotonic() + 10, {}
    while found != TOPICS and time.monotonic() < deadline:
        listed = topics_of(bootstrap)
        found = {topic: listed.get(topic) for topic in TOPICS}
    equal(found, TOPICS, "topics")


LISTERS = {
    "confluent-kafka": confluent_list,
    "kafka-python": kafka_python_list,
    "kcat": lambda bootstrap: Kcat(bootstrap).list(),
}
