"""kbench --verify: what is stored is read back, and brokers that lie are found out to the record."""

import json
import os
import signal
import time

from clients import CODECS, Confluent
from harness import Running, embedded_broker, equal, expect, folder, gone, kbench, rows, table, test, wait_until

KINDS = ("lost", "duplicated", "reordered", "corrupted")
COLUMNS = [
    "run", "partition", "records_acked", "records_read", "records_lost", "records_duplicated", "records_reordered",
    "records_corrupted", "records_foreign", "start_offset", "end_offset", "lost_offsets", "duplicated_offsets",
    "reordered_offsets", "corrupted_offsets", "foreign_offsets"]

# One partition, and batches of 10 records each: the stamp makes a record of 200 bytes no longer.
TENS = ("--records", 400, "--record-size", 200, "--cores", 1, "--concurrency", 1, "--linger", "1s", "--seed", 1)


def verified(output, *arguments, status=0, broker=None, timeout=60):
    """Runs kbench with --verify; its rows of runs.csv and of verify.csv, and how it ended."""
    target = ("-b", broker) if broker else ()
    ended = kbench(*target, "--verify", *arguments, "--output", output, timeout=timeout).must_end_with(status)
    return rows(output), table(output + "/verify.csv"), ended


def counts(row):
    return {kind: int(row[f"records_{kind}"]) for kind in KINDS}


def must_be_clean(found, records, what=""):
    for row in found:
        equal((row["records_read"], counts(row)), (str(records), dict.fromkeys(KINDS, 0)), f"{what} run {row['run']}")


def must_be(row, what, **expected):
    equal(counts(row), {**dict.fromkeys(KINDS, 0), **expected}, what)


@test("--verify reads everything back whatever the door, builder and codec, and finds nothing wrong")
def doors():
    with folder() as output:
        arguments = ("--records", "20k", "--partitions", 3, "--cores", 2, "--warmup-records", 5000)
        for number, more in enumerate((
            ("--builder", "sharded,sequential", "--codec", ",".join(CODECS)),
            ("--door", "writer,record,chunk", "--builder", "sharded,sequential", "--codec", "none,lz4", "--tasks", "1,3"),
            ("--keys", "uniform:1000", "--headers", 2, "--door", "lane,writer,record,chunk", "--builder", "sharded,sequential"),
            ("--acks", "0,1,all", "--builder", "sharded,sequential", "--partitioner", "round-robin,sticky"),
        )):
            found, details, ended = verified(f"{output}/{number}", *arguments, *more)
            must_be_clean(found, 20000, str(more))
            expect({row["verdict"] for row in found} <= {"ok", "noisy", "generator-bound"}, f"verdicts of {ended}")
            for row in found:
                own = [detail for detail in details if detail["run"] == row["run"]]
                equal(sum(int(detail["records_acked"]) for detail in own), 20000, "records in verify.csv")
            expect("20000 records read back" in ended.out, f"not told: {ended}")


@test("batches that overtake one another by design have no order that could be wrong")
def unordered():
    with folder() as output:
        found, details, ended = verified(
            output + "/out", "--records", "200k", "--partitions", 3, "--partitioner", "none", "--builder",
            "sequential,sharded", "--cores", 2)
        equal([row["records_reordered"] for row in found], ["", "0"], "reordered")
        equal({row["records_reordered"] for row in details if row["run"] == "1"}, {""}, "reordered in verify.csv")
        expect("none is lost, duplicated or corrupted" in ended.out, f"said is {ended}")


@test("verify.csv has its columns, and without --verify there is none and runs.csv has empty cells")
def files():
    with folder() as output:
        verified(output + "/with", "--records", 1000, "--partitions", 2)
        with open(output + "/with/verify.csv") as f:
            equal(f.readline().strip().split(","), COLUMNS, "columns")
        kbench("--records", 1000, "--output", output + "/without").must_end_with(0)
        expect(not os.path.exists(output + "/without/verify.csv"), "there is a verify.csv")
        (row,) = rows(output + "/without")
        equal([row[f"records_{kind}"] for kind in ("read",) + KINDS], [""] * 5, "cells")
        names = list(row)
        equal(names[names.index("verdict") - 5:], [f"records_{k}" for k in ("read",) + KINDS] + ["verdict"], "last columns")


def lied_to(fault, *more, acks="all", batch_size=2200):
    """A run to a broker with a fault that hits one partition; the row of runs.csv, of verify.csv, and how kbench ended."""
    with embedded_broker("--fault", fault) as broker, folder() as output:
        (row,), (detail,), ended = verified(
            output + "/out", *TENS, "--partitions", 1, "--batch-size", batch_size, "--acks", acks, *more, status=1,
            broker=broker)
        equal(row["verdict"], "unverified", "verdict")
        return row, detail, ended


