"""The library and librdkafka choose the same partition for the same key; for Java's client, see java_clients."""

from clients import Confluent
from harness import embedded_broker, expect, test
from key_partitions import LIBRDKAFKA, agree, is_hashed, keys, librdkafka_agrees, of_librdkafka


def define(partitioner):
    @test(f"librdkafka's {LIBRDKAFKA[partitioner]} and the library choose the same partitions, 10,000 keys of every kind")
    def same():
        with embedded_broker() as bootstrap:
            librdkafka_agrees(bootstrap, partitioner)


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
