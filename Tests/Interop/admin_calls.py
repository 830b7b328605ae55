"""What the library says of a cluster, beside what confluent-kafka and kafka-python say of the same."""

import json
import subprocess

from clients import PEER, Confluent
from harness import equal, expect, needs, wait_until
from members import Members, member


class Ours:
    """The library's calls, in a process that lives as long as the block."""

    def __init__(self, bootstrap):
        self.process = subprocess.Popen(
            [PEER, "admin", bootstrap], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stdout.close()

    def __call__(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        expect(line, f"the library's process ended at {words}")
        return json.loads(line)


def confluent(bootstrap):
    needs("confluent_kafka")
    from confluent_kafka.admin import AdminClient
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 2})


def result(future):
    """What came of a call of confluent-kafka's: a value, or the name of the error."""
    from confluent_kafka import KafkaException
    try:
        return future.result(20)
    except KafkaException as exception:
        return {"error": ERRORS.get(exception.args[0].name(), exception.args[0].name())}


# librdkafka's own words.
ERRORS = {"UNKNOWN_TOPIC_OR_PART": "UNKNOWN_TOPIC_OR_PARTITION", "TOPIC_ALREADY_EXISTS": "TOPIC_ALREADY_EXISTS",
          "TOPIC_EXCEPTION": "INVALID_TOPIC_EXCEPTION"}


def topics(bootstrap, mark):
    """Topics are created, described, made to grow and deleted by one, and seen by the others."""
    from confluent_kafka import TopicCollection
    from confluent_kafka.admin import NewPartitions, NewTopic
    theirs = confluent(bootstrap)
    one, two, bad = f"{mark}-one", f"{mark}-two", f"{mark}-bad"
    with Ours(bootstrap) as ours:
        equal(ours("create", one, 3, "cleanup.policy=compact"), {one: "ok"}, "a topic that the library creates")
        equal(result(theirs.create_topics([NewTopic(two, 2, 1)])[two]), None, "a topic that confluent-kafka creates")
        again = result(theirs.create_topics([NewTopic(one, 3, 1)])[one])
        equal(ours("create", one, 3), {one: again}, "a topic that is there")
        refused = result(theirs.create_topics([NewTopic(bad, 1, 1, config={"cleanup.policy": "x"})])[bad])
        equal(ours("create", bad, 1, "cleanup.policy=x"), {bad: refused}, "a setting that makes no sense")
        refused = result(theirs.create_topics([NewTopic(bad, 1, 1, config={"no.such": "x"})])[bad])
        equal(ours("create", bad, 1, "no.such=x"), {bad: refused}, "a setting that there is not")

        def settled():
            return dict(ours("topics")).get(one) == 3 and dict(ours("topics")).get(two) == 2
        wait_until(settled, "both topics in the library's list", 20)
        listed = theirs.list_topics(timeout=10).topics
        equal({name: count for name, count in ours("topics")},
              {name: len(topic.partitions) for name, topic in listed.items() if not name.startswith("__")}, "topics")
        described = ours("describe", one, two)
        for name, future in theirs.describe_topics(TopicCollection([one, two])).items():
            wanted = [
                {"index": p.id, "leader": p.leader.id, "replicas": [n.id for n in p.replicas], "isr": [n.id for n in p.isr], "offline": []}
                for p in future.result(20).partitions]
            equal(described[name], wanted, f"partitions of {name}")
        unknown = result(theirs.describe_topics(TopicCollection([bad]))[bad])
        equal(ours("describe", bad), {bad: unknown}, "a topic that there is not")
        equal(ours("partitions", one, 5), {one: "ok"}, "partitions that the library adds")
        equal(result(theirs.create_partitions([NewPartitions(two, 4)])[two]), None, "partitions that confluent-kafka adds")
        refused = result(theirs.create_partitions([NewPartitions(one, 2)])[one])
        equal(ours("partitions", one, 2), {one: refused}, "fewer partitions")
        wait_until(lambda: dict(ours("topics")).get(one) == 5 and dict(ours("topics")).get(two) == 4, "new partitions", 20)
        equal(ours("delete", one), {one: "ok"}, "a topic that the library deletes")
        equal(result(theirs.delete_topics([two])[two]), None, "a topic that confluent-kafka deletes")
        wait_until(lambda: not {one, two} & set(dict(ours("topics"))), "deleted topics to be gone", 20)
        refused = result(theirs.delete_topics([one])[one])
        equal(ours("delete", one), {one: refused}, "a topic that is gone")


