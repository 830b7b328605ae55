"""kbench against three nodes of a real Apache Kafka, of which one fails in mid-run."""

import os
import signal
import time

from harness import Running, equal, expect, folder, rows, test, wait_until
from kafka_cluster import BOOTSTRAP, signal_node, start_node, stored, under_replicated, written_bytes

RECORDS = 6_000_000
NODE = 2


def drill(topic, fail, mend):
    """A run with acks=all during which `fail` happens to a node; `mend` makes up for it, when the run has ended."""
    with folder() as output:
        running = Running(
            "-b", BOOTSTRAP, "--topic", topic, "--keep-topic", "--partitions", 12, "--replication-factor", 3, "--acks", "all",
            "--records", RECORDS, "--output", output + "/out")
        try:
            # On three nodes: about a tenth of the records.
            wait_until(lambda: written_bytes(topic) > RECORDS * 100 * 3 // 10 or running.has_ended(), "data", 60)
            fail()
            expect(not running.has_ended(), "the run was over before the node failed")
            ended = running.finish(180)
        finally:
            mend()
        expect(os.path.exists(output + "/out/runs.csv"), f"no result of {ended}, status {ended.status}")
        (row,) = rows(output + "/out")
        equal((row["records_acked"], row["records_failed"]), (str(RECORDS), "0"), f"acked and failed of {ended}")
        count = stored(topic)[topic]
        # A request whose answer was lost is repeated, and stored once all the same.
        equal((row["idempotence"], ended.status, count), ("true", 0, RECORDS), f"records stored of {ended}")


def restart():
    start_node(NODE)
    wait_until(lambda: under_replicated() == 0, "replicas in sync", 90)


@test("a broker killed in mid-run: the run goes on and nothing is lost")
def killed():
    drill("killed", lambda: signal_node(NODE, signal.SIGKILL), restart)


@test("a broker that shuts down in order in mid-run: the run goes on and nothing is lost")
def shut_down():
    drill("shut-down", lambda: signal_node(NODE, signal.SIGTERM), restart)


@test("a broker that stops answering for 8 s in mid-run: the run goes on and nothing is lost")
def paused():
    def pause():
        signal_node(NODE, signal.SIGSTOP)
        time.sleep(8)
        signal_node(NODE, signal.SIGCONT)

    drill("paused", pause, lambda: signal_node(NODE, signal.SIGCONT))
