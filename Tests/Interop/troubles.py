"""What is done to a real Kafka of three nodes while kbench sends to it. Each trouble is made again and again, round by round."""

import os
import random
import signal
import time

from harness import Skip, expect, gone
from kafka_admin import controller, elect_preferred, layout, leaders, reassign
from kafka_cluster import await_shutdown, node_pid, signal_node, start_node
from small_disk import SmallDisk

NODES = (1, 2, 3)
REPLICAS = len(NODES)
SYNC_SECONDS = 120
# How long a round waits for replicas that can't catch up beside the load. Each partition has two in sync all the same before the
# next one, so that what is acknowledged outlives the node that has it.
PATIENCE_SECONDS = 25
IN_SYNC_MIN = 2

# Every trouble, by its name.
troubles = {}


class LoadEnded(Exception):
    """The load is over, and with it the round."""


class Trouble:
    """One kind of trouble: `make` is a round of it, `prepare` what comes before the load, `mend` what comes after it."""

    def __init__(self, name, text, make, seconds, rounds, pause, unsyncs, relayed, prepare, mend):
        self.name, self.text, self.make, self.pause = name, text, make, pause
        # Whether replicas have to catch up after a round, and whether a relay makes the trouble.
        self.unsyncs, self.relayed = unsyncs, relayed
        # In full, and in short.
        self.seconds, self.rounds = seconds, rounds
        self.prepare, self.mend = prepare, mend


def trouble(name, text, *, seconds, rounds, pause=lambda: 2, unsyncs=True, relayed=False, prepare=lambda scene: None,
            mend=lambda scene: None):
    """Registers a function as a round of a trouble.

    `seconds` are those that the load shall last, in full and in short; `rounds` those that have to be made in it.
    """
    def register(make):
        troubles[name] = Trouble(name, text, make, seconds, rounds, pause, unsyncs, relayed, prepare, mend)
        return make
    return register


