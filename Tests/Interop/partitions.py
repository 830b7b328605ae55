"""The library, librdkafka and Kafka's Java client choose the same partition for the same key."""

from clients import Confluent
from harness import embedded_broker, expect, test
from key_partitions import LIBRDKAFKA, PARTITION_COUNTS, keys, of_java, of_librdkafka, of_library
from programs import JAVA_VERSIONS, Java


def agree(found, expected, hashed, what):
    """Records for which `hashed` is false go anywhere."""
    wrong = [(each, a, b) for each, a, b in zip(keys(), found, expected) if hashed(each) and a != b]
    expect(not wrong, f"{what}: {len(wrong)} keys have other partitions, the first is (key, found, expected) {wrong[:1]}")


def has_key(key):
    return key is not None


def is_hashed(partitioner):
    """Which keys our partitioner hashes: librdkafka's default takes an empty one for none."""
    return bool if partitioner == "crc32" else has_key


def define(partitioner):
    @test(f"librdkafka's {LIBRDKAFKA[partitioner]} and the library choose the same partitions, 10,000 keys of every kind")
    def same():
        given = keys()
        with embedded_broker() as bootstrap:
            for count in PARTITION_COUNTS:
                Confluent(bootstrap).create(f"theirs-{count}", count)
                Confluent(bootstrap).create(f"ours-{count}", count)
                theirs = of_librdkafka(bootstrap, f"theirs-{count}", LIBRDKAFKA[partitioner], given)
                ours = of_library(bootstrap, f"ours-{count}", count, partitioner, given)
                agree(ours, theirs, is_hashed(partitioner), f"{count} partitions")
                expect(len(set(ours)) > 0.95 * count, f"of {count} partitions only {len(set(ours))} were chosen")


for each_partitioner in LIBRDKAFKA:
    define(each_partitioner)


@test("librdkafka's consistent, murmur2 and fnv1a differ from those only for records without a key: they hash nothing")
def hashing_nothing():
    given = keys()
    with embedded_broker() as bootstrap:
        Confluent(bootstrap).create("hashed", 1000)
        for ours, random in LIBRDKAFKA.items():
            with_random = of_librdkafka(bootstrap, "hashed", random, given)
            fixed = of_librdkafka(bootstrap, "hashed", "consistent" if ours == "crc32" else ours, given)
            agree(fixed, with_random, is_hashed(ours), ours)
            nothing = {partition for each, partition in zip(given, fixed) if not each}
            expect(len(nothing) == 1, f"{ours} puts null and empty keys into {nothing}")


def define_java(version):
    @test(f"the Java client {version} and the library choose the same partitions, 10,000 keys of every kind")
    def same():
        given = keys()
        with embedded_broker() as bootstrap:
            java = Java(bootstrap, version)
            for count in PARTITION_COUNTS:
                Confluent(bootstrap).create(f"theirs-{count}", count)
                Confluent(bootstrap).create(f"ours-{count}", count)
                theirs = of_java(java, f"theirs-{count}", given)
                agree(of_library(bootstrap, f"ours-{count}", count, "murmur2", given), theirs, has_key, f"{count} partitions")


for each_version in JAVA_VERSIONS:
    define_java(each_version)
