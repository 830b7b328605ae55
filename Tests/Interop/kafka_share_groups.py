"""The library's members of share groups of a real Kafka, among Java's."""

from harness import test
from kafka_cluster import BOOTSTRAP
import share_scenes


def define(scene, title):
    @test(title)
    def scenario():
        scene(BOOTSTRAP, scene.__name__)


define(share_scenes.decisions, "on Kafka records of a share group are accepted, released, rejected, renewed, or come again when their lock is over")
define(share_scenes.sharing, "on Kafka members of the library and of Java share one partition, each record with one of them")
define(share_scenes.java_decisions, "on Kafka what Java's members of a share group release comes again, and what they reject does not")
define(share_scenes.killed, "on Kafka records of a killed and of a hanging member of a share group come to others")
define(share_scenes.tools, "on Kafka kafka-share-groups describes and resets a share group of the library's members")
