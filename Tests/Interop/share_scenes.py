"""Share groups (KIP-932) whose members are the library's and Java's: what every broker has to do with their records."""

import collections
import os
import signal
import subprocess
import time

from admin_calls import Ours
from clients import PEER, Confluent
from harness import equal, expect, wait_until
from members import Member, Members, java
from raw_shares import RawShareMember

VERSION = "4.3.1"
LOCK_MS = 2000


class LibraryMember(Member):
    """A member of the library's, which does with a record what its value says (see ShareCommand)."""

    def __init__(self, bootstrap, group, topic, mode="explicit", count=100):
        super().__init__([PEER, "share", bootstrap, group, topic, mode, str(count)], f"the library ({mode})")

    @property
    def got(self):
        """What it got, as (value, how often it was delivered)."""
        return [(words[4], int(words[3])) for words in self.words("got")]

    def words(self, first):
        return [line.split(" ", 4) for line in self.lines if line.startswith(first + " ")]

    def count(self, first):
        return sum(int(words[2]) for words in self.words(first))

    @property
    def values(self):
        return [value for value, _ in self.got]


class JavaMember(Member):
    """Kafka's console share consumer, which accepts, releases or rejects all."""

    def __init__(self, bootstrap, group, topic, *options):
        super().__init__(
            java(VERSION, "org.apache.kafka.tools.consumer.ConsoleShareConsumer", "--bootstrap-server", bootstrap, "--topic", topic,
                 "--group", group, "--formatter-property", "print.delivery=true", *options), "console share consumer")

    @property
    def got(self):
        lines = [line.split("\t") for line in self.lines if line.startswith("Delivery:")]
        return [(line[1], int(line[0].split(":")[1])) for line in lines]

    @property
    def values(self):
        return [value for value, _ in self.got]


def group_from_the_beginning(bootstrap, group):
    with Ours(bootstrap) as ours:
        told = ours("alter", "group", group, "set:share.auto.offset.reset=earliest", f"set:share.record.lock.duration.ms={LOCK_MS}")
        expect("error" not in str(told), f"the group's settings: {told}")


def write(bootstrap, topic, values, partitions):
    client = Confluent(bootstrap)
    for partition in range(partitions):
        client.write(
            topic, [(None, value.encode(), [], 1_700_000_000_000) for value in values[partition::partitions]],
            partition=partition)


def make(bootstrap, topic, values, partitions=3, replicas=None):
    Confluent(bootstrap).create(topic, partitions, replicas)
    group_from_the_beginning(bootstrap, topic)
    write(bootstrap, topic, values, partitions)


def tool(bootstrap, *arguments):
    """Runs kafka-share-groups, and gives the words of its lines."""
    ended = subprocess.run(
        java(VERSION, "org.apache.kafka.tools.consumer.group.ShareGroupCommand", "--bootstrap-server", bootstrap, *arguments),
        capture_output=True, text=True, timeout=90)
    expect(ended.returncode == 0, f"kafka-share-groups ended with {ended.returncode}: {ended.stderr or ended.stdout}")
    return [line.split() for line in (ended.stdout + ended.stderr).splitlines() if line.split()]


def topic_id(bootstrap, topic):
    from confluent_kafka import TopicCollection
    from confluent_kafka.admin import AdminClient
    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    described = client.describe_topics(TopicCollection([topic]))
    found = described[topic].result(30).topic_id
    bits = found.get_most_significant_bits(), found.get_least_significant_bits()
    return b"".join((half & 0xFFFF_FFFF_FFFF_FFFF).to_bytes(8) for half in bits)


