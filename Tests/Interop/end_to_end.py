"""kbench end-to-end: what it measures, in one process and in two, and what it says of records that don't arrive."""

import struct
import subprocess

from clients import Confluent
from exchanges import confluent_list
from harness import KBENCH, Running, Skip, embedded_broker, equal, expect, folder, kbench, rows, table, test, wait_until

TWO = ("--topic", "both", "--partitions", 3)


def run(output, *words, status=0, **options):
    ended = kbench("end-to-end", *words, "--output", output, **options).must_end_with(status)
    return rows(output), ended


def us(row, figure, stage="end_to_end"):
    return float(row[f"latency_{stage}_{figure}_us"])


@test("kbench end-to-end receives every record once, through each door, by any number of consumers, and leaves the files")
def all_of_them():
    with folder() as output:
        found, _ = run(
            output + "/out", "--rate", "20k", "--records", 8000, "--warmup-records", 2000, "--linger", "0ms", "--partitions", 3,
            "--door", "lane,record", "--consumers", "1,3", "--headers", 1, "--keys", "uniform:50", "--codec", "lz4")
        equal(len(found), 4, "rows")
        for row in found:
            what = f"{row['door']}, {row['consumers']}, {row['codec']}"
            equal((row["mode"], row["role"]), ("end-to-end", "both"), what)
            equal([row[f"records_{kind}"] for kind in ("acked", "read", "lost", "duplicated")], ["8000", "8000", "0", "0"], what)
            equal(row["latency_end_to_end_not_positive"], "0", what)
            expect(0 < us(row, "p50") <= us(row, "p99") <= us(row, "max"), f"latencies of {what}")
            expect(us(row, "p50", "total") > 0, f"the sending part of {what}")
        spectrum = [row for row in table(output + "/out/latency.csv") if row["stage"] == "end_to_end" and row["run"] == "1"]
        equal(spectrum[-1]["cumulative_count"], "8000", "records in latency.csv")
        intervals = [row for row in table(output + "/out/timeline.csv") if row["run"] == "1"]
        equal(sum(int(row["records_received"]) for row in intervals), 8000, "records in timeline.csv")
        with open(output + "/out/1.hlog") as f:
            expect("Tag=end_to_end," in f.read(), "there is no end_to_end in the histogram log")


@test("an answer that is late makes records late, counted from when they were due")
def late():
    with embedded_broker("--fault", "fetch:skip=200:count=1:delay=400ms") as broker, folder() as output:
        (row,), _ = run(
            output + "/out", "-b", broker, "--rate", 1000, "--records", 2000, "--linger", "0ms", "--partitions", 1, "--cores", 1)
        equal(row["records_lost"], "0", "records lost")
        expect(us(row, "max") >= 390_000, f"the most is {us(row, 'max')} us")
        # Those that were due meanwhile wait ever shorter: a tenth of all waited for more than half of it.
        expect(us(row, "p99") > 250_000, f"p99 is {us(row, 'p99')} us")


@test("as fast as possible nothing is lost that the embedded broker can't keep for long")
def closed_loop():
    with folder() as output:
        (row,), _ = run(output + "/out", "--records", "300k", "--record-size", 1000, "--partitions", 4)
        equal((row["records_read"], row["records_lost"]), ("300000", "0"), "records")


@test("records that were acknowledged and don't arrive are counted and end with 1", waits=True)
def lost():
    with embedded_broker("--fault", "produce:skip=20:count=1:lose") as broker, folder() as output:
        (row,), ended = run(
            output + "/out", "-b", broker, "--rate", 2000, "--records", 200, "--linger", "0ms", "--partitions", 1, "--cores", 1,
            status=1)
        ended.must_say("records were not received")
        expect(int(row["records_lost"]) > 0, "nothing is lost")
        equal(int(row["records_read"]) + int(row["records_lost"]), 200, "received and lost")
        equal(row["verdict"], "unverified", "verdict")