def offsets(bootstrap, mark):
    """Offsets at each point, of several partitions, by three clients."""
    from confluent_kafka import IsolationLevel, TopicPartition
    from confluent_kafka.admin import OffsetSpec
    topic, base = f"{mark}-offsets", 1_700_000_000_000
    client = Confluent(bootstrap)
    client.create(topic, 3)
    # Times that go forth and back.
    for partition, count in ((0, 40), (1, 7)):
        given = [(None, b"v", [], base + 1000 * ((number * 7) % 40)) for number in range(count)]
        client.write(topic, given, partition=partition)
    theirs = confluent(bootstrap)
    points = {
        "earliest": OffsetSpec.earliest(), "latest": OffsetSpec.latest(), "max-timestamp": OffsetSpec.max_timestamp(),
        str(base): OffsetSpec.for_timestamp(base), str(base + 5500): OffsetSpec.for_timestamp(base + 5500),
        str(base + 39_000): OffsetSpec.for_timestamp(base + 39_000), str(base + 1_000_000): OffsetSpec.for_timestamp(base + 1_000_000)}
    words = [f"{topic}:{partition}" for partition in range(3)]
    with Ours(bootstrap) as ours:
        for point, spec in points.items():
            for name, level in (("uncommitted", IsolationLevel.READ_UNCOMMITTED), ("committed", IsolationLevel.READ_COMMITTED)):
                futures = theirs.list_offsets({TopicPartition(topic, p): spec for p in range(3)}, isolation_level=level)
                wanted = {f"{asked.topic}-{asked.partition}": future.result(20).offset for asked, future in futures.items()}
                wanted = {key: None if offset < 0 else offset for key, offset in wanted.items()}
                equal(ours("offsets", point, name, *words), wanted, f"offsets at {point}, {name}")
        found = kafka_python_offsets(bootstrap, topic, base + 5500)
        equal(ours("offsets", base + 5500, "uncommitted", *words), found, "kafka-python's offsets by time")
        equal(ours("offsets", "latest", "uncommitted", f"{topic}:9"), {f"{topic}-9": {"error": "unknownPartition"}}, "no partition")
        before = {TopicPartition(topic, 0, 10): None}
        equal(ours("delete-records", f"{topic}:1=3", f"{topic}:2=1"),
              {f"{topic}-1": 3, f"{topic}-2": {"error": "OFFSET_OUT_OF_RANGE"}}, "records that the library deletes")
        for future in theirs.delete_records(list(before)).values():
            equal(future.result(20).low_watermark, 10, "records that confluent-kafka deletes")
        equal(ours("offsets", "earliest", "uncommitted", *words), {f"{topic}-0": 10, f"{topic}-1": 3, f"{topic}-2": 0}, "the first offsets")


def kafka_python_offsets(bootstrap, topic, time):
    kafka = needs("kafka")
    consumer = kafka.KafkaConsumer(bootstrap_servers=bootstrap.split(","))
    try:
        found = consumer.offsets_for_times({kafka.TopicPartition(topic, p): time for p in range(3)})
        return {f"{p.topic}-{p.partition}": offset.offset if offset else None for p, offset in found.items()}
    finally:
        consumer.close()


def settings(bootstrap, mark):
    """Settings that one sets are told by the others."""
    from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
    topic = f"{mark}-settings"
    Confluent(bootstrap).create(topic)
    theirs = confluent(bootstrap)
    resource = ConfigResource(ResourceType.TOPIC, topic)

    def told():
        entries = theirs.describe_configs([resource])[resource].result(20)
        return {name: {"value": entry.value, "source": entry.source, "readOnly": entry.is_read_only, "sensitive": entry.is_sensitive}
                for name, entry in entries.items()}

    def change(*entries):
        asked = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[
            ConfigEntry(name, value, incremental_operation=operation) for name, value, operation in entries])
        return result(theirs.incremental_alter_configs([asked])[asked])

    key = f"topic '{topic}'"
    with Ours(bootstrap) as ours:
        def agree(what):
            wait_until(lambda: ours("configs", "topic", topic)[key] == told(), f"the same settings, {what}", 20)
        agree("of a new topic")
        equal(ours("alter", "topic", topic, "set:retention.ms=1234", "append:cleanup.policy=compact"), {key: "ok"}, "changes")
        wait_until(lambda: told()["retention.ms"]["value"] == "1234", "what the library set", 20)
        equal(told()["cleanup.policy"]["value"], "delete,compact", "a list that was added to")
        agree("that the library set")
        equal(change(("retention.ms", None, AlterConfigOpType.DELETE), ("cleanup.policy", "delete", AlterConfigOpType.SUBTRACT),
                     ("segment.ms", "7777777", AlterConfigOpType.SET)), None, "confluent-kafka's changes")
        wait_until(lambda: ours("configs", "topic", topic, "segment.ms")[key]["segment.ms"]["value"] == "7777777", "their change", 20)
        equal(ours("configs", "topic", topic, "cleanup.policy")[key]["cleanup.policy"]["value"], "compact", "a list that was taken from")
        agree("that confluent-kafka set")
        for words, entry in ((("set:retention.ms=much",), ("retention.ms", "much", AlterConfigOpType.SET)),
                             (("set:no.such=1",), ("no.such", "1", AlterConfigOpType.SET)),
                             (("append:retention.ms=1",), ("retention.ms", "1", AlterConfigOpType.APPEND))):
            equal(ours("alter", "topic", topic, *words), {key: change(entry)}, f"a change that makes no sense: {words}")
        node = theirs.describe_cluster().result(20).nodes[0].id
        broker = ConfigResource(ResourceType.BROKER, str(node))
        wanted = {name: entry.value for name, entry in theirs.describe_configs([broker])[broker].result(20).items()}
        found = ours("configs", "broker", node)[f"broker '{node}'"]
        equal({name: entry["value"] for name, entry in found.items()}, wanted, "settings of a broker")