def locks_outlast_sessions(bootstrap, topic):
    """Locks are kept by member: a session that takes the place of one before, and that is opened without acquiring anything, acknowledges
    what was acquired before. One whose epoch is wrong, or that is not there, refuses all of a request and ends no lock."""
    make(bootstrap, topic, [f"value-{number}" for number in range(6)], partitions=1)
    name = "A" * 22
    not_leader, invalid_request, invalid_record, not_found, wrong_epoch = 6, 42, 121, 122, 123
    id = topic_id(bootstrap, topic)

    def joins(address):
        with RawShareMember(address, topic, name, id) as member:
            member.find_coordinator(topic)
            member.arrived()
            return member.heartbeat(topic) == 0

    wait_until(lambda: any(joins(address) for address in bootstrap.split(",")), "a coordinator", 40)
    for address in bootstrap.split(","):
        member, acquired = RawShareMember(address, topic, name, id), []
        code, found = member.fetch(0, [0], 100, wait_ms=500)
        equal(code, 0, "the code of a fetch that opens a session")
        epoch, acquired = 1, [ranges for _, _, ranges in found if ranges]
        # The broker may still be looking where the group is, whose coordinator may have to make its log; another one may lead.
        deadline = time.monotonic() + 40
        while not acquired and time.monotonic() < deadline and all(code != not_leader for code, _, _ in found):
            code, found = member.fetch(epoch, [], 100, wait_ms=500)
            epoch, acquired = epoch + 1, [ranges for _, _, ranges in found if ranges]
        if acquired:
            break
        member.close()
    equal(acquired, [[(0, 5)]], "acquired records")
    equal(member.acknowledge(epoch + 7, 0, [(0, 0)])[0], wrong_epoch, "the code for a wrong epoch")
    equal(member.fetch(0, [0], 100, batches=[(0, 0)])[0], invalid_request, "the code for an acknowledgement that opens a session")
    code, found = member.fetch(0, [0], 0)
    equal((code, [ranges for _, _, ranges in found if ranges]), (0, []), "what a session is opened with that asks for nothing")
    # The first record holds the group's start where it is: of what lies before that Kafka says nothing.
    equal(member.acknowledge(1, 0, [(1, 2)]), (0, [0]), "the codes for what was acquired before")
    equal(member.acknowledge(2, 0, [(1, 2)]), (0, [invalid_record]), "the codes for what was acknowledged before")
    # The end of a session releases what it names.
    equal(member.acknowledge(-1, 0, [(3, 3)])[0], 0, "the code for the end of the session")
    equal(member.acknowledge(4, 0, [(4, 4)])[0], not_found, "the code for a session that has ended")
    equal(member.fetch(0, [0], 0)[0], 0, "the code for another session")
    equal(member.acknowledge(1, 0, [(4, 4)]), (0, [invalid_record]), "the codes for what was released")
    member.close()


def decisions(bootstrap, topic):
    """Accepted, released, rejected, renewed and forgotten records."""
    plain = [f"plain-{number}" for number in range(30)]
    others = [f"{word}-{number}" for word in ("reject", "release", "hold", "renew") for number in range(4)]
    make(bootstrap, topic, plain + others)
    with Members() as members:
        one = members.add(LibraryMember(bootstrap, topic, topic))
        total = len(plain) + len(others)
        wait_until(lambda: one.count("acknowledged") >= total + 4 + 3 * 4, f"acknowledgements of {one}", 20)
        deliveries = collections.defaultdict(list)
        for value, delivery in one.got:
            deliveries[value].append(delivery)
        equal(sorted(deliveries), sorted(plain + others), "what was got")
        for value, found in deliveries.items():
            again = value.startswith(("release", "hold"))
            equal(found, [1, 2] if again else [1], f"deliveries of {value}")
        equal(one.words("failed") + one.words("late"), [], "refused acknowledgements")
        one.leave()
        # Nothing is left for who comes next.
        write(bootstrap, topic, ["end-0", "end-1", "end-2"], 3)
        two = members.add(LibraryMember(bootstrap, topic, topic, "implicit"))
        wait_until(lambda: len(two.values) >= 3, f"records of {two}", 15)
        time.sleep(0.5)
        equal(sorted(two.values), ["end-0", "end-1", "end-2"], "what the next one got")
        two.leave()


def sharing(bootstrap, topic):
    """Members of the library's and of Java's work on the same partition, each record with one of them."""
    make(bootstrap, topic, [], 1)
    with Members() as members:
        members.add(LibraryMember(bootstrap, topic, topic, "implicit", 10))
        members.add(LibraryMember(bootstrap, topic, topic, "strict", 10))
        members.add(JavaMember(bootstrap, topic, topic, "--command-property", "max.poll.records=10"))
        values = []
        deadline = time.monotonic() + 40
        while not all(len(one.values) >= 20 for one in members):
            expect(time.monotonic() < deadline, f"not all get records: {[str(m) for m in members]}")
            # Several batches, so that no member gets all of it.
            for _ in range(10):
                new = [f"{topic}-{len(values) + number}" for number in range(10)]
                write(bootstrap, topic, new, 1)
                values += new
        members.await_values(values, 20)
        for one in members:
            one.leave()
        found = collections.Counter(members.values)
        twice = [value for value, count in found.items() if count > 1]
        # What is given back at the end was not handed out.
        expect(not twice, f"{len(twice)} of {len(values)} records came twice: {twice[:5]} of {[str(m) for m in members]}")


