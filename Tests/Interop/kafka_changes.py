"""A producer on a real Apache Kafka whose topics and brokers change, beside librdkafka in the same changes.

What is compared is the longest time that any partition had no acknowledgement. KAFKA_DRILLS=all runs each change with one
lane and two, with keys and without, and changes that are left out otherwise.
"""

import functools
import itertools
import json
import os
import signal
import time

from harness import equal, expect, folder, test, wait_until
from kafka_admin import (
    controller, create, delete, elect_preferred, grow, in_sync, layout, leaders, reassign, wait_for_replicas)
from kafka_cluster import BOOTSTRAP, await_shutdown, signal_node, start_node
from kafka_producers import MAX_AGE, Producing, librdkafka, now, ours

NODES = len(BOOTSTRAP.split(","))
ALL = os.environ.get("KAFKA_DRILLS") == "all"
VERBOSE = os.environ.get("KAFKA_DRILLS_EVENTS")
PARTITIONS = 12
REPLICAS = min(3, NODES)
# What noise explains: ours may have a gap so many times as long as librdkafka's, and so many seconds more.
FACTOR, SECONDS = 1.5, 1.0
# What may become of records whose topic or partition is gone.
REASONS = {"unknownTopic", "unknownPartition"}
RECOVERY = 60
WARM_UP = 12
# Of topics that are created.
ROUNDS = 4

# They take turns; another one begins with each change.
clients = ["ours", "librdkafka"]


class Turn:
    """One client's turn at a change."""

    def __init__(self, client, slug, lanes, keyed, path, replicas, others=0, **config):
        self.client, self.replicas, self.config = client, replicas, config
        self.topic, self.partitions = f"{slug}-{client}", PARTITIONS
        self.others = [f"{slug}-{client}-other"] * others
        self.topics = [self.topic, *self.others]
        # When what is waited for was there, and what ours must still answer for.
        self.created = None
        self.create()
        self.arguments = (client, self.topics, lanes, keyed, path)

    def create(self):
        for topic in self.topics:
            create(topic, PARTITIONS, self.replicas, **self.config)

    def begin(self):
        self.producing = Producing(*self.arguments)
        for topic in self.topics:
            self.producing.wait_for(topic, PARTITIONS, 30)
        time.sleep(1.5)
        self.producing.say("measure")

    def recovers(self):
        """Waits until all partitions are in use, and a little longer."""
        time.sleep(1)
        self.producing.wait_for(self.topic, self.partitions, RECOVERY)
        time.sleep(1.5)

    def finish(self):
        found = self.producing.finish()
        self.summary = found[self.topic]
        self.other = found[self.others[0]] if self.others else None
        self.gap, self.partition = self.summary.longest_gap(self.partitions)
        if self.created:
            # Partitions that were not there before had to be found.
            waits = [(t - self.created, p) for p, t in enumerate(self.summary.first[:self.partitions]) if t > self.created]
            self.found = max(waits)[0] if waits else 0
            self.gap, self.partition = max([(self.gap, self.partition), *waits])
        self.stored = self.summary.stored()
        if VERBOSE:
            print(json.dumps({"client": self.client, "summary": self.producing.summary, "events": self.producing.events}))
        return self

    def text(self):
        summary, stored = self.summary, self.stored
        parts = [f"acked {summary.acked:,}", f"failed {told(summary.failed)}"]
        if summary.refused:
            parts.append(f"refused {told(summary.refused)}")
        if stored["twice"]:
            parts.append(f"stored twice {stored['twice']:,}")
        if stored["missing"]:
            parts.append(f"MISSING {stored['missing']:,}")
        if self.other:
            parts.append(f"other topic: gap {self.other.longest_gap(PARTITIONS)[0]:.2f} s, failed {told(self.other.failed)}")
        return f"{self.client} {self.gap:.2f} s (partition {self.partition}; " + ", ".join(parts) + ")"


def options(lanes, keyed):
    return f"{lanes} lane{'s' * (lanes > 1)}, {'keys' if keyed else 'no keys'}"


def told(codes):
    return ", ".join(f"{count:,} {code}" for code, count in sorted(codes.items())) or "0"


@functools.cache
def warm_up():
    """A broker that has just started compiles its own code for a while, and is slow."""
    with folder() as path:
        turn = Turn("librdkafka", "warm-up", 1, True, path, REPLICAS)
        turn.begin()
        time.sleep(WARM_UP)
        turn.finish()
        delete(*turn.topics)


