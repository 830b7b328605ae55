"""Changes of a real Kafka's topics and leaders, without the seconds that each of Kafka's own tools takes."""

import contextlib
import functools
import socket
import struct
import time

from harness import expect, needs, wait_until
from kafka_cluster import BOOTSTRAP


@functools.cache
def confluent():
    needs("confluent_kafka")
    from confluent_kafka.admin import AdminClient
    return AdminClient({"bootstrap.servers": BOOTSTRAP, "log_level": 2})


@contextlib.contextmanager
def kafka_python():
    """For what librdkafka has no calls for."""
    admin = needs("kafka").KafkaAdminClient(bootstrap_servers=BOOTSTRAP.split(","))
    try:
        yield admin
    finally:
        admin.close()


def create(topic, partitions, replicas, everywhere=True, **config):
    """Creates a topic, also one that was deleted a moment ago, and waits until all nodes know its leaders."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import NewTopic
    deadline = time.monotonic() + 20
    while True:
        try:
            confluent().create_topics([NewTopic(topic, partitions, replicas, config=config)])[topic].result(15)
            break
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    if everywhere:
        wait_until(
            lambda: all(known_leaders(server, topic) == partitions for server in BOOTSTRAP.split(",")),
            f"{partitions} partitions of {topic}", 30)


def known_leaders(server, topic):
    """For how many partitions of a topic a node names a leader, by a Metadata request (version 1) to that node."""
    host, port = server.rsplit(":", 1)
    name = topic.encode()
    body = struct.pack(">hhihih", 3, 1, 1, -1, 1, len(name)) + name
    with socket.create_connection((host, int(port)), timeout=5) as s:
        s.sendall(struct.pack(">i", len(body)) + body)
        with s.makefile("rb") as answer:
            def number(form):
                return struct.unpack(">" + form, answer.read(struct.calcsize(">" + form)))[0]

            number("q")
            for _ in range(number("i")):
                number("i")
                answer.read(number("h"))
                number("i")
                answer.read(max(0, number("h")))
            number("q")
            number("h")
            answer.read(number("h"))
            number("?")
            leaders_known = 0
            for _ in range(number("i")):
                number("h")
                number("i")
                leaders_known += number("i") >= 0
                for _ in range(2):
                    answer.read(4 * number("i"))
            return leaders_known


def delete(*topics):
    for future in confluent().delete_topics(list(topics)).values():
        future.result(15)


def grow(topic, partitions):
    from confluent_kafka.admin import NewPartitions
    confluent().create_partitions([NewPartitions(topic, partitions)])[topic].result(15)


def layout(topic):
    """The partitions of a topic, by number: leader, replicas and isrs."""
    found = confluent().list_topics(topic, 10).topics[topic]
    return {} if found.error else found.partitions


def in_sync(topic, replicas):
    """The partitions that have a leader and all their replicas."""
    return [p for p in layout(topic).values() if p.leader >= 0 and len(p.isrs) == replicas]


def leaders(topic):
    return [partition.leader for _, partition in sorted(layout(topic).items())]


def elect_preferred(topic):
    from confluent_kafka import ElectionType, TopicPartition
    partitions = [TopicPartition(topic, number) for number in layout(topic)]
    confluent().elect_leaders(ElectionType.PREFERRED, partitions).result(15)


def reassign(topic, change):
    """Gives each partition the replicas that `change` makes of those it has."""
    kafka = needs("kafka")
    wanted = {kafka.TopicPartition(topic, number): change(p.replicas) for number, p in layout(topic).items()}
    deadline = time.monotonic() + 30
    while True:
        try:
            with kafka_python() as admin:
                refused = {p: error for p, error in admin.alter_partition_reassignments(wanted).items() if error}
            return expect(not refused, f"reassignments were refused: {refused}")
        except kafka.errors.KafkaConnectionError:
            # A node that was killed is taken for the controller for a while.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def wait_for_replicas(topic, replicas, seconds=60):
    """Until no partition has other replicas than `replicas` in number, all of them in sync."""
    wait_until(
        lambda: all(len(p.replicas) == len(p.isrs) == replicas for p in layout(topic).values()),
        f"partitions of {topic} with {replicas} replicas in sync", seconds)


def controller():
    """The node that leads the quorum."""
    with kafka_python() as admin:
        return find(admin.describe_metadata_quorum(), "leader_id")


def find(value, name):
    """The first value of that name in an answer."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        value = list(value.values())
    if isinstance(value, list):
        return next((found for part in value if (found := find(part, name)) is not None), None)
    return None