class Scene:
    """The cluster and the load during a drill, and the journal of what was done."""

    def __init__(self, topic, partitions, is_short, say):
        self.topic, self.partitions, self.is_short, self.say = topic, partitions, is_short, say
        self.load = None
        self.rounds = 0
        # (time, node or None, text) of what was done, in order.
        self.journal = []
        self.chance = random.Random(1)

    def note(self, text, node=None):
        self.journal.append((time.time(), node, text))
        self.say(text)

    def goes_on(self):
        return self.load is not None and not self.load.has_ended()

    def check(self):
        if not self.goes_on():
            raise LoadEnded

    def sleep(self, seconds):
        """Sleeps while the load goes on."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, 0.25))
        self.check()

    def wait_in_sync(self):
        """Waits until each partition has a leader and all replicas."""
        begun = time.monotonic()
        while synced(self.topic, REPLICAS) < self.partitions:
            expect(time.monotonic() - begun < SYNC_SECONDS, f"replicas are not in sync after {SYNC_SECONDS} s")
            time.sleep(0.25)

    def catch_up(self):
        """Waits for replicas while the load goes on, and not for ever: it may leave them no time to catch up."""
        begun = time.monotonic()
        # A node that stood still does not know yet what it has missed.
        self.sleep(1)
        while (count := synced(self.topic, REPLICAS)) < self.partitions:
            if time.monotonic() - begun > PATIENCE_SECONDS and synced(self.topic, IN_SYNC_MIN) == self.partitions:
                return self.note(f"{self.partitions - count} partitions still lack a replica")
            self.sleep(0.25)
        self.note("all replicas in sync")

    def leader(self, partition):
        """The node that leads a partition."""
        while (node := patiently(lambda: leaders(self.topic)[partition], -1)) < 0:
            self.sleep(0.1)
        return node

    def leads(self, node):
        return patiently(lambda: leaders(self.topic).count(node), 0)


def patiently(ask, otherwise):
    """An answer of the cluster, which may have none in the midst of trouble."""
    from confluent_kafka import KafkaException
    from kafka.errors import KafkaError
    try:
        return ask()
    except (KafkaException, KafkaError, IndexError):
        return otherwise


def synced(topic, replicas):
    """How many partitions have a leader and so many replicas in sync, or more."""
    return patiently(lambda: sum(p.leader >= 0 and len(p.isrs) >= replicas for p in layout(topic).values()), 0)


def role(scene, node):
    """What else a node is, for the journal."""
    quorum = ", leads the quorum" if patiently(controller, None) == node else ""
    return f"leader of {scene.leads(node)} of {scene.partitions} partitions{quorum}"


def revive_all(scene):
    """Has every node run again, whatever a round left behind, and waits until all is well."""
    for node in NODES:
        if gone(node_pid(node), 0):
            start_node(node)
        else:
            signal_node(node, signal.SIGCONT)
    scene.wait_in_sync()


def strike(scene, node, number, what):
    """Sends a signal to a node, and notes what it was until then."""
    was = role(scene, node)
    signal_node(node, number)
    scene.note(f"node {node} {what}: {was}", node)


@trouble("killed", "the leader of a partition is killed with -9 and started again when others lead, again and again",
         seconds=(180, 45), rounds=(3, 1))
def killed(scene):
    node = scene.leader(scene.rounds % scene.partitions)
    strike(scene, node, signal.SIGKILL, "killed")
    # A dead node is noticed after three seconds.
    scene.sleep(5)
    start_node(node)
    scene.note(f"node {node} started", node)


@trouble("rolling", "one node after the other is shut down in order and started again", seconds=(180, 45), rounds=(3, 1))
def rolling(scene):
    node = NODES[scene.rounds % len(NODES)]
    strike(scene, node, signal.SIGTERM, "told to shut down")
    await_shutdown(node)
    start_node(node)
    scene.note(f"node {node} has shut down, and is started", node)


@trouble("frozen", "one node after the other stands still (SIGSTOP), in full for ten seconds", seconds=(120, 45), rounds=(3, 1))
def frozen(scene):
    node = NODES[scene.rounds % len(NODES)]
    strike(scene, node, signal.SIGSTOP, "stopped")
    scene.sleep(6 if scene.is_short else 10)
    signal_node(node, signal.SIGCONT)
    scene.note(f"node {node} goes on", node)


@trouble("elections", "all partitions get another leader every two seconds, by reassignment and election", seconds=(90, 15),
         rounds=(10, 2), unsyncs=False)
def elections(scene):
    # The leader is the first of the replicas, once that is elected.
    reassign(scene.topic, lambda replicas: replicas[1:] + replicas[:1])
    elect_preferred(scene.topic)
    scene.note("another leader elected for each partition")
    # An election fails quietly where the one preferred is not in sync.
    scene.sleep(0.5)
    moved = patiently(lambda: sum(p.leader == p.replicas[0] for p in layout(scene.topic).values()), 0)
    if moved < scene.partitions:
        scene.note(f"only {moved} of {scene.partitions} have moved")


def relay_pid(_=None):
    if "KAFKA_RELAY_PID" not in os.environ:
        raise Skip("there is no relay before the cluster: scripts/with-kafka --rtt 0ms")
    return int(os.environ["KAFKA_RELAY_PID"])


# Reproducible pauses, shorter and longer than a connection needs to be of use again.
pauses = random.Random(1)


@trouble("resets", "all connections are reset at once by a relay, every 0.3 to 3 seconds", seconds=(90, 15), rounds=(10, 3),
         pause=lambda: pauses.uniform(0.3, 3), unsyncs=False, relayed=True, prepare=relay_pid)
def resets(scene):
    os.kill(relay_pid(), signal.SIGUSR1)
    scene.note("all connections reset")


@trouble("stopped", "all nodes stand still at once (SIGSTOP), in full for longer than the request timeout of 30 s",
         seconds=(180, 35), rounds=(1, 1), pause=lambda: 8)
def stopped(scene):
    seconds = 8 if scene.is_short else (45 if scene.rounds == 0 else 12)
    for node in NODES:
        signal_node(node, signal.SIGSTOP)
    scene.note(f"all nodes stopped for {seconds} s")
    scene.sleep(seconds)
    for node in NODES:
        signal_node(node, signal.SIGCONT)
    scene.note("all nodes go on")


def prepare_disk(scene):
    scene.disk = SmallDisk(NODES[-1], (250 if scene.is_short else 600) << 20)
    scene.disk.mount()


def mend_disk(scene):
    if getattr(scene, "disk", None):
        scene.disk.unmount()


@trouble("full-disk", "the disk of a node is full; the node is started again when there is room", seconds=(120, 50), rounds=(1, 1),
         prepare=prepare_disk, mend=mend_disk)
def full_disk(scene):
    disk = scene.disk
    if scene.rounds:
        # The disk is not full again.
        scene.sleep(float("inf"))
    pid = node_pid(disk.node)
    while not gone(pid, 0) and disk.free() > 0:
        scene.sleep(0.1)
    scene.note(f"the disk of node {disk.node} is full ({disk.size >> 20} MiB)", disk.node)
    full = time.monotonic()
    while not gone(pid, 0) and time.monotonic() - full < 20:
        scene.sleep(0.1)
    if gone(pid, 0):
        scene.note(f"node {disk.node} has ended by itself", disk.node)
    else:
        signal_node(disk.node, signal.SIGKILL)
        scene.note(f"node {disk.node} is killed, because it goes on without a disk", disk.node)
    scene.sleep(4)
    disk.grow()
    start_node(disk.node)
    scene.note(f"node {disk.node} has room and is started", disk.node)
