"""Other people's clients with one face: write records, read them back.

A record is (key, value, headers, timestamp in ms); None is a null key or value. Offsets are not compared here, but
records come back in the order of their offsets.
"""

import os
import subprocess
import time

from harness import ROOT, expect, needs

PEER = os.environ.get("INTEROP_PEER") or os.path.join(ROOT, ".build", "release", "interop-peer")

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
ACKS = ("0", "1", "all")
BASE_MS = 1_700_000_000_000


def records(count=200):
    """Records of every shape that a client can give: with and without key, value, headers; tombstones; large ones."""
    made = []
    for i in range(count):
        key = (None, b"", b"key-%d" % i, bytes(range(256)))[i % 4]
        value = (b"value-%d " % i * (i % 40), None, b"", b"\x00\xff" * (i % 7 + 1))[i % 5 % 4]
        headers = [[], [("trace", b"%d" % i)], [("a", b"1"), ("a", b"2"), ("empty", b""), ("größe", b"\x80" * 300)]][i % 3]
        made.append((key, value, headers, BASE_MS + i * 7 % 1000))
    made.append((b"large", b"0123456789abcdef" * 50_000, [], BASE_MS))
    return made


def difference(found, expected):
    """The first record that differs, in words; None when nothing does."""
    for position, (a, b) in enumerate(zip(found, expected)):
        if a != b:
            return f"record {position} is {str(a)[:300]}, expected {str(b)[:300]}"
    return None if len(found) == len(expected) else f"{len(found)} records, expected {len(expected)}"


class Confluent:
    """librdkafka."""

    name = "confluent-kafka"

    @staticmethod
    def can_write(record):
        return True

    def __init__(self, bootstrap):
        needs("confluent_kafka")
        self.bootstrap = bootstrap

    def create(self, topic, partitions=1, replicas=None, **config):
        from confluent_kafka.admin import AdminClient, NewTopic
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 4})
        # The records' times are years ago: with a retention Kafka would remove them under the readers.
        copies = {"replication_factor": replicas} if replicas else {}
        new = NewTopic(topic, partitions, config={"retention.ms": "-1", **config}, **copies)
        admin.create_topics([new])[topic].result(15)

    def write(self, topic, records, codec="none", acks="all", partition=0, **settings):
        from confluent_kafka import Producer
        errors = []
        producer = Producer({
            "bootstrap.servers": self.bootstrap, "compression.type": codec, "acks": acks, "linger.ms": 5, **settings})
        for key, value, headers, timestamp in records:
            producer.produce(
                topic, value, key, partition, headers=headers, timestamp=timestamp,
                on_delivery=lambda error, _: errors.append(error) if error else None)
        left = producer.flush(20)
        expect(left == 0 and not errors, f"{left} records were not delivered, errors {errors[:3]}")

    def read(self, topic, count, partitions=(0,), seconds=20):
        """`count` records from the beginning, or all there are when None."""
        return list(self.each(topic, count, partitions, seconds))

    def each(self, topic, count=None, partitions=(0,), seconds=20):
        for message in self.messages(topic, count, partitions, seconds):
            yield message.key(), message.value(), message.headers() or [], message.timestamp()[1]

    def messages(self, topic, count=None, partitions=(0,), seconds=20):
        from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
        consumer = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": "reader", "enable.auto.commit": False,
            "enable.partition.eof": True, "check.crcs": True, "auto.offset.reset": "error"})
        consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
        deadline, read, ended = time.monotonic() + seconds, 0, set()
        try:
            while read < count if count is not None else len(ended) < len(partitions):
                expect(time.monotonic() < deadline, f"only {read} of {count} records came within {seconds} s")
                for message in consumer.consume(10_000, 0.2):
                    error = message.error()
                    if error and error.code() == KafkaError._PARTITION_EOF:
                        ended.add(message.partition())
                    elif error:
                        raise KafkaException(error)
                    else:
                        read += 1
                        yield message
        finally:
            consumer.close()

    def bounds(self, topic, partition=0):
        from confluent_kafka import Consumer, TopicPartition
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "reader"})
        try:
            return consumer.get_watermark_offsets(TopicPartition(topic, partition), 10)
        finally:
            consumer.close()


