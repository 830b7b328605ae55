"""What Apache Kafka answers to members of groups, and whether the embedded broker answers the same."""

import random
import select
import time

from group_scenes import MEMBER_ID_REQUIRED, NONE, both, readable
from harness import Skip, expect, test
from kafka_cluster import HOME
from programs import version_in


@test("joins, syncs, heartbeats, leaves and commits are answered as Kafka answers them")
def classic():
    def scenario(w):
        w.ask("x", "join", "nobody")
        w.ask("x", "commit", 1, "nobody", w.topic, [(0, 5)])
        w.ask("x", "join", "", protocols=())
        w.ask("x", "join", "", kind="")
        w.ask("x", "join", "", session=5000)
        w.ask("x", "heartbeat", 1, "nobody")
        w.ask("x", "sync", 1, "nobody")
        w.ask("x", "leave", [("nobody", None)])
        w.join("a", protocols=("range", "sticky"))
        a = w.ids["a"]
        w.ask("x", "describe")
        w.ask("x", "commit", 1, a, w.topic, [(0, 5)])
        w.ask("x", "sync", 0, a)
        w.ask("x", "heartbeat", 1, a)
        w.ask("a", "sync", 1, a, [(a, b"A"), ("nobody", b"N")])
        w.ask("a", "sync", 1, a)
        w.ask("x", "describe")
        w.ask("x", "heartbeat", 0, a)
        w.ask("x", "heartbeat", 1, a, instance="i")
        w.ask("a", "commit", 1, a, w.topic, [(0, 5), (9, 1)], metadata="m")
        w.ask("a", "commit", 0, a, w.topic, [(0, 6)])
        w.ask("a", "commit", -1, "", w.topic, [(0, 7)])
        w.ask("a", "commit", 1, a, w.topic, [(1, 8)], metadata="x" * 4097)
        w.ask("x", "offsets", w.topic, [0, 1, 9])
        w.ask("x", "delete")
        w.ask("x", "join", "", protocols=("other",))
        w.ask("x", "join", "", kind="connect", protocols=("range",))
        # A second one, while the first does not join again.
        w.join("b", protocols=("range", "sticky"))
        w.ask("a", "heartbeat", 1, a)
        w.ask("a", "commit", 1, a, w.topic, [(0, 9)])
        w.ask("a", "sync", 1, a)
        w.ask("x", "describe")
        w.ask("a", "join", a, protocols=("range", "sticky"))
        w.late("b")
        b = w.ids["b"]
        w.ask("b", "sync", 2, b)
        w.ask("x", "join", b, protocols=("range", "sticky"))
        w.ask("a", "sync", 2, a, [(a, b"A"), (b, b"B")])
        w.late("b")
        # One that has lost the answer, one that follows and changes, the leader that joins again.
        w.ask("b", "join", b, protocols=("range", "sticky"))
        w.ask("b", "join", b, protocols=("range",))
        w.ask("x", "heartbeat", 2, b)
        w.ask("a", "join", a, protocols=("range", "sticky"))
        w.late("b")
        w.ask("b", "sync", 3, b)
        w.ask("x", "leave", [(a, None), ("nobody", None)])
        w.late("b")
        w.ask("b", "join", b, protocols=("range",))
        w.ask("x", "describe")
        w.ask("x", "leave", [(b, None)])
        w.ask("x", "describe")
        w.ask("x", "commit", -1, "", w.topic, [(0, 11)])
        w.ask("x", "commit", 5, "", w.topic, [(0, 12)])
        w.ask("x", "offsets", w.topic, [0])
        w.ask("x", "delete")
        w.ask("x", "offsets", w.topic, [0])
        w.ask("x", "describe")
    both("groups-classic", scenario)


