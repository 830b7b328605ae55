"""Members of groups that the embedded broker coordinates: of other people's clients, and of the library."""

import time

from harness import embedded_broker, equal, expect, needs, test, wait_until
from members import Members, console_member, groups_tool, member
from mixed_groups import PARTITIONS, admin, described, fill, make, mix, once


def share(bootstrap, add):
    """Three members that come one after the other and share a topic, while it is written."""
    values = make(bootstrap, "t")
    with Members() as members:
        first = members.add(add("t"))
        members.await_values(values)
        second, third = members.add(add("t")), members.add(add("t"))
        for one in members:
            one.await_assigned(2)
        values += fill(bootstrap, "t", len(values), 600)
        members.await_values(values)
        expect(all(len(one.values) >= 100 for one in members), f"they read {[len(one.values) for one in members]}")
        second.leave()
        for one in (first, third):
            one.await_assigned(3)
        values += fill(bootstrap, "t", len(values), 600)
        members.await_values(values)
        first.leave()
        third.leave()
        again = members.add(add("t"))
        again.await_assigned(PARTITIONS)
        values += fill(bootstrap, "t", len(values), 60)
        members.await_values(values)
        equal(len(again.values), 60, "records that one read that came later")
        once(members, values)


def define(name, client, **settings):
    @test(f"three members of {name} share a topic, come, leave and come again, and read everything once")
    def sharing():
        with embedded_broker("--brokers", "3", "--log", "memory:64MiB") as bootstrap:
            share(bootstrap, lambda topic: member(client, bootstrap, "g", topic, **settings))


for strategy in ("range", "roundrobin", "sticky", "cooperative-sticky"):
    define(f"the library ({strategy})", "library", partition_assignment_strategy=strategy)
define("the library (consumer protocol)", "library", group_protocol="consumer")


def define_mix(strategy):
    @test(f"the library's members share a group with those of confluent-kafka and Java ({strategy})")
    def mixing():
        with embedded_broker() as bootstrap:
            mix(bootstrap, "t", strategy)


# The others are tried on a real Kafka, in kafka_members.
for each_strategy in ("cooperative-sticky", "consumer"):
    define_mix(each_strategy)


@test("confluent-kafka, kafka-python and Java's consumers of two versions are members of one group")
def mixed():
    with embedded_broker() as bootstrap, Members() as members:
        values = make(bootstrap, "t")
        range_of_java = "org.apache.kafka.clients.consumer.RangeAssignor"
        members.add(member("confluent", bootstrap, "g", "t", partition_assignment_strategy="range"))
        members.add(member("kafka-python", bootstrap, "g", "t"))
        for version in ("4.3.1", "3.9.2"):
            members.add(console_member(version, bootstrap, "g", "t", partition_assignment_strategy=range_of_java))
        members.await_values(values, 60)
        wait_until(lambda: len(described(bootstrap, "g").members) == 4, "four members", 40)
        wait_until(lambda: described(bootstrap, "g").state.name == "STABLE", "stable group", 40)
        values += fill(bootstrap, "t", len(values), 600)
        members.await_values(values, 60)
        for one in members:
            expect(one.values, f"{one} has read nothing")
            one.leave()
        once(members, values)


@test("confluent-kafka and Java's consumer are members of one group of the consumer protocol")
def mixed_consumer_protocol():
    with embedded_broker() as bootstrap, Members() as members:
        values = make(bootstrap, "t")
        members.add(member("confluent", bootstrap, "g", "t", group_protocol="consumer"))
        members.add(console_member("4.3.1", bootstrap, "g", "t", group_protocol="consumer"))
        members.await_values(values, 60)
        wait_until(lambda: len(described(bootstrap, "g").members) == 2, "two members", 40)
        members[0].await_assigned(3)
        wait_until(lambda: described(bootstrap, "g").state.name == "STABLE", "stable group", 40)
        values += fill(bootstrap, "t", len(values), 600)
        members.await_values(values, 60)
        for one in members:
            expect(one.values, f"{one} has read nothing")
            one.leave()
        once(members, values)


@test("a member that is killed is taken out when its session ends, and the others go on from what it has committed")
def killed():
    for client in ("confluent", "kafka-python"):
        with embedded_broker() as bootstrap, Members() as members:
            values = make(bootstrap, "t")
            first, second = (members.add(member(client, bootstrap, "g", "t")) for _ in range(2))
            first.await_assigned(3)
            second.await_assigned(3)
            members.await_values(values)
            second.kill()
            values += fill(bootstrap, "t", len(values), 60)
            first.await_assigned(PARTITIONS)
            members.await_values(values)
            once(members, values)


@test("a static member that is restarted has its partitions again, and nobody else notices")
def static_member():
    for settings in ({}, {"group_protocol": "consumer"}):
        with embedded_broker() as bootstrap, Members() as members:
            values = make(bootstrap, "t")
            first, second = (
                members.add(member("confluent", bootstrap, "g", "t", group_instance_id=name, **settings)) for name in "ab")
            first.await_assigned(3)
            second.await_assigned(3)
            members.await_values(values)
            before = list(first.assigned)
            second.leave()
            again = members.add(member("confluent", bootstrap, "g", "t", group_instance_id="b", **settings))
            again.await_assigned(3)
            values += fill(bootstrap, "t", len(values), 60)
            members.await_values(values)
            equal(first.assigned, before, f"what the other member had, with {settings}")
            once(members, values)