def java_decisions(bootstrap, topic):
    """What Java's members release comes to the library's, and what they reject does not."""
    values = [f"plain-{number}" for number in range(10)]
    make(bootstrap, topic, values, 1)
    with Members() as members:
        members.add(JavaMember(bootstrap, topic, topic, "--release", "--max-messages", "10"))
        members[0].process.wait(30)
        equal(sorted(set(members[0].values)), sorted(values), "what was released")
        ours = members.add(LibraryMember(bootstrap, topic, topic))
        wait_until(lambda: set(ours.values) >= set(values), f"released records of {ours}", 20)
        expect(all(delivery >= 2 for _, delivery in ours.got), f"deliveries: {ours.got}")
        wait_until(lambda: ours.count("acknowledged") >= 10, f"acknowledgements of {ours}", 10)
        ours.leave()
        rejected = [f"rejected-{number}" for number in range(10)]
        write(bootstrap, topic, rejected, 1)
        members.add(JavaMember(bootstrap, topic, topic, "--reject", "--max-messages", "10"))
        members[-1].process.wait(30)
        write(bootstrap, topic, ["end"], 1)
        last = members.add(LibraryMember(bootstrap, topic, topic))
        wait_until(lambda: "end" in last.values, f"the last record of {last}", 20)
        equal(last.values, ["end"], "what came after the rejected")
        last.leave()


def killed(bootstrap, topic):
    """What a member has that is killed, or hangs, comes to another one."""
    held = [f"hold-{number}" for number in range(10)]
    make(bootstrap, topic, held, 1)
    with Members() as members:
        first = members.add(LibraryMember(bootstrap, topic, topic))
        wait_until(lambda: len(first.values) == 10, f"records of {first}", 20)
        first.kill()
        second = members.add(LibraryMember(bootstrap, topic, topic))
        wait_until(lambda: len(set(second.values)) == 10, f"records of the killed one at {second}", 20)
        wait_until(lambda: second.count("acknowledged") == 10, f"acknowledgements of {second}", 20)
        # One that hangs loses its records when their locks are over.
        write(bootstrap, topic, [f"hold-again-{number}" for number in range(10)], 1)
        wait_until(lambda: len(set(second.values)) == 20, f"new records of {second}", 20)
        os.kill(second.process.pid, signal.SIGSTOP)
        third = members.add(JavaMember(bootstrap, topic, topic))
        wait_until(lambda: len(set(third.values)) == 10, f"records of the hanging one at {third}", 30)
        expect(all(delivery >= 2 for _, delivery in third.got), f"deliveries: {third.got}")
        third.leave()
        os.kill(second.process.pid, signal.SIGCONT)
        second.leave()


def waiting(bootstrap, topic):
    """Records that wait in a slow member keep their locks, if it wants that, and come again otherwise."""
    values = [f"slow-{number}" for number in range(2 * LOCK_MS // 400)]
    make(bootstrap, topic, values, 1)
    with Members() as members:
        renewing = members.add(LibraryMember(bootstrap, topic, topic, "renewing"))
        wait_until(lambda: renewing.count("acknowledged") >= len(values), f"acknowledgements of {renewing}", 30)
        equal(renewing.got, [(value, 1) for value in values], "what came, and how often")
        equal(renewing.words("failed") + renewing.words("late"), [], "refused acknowledgements")
        renewing.leave()
        write(bootstrap, topic, values, 1)
        plain = members.add(LibraryMember(bootstrap, topic, topic))
        wait_until(lambda: any(delivery > 1 for _, delivery in plain.got), f"records again of {plain}", 30)
        plain.leave()


def tools(bootstrap, topic):
    """What kafka-share-groups says of a group with a member of the library's, and does with one without."""
    make(bootstrap, topic, [f"plain-{number}" for number in range(30)])
    with Members() as members:
        one = members.add(LibraryMember(bootstrap, topic, topic, "implicit"))
        wait_until(lambda: one.count("acknowledged") >= 30, f"acknowledgements of {one}", 20)
        expect([topic] in tool(bootstrap, "--list"), "the group is not listed")
        states = tool(bootstrap, "--describe", "--group", topic, "--state")
        expect(any(line[0] == topic and "Stable" in line and line[-1] == "1" for line in states), f"states: {states}")
        listed = tool(bootstrap, "--describe", "--group", topic, "--members")
        name = one.words("member")[0][1]
        expect(any(line[:2] == [topic, name] and line[-1] == f"{topic}:0,1,2" for line in listed), f"members: {listed}")
        one.leave()
    offsets = tool(bootstrap, "--describe", "--group", topic, "--offsets")
    found = {line[2]: line[3:] for line in offsets if line[:2] == [topic, topic]}
    equal(sorted(found), ["0", "1", "2"], f"partitions of {offsets}")
    # The starts that Kafka tells may be older than that.
    equal(sum(int(lag) for _, lag in found.values()), 0, f"lags of {offsets}")
    tool(bootstrap, "--reset-offsets", "--group", topic, "--topic", topic, "--to-earliest", "--execute")
    with Members() as members:
        again = members.add(LibraryMember(bootstrap, topic, topic))
        wait_until(lambda: len(set(again.values)) == 30, f"records again of {again}", 20)
        again.leave()
    tool(bootstrap, "--delete-offsets", "--group", topic, "--topic", topic)
    tool(bootstrap, "--delete", "--group", topic)
    expect([topic] not in tool(bootstrap, "--list"), "the group is still listed")