@test("a batch that is acknowledged and not stored is lost, with its offsets")
def lost():
    row, detail, ended = lied_to("produce:skip=3:count=1:lose")
    must_be(row, "runs.csv", lost=10)
    must_be(detail, "verify.csv", lost=10)
    equal(detail["lost_offsets"], " ".join(map(str, range(30, 40))), "offsets")
    equal(row["records_read"], "390", "records read")
    ended.must_say("10 records lost (partition 0, first at offset 30)")
    row, detail, _ = lied_to("produce:skip=39:count=1:lose")
    must_be(row, "the last batch", lost=10)
    equal(detail["lost_offsets"], " ".join(map(str, range(390, 400))), "offsets of the last batch")
    row, detail, _ = lied_to("produce:skip=3:count=2:lose", acks="0")
    must_be(row, "acks 0", lost=20)
    equal(detail["lost_offsets"], "", "offsets with acks 0, which nobody tells")


@test("a batch that is stored twice is duplicated, with the offsets of the second copy")
def duplicated():
    row, detail, _ = lied_to("produce:skip=2:count=1:double")
    must_be(row, "runs.csv", duplicated=10)
    equal(detail["duplicated_offsets"], " ".join(map(str, range(30, 40))), "offsets")
    equal((row["records_read"], detail["end_offset"]), ("410", "410"), "records read, and end")


@test("a batch that is stored behind the next one is reordered, and lost when there is no next one")
def reordered():
    row, detail, _ = lied_to("produce:skip=4:count=1:swap")
    must_be(row, "runs.csv", reordered=10)
    equal(detail["reordered_offsets"], " ".join(map(str, range(50, 60))), "offsets")
    equal(row["records_read"], "400", "records read")
    row, _, _ = lied_to("produce:skip=39:count=1:swap")
    must_be(row, "the last batch", lost=10)


@test("a flipped byte of a value is found, though the batch's checksum fits")
def corrupted():
    for more in ((), ("--keys", "uniform:5"), ("--headers", 3)):
        row, detail, _ = lied_to("produce:skip=5:count=2:corrupt", *more, batch_size=2800)
        must_be(row, f"runs.csv {more}", corrupted=2)
        first, second = map(int, detail["corrupted_offsets"].split())
        expect(second > first > 0, f"offsets {first}, {second}")
        equal(row["records_read"], "400", "records read")


@test("a batch whose checksum is wrong is that many corrupted records, also as the last one, and reading goes on behind it")
def damaged():
    for skip, more in ((5, ()), (39, ()), (0, ("--codec", "lz4"))):
        row, detail, _ = lied_to(f"produce:skip={skip}:count=1:damage", *more)
        count = len(detail["corrupted_offsets"].split())
        must_be(row, f"runs.csv {skip}", corrupted=int(row["records_corrupted"]))
        equal(detail["corrupted_offsets"].split()[0], str(skip * 10), f"the first offset of {skip}")
        expect(int(row["records_corrupted"]) >= count == 10, f"{row['records_corrupted']} corrupted, {count} offsets")
        equal((row["records_read"], detail["end_offset"]), ("400", "400"), f"records read, and end, of {skip}")


@test("several lies at once are told apart, partition by partition")
def several():
    with embedded_broker(
            "--fault", "produce:partition=0:skip=1:count=1:lose", "--fault", "produce:partition=1:skip=1:count=2:double",
            "--fault", "produce:partition=2:skip=1:count=1:swap", "--fault", "produce:partition=3:skip=1:count=3:corrupt",
            ) as broker, folder() as output:
        (row,), details, _ = verified(
            output + "/out", "--records", 4000, "--record-size", 200, "--batch-size", 2200, "--partitions", 5, "--cores", 1,
            "--concurrency", 1, "--partitioner", "round-robin", "--linger", "1s", status=1, broker=broker)
        must_be(row, "runs.csv", lost=10, duplicated=20, reordered=10, corrupted=3)
        for detail, expected in zip(details, (
            {"lost": 10}, {"duplicated": 20}, {"reordered": 10}, {"corrupted": 3}, {})):
            must_be(detail, f"partition {detail['partition']}", **expected)


@test("a disconnect after the store makes duplicates without idempotence, never losses")
def disconnected():
    for acks in ("1", "all"):
        for more in ((), ("--partitioner", "none")):
            with embedded_broker("--fault", "produce:skip=3:count=1:disconnect=after") as broker, folder() as output:
                kbench("-b", broker, "--verify", *TENS, "--partitions", 4, "--batch-size", 2200, "--acks", acks, *more,
                       "--output", output + "/out").must_end_with(0, 1)
                (row,) = rows(output + "/out")
                found = counts(row)
                equal((found["lost"], found["corrupted"]), (0, 0), f"acks {acks} {more}")
                expect(acks == "all" or found["duplicated"] > 0, f"acks {acks} {more}: {found}")