@test("two processes measure over one broker, in which others' records don't count")
def two_processes():
    with embedded_broker() as broker, folder() as output:
        confluent = Confluent(broker)
        confluent.create("both", 3)
        receiver = Running(
            "end-to-end", "--role", "consume", "-b", broker, *TWO, "--records", 4000, "--consumers", 2, "--output",
            output + "/in")
        wait_until(lambda: "waiting for records" in receiver.said(), "receiver that waits")
        confluent.write("both", [(None, b"somebody else's value, which is long enough", [], 1)] * 10)
        (sent,), _ = run(
            output + "/out", "--role", "produce", "-b", broker, *TWO, "--rate", 4000, "--records", 4000, "--warmup-records", 500,
            "--linger", "0ms", status=0)
        receiver.finish(20).must_end_with(0)
        (row,) = rows(output + "/in")
        equal((sent["role"], sent["records_acked"], sent["records_read"]), ("produce", "4000", ""), "the sender's row")
        equal((row["role"], row["records_read"], row["records_lost"]), ("consume", "4000", "0"), "the receiver's row")
        equal(row["latency_end_to_end_not_positive"], "0", "records before their time")
        expect(0 < us(row, "p50") <= us(row, "max"), "latencies")
        expect(abs(float(row["duration_s"]) - 1) < 0.5, f"it took {row['duration_s']} s")


@test("records that another machine has stamped have no latency, and end with 1")
def elsewhere():
    with embedded_broker() as broker, folder() as output:
        confluent = Confluent(broker)
        confluent.create("both", 3)
        receiver = Running("end-to-end", "--role", "consume", "-b", broker, *TWO, "--records", 100, "--output", output + "/in")
        wait_until(lambda: "waiting for records" in receiver.said(), "receiver that waits")
        # Run, clock, kind, number and time.
        stamps = [struct.pack(">IIH", 7, 12345, 0x6B62) + number.to_bytes(6, "big") + struct.pack(">q", 5) for number in range(10)]
        confluent.write("both", [(None, stamp + b"the rest", [], 1) for stamp in stamps])
        receiver.finish(20).must_end_with(1).must_say("10 records bear the time of another machine's clock", "on one machine")
        (row,) = rows(output + "/in")
        equal((row["records_read"], row["latency_end_to_end_p50_us"], row["verdict"]), ("0", "", "unverified"), "row")


@test("between machines whose clocks differ, latencies are as on one, and what they may be wrong by is told", waits=True)
def two_clocks():
    # A time namespace has a clock of its own: it stands for another machine, of which is known how far it is ahead.
    moved = ("unshare", "--time", "--monotonic", "5000")
    if subprocess.run([*moved, "true"], capture_output=True).returncode != 0:
        raise Skip("no time namespace can be made here")
    with embedded_broker() as broker, folder() as output:
        Confluent(broker).create("both", 3)
        receiver = Running("end-to-end", "--role", "consume", "-b", broker, *TWO, "--records", 2000, "--output", output + "/in")
        wait_until(lambda: "waiting for records" in receiver.said(), "receiver that waits")
        sender = subprocess.run(
            [*moved, KBENCH, "end-to-end", "--role", "produce", "-b", broker, *map(str, TWO), "--rate", "1000", "--records", "2000",
             "--warmup-records", "100", "--linger", "0ms", "--output", output + "/out"], capture_output=True, text=True, timeout=60)
        equal(sender.returncode, 0, f"status of the sender, which says {sender.stderr}")
        ended = receiver.finish(20).must_end_with(0)
        (row,) = rows(output + "/in")
        equal((row["records_read"], row["records_lost"]), ("2000", "0"), "records")
        ahead, error = float(row["clock_ahead_us"]), float(row["clock_error_us"])
        expect(abs(ahead - 5e9) <= error < 20_000, f"the clock is 5000 s ahead, not {ahead} us, give or take {error} us")
        expect(0 < us(row, "p50") < 20_000 and us(row, "max") < 2e6, f"latencies are {us(row, 'p50')} and {us(row, 'max')} us")
        expect("latencies may be wrong by" in ended.out, f"it says {ended.out}")
        equal("both.clock" in confluent_list(broker), False, "the clocks' topic stays")


@test("kbench end-to-end says what it can't do")
def refusals():
    kbench("end-to-end", "--record-size", 16).must_end_with(64).must_say("--record-size 24 or more")
    kbench("end-to-end", "--role", "produce").must_end_with(64).must_say("--bootstrap-server")
    with folder() as output:
        ended = kbench("end-to-end", "-b", "127.0.0.1:1", "--output", output + "/nobody")
        ended.must_end_with(1).must_say("127.0.0.1:1")
        # An expectation of the time to the receipt is judged.
        common = ("end-to-end", "--rate", 1000, "--records", 300, "--partitions", 1, "--output")
        kbench(*common, output + "/kept", "--expect", "records_lost==0", "--expect", "records_read==300").must_end_with(0)
        kbench(*common, output + "/missed", "--expect", "latency_end_to_end_p50_us<=1us").must_end_with(2, 3)