def compare(what, slug, lanes, keyed, change, *, replicas=REPLICAS, others=0, prepare=None, mend=None, may_fail=(), **config):
    """Both clients' turns at a change, a line that says how they went, and what must hold of ours."""
    ours(), librdkafka("librdkafka_drill")
    warm_up()
    clients.reverse()
    slug = f"{slug}-{lanes}-{'keys' if keyed else 'none'}"
    turns = {}
    for client in clients:
        with folder() as path:
            turn = Turn(client, slug, lanes, keyed, path, replicas, others, **config)
            if prepare:
                prepare(turn)
            turn.begin()
            try:
                change(turn)
                turn.recovers()
            except BaseException:
                turn.producing.kill()
                raise
            finally:
                if mend:
                    mend(turn)
            turns[client] = turn.finish()
            delete(*turn.topics)
    mine, theirs = turns["ours"], turns["librdkafka"]
    print(f"  {what} ({options(lanes, keyed)}): longest gap {mine.text()}, {theirs.text()}", flush=True)
    must_hold(mine, theirs, set(may_fail))
    return mine, theirs


def must_hold(mine, theirs, may_fail):
    expect(not mine.stored["missing"], f"acknowledged records are missing: {mine.stored}")
    for summary, allowed in ((mine.summary, may_fail), (mine.other, set())):
        if summary:
            wrong = {*summary.failed, *summary.refused} - allowed
            expect(not wrong, f"records of {summary.topic} failed with {wrong}: {summary.failed}, {summary.refused}")
            equal(summary.acked + sum(summary.failed.values()), summary.appended, "acknowledged and failed of those appended")
    limit = FACTOR * theirs.gap + SECONDS
    expect(mine.gap <= limit, f"the longest gap is {mine.gap:.2f} s, more than {limit:.2f} s: librdkafka's is {theirs.gap:.2f} s")
    if mine.other:
        gap, their_gap = mine.other.longest_gap(PARTITIONS)[0], theirs.other.longest_gap(PARTITIONS)[0]
        limit = FACTOR * min(their_gap, 1) + SECONDS
        expect(gap <= limit, f"the other topic's gap is {gap:.2f} s, more than {limit:.2f} s; librdkafka's is {their_gap:.2f} s")


def drill(what, *choices, nodes=NODES, only_all=False):
    """Defines a test for each choice of lanes and keys: the first, or with KAFKA_DRILLS=all every one."""
    def define(function):
        if nodes != NODES or (only_all and not ALL):
            return
        for lanes, keyed in itertools.product((1, 2), (False, True)) if ALL else choices:
            define_one(what, function, lanes, keyed)
    return define


def define_one(what, function, lanes, keyed):
    @test(f"{what} ({options(lanes, keyed)})")
    def run():
        function(what, lanes, keyed)


# Topics that change


@drill("topic used while it is created", (2, True), nodes=3)
def created(what, lanes, keyed):
    """Nodes learn of a topic one after the other: some say for a moment that they do not know it."""
    ours(), librdkafka("librdkafka_drill")
    warm_up()
    longest, failed = {client: 0.0 for client in clients}, {client: {} for client in clients}
    for each in range(ROUNDS):
        for client in clients:
            with folder() as path:
                topic = f"created-{lanes}-{keyed}-{each}-{client}"
                begun = now()
                create(topic, PARTITIONS, REPLICAS, everywhere=False)
                producing = Producing(client, [topic], lanes, keyed, path)
                try:
                    producing.wait_for(topic, PARTITIONS, 30)
                    time.sleep(1)
                except BaseException:
                    producing.kill()
                    raise
                summary = producing.finish()[topic]
                longest[client] = max(longest[client], *(t - begun for t in summary.first))
                for code, count in summary.failed.items():
                    failed[client][code] = failed[client].get(code, 0) + count
                if VERBOSE:
                    print(json.dumps({"client": client, "summary": producing.summary, "events": producing.events}))
                expect(client != "ours" or not summary.stored()["missing"], "acknowledged records are missing")
                delete(topic)
    print(f"  {what} (of {ROUNDS}; {options(lanes, keyed)}): all partitions in use after ours {longest['ours']:.2f} s "
          f"(failed {told(failed['ours'])}), librdkafka {longest['librdkafka']:.2f} s "
          f"(failed {told(failed['librdkafka'])})", flush=True)
    expect(not failed["ours"], f"records of a topic that exists failed: {told(failed['ours'])}")
    limit = FACTOR * longest["librdkafka"] + SECONDS
    expect(longest["ours"] <= limit, f"all partitions were in use after {longest['ours']:.2f} s, more than {limit:.2f} s")


@drill("partitions added", (2, True) if NODES == 3 else (1, True))
def added(what, lanes, keyed):
    def change(turn):
        turn.partitions = 24
        turn.created = now()
        grow(turn.topic, 24)
        turn.producing.wait_for(turn.topic, 24, RECOVERY)

    mine, theirs = compare(what, "added", lanes, keyed, change)
    print(f"    all 24 in use after: ours {mine.found:.2f} s, librdkafka {theirs.found:.2f} s", flush=True)
    # An age that is over, the answer, and records for each.
    expect(mine.found < MAX_AGE + 1.5, f"all 24 partitions were in use after {mine.found:.2f} s only")


