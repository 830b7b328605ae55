"""kbench against a real Apache Kafka: every codec, builder and acks, a million records in all."""

from clients import Confluent
from harness import Running, equal, expect, folder, kbench, rows, test, wait_until
from kafka_cluster import BOOTSTRAP, stored
from kbench_scenes import kbench_commits, kbench_is_fenced

EACH = 34_000
COMBINATIONS = 5 * 2 * 3
PARTITIONS = 6


@test("a million records in every combination of codec, builder and acks are there, by Kafka's own count")
def every_combination():
    with folder() as output:
        kbench(
            "-b", BOOTSTRAP, "--topic", "short", "--keep-topic", "--partitions", PARTITIONS, "--records", EACH, "--seed", 5,
            "--codec", "none,gzip,snappy,lz4,zstd", "--builder", "sequential,sharded", "--acks", "0,1,all",
            "--output", output + "/out").must_end_with(0)
        found = rows(output + "/out")
        equal(len(found), COMBINATIONS, "rows")
        wrong = [r for r in found if (r["records_acked"], r["verdict"]) != (str(EACH), "ok")]
        expect(not wrong, f"wrong rows: {wrong[:1]}")
        equal(stored("short"), {"short": EACH * COMBINATIONS}, "records stored")


@test("confluent-kafka reads them all, checks their CRC-32C, and finds the values and times intact")
def read_back():
    count, sizes, timestamps = 0, set(), set()
    for _, value, _, timestamp in Confluent(BOOTSTRAP).each("short", None, range(PARTITIONS), 60):
        count += 1
        sizes.add(len(value))
        timestamps.add(timestamp)
    equal(count, EACH * COMBINATIONS, "records read")
    equal(sizes, {100}, "sizes of values")
    expect(max(timestamps) - min(timestamps) < 600_000, f"timestamps from {min(timestamps)} to {max(timestamps)}")


@test("a topic that has other partitions is refused, naming both counts")
def other_partitions():
    with folder() as output:
        kbench(
            "-b", BOOTSTRAP, "--topic", "short", "--partitions", 3, "--records", 1000, "--output", output + "/out"
        ).must_end_with(1).must_say("3", str(PARTITIONS), "short")


@test("a topic that kbench made is deleted afterwards")
def deleted():
    with folder() as output:
        kbench("-b", BOOTSTRAP, "--topic", "gone", "--records", "10k", "--output", output + "/out").must_end_with(0)
    equal(stored("short|gone").keys(), {"short"}, "topics")


@test("kbench end-to-end over Kafka receives each record once, in one process and in two; members of a group read it all")
def end_to_end():
    with folder() as output:
        rate = ("--rate", 2000, "--records", 4000, "--warmup-records", 500, "--linger", "0ms", "--partitions", 3)
        kbench("end-to-end", "-b", BOOTSTRAP, "--topic", "whole-way", *rate, "--consumers", 2, "--output", output + "/one").must_end_with(0)
        (row,) = rows(output + "/one")
        found = [row[f"records_{kind}"] for kind in ("acked", "read", "lost", "duplicated")]
        equal((found, row["latency_end_to_end_not_positive"]), (["4000", "4000", "0", "0"], "0"), "records")
        expect(0 < float(row["latency_end_to_end_p50_us"]) < 1e6, f"p50 is {row['latency_end_to_end_p50_us']} us")
        receiver = Running(
            "end-to-end", "--role", "consume", "-b", BOOTSTRAP, "--topic", "two", "--partitions", 3, "--records", 4000, "--output",
            output + "/in")
        wait_until(lambda: "waiting for records" in receiver.said(), "consumer that waits")
        kbench("end-to-end", "--role", "produce", "-b", BOOTSTRAP, "--topic", "two", *rate, "--output", output + "/out").must_end_with(0)
        receiver.finish(30).must_end_with(0)
        (row,) = rows(output + "/in")
        equal((row["records_read"], row["records_lost"]), ("4000", "0"), "records of another process")
        for protocol in ("classic", "consumer"):
            kbench("consume", "-b", BOOTSTRAP, "--topic", "short", "--partitions", PARTITIONS, "--records", 100_000, "--group", protocol,
                   "--group-protocol", protocol, "--consumers", 2, "--output", f"{output}/{protocol}").must_end_with(0)
            (row,) = rows(f"{output}/{protocol}")
            expect(int(row["records_read"]) >= 100_000, f"{row['records_read']} records were read")


@test("kbench in transactions on Kafka: what it has committed is there and nothing else, until another one with its id fences it")
def in_transactions():
    kbench_commits(BOOTSTRAP, "in-transactions", "--tasks", 2, "--warmup-records", 2000, "--verify")
    kbench_commits(BOOTSTRAP, "in-transactions-counted", "--door", "chunk,record")
    kbench_is_fenced(BOOTSTRAP, "in-transactions-fenced")