@test("a group goes on when its coordinator moves, and when the coordinator's broker stops and comes back")
def coordinator_stops():
    # librdkafka takes its time to connect anew: longer than its members' sessions last elsewhere.
    for settings in ({"session_timeout_ms": 30_000}, {"group_protocol": "consumer"}):
        with embedded_broker("--brokers", "3", "--log", "memory:64MiB", "--control") as bootstrap, Members() as members:
            values = make(bootstrap, "t")
            for _ in range(2):
                members.add(member("confluent", bootstrap, "g", "t", **settings))
            for one in members:
                one.await_assigned(3)
            members.await_values(values)
            for node in (1, 2, 3):
                bootstrap.tell(f"coordinator g {node}")
                values += fill(bootstrap, "t", len(values), 60)
                members.await_values(values)
            for node in (1, 2, 3):
                bootstrap.tell(f"stop {node}")
                time.sleep(1)
                bootstrap.tell(f"start {node}")
                values += fill(bootstrap, "t", len(values), 60)
                members.await_values(values)
            once(members, values)


# MARK: Administrators


@test("confluent-kafka's administrator lists, describes, alters and deletes groups and offsets")
def administrator():
    with embedded_broker("--brokers", "2", "--log", "memory:64MiB") as bootstrap, Members() as members:
        from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
        values = make(bootstrap, "t")
        one = members.add(member("confluent", bootstrap, "classic", "t"))
        two = members.add(member("confluent", bootstrap, "new", "t", group_protocol="consumer"))
        for which in (one, two):
            which.await_assigned(PARTITIONS)
            wait_until(lambda: len(which.values) == len(values), "records")
        client = admin(bootstrap)
        listed = {group.group_id: (group.state.name, group.type.name) for group in client.list_consumer_groups().result(15).valid}
        equal(listed, {"classic": ("STABLE", "CLASSIC"), "new": ("STABLE", "CONSUMER")}, "groups")
        found = described(bootstrap, "classic")
        equal((found.state.name, found.partition_assignor, len(found.members)), ("STABLE", "range", 1), "the classic group")
        equal(len(found.members[0].assignment.topic_partitions), PARTITIONS, "partitions of its member")
        found = described(bootstrap, "new")
        equal((found.state.name, found.partition_assignor, len(found.members)), ("STABLE", "uniform", 1), "the consumer group")
        equal(len(found.members[0].assignment.topic_partitions), PARTITIONS, "partitions of its member")
        asked = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions("classic")])["classic"].result(15)
        equal(sorted(p.offset for p in asked.topic_partitions), [100] * PARTITIONS, "committed offsets")
        one.leave()
        two.leave()
        moved = ConsumerGroupTopicPartitions("classic", [TopicPartition("t", 0, 7)])
        client.alter_consumer_group_offsets([moved])["classic"].result(15)
        asked = client.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions("classic", [TopicPartition("t", 0)])])["classic"].result(15)
        equal(asked.topic_partitions[0].offset, 7, "the altered offset")
        client.delete_consumer_groups(["classic"])["classic"].result(15)
        listed = [group.group_id for group in client.list_consumer_groups().result(15).valid]
        equal(listed, ["new"], "groups")


def define_tool(version):
    @test(f"kafka-consumer-groups of Kafka {version} lists, describes, resets and deletes")
    def tool():
        with embedded_broker("--brokers", "2", "--log", "memory:64MiB") as bootstrap, Members() as members:
            values = make(bootstrap, "t")
            one = members.add(member("confluent", bootstrap, "g", "t"))
            one.await_assigned(PARTITIONS)
            members.await_values(values)
            time.sleep(0.5)
            rows = groups_tool(version, bootstrap, "--describe", "--group", "g").splitlines()
            rows = [row.split() for row in rows if row.startswith("g ")]
            equal(sorted((r[2], r[3], r[4], r[5]) for r in rows), [(str(p), "100", "100", "0") for p in range(PARTITIONS)], "rows")
            expect("Stable" in groups_tool(version, bootstrap, "--describe", "--group", "g", "--state"), "it is not stable")
            text = groups_tool(version, bootstrap, "--describe", "--group", "g", "--members", "--verbose")
            expect("range" in text or "t(0,1,2,3,4,5)" in text or "0,1,2,3,4,5" in text, f"members are {text}")
            one.leave()
            expect("g" in groups_tool(version, bootstrap, "--list", "--state", "empty").split(), "it is not listed")
            groups_tool(
                version, bootstrap, "--reset-offsets", "--group", "g", "--topic", "t", "--to-earliest", "--execute")
            again = members.add(member("confluent", bootstrap, "g", "t"))
            wait_until(lambda: len(again.values) == len(values), "records once more", 30)
            again.leave()
            groups_tool(version, bootstrap, "--delete-offsets", "--group", "g", "--topic", "t")
            groups_tool(version, bootstrap, "--delete", "--group", "g")
            equal(groups_tool(version, bootstrap, "--list").split(), [], "groups")


define_tool("4.3.1")
