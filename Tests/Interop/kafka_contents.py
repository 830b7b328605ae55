"""What the library writes to a real Apache Kafka, others read byte for byte; what they write, the library reads."""

from clients import BASE_MS, CODECS, Confluent, KafkaPython, Library, difference, records
from harness import equal, expect, test
from kafka_cluster import BOOTSTRAP, stored, tool


def check(reader, topic, given):
    found = difference(reader.read(topic, len(given)), given)
    expect(found is None, f"{reader.name} reads {topic}: {found}")


@test("confluent-kafka, kafka-python and the library read what the library wrote, each codec, builder and acks")
def written_by_the_library():
    given, topics = records(), {}
    for codec in CODECS:
        for builder in ("sharded", "sequential"):
            for acks in ("1", "all"):
                topic = f"contents-{codec}-{builder}-{acks}"
                Confluent(BOOTSTRAP).create(topic)
                Library(BOOTSTRAP, builder).write(topic, given, codec, acks)
                for reader in (Confluent(BOOTSTRAP), KafkaPython(BOOTSTRAP), Library(BOOTSTRAP)):
                    check(reader, topic, given)
                topics[topic] = len(given)
    equal(stored("contents-.*"), topics, "records by Kafka's own count")


@test("the library reads what confluent-kafka and kafka-python wrote, each codec")
def read_by_the_library():
    for writer in (Confluent(BOOTSTRAP), KafkaPython(BOOTSTRAP)):
        for codec in CODECS:
            topic = f"others-{writer.name}-{codec}"
            given = [record for record in records() if writer.can_write(record)]
            Confluent(BOOTSTRAP).create(topic)
            writer.write(topic, given, codec)
            check(Library(BOOTSTRAP), topic, given)


@test("Kafka's console consumer prints keys, headers, tombstones and times as the library wrote them, each codec")
def console_consumer():
    given = []
    for i in range(500):
        key = None if i % 5 == 0 else f"key-{i}".encode()
        value = None if i % 7 == 0 else f"value-{i}-{'x' * (i % 300)}".encode()
        headers = [("trace", f"t{i}".encode()), ("none", None)] if i % 3 == 0 else []
        given.append((key, value, headers, BASE_MS + i))
    expected = [
        "\t".join((
            f"CreateTime:{timestamp}", ",".join(f"{n}:{'null' if c is None else c.decode()}" for n, c in headers) or "NO_HEADERS",
            "null" if key is None else key.decode(), "null" if value is None else value.decode()))
        for key, value, headers, timestamp in given]
    for codec in CODECS:
        topic = f"console-{codec}"
        Confluent(BOOTSTRAP).create(topic)
        Library(BOOTSTRAP).write(topic, given, codec)
        equal(printed(topic, len(given)), expected, f"lines of {topic}")


def printed(topic, count):
    output = tool(
        "org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", BOOTSTRAP, "--topic", topic,
        # A partition by name: without a group there is no coordinator to wait for.
        "--partition", "0", "--offset", "earliest", "--max-messages", str(count), "--timeout-ms", "20000", "--property", "print.key=true",
        "--property", "print.timestamp=true", "--property", "print.headers=true")
    lines = [line for line in output.splitlines() if line.startswith("CreateTime")]
    expect(lines, f"the console consumer printed nothing of {topic}, which has {stored(topic)}: {output[-2000:]}")
    return lines
