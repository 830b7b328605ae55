"""Ten thousand keys that try a hash, and the partitions that producers choose for them."""

import functools

from clients import BASE_MS, Confluent, Library
from harness import expect, needs
from programs import Java

COUNT = 10_000
PARTITION_COUNTS = (1, 3, 64, 1000)
# librdkafka's partitioners by the name of ours, all with a partition of chance for records without a key.
LIBRDKAFKA = {"murmur2": "murmur2_random", "crc32": "consistent_random", "fnv1a": "fnv1a_random"}


def key(i):
    """Nulls, empty keys, every single byte, then in turn ASCII, UTF-8, and two of 1 to 300 random bytes.

    Tests/KafkaClientTests/Fixtures/KeyPartitions.swift makes the same ones.
    """
    if i % 1000 == 0:
        return None
    if i % 1000 == 1:
        return b""
    if i < 258:
        return bytes([i - 2])
    if i % 4 == 0:
        return b"user-%d" % i
    if i % 4 == 1:
        return "größe-%d".encode() % i
    return bytes(random_bytes(i, 1 + i // 4 % 300))


def random_bytes(seed, count):
    """The low bytes of so many numbers of SplitMix64."""
    mask, state = (1 << 64) - 1, seed
    for _ in range(count):
        state = state + 0x9E37_79B9_7F4A_7C15 & mask
        mixed = (state ^ state >> 30) * 0xBF58_476D_1CE4_E5B9 & mask
        mixed = (mixed ^ mixed >> 27) * 0x94D0_49BB_1331_11EB & mask
        yield (mixed ^ mixed >> 31) & 0xFF


@functools.cache
def keys():
    return [key(i) for i in range(COUNT)]


def of_librdkafka(bootstrap, topic, partitioner, keys):
    """The partitions in the delivery reports."""
    needs("confluent_kafka")
    from confluent_kafka import Producer
    chosen, errors = [None] * len(keys), []
    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": partitioner, "linger.ms": 5})

    def reported(i):
        def report(error, message):
            if error:
                errors.append(error)
            chosen[i] = message.partition()
        return report

    for i, each in enumerate(keys):
        producer.produce(topic, b"", each, on_delivery=reported(i))
    left = producer.flush(20)
    expect(left == 0 and not errors, f"{left} records were not delivered, errors {errors[:3]}")
    return chosen


def of_java(java, topic, keys):
    """The partitions that its producer's default chooses; small batches, so that it often goes to another for null keys."""
    return java.write(topic, [(each, b"", [], BASE_MS) for each in keys], partition="-", **{"batch.size": 1000})


def of_library(bootstrap, topic, partition_count, partitioner, keys):
    """Where the records are found."""
    given = [(each, b"%d" % i, [], BASE_MS) for i, each in enumerate(keys)]
    Library(bootstrap).write(topic, given, partition="-", partitioner=partitioner)
    found = [None] * len(keys)
    for message in Confluent(bootstrap).messages(topic, len(keys), range(partition_count)):
        index = int(message.value())
        expect(found[index] is None and message.key() == keys[index], f"record {index} came back twice, or with another key")
        found[index] = message.partition()
    return found


def agree(found, expected, hashed, what):
    """Records for which `hashed` is false go anywhere."""
    wrong = [(each, a, b) for each, a, b in zip(keys(), found, expected) if hashed(each) and a != b]
    expect(not wrong, f"{what}: {len(wrong)} keys have other partitions, the first is (key, found, expected) {wrong[:1]}")


def has_key(key):
    return key is not None


def is_hashed(partitioner):
    """Which keys our partitioner hashes: librdkafka's default takes an empty one for none."""
    return bool if partitioner == "crc32" else has_key


def librdkafka_agrees(bootstrap, partitioner):
    for count in PARTITION_COUNTS:
        Confluent(bootstrap).create(f"theirs-{count}", count)
        Confluent(bootstrap).create(f"ours-{count}", count)
        theirs = of_librdkafka(bootstrap, f"theirs-{count}", LIBRDKAFKA[partitioner], keys())
        ours = of_library(bootstrap, f"ours-{count}", count, partitioner, keys())
        agree(ours, theirs, is_hashed(partitioner), f"{count} partitions")
        expect(len(set(ours)) > 0.95 * count, f"of {count} partitions only {len(set(ours))} were chosen")


def java_agrees(bootstrap, version):
    for count in PARTITION_COUNTS:
        Confluent(bootstrap).create(f"theirs-{count}", count)
        Confluent(bootstrap).create(f"ours-{count}", count)
        theirs = of_java(Java(bootstrap, version), f"theirs-{count}", keys())
        agree(of_library(bootstrap, f"ours-{count}", count, "murmur2", keys()), theirs, has_key, f"{count} partitions")
