"""The library's members of share groups of a real Kafka, among Java's."""

import time

from harness import Skip, test, wait_until
from kafka_cluster import BOOTSTRAP, signal_node, start_node, under_replicated
from members import Members
import share_scenes
from written_numbers import Numbers


def define(scene, title):
    @test(title)
    def scenario():
        scene(BOOTSTRAP, scene.__name__)


define(share_scenes.decisions, "on Kafka records of a share group are accepted, released, rejected, renewed, or come again when their lock is over")
define(share_scenes.sharing, "on Kafka members of the library and of Java share one partition, each record with one of them")
define(share_scenes.java_decisions, "on Kafka what Java's members of a share group release comes again, and what they reject does not")
define(share_scenes.killed, "on Kafka records of a killed and of a hanging member of a share group come to others")
define(share_scenes.waiting, "on Kafka records that wait in a slow member of a share group keep their locks if it wants that")
define(share_scenes.locks_outlast_sessions, "on Kafka the locks of a member of a share group outlast a session that another one takes the place of")
define(share_scenes.tools, "on Kafka kafka-share-groups describes and resets a share group of the library's members")


@test("on Kafka no record of a share group is lost when nodes are killed and leaders move")
def troubles():
    if len(BOOTSTRAP.split(",")) < 3:
        raise Skip("it needs 3 nodes")
    topic = "share-troubles"
    share_scenes.make(BOOTSTRAP, topic, [], 6, replicas=3)
    numbers = Numbers(topic)
    with Members() as members:
        members.add(share_scenes.LibraryMember(BOOTSTRAP, topic, topic, "implicit", 50))
        members.add(share_scenes.LibraryMember(BOOTSTRAP, topic, topic, "strict", 50))
        wait_until(lambda: all(len(one.values) > 0 for one in members), "records of both", 30)
        for node in (1, 2, 3):
            signal_node(node)
            time.sleep(4)
            start_node(node)
            wait_until(lambda: under_replicated() == 0, "replicas in sync", 60)
        values = numbers.stop()
        members.await_values(values, 90)
        for one in members:
            one.leave()
