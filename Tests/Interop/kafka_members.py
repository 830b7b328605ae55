"""The library's members share groups of a real Kafka with those of other clients."""

from harness import test
from kafka_cluster import BOOTSTRAP
from mixed_groups import STRATEGIES, mix


def define(strategy):
    @test(f"on Kafka the library's members share a group with those of confluent-kafka and Java ({strategy})")
    def mixing():
        mix(BOOTSTRAP, f"members-{strategy}", strategy)


for each in STRATEGIES:
    define(each)