@test("records of others on the topic are told of, and are none of the broker's faults")
def foreign():
    with embedded_broker() as broker, folder() as output:
        confluent = Confluent(broker)
        confluent.create("shared", 2)
        confluent.write("shared", [(None, b"before", [], 1)] * 5)
        running = Running("-b", broker, "--topic", "shared", "--verify", "--partitions", 2, "--duration", "3s", "--rate", 2000,
                          "--output", output + "/out")
        wait_until(lambda: confluent.bounds("shared")[1] > 100, "records of kbench")
        for value in (b"x", b"a value that is long enough for a stamp"):
            confluent.write("shared", [(b"key", value, [], 1)] * 3)
        ended = running.finish(30).must_end_with(1).must_say("6 records of others", "something else writes to the topic")
        (row,) = rows(output + "/out")
        must_be(row, "runs.csv")
        equal((row["records_read"], row["verdict"]), (row["records_acked"], "unverified"), "records read, and verdict")
        details = table(output + "/out/verify.csv")
        equal([detail["records_foreign"] for detail in details], ["6", "0"], "foreign records")
        equal(len(details[0]["foreign_offsets"].split()), 6, "their offsets")
        equal(details[0]["start_offset"], "5", "where reading began")
        expect("lost" not in ended.err, f"lost: {ended.err}")


@test("runs on one topic don't take each other's records for their own")
def repeated():
    with embedded_broker() as broker, folder() as output:
        Confluent(broker).create("kbench", 2)
        found, details, _ = verified(
            output + "/out", "--records", 3000, "--partitions", 2, "--codec", "none,zstd", "--runs", 2, "--seed", 3,
            "--warmup-records", 1000, "--acks", "0", broker=broker)
        equal(len(found), 4, "runs")
        must_be_clean(found, 3000)
        equal(sum(int(detail["end_offset"]) for detail in details if detail["run"] == "4"), 16000, "end offsets")


@test("values of a file and values too small for a stamp have it in a header")
def headers():
    with folder() as output:
        path = output + "/values"
        with open(path, "wb") as f:
            f.write(b"".join(b"line %d\n" % i for i in range(1000)) + b"\n" + b"x" * 3000 + b"\n")
        common = ("--records", 5000, "--partitions", 2, "--cores", 2)
        for number, more in enumerate((
            ("--payload-file", path), ("--record-size", 1), ("--record-size", "uniform:1:40"), ("--record-size", "15,16,17"),
            ("--record-size", "list:1=1,100=3", "--keys", "zipf:100:1.1"),
        )):
            for doors in ("lane,chunk", "writer,record"):
                found, _, _ = verified(
                    f"{output}/{number}-{doors}", *common, *more, "--headers", 2, "--door", doors, "--codec", "none,snappy")
                must_be_clean(found, 5000, str(more))
        with embedded_broker("--fault", "produce:count=1:corrupt") as broker:
            (row,), _, _ = verified(
                output + "/corrupt", "--payload-file", path, "--records", 5000, "--partitions", 1, "--cores", 1, "--linger",
                "1s", status=1, broker=broker)
            must_be(row, "corrupt", corrupted=1)
        with embedded_broker() as broker:
            verified(output + "/kept", "--payload-file", path, "--records", 1002, "--partitions", 1, "--keep-topic",
                     "--topic", "kept", broker=broker)
            records = Confluent(broker).read("kept", None)
            equal({tuple(name for name, _ in record[2]) for record in records}, {("kbench",)}, "headers")
            equal({len(record[2][0][1]) for record in records}, {16}, "bytes of a stamp")


@test("--rate and --duration go with --verify")
def open_loop():
    with folder() as output:
        found, _, _ = verified(
            output + "/out", "--rate", "20k", "--duration", "1s", "--partitions", 8, "--door", "lane,record", "--cores", 2)
        must_be_clean(found, 20000)


@test("a log that is dropped before it was read is an error of its own, and nothing counts as lost")
def overrun():
    with embedded_broker("--log", "memory:1MiB") as broker, folder() as output:
        (row,), _, ended = verified(
            output + "/out", "--records", "1M", "--partitions", 2, status=1, broker=broker)
        ended.must_say("dropped", "before they could be read", "--rate")
        equal([row[f"records_{kind}"] for kind in KINDS], [""] * 4, "cells")
        equal(row["verdict"], "unverified", "verdict")


