"""Share groups that the embedded broker coordinates, of the library's members and Java's."""

from harness import embedded_broker, test
import share_scenes


def define(scene, title):
    # They mostly wait, for locks and for Java to start.
    @test(title, waits=True)
    def scenario():
        with embedded_broker("--brokers", "2", "--log", "memory:64MiB") as bootstrap:
            scene(bootstrap, scene.__name__)


define(share_scenes.decisions, "records of a share group are accepted, released, rejected, renewed, or come again when their lock is over")
define(share_scenes.sharing, "members of the library and of Java share one partition, each record with one of them")
define(share_scenes.java_decisions, "what Java's members of a share group release comes again, and what they reject does not")
define(share_scenes.killed, "records of a killed and of a hanging member of a share group come to others")
define(share_scenes.waiting, "records that wait in a slow member of a share group keep their locks if it wants that")
define(share_scenes.locks_outlast_sessions, "the locks of a member of a share group outlast a session that another one takes the place of")
define(share_scenes.tools, "kafka-share-groups describes and resets a share group of the embedded broker")