def groups(bootstrap, mark, group_protocol="classic"):
    """A group with a member of confluent-kafka's, and offsets that are changed from outside."""
    from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
    topic, group = f"{mark}-topic", f"{mark}-group"
    client, theirs = Confluent(bootstrap), confluent(bootstrap)
    client.create(topic, 2)
    client.write(topic, [(None, b"v", [], 1_700_000_000_000)] * 50, partition=0)
    with Ours(bootstrap) as ours, Members() as members:
        more = {"group_protocol": "consumer"} if group_protocol == "consumer" else {"partition_assignment_strategy": "range"}
        one = members.add(member("confluent", bootstrap, group, topic, **more))
        one.await_assigned(2)
        wait_until(lambda: ours("group", group)[group]["state"] == "Stable", "a stable group", 20)
        found, wanted = ours("group", group)[group], theirs.describe_consumer_groups([group])[group].result(20)
        equal((found["type"], found["assignor"]), (group_protocol, wanted.partition_assignor), "type and assignor")
        equal(found["coordinator"], wanted.coordinator.id, "the coordinator")
        equal([(m["id"], m["client"], m["host"], m["assignment"]) for m in found["members"]],
              [(m.member_id, m.client_id, m.host, sorted(f"{p.topic}-{p.partition}" for p in m.assignment.topic_partitions))
               for m in wanted.members], "members")
        listed = theirs.list_consumer_groups().result(20).valid
        equal([group_protocol == kind and state for id, _, state, kind in ours("groups") if id == group],
              [each.state.name.capitalize() for each in listed if each.group_id == group], "the group in the lists")
        equal(ours("delete-groups", group), {group: result(theirs.delete_consumer_groups([group])[group])}, "a group with members")
        wait_until(lambda: ours("lag", group).get(f"{topic}-0") == 0, "all to be read and committed", 30)
        one.leave()
        wait_until(lambda: ours("group", group)[group]["state"] == "Empty", "an empty group", 20)
        equal(ours("commit", group, f"{topic}:0=20", f"{topic}:1=0"), {f"{topic}-0": "ok", f"{topic}-1": "ok"}, "a commit")

        def committed():
            answer = theirs.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(20)
            return {f"{p.topic}-{p.partition}": p.offset for p in answer.topic_partitions if p.offset >= 0}
        equal(committed(), {f"{topic}-0": 20, f"{topic}-1": 0}, "what the library committed")
        equal(ours("lag", group), {f"{topic}-0": 30, f"{topic}-1": 0}, "how far the group is behind")
        asked = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 45)])
        theirs.alter_consumer_group_offsets([asked])[group].result(20)
        equal(ours("committed", group), committed(), "what confluent-kafka committed")
        equal(ours("lag", group)[f"{topic}-0"], 5, "the lag then")
        equal(ours("committed", group, f"{topic}:0", f"{topic}:7"), {f"{topic}-0": 45, f"{topic}-7": None}, "partitions by name")
        equal(ours("uncommit", group, f"{topic}:0"), {f"{topic}-0": "ok"}, "an offset that is deleted")
        equal(committed(), {f"{topic}-1": 0}, "what is left")
        # It knows groups of the classic protocol only.
        state = "Empty" if group_protocol == "classic" else "Dead"
        equal(kafka_python_groups(bootstrap, group), (state, {f"{topic}-1": 0}), "what kafka-python says")
        equal(ours("delete-groups", group), {group: "ok"}, "a group that is deleted")
        equal(ours("group", group), {group: {"error": "GROUP_ID_NOT_FOUND"}}, "a group that is gone")
        equal(ours("delete-groups", group), {group: result(theirs.delete_consumer_groups([group])[group])}, "it once more")


def kafka_python_groups(bootstrap, group):
    admin = needs("kafka").KafkaAdminClient(bootstrap_servers=bootstrap.split(","))
    try:
        described = admin.describe_groups([group])
        state = described[group]["group_state"] if isinstance(described, dict) else described[0].state
        offsets = admin.list_group_offsets(group)
        offsets = offsets.get(group, offsets)
        return state, {f"{p.topic}-{p.partition}": offset.offset for p, offset in offsets.items()}
    finally:
        admin.close()


CALLS = {"topics": topics, "offsets and records": offsets, "settings": settings, "groups": groups,
         "groups of the consumer protocol": lambda bootstrap, mark: groups(bootstrap, mark, "consumer")}