@test("records that failed are neither lost nor wrong, whether they are stored or not")
def failed():
    for code in ("NOT_ENOUGH_REPLICAS_AFTER_APPEND", "REQUEST_TIMED_OUT"):
        for effect in ("error", "error-after-store"):
            fault = f"produce:skip=5:count=2:{effect}={code}"
            with embedded_broker("--fault", fault) as broker, folder() as output:
                (row,), (detail,), _ = verified(
                    output + "/out", *TENS, "--partitions", 1, "--batch-size", 2200, "-X", "retries=0", status=1,
                    broker=broker)
                equal(row["records_failed"], "20", f"failed records, {fault}")
                must_be(row, fault)
                stored = 400 if effect == "error-after-store" else 380
                equal((row["records_read"], detail["end_offset"]), (str(stored), str(stored)), f"records read, {fault}")
                equal(row["verdict"], "failed-records", "verdict")


@test("--resume goes on with a verified sweep, and verify.csv has every run once")
def resumed():
    with folder() as output:
        out = output + "/out"
        running = Running("--verify", "--records", "100k", "--partitions", 2, "--runs", 4, "--output", out)
        wait_until(lambda: os.path.exists(out + "/runs.csv") and len(table(out + "/runs.csv")) > 0, "run")
        running.signal(signal.SIGINT)
        running.finish(30).must_end_with(130, 0)
        kbench("--resume", out).must_end_with(0)
        found = rows(out)
        equal([row["run"] for row in found], ["1", "2", "3", "4"], "runs")
        must_be_clean(found, 100000)
        equal([row["run"] for row in table(out + "/verify.csv")], [str(n) for n in (1, 1, 2, 2, 3, 3, 4, 4)], "verify.csv")
        with open(out + "/manifest.json") as f:
            equal(json.load(f)["configurations"][0]["verify"], True, "verify in the manifest")


@test("Ctrl-C ends a verified run, and what was acknowledged is verified")
def interrupted():
    with folder() as output:
        running = Running("--verify", "--duration", "30s", "--partitions", 4, "--interval", "200ms", "--output", output + "/out")
        timeline = output + "/out/timeline.csv"
        wait_until(lambda: os.path.exists(timeline) and len(table(timeline)) >= 5, "fifth row of the timeline")
        running.signal(signal.SIGINT)
        running.finish(30).must_end_with(130)
        (row,) = rows(output + "/out")
        must_be(row, "runs.csv")
        equal((row["records_read"], row["verdict"]), (row["records_acked"], "interrupted"), "records read, and verdict")


@test("Ctrl-C ends the reading back too, and what was not read is not called lost")
def interrupted_reading():
    with embedded_broker("--log", "memory:1GiB", "--fault", "fetch:delay=500ms") as broker, folder() as output:
        running = Running("-b", broker, "--verify", "--records", "1M", "--record-size", 500, "--output", output + "/out")
        time.sleep(6)
        expect(not running.has_ended(), "all was read already")
        running.signal(signal.SIGINT)
        running.finish(20).must_end_with(130).must_say("interrupted before all was read")
        (row,) = rows(output + "/out")
        equal([row[f"records_{kind}"] for kind in KINDS], [""] * 4, "cells")
        expect(0 < int(row["records_read"]) < 1_000_000, f"{row['records_read']} records read")


@test("a broker that dies ends a verified run")
def dead():
    with folder() as output:
        running = Running("--verify", "--duration", "30s", "--partitions", 4, "--output", output + "/out")
        wait_until(running.children, "broker")
        time.sleep(1)
        (broker,) = running.children()
        os.kill(broker, signal.SIGKILL)
        running.finish(30).must_end_with(1).must_say("the embedded broker ended in mid-run")
        expect(gone(broker), "the broker is there still")


@test("leaders that move during a run are followed")
def moving():
    with embedded_broker("--brokers", "3", "--control") as broker, folder() as output:
        running = Running(
            "-b", broker, "--verify", "--partitions", 6, "--duration", "4s", "--rate", 20000, "--topic", "moving",
            "-X", "metadata.max.age.ms=200", "--output", output + "/out")
        time.sleep(1)
        for partition in range(6):
            broker.tell(f"leader moving {partition} {partition % 3 + 1}")
        ended = running.finish(40)
        (row,) = rows(output + "/out")
        equal((row["records_read"], row["records_lost"], row["records_corrupted"]), (row["records_acked"], "0", "0"),
              f"records, of {ended}")


@test("--verify needs a broker")
def usage():
    kbench("--verify", "--stage", "null", "--records", 10).must_end_with(64).must_say("--verify", "--stage null")
