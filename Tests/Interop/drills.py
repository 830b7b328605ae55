"""A drill: kbench --verify as fast as possible on a real Kafka of three nodes, a trouble meanwhile, and what became of it."""

import os
import signal
import time

from drill_results import Result, faults, report
from harness import Running, expect, gone, needs
from kafka_admin import create, delete
from kafka_cluster import BOOTSTRAP, stored
from troubles import IN_SYNC_MIN, REPLICAS, LoadEnded, Scene, revive_all, troubles

PARTITIONS = 12
# Before the first trouble, so that one sees what is usual.
LEAD = 8
END_SECONDS = 900


class Drill:
    """One drill. Its output folder has kbench's files, with what was done among the events, and the report."""

    def __init__(self, name, output, *, is_short=False, acks="all", idempotence="auto", records=None, more=(),
                 say=lambda text: None):
        self.trouble, self.output, self.is_short, self.records = troubles[name], output, is_short, records
        self.options = ["-b", BOOTSTRAP, "--partitions", PARTITIONS, "--acks", acks, "--idempotence", idempotence, *more]
        self.begun = time.monotonic()
        self.scene = Scene(f"drill-{name}-{acks}-{idempotence}", PARTITIONS, is_short, lambda text: say(self.timed(text)))

    def timed(self, text):
        return f"{time.monotonic() - self.begun:7.1f} s  {text}"

    def run(self):
        """The lines of the report, and what is wrong."""
        needs("confluent_kafka"), needs("kafka")
        scene, trouble = self.scene, self.trouble
        try:
            trouble.prepare(scene)
            create(scene.topic, PARTITIONS, REPLICAS, **{"min.insync.replicas": str(IN_SYNC_MIN)})
            ended = self.disturb()
            count = stored(scene.topic)[scene.topic]
            delete(scene.topic)
        finally:
            trouble.mend(scene)
        expect(os.path.exists(os.path.join(self.output, "runs.csv")), f"no result of {ended}, status {ended.status}")
        result = Result(self.output, scene.journal)
        result.write_actions()
        wrong = faults(result, ended, count)
        least = trouble.rounds[self.is_short]
        if scene.rounds < least:
            wrong.append(f"the run ended after {scene.rounds} rounds of trouble, not {least} or more: give it more --records")
        lines = report(trouble.name, result, count, wrong)
        with open(os.path.join(self.output, "drill.txt"), "w") as f:
            f.write("\n".join(lines) + "\n")
        return lines, wrong

    def disturb(self):
        """The load, and the trouble while it lasts; how kbench ended."""
        scene = self.scene
        amount = self.amount()
        scene.say(f"kbench begins to send: {' '.join(map(str, amount))}")
        scene.load = Running(*self.options, *amount, "--topic", scene.topic, "--keep-topic", "--verify", "--output", self.output)
        try:
            try:
                scene.sleep(LEAD)
                while True:
                    self.trouble.make(scene)
                    scene.rounds += 1
                    if self.trouble.unsyncs:
                        scene.catch_up()
                    scene.sleep(self.trouble.pause())
            except LoadEnded:
                pass
            except BaseException:
                scene.load.signal(signal.SIGKILL)
                raise
            finally:
                revive_all(scene)
            return scene.load.finish(END_SECONDS)
        finally:
            if not gone(scene.load.pid, 0):
                scene.load.signal(signal.SIGKILL)

    def amount(self):
        """A time that is long enough for the trouble, unless a number of records was asked for."""
        if self.records is not None:
            return ["--records", self.records]
        return ["--duration", f"{self.trouble.seconds[self.is_short]}s"]
