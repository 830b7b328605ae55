"""Other people's clients and the library exchange records by way of a real Apache Kafka."""

import time

import exchanges
from clients import BASE_MS, CODECS, Confluent, Library, difference
from harness import equal, expect, test, wait_until
from kafka_cluster import BOOTSTRAP
from programs import JAVA_VERSIONS, Java
from transaction_scenes import ConfluentTransactions


def define_listing(name, topics_of):
    @test(f"{name} lists Kafka's topics as the others do")
    def listing():
        exchanges.listing(BOOTSTRAP, topics_of)


for each_name, each_lister in exchanges.LISTERS.items():
    define_listing(each_name, each_lister)
for each_version in JAVA_VERSIONS:
    define_listing(f"Java {each_version}", lambda bootstrap, version=each_version: Java(bootstrap, version).list())


@test("through Kafka, the library, kafka-python, confluent-kafka and kcat read what kcat wrote, each codec")
def kcat_writes():
    exchanges.kcat_writes(BOOTSTRAP)


@test("through Kafka, kcat reads what the library wrote, each codec")
def kcat_reads():
    exchanges.kcat_reads(BOOTSTRAP)


@test("through Kafka, the library reads confluent-kafka's and kafka-python's batches of several blocks, each codec")
def several_blocks():
    exchanges.librdkafka_and_kafka_python_write_blocks(BOOTSTRAP)


def define_java(version):
    @test(f"through Kafka, the library reads what the Java client {version} wrote, each codec")
    def java_writes():
        exchanges.java_writes(BOOTSTRAP, version)

    @test(f"through Kafka, the Java client {version} reads what the library wrote, each codec")
    def java_reads():
        exchanges.java_reads(BOOTSTRAP, version)


for each_version in JAVA_VERSIONS:
    define_java(each_version)


def versions(count, keys, mark):
    """Records of few keys: of each the last one is what compaction leaves, tombstones among them."""
    return [(b"key-%d" % (i % keys), None if i % 11 == 5 else b"%s-%d " % (mark, i) * (i % 9 + 1), [("n", b"%d" % i)], BASE_MS + i)
            for i in range(count)]


@test("through Kafka, the library reads what compaction leaves of topics by librdkafka and Java: gaps, tombstones, markers")
def compacted():
    topics = {}
    for writer in ("confluent-kafka", "java"):
        topic = topics[writer] = f"compacted-{writer}"
        Confluent(BOOTSTRAP).create(topic, 1, **{
            "cleanup.policy": "compact", "segment.ms": "200", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "1",
            "delete.retention.ms": "600000"})
        java = Java(BOOTSTRAP, JAVA_VERSIONS[0])
        for number, codec in enumerate(CODECS):
            given = versions(400, 37 + number, codec.encode())
            if writer == "java":
                java.write(topic, given, codec)
            else:
                Confluent(BOOTSTRAP).write(topic, given, codec)
        producer = ConfluentTransactions(BOOTSTRAP, topic, f"id-{writer}").client
        for word in ("commit", "abort", "commit"):
            producer.begin_transaction()
            for i in range(5):
                producer.produce(topic, f"{word} {i}", f"transactional {i}", 0)
            (producer.commit_transaction if word == "commit" else producer.abort_transaction)(30)
    # What is written later ends the segments before; the last one is never compacted.
    for topic in topics.values():
        for _ in range(3):
            time.sleep(0.3)
            Confluent(BOOTSTRAP).write(topic, [(b"later", b"later", [], BASE_MS)])

    def is_done(topic):
        _, end = Confluent(BOOTSTRAP).bounds(topic)
        return len(list(Confluent(BOOTSTRAP).messages(topic))) < end / 4

    for writer, topic in topics.items():
        wait_until(lambda topic=topic: is_done(topic), f"compaction of {topic}", 90)
        # It may be compacted again meanwhile.
        for attempt in range(5):
            before = [message.offset() for message in Confluent(BOOTSTRAP).messages(topic)]
            offsets = [offset for _, offset in Library(BOOTSTRAP).offsets(topic)]
            found = Library(BOOTSTRAP).read(topic, None, "committed")
            theirs = list(Confluent(BOOTSTRAP).each(topic))
            if [message.offset() for message in Confluent(BOOTSTRAP).messages(topic)] == before:
                break
        equal(offsets, before, f"offsets of {topic}")
        expect(difference(found, theirs) is None, f"the library reads {topic}: {difference(found, theirs)}")
        expect(any(b - a > 1 for a, b in zip(offsets, offsets[1:])), f"{topic} has no gaps")
        expect(any(value is None for _, value, _, _ in found), f"{topic} has no tombstones")


@test("through Kafka, the library reads the broker's times where a topic has those, each codec")
def log_append_time():
    for codec in CODECS:
        topic = f"append-time-{codec}"
        Confluent(BOOTSTRAP).create(topic, 1, **{"message.timestamp.type": "LogAppendTime"})
        Confluent(BOOTSTRAP).write(topic, versions(300, 10, b"v"), codec, **{"linger.ms": 20})
        found, theirs = Library(BOOTSTRAP).read(topic, 300), Confluent(BOOTSTRAP).read(topic, 300)
        expect(difference(found, theirs) is None, f"the library reads {topic}: {difference(found, theirs)}")
        expect(all(abs(times / 1000 - time.time()) < 600 for *_, times in found), f"{topic} has its producer's times")