class KafkaPython:
    name = "kafka-python"

    @staticmethod
    def can_write(record):
        return record[0] is not None or record[1] is not None

    def __init__(self, bootstrap):
        needs("kafka")
        self.bootstrap = bootstrap.split(",")

    def write(self, topic, records, codec="none", acks="all", **settings):
        from kafka import KafkaProducer
        producer = KafkaProducer(
            bootstrap_servers=self.bootstrap, compression_type=None if codec == "none" else codec,
            acks=acks if acks == "all" else int(acks), enable_idempotence=False, max_request_size=1 << 20,
            **{"linger_ms": 5, **settings})
        try:
            sent = [
                producer.send(topic, value=value, key=key, headers=headers, partition=0, timestamp_ms=timestamp)
                for key, value, headers, timestamp in records]
            producer.flush(20)
            for future in sent:
                future.get(10)
        finally:
            producer.close(5)

    def read(self, topic, count, seconds=20):
        from kafka import KafkaConsumer, TopicPartition
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, group_id=None, enable_auto_commit=False)
        try:
            consumer.assign([TopicPartition(topic, 0)])
            consumer.seek_to_beginning()
            read, deadline = [], time.monotonic() + seconds
            while len(read) < count:
                expect(time.monotonic() < deadline, f"only {len(read)} of {count} records came within {seconds} s")
                for messages in consumer.poll(200).values():
                    read += [(m.key, m.value, list(m.headers), m.timestamp) for m in messages]
            return read
        finally:
            consumer.close()


class Library:
    """This library, by the program Tests/InteropPeer."""

    name = "the library"

    def __init__(self, bootstrap, builder="sharded"):
        self.bootstrap, self.builder = bootstrap, builder

    @staticmethod
    def can_write(record):
        return True

    def write(self, topic, records, codec="none", acks="all", partition=0, partitioner="murmur2"):
        """`-` as a partition leaves it to the partitioner."""
        out = self._run("write", topic, codec, self.builder, acks, partitioner, given=to_lines(records, partition))
        expect(out.strip() == str(len(records)), f"{out.strip()} of {len(records)} records were acknowledged")

    def read(self, topic, count, *words):
        """`count` records, or all there are when None; with `committed` only those of transactions that were committed, and of none."""
        found = from_lines(self._run("read", topic, *words).splitlines())
        expect(count is None or len(found) == count, f"{len(found)} of {count} records were read")
        return found

    def offsets(self, topic):
        """Where the records are that are committed: (partition, offset)."""
        return [tuple(map(int, line.split())) for line in self._run("offsets", topic).splitlines()]

    def batches(self, topic):
        """The bytes of each batch, as the broker stores them."""
        return [bytes.fromhex(line) for line in self._run("batches", topic).splitlines()]

    def _run(self, verb, topic, *arguments, given=None):
        ended = subprocess.run(
            [PEER, verb, self.bootstrap, topic, *arguments], input=given, capture_output=True, text=True, timeout=60)
        expect(ended.returncode == 0, f"interop-peer {verb} ended with {ended.returncode}: {ended.stderr}")
        return ended.stdout


def to_lines(records, partition):
    """Records as Tests/InteropPeer and Tests/Interop/java take them."""
    lines = []
    for key, value, headers, timestamp in records:
        text = ",".join(f"{_hex(name.encode())}={_hex(content)}" for name, content in headers)
        lines.append(f"{partition}\t{_hex(key)}\t{_hex(value)}\t{timestamp}\t{text}\n")
    return "".join(lines)


def from_lines(lines):
    found = []
    for line in lines:
        _, key, value, timestamp, headers = line.split("\t")
        pairs = [header.split("=") for header in headers.split(",") if header]
        found.append((
            _bytes(key), _bytes(value), [(_bytes(name).decode(), _bytes(content)) for name, content in pairs],
            int(timestamp)))
    return found


def _hex(content):
    return "-" if content is None else content.hex()


def _bytes(text):
    return None if text == "-" else bytes.fromhex(text)