@test("static members come back, are fenced and are taken out as Kafka does it")
def static_members():
    def scenario(w):
        w.join("a", instance="i", protocols=("range", "sticky"))
        a = w.ids["a"]
        w.ask("a", "sync", 1, a, [(a, b"A")], instance="i")
        w.ask("x", "heartbeat", 1, a)
        w.ask("x", "heartbeat", 1, a, instance="j")
        for version in (9, 5):
            w.ids.pop("a", None)
            w.join("a", instance="i", version=version, protocols=("range", "sticky"))
            w.ask("x", "heartbeat", 1, a, instance="i")
            w.ask("x", "join", a, instance="i")
            a = w.ids["a"]
            w.ask("a", "sync", 1, a, instance="i")
        w.ask("x", "describe")
        # With other protocols the group rebalances.
        w.ids.pop("a", None)
        w.join("a", instance="i", protocols=("sticky", "range"))
        a = w.ids["a"]
        w.ask("a", "sync", 2, a, [(a, b"A")], instance="i")
        w.join("b", protocols=("sticky",))
        b = w.ids["b"]
        # While b waits for it, it comes back with a new id.
        w.ids.pop("a", None)
        w.join("a", instance="i", protocols=("sticky",))
        w.late("b")
        w.ask("x", "leave", [("", "nobody"), ("", "i")])
        w.ask("x", "heartbeat", 3, b)
        w.ask("x", "describe")
        w.ask("x", "leave", [(b, None)])
    both("groups-static", scenario)


@test("what members do at random is answered as Kafka answers it")
def drawn():
    seed = random.randrange(2**32)
    found = []

    def scenario(w):
        chance = random.Random(seed)
        generations, leaders, leader = {}, {}, None
        waiting = set()

        def take(name, answer):
            if isinstance(answer, tuple) and len(answer) == 7 and answer[0] == NONE:
                w.ids[name], generations[name] = answer[4], answer[1]
                leaders[name] = answer[6]

        for _ in range(250):
            name = f"m{chance.randrange(4)}"
            # All prefer the same: where votes are even, Kafka chooses by the order of a hash table.
            draw, protocols = chance.random(), chance.choice([("p", "q"), ("p",), ("p", "q", "r")])
            off, stale = chance.randrange(3) == 0, chance.random() < 0.1
            if name in waiting:
                name = "x"
                draw = 0.95
            generation = generations.get(name, 0) - (1 if stale else 0)
            own = w.ids.get(name, "nobody")
            if draw < 0.4:
                w.at(name).join(w.group, "" if name not in w.ids else own, protocols=protocols)
            elif draw < 0.6:
                w.at(name).sync(w.group, generation, own, [(member, b"of " + name.encode()) for member in leaders.get(name, ())])
            elif draw < 0.75:
                w.at(name).heartbeat(w.group, generation, own)
            elif draw < 0.83 and own != leader:
                w.at(name).leave(w.group, [(own, None)])
                if not off:
                    w.ids.pop(name, None)
            elif draw < 0.93:
                w.at(name).commit(w.group, generation, own, w.topic, [(0, 5)])
            else:
                w.at(name).describe(w.group)
            waiting.add(name)
            # Joins and syncs may wait for others; what was asked after them tells that Kafka has looked at them.
            if draw < 0.6 and not select.select([w.at(name).socket], [], [], 0.05)[0]:
                w.at("barrier").describe(w.group)
                w.at("barrier").arrived()
                time.sleep(0.1)
            elif draw >= 0.6:
                readable(w.at(name))
            time.sleep(0.03)
            for each in sorted(waiting):
                answer = w.at(each).arrived(0.001)
                if answer is None:
                    continue
                waiting.discard(each)
                if isinstance(answer, tuple) and len(answer) == 7 and answer[0] == MEMBER_ID_REQUIRED:
                    w.ids[each] = answer[4]
                take(each, answer)
                # Who leads when a leader leaves is chance in Kafka, so that it stays.
                if isinstance(answer, tuple) and len(answer) == 7 and answer[0] == NONE:
                    leader = answer[3]
                w.note(each, answer)
                found.append(answer)
            w.note("waiting", sorted(waiting))
    try:
        both(f"groups-drawn-{seed}", scenario)
    except AssertionError as error:
        raise AssertionError(f"with seed {seed}: {error}") from None
    expect(sum(1 for answer in found if isinstance(answer, tuple) and len(answer) == 7 and answer[0] == NONE) > 20, "few joined")


def needs_consumer_groups():
    """Answers are those of 4.3; see test-kafka for what it has to be told."""
    if not version_in(HOME).startswith("4.3"):
        raise Skip("only Kafka 4.3 is known to answer so")


