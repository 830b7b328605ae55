"""One scene of members of a group, played to Apache Kafka and to the embedded broker, whose answers have to be the same."""

import base64
import re
import select
import time

from clients import Confluent
from harness import embedded_broker, equal, expect, wait_until
from kafka_cluster import BOOTSTRAP
from raw_groups import RawMember

NONE, MEMBER_ID_REQUIRED = 0, 79
PARTITIONS = 4


class World:
    """One of the two brokers: a group, a topic, connections by name, and what was answered so far."""

    def __init__(self, bootstrap, name):
        self.bootstrap, self.group, self.topic = bootstrap, name, name
        self.connections, self.ids, self.seen, self.topic_id = {}, {}, [], None

    def prepare(self):
        Confluent(self.bootstrap).create(self.topic, PARTITIONS)
        # A coordinator that is not there yet is waited for, and a topic that the broker does not know yet.
        probe = RawMember(self.bootstrap)

        def is_ready():
            probe.find_coordinator(self.group)
            probe.arrived()
            probe.commit(self.group + "-probe", -1, "", self.topic, [(0, 1)])
            return probe.arrived() == [0]
        wait_until(is_ready, "coordinator", 60)
        probe.close()
        from confluent_kafka import TopicCollection
        from confluent_kafka.admin import AdminClient
        client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 4})
        found = client.describe_topics(TopicCollection([self.topic]))[self.topic].result(15)
        # The coordinator learns of topics a moment after others do.
        time.sleep(0.5)
        self.topic_id = base64.urlsafe_b64decode(str(found.topic_id) + "==")

    def at(self, name):
        if name not in self.connections:
            self.connections[name] = RawMember(self.bootstrap)
        return self.connections[name]

    def plain(self, value):
        """A value with the names of members in the place of the ids that the broker has made."""
        if isinstance(value, (tuple, list)):
            found = [self.plain(each) for each in value]
            # Members are told in the order of their ids, which is chance.
            return sorted(found, key=repr) if isinstance(value, list) and not any(isinstance(v, int) for v in found) else found
        if isinstance(value, str):
            for name, own in self.ids.items():
                value = value.replace(own, name)
            return re.sub(r"[-\w]{22,}", "some id", value)
        if isinstance(value, bytes) and value == self.topic_id:
            return "the topic"
        return value

    def note(self, *what):
        self.seen.append(self.plain(what))

    def ask(self, name, verb, *arguments, **named):
        """Sends a request on a connection, and notes the answer if it comes soon."""
        connection = self.at(name)
        getattr(connection, verb)(self.group, *arguments, **named)
        answer = connection.arrived(1)
        self.note(name, verb, answer)
        return answer

    def late(self, name, seconds=10):
        """Notes the answer to a request that has waited."""
        answer = self.at(name).arrived(seconds)
        self.note(name, "late", answer)
        return answer

    def join(self, name, **named):
        """Joins as a member with a name, whose id is what the broker gives it."""
        answer = self.ask(name, "join", self.ids.get(name, ""), **named)
        if answer and answer[0] == MEMBER_ID_REQUIRED:
            self.ids[name] = answer[4]
            answer = self.ask(name, "join", self.ids[name], **named)
        if answer and answer[0] == NONE:
            self.ids[name] = answer[4]
            self.seen[-1] = self.plain((name, "join", answer))
        return answer

    def close(self):
        for connection in self.connections.values():
            connection.close()


def readable(connection, seconds=10):
    """Waits for an answer, and leaves it there."""
    expect(select.select([connection.socket], [], [], seconds)[0], f"no answer within {seconds} s")


def both(name, scenario):
    """Plays a scenario on both, and compares what they answered."""
    stories = []
    with embedded_broker("--log", "memory:64MiB") as embedded:
        for bootstrap in (BOOTSTRAP, embedded):
            world = World(bootstrap, name)
            world.prepare()
            try:
                scenario(world)
            except KeyError as missing:
                raise AssertionError(f"no member {missing} at {bootstrap} after {world.seen[-3:]}") from None
            finally:
                world.close()
            stories.append(world.seen)
    for number, (kafka, ours) in enumerate(zip(*stories)):
        equal(ours, kafka, f"the embedded broker's answer to step {number} after {stories[0][max(0, number - 30):number]}")
    equal(len(stories[1]), len(stories[0]), "answers")
    return stories[0]