def made_anew(what, slug, lanes, keyed, partitions):
    def change(turn):
        delete(turn.topic)
        time.sleep(1)
        turn.producing.say(f"forget {turn.topic}")
        time.sleep(1)
        turn.partitions = partitions
        turn.created = now()
        create(turn.topic, partitions, REPLICAS)

    mine, _ = compare(what, slug, lanes, keyed, change, others=1, may_fail=REASONS)
    equal(mine.stored["partitions"], partitions, "partitions of the topic that was made anew")
    equal(mine.stored["distinct"] - mine.stored["not_acked"], mine.stored["acked"], "acknowledged records that are stored")


@drill("topic made anew with more partitions", (1, False) if NODES == 3 else (2, True))
def more(what, lanes, keyed):
    made_anew(what, "more", lanes, keyed, 18)


@drill("topic made anew with fewer partitions", (2, True) if NODES == 3 else (1, False))
def fewer(what, lanes, keyed):
    made_anew(what, "fewer", lanes, keyed, 5)


# Leaders that move


@drill("leaders moved by election", (1, True), nodes=3)
def elected(what, lanes, keyed):
    def prepare(turn):
        before = leaders(turn.topic)
        # The leader stays; the one that is preferred is another.
        reassign(turn.topic, lambda replicas: replicas[1:] + replicas[:1])
        wait_until(
            lambda: all(p.replicas[0] != p.leader for p in layout(turn.topic).values()), "leaders that are not preferred")
        equal(leaders(turn.topic), before, "leaders")

    def change(turn):
        elect_preferred(turn.topic)
        wait_until(
            lambda: all(p.replicas[0] == p.leader for p in layout(turn.topic).values()), "preferred leaders")

    compare(what, "elected", lanes, keyed, change, prepare=prepare)


@drill("leaders moved by reassignment", (2, False), nodes=3)
def reassigned(what, lanes, keyed):
    def change(turn):
        before = leaders(turn.topic)
        reassign(turn.topic, lambda replicas: [({1, 2, 3} - set(replicas)).pop(), *replicas[1:]])
        wait_for_replicas(turn.topic, 2)
        wait_until(
            lambda: all(a != b for a, b in zip(before, leaders(turn.topic))), "other leaders")

    compare(what, "reassigned", lanes, keyed, change, replicas=2, **{"min.insync.replicas": "1"})


# Brokers that change


def follower():
    """A node that does not lead the quorum, so that a failure is one of a broker alone."""
    return next(node for node in (1, 2, 3) if node != controller())


def wait_for_all(turn):
    wait_until(lambda: len(in_sync(turn.topic, turn.replicas)) == PARTITIONS, "replicas in sync", 90)


def fails(what, slug, lanes, keyed, choose, fail, seconds, mend):
    """A node of three that fails, and comes back after some seconds."""
    def prepare(turn):
        turn.node = choose()

    def change(turn):
        fail(turn.node)
        time.sleep(seconds)
        mend(turn.node)
        turn.mended = True

    def finally_mend(turn):
        if not getattr(turn, "mended", False):
            mend(turn.node)
        wait_for_all(turn)

    compare(what, slug, lanes, keyed, change, prepare=prepare, mend=finally_mend)


def kill(node):
    signal_node(node, signal.SIGKILL)


def shut_down(node):
    signal_node(node, signal.SIGTERM)
    await_shutdown(node)


def resume(node):
    signal_node(node, signal.SIGCONT)


@drill("node killed", (2, True), nodes=3)
def killed(what, lanes, keyed):
    fails(what, "killed", lanes, keyed, follower, kill, 6, start_node)


@drill("node that leads the quorum killed", nodes=3, only_all=True)
def controller_killed(what, lanes, keyed):
    fails(what, "controller", lanes, keyed, controller, kill, 6, start_node)


@drill("node black-holed for 15 s", (1, False), nodes=3)
def paused(what, lanes, keyed):
    fails(what, "paused", lanes, keyed, follower, lambda node: signal_node(node, signal.SIGSTOP), 15, resume)


@drill("node of three shut down in order and started", nodes=3, only_all=True)
def rolled(what, lanes, keyed):
    fails(what, "rolled", lanes, keyed, follower, shut_down, 1, start_node)


@drill("the only node restarted in order", (2, True), nodes=1)
def restarted(what, lanes, keyed):
    def change(turn):
        shut_down(1)
        start_node(1)

    compare(what, "restarted", lanes, keyed, change, mend=wait_for_all)