@test("heartbeats of the consumer protocol are answered as Kafka answers them")
def consumer():
    needs_consumer_groups()

    def scenario(w):
        mine = dict(names=[w.topic], owned=[], timeout=20_000, assignor="range")

        def beat(name, epoch, owned=None, **named):
            """With what it owns as partitions of the topic. Epochs count from the first in which something is read."""
            epoch += epoch > 0
            given = None if owned is None else [(w.topic_id, owned)] if owned else []
            w.ask(name, "beat", f"member-{name}", epoch, **{"owned": given, **named})

        beat("a", 5)
        beat("a", -1)
        beat("a", 0)
        beat("a", 0, **{**mine, "timeout": -1})
        beat("a", 0, **{**mine, "names": None})
        # Kafka 4.3 gives the epoch 2 to a group whose first member reads something, and 1 to one that reads nothing.
        beat("a", 0, **{**mine, "names": []})
        beat("a", 0, **{**mine, "assignor": "best"})
        beat("a", 0, **{**mine, "regex": "(a"})
        beat("a", -2)
        beat("a", -3)
        w.ask("a", "beat", "", 0, **mine)
        beat("a", 0, **{**mine, "instance": ""})
        beat("a", 0, **mine)
        beat("a", 1)
        beat("a", 1, [0, 1, 2, 3])
        beat("a", 2)
        beat("a", 0, **mine)
        beat("b", 3)
        beat("b", 0, **mine)
        beat("b", 2)
        beat("a", 1, [0, 1, 2, 3])
        beat("b", 2, [])
        beat("a", 1)
        beat("a", 1, [0, 1, 2])
        beat("a", 1, [0, 1])
        beat("b", 2, [])
        beat("b", 2, [2, 3])
        beat("a", 1, [0, 1])
        beat("a", 1, [0, 1, 2])
        beat("a", 2, [0, 1])
        w.ask("x", "commit", -1, "", w.topic, [(0, 3)])
        w.ask("x", "join", "", protocols=("range",))
        w.ask("x", "heartbeat", 2, "member-a")
        w.ask("x", "describe")
        w.ask("x", "delete")
        # Of b's static colleague nothing is taken while it is away.
        beat("c", 0, **{**mine, "instance": "i"})
        beat("a", 2, [0, 1])
        beat("b", 2, [2, 3])
        beat("b", 2, [3])
        beat("b", 2, [2])
        beat("b", 2, [])
        beat("c", 3, [], instance="i")
        beat("c", 3, [3], instance="i")
        beat("d", 0, **{**mine, "instance": "i"})
        beat("c", -2, instance="i")
        beat("d", 0, **{**mine, "instance": "i"})
        beat("c", 3, instance="i")
        beat("d", 3, instance="i")
        beat("d", 3, [3], instance="i")
        beat("d", -1, instance="i")
        beat("a", -1)
        beat("b", -1)
        beat("b", -1)
        w.ask("x", "commit", -1, "", w.topic, [(0, 3)])
        w.join("e")
        beat("a", 0, **mine)
        w.ask("x", "leave", [(w.ids["e"], None)])
        beat("a", 0, **mine)
        beat("a", 1, names=[])
        beat("a", 2)
        beat("a", 2, [])
        beat("a", 2, regex=w.topic[:-1] + ".*")
    both("groups-consumer", scenario)


@test("heartbeats of the consumer protocol at random are answered as Kafka answers them")
def drawn_heartbeats():
    needs_consumer_groups()
    seed = random.randrange(2**32)
    moved = []

    def scenario(w):
        chance = random.Random(seed)
        # What each member was told last, and what it says that it owns.
        epochs, given, owned = {}, {}, {}
        for _ in range(400):
            name, draw = f"m{chance.randrange(4)}", chance.random()
            says, forgets, lies = chance.random() < 0.7, chance.random() < 0.3, chance.random() < 0.05
            if draw < 0.08 or name not in epochs:
                owned[name] = []
                answer = w.ask(name, "beat", name, 0, names=[w.topic], owned=[], timeout=60_000, assignor="range")
            elif draw < 0.14:
                w.ask(name, "beat", name, -1)
                epochs.pop(name)
                continue
            else:
                if not forgets:
                    owned[name] = given[name]
                told = [(w.topic_id, owned[name])] if owned[name] else []
                answer = w.ask(name, "beat", name, epochs[name] - lies, owned=told if says else None)
            code, epoch, assignment = answer
            if code:
                # As a client does that is fenced.
                epochs.pop(name, None)
                continue
            epochs[name] = epoch
            if assignment is not None:
                given[name] = assignment[0][1] if assignment else []
                moved.append(len(given[name]))
    try:
        both(f"groups-beats-{seed}", scenario)
    except AssertionError as error:
        raise AssertionError(f"with seed {seed}: {error}") from None
    expect(len(set(moved)) > 3, f"members got {set(moved)} partitions")
