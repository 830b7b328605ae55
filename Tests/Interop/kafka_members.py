"""The library's members share groups of a real Kafka with those of other clients."""

import collections
import signal
import time

from clients import Confluent
from harness import Skip, equal, expect, test, wait_until
from kafka_admin import elect_preferred, reassign
from kafka_cluster import BOOTSTRAP, signal_node, start_node, under_replicated
from members import Members, member
from mixed_groups import PARTITIONS, STRATEGIES, mix
from written_numbers import Numbers


def needs_nodes(count):
    if len(BOOTSTRAP.split(",")) < count:
        raise Skip(f"it needs {count} nodes")



def define(strategy):
    @test(f"on Kafka the library's members share a group with those of confluent-kafka and Java ({strategy})")
    def mixing():
        mix(BOOTSTRAP, f"members-{strategy}", strategy)


for each in STRATEGIES:
    define(each)


def define_troubles(strategy, **settings):
    @test(f"on Kafka nothing is skipped when members come, stand still and are killed, nodes are killed, and leaders move ({strategy})")
    def troubles():
        needs_nodes(3)
        topic = f"troubled-{strategy}"
        Confluent(BOOTSTRAP).create(topic, PARTITIONS, replicas=3)
        numbers = Numbers(topic)
        with Members() as members:
            def add():
                return members.add(member("library", BOOTSTRAP, topic, topic, **settings))

            add()
            members[0].await_assigned(PARTITIONS)
            for node in (1, 2, 3):
                added = add()
                time.sleep(2)
                signal_node(node)
                # One that stands still is no less a member when it goes on.
                added.process.send_signal(signal.SIGSTOP)
                time.sleep(3)
                added.process.send_signal(signal.SIGCONT)
                start_node(node)
                wait_until(lambda: under_replicated() == 0, "replicas in sync", 60)
                reassign(topic, lambda replicas: replicas[1:] + replicas[:1])
                elect_preferred(topic)
                if node < 3:
                    members[-1].kill()
                else:
                    members[-1].leave()
            values = numbers.stop()
            members.await_values(values, 90)
            for one in members:
                if one.process.poll() is None:
                    one.leave()
        # At least once: what a killed member had read and not committed is read again.
        found = collections.Counter(members.values)
        equal(set(found) - set(values), set(), "what was read that was not acknowledged")
        again = sum(count - 1 for count in found.values())
        expect(again < len(values) / 5, f"{again} of {len(values)} records were read more than once")


define_troubles("range", partition_assignment_strategy="range")
define_troubles("cooperative-sticky", partition_assignment_strategy="cooperative-sticky")
define_troubles("consumer", group_protocol="consumer")
