"""Groups whose members are of several clients, the library's among them."""

import collections
import time

from clients import Confluent
from harness import equal, expect, needs, wait_until
from members import Members, console_member, member

PARTITIONS = 6


def fill(bootstrap, topic, first, count):
    """Writes numbers, in turn to all partitions; gives them as texts."""
    client = Confluent(bootstrap)
    values = [f"{topic}-{number}" for number in range(first, first + count)]
    for partition in range(PARTITIONS):
        client.write(
            topic, [(None, value.encode(), [], 1_700_000_000_000) for value in values[partition::PARTITIONS]],
            partition=partition)
    return values


def make(bootstrap, topic, count=600):
    Confluent(bootstrap).create(topic, PARTITIONS)
    return fill(bootstrap, topic, 0, count)


def once(members, values):
    found = collections.Counter(members.values)
    twice = [value for value, count in found.items() if count > 1]
    expect(not twice, f"{len(twice)} records were read more than once: {twice[:5]} of {[str(m) for m in members]}")
    equal(set(found), set(values), "what was read")


def admin(bootstrap):
    needs("confluent_kafka")
    from confluent_kafka.admin import AdminClient
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 4})


def described(bootstrap, group):
    client = admin(bootstrap)
    return client.describe_consumer_groups([group])[group].result(15)


def mix(bootstrap, topic, strategy):
    """The library's members among others, who come and go; the group is named as the topic."""
    others, own = others_of(bootstrap, topic, strategy), own_of(bootstrap, topic, strategy)
    values = make(bootstrap, topic)
    with Members() as members:
        for add in others:
            members.add(add())
        ours = [members.add(own()), members.add(own())]
        members.await_values(values, 60)
        wait_until(lambda: len(described(bootstrap, topic).members) == len(members), "all members", 40)
        wait_until(lambda: described(bootstrap, topic).state.name == "STABLE", "stable group", 40)
        values += fill(bootstrap, topic, len(values), 600)
        members.await_values(values, 60)
        for one in members:
            expect(one.values, f"{one} has read nothing")
        # What it has read is committed by now: it may go without a word. With the consumer protocol it would be missed late.
        time.sleep(1)
        if strategy == "consumer":
            ours[0].leave()
        else:
            ours[0].kill()
        values += fill(bootstrap, topic, len(values), 600)
        members.await_values(values, 60)
        for one in members:
            one.leave()
        again = members.add(own())
        again.await_assigned(PARTITIONS)
        values += fill(bootstrap, topic, len(values), 60)
        members.await_values(values)
        once(members, values)


def others_of(bootstrap, topic, strategy):
    """Members of other clients for a strategy."""
    java = {
        "range": "org.apache.kafka.clients.consumer.RangeAssignor",
        "roundrobin": "org.apache.kafka.clients.consumer.RoundRobinAssignor",
        "sticky": "org.apache.kafka.clients.consumer.StickyAssignor",
        "cooperative-sticky": "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
    }
    if strategy == "consumer":
        return [lambda: member("confluent", bootstrap, topic, topic, group_protocol="consumer"),
                lambda: console_member("4.3.1", bootstrap, topic, topic, group_protocol="consumer")]
    found = [lambda: console_member("4.3.1", bootstrap, topic, topic, partition_assignment_strategy=java[strategy])]
    # librdkafka has no eager sticky strategy.
    if strategy != "sticky":
        found.append(lambda: member("confluent", bootstrap, topic, topic, partition_assignment_strategy=strategy))
    return found


def own_of(bootstrap, topic, strategy):
    if strategy == "consumer":
        return lambda: member("library", bootstrap, topic, topic, group_protocol="consumer")
    return lambda: member("library", bootstrap, topic, topic, partition_assignment_strategy=strategy)


STRATEGIES = ("range", "roundrobin", "sticky", "cooperative-sticky", "consumer")
