"""What kbench says of a run besides its figures: where the time of its slowest batches went, how the load lay on the brokers,
and how much of the generator's own capacity was used."""

import json
import os

from harness import embedded_broker, equal, expect, folder, kbench, needs, rows, table, test

PARTS = ("due", "build", "compress", "queue", "throttle", "retry", "wire", "broker")


def parts(batch):
    return {name: float(batch[f"{name}_us"] or 0) for name in PARTS}


@test("slowest.csv tells where the time of the slowest batches went, the broker's own delay among it")
def slowest():
    with folder() as output, embedded_broker("--control", "--log", "drop", "--service-time") as broker:
        broker.tell("fault produce:skip=10:count=1:delay=150ms:pipelined")
        broker.tell("fault produce:skip=20:count=1:error=NOT_ENOUGH_REPLICAS")
        kbench("-b", broker, "--records", "200k", "--partitions", 8, "--codec", "lz4", "--output", output + "/out").must_end_with(0)
        batches = table(output + "/out/slowest.csv")
        equal([batch["rank"] for batch in batches], [str(rank) for rank in range(1, len(batches) + 1)], "ranks")
        expect(1 < len(batches) <= 20, f"{len(batches)} batches")
        totals = [float(batch["total_us"]) for batch in batches]
        equal(totals, sorted(totals, reverse=True), "totals")
        (row,) = rows(output + "/out")
        equal(totals[0], float(row["latency_total_max_us"]), "the slowest batch")
        for batch in batches:
            expect(abs(sum(parts(batch).values()) - float(batch["total_us"])) < 0.01, f"parts of {batch}")
            expect(batch["compress_us"] and batch["broker_us"] and not batch["due_us"], f"parts of {batch}")
        held = [batch for batch in batches if float(batch["broker_us"]) >= 150_000]
        expect(held and float(held[0]["wire_us"]) < 150_000, f"the broker held none back: {batches[0]}")
        again = [batch for batch in batches if int(batch["attempts"]) > 1]
        expect(all(batch["retry_us"] and "NOT_ENOUGH_REPLICAS" in batch["error"] for batch in again), f"sent again: {again}")
        expect(float(row["latency_broker_max_us"]) >= 150_000, "the stage broker")
        # The parts of `ack`: at the same record, so that their medians can't be far apart from it.
        expect(float(row["latency_wire_p50_us"]) <= float(row["latency_ack_p50_us"]) * 1.001, "the stage wire")


@test("a schedule's slowest batches begin when their first record was due; a broker that does not tell has its time in the wire")
def scheduled():
    with folder() as output, embedded_broker("--control", "--log", "drop") as broker:
        broker.tell("fault produce:after=100ms:pause=200ms")
        kbench("-b", broker, "--rate", "20k", "--duration", "500ms", "--partitions", 4, "--output", output + "/out").must_end_with(0)
        batches = table(output + "/out/slowest.csv")
        for batch in batches:
            expect(batch["due_us"] and not batch["broker_us"], f"parts of {batch}")
            expect(abs(sum(parts(batch).values()) - float(batch["total_us"])) < 0.01, f"parts of {batch}")
        (row,) = rows(output + "/out")
        expect(abs(float(batches[0]["total_us"]) - float(row["latency_total_max_us"])) < 1, "the slowest record is the batch's first")
        equal(row["latency_broker_p50_us"], "", "the stage broker")


@test("brokers.csv tells how the load lay on the brokers, and a lopsided cluster makes the run lopsided")
def placement():
    with folder() as output, embedded_broker("--control", "--log", "drop", "--brokers", "3") as broker:
        kbench("-b", broker, "--records", "200k", "--partitions", 6, "--keep-topic", "--output", output + "/even").must_end_with(0)
        even = table(output + "/even/brokers.csv")
        equal([(row["broker"], row["partitions_led"]) for row in even], [("1", "2"), ("2", "2"), ("3", "2")], "leaders")
        equal(sum(int(row["records"]) for row in even), 200_000, "records")
        expect(abs(sum(float(row["share_of_records"]) for row in even) - 1) < 0.001, f"shares of {even}")
        equal({row["fair_share"] for row in even}, {"0.3333"}, "fair shares")
        expect(rows(output + "/even")[0]["verdict"] != "lopsided", "an even cluster is lopsided")
        for partition in range(6):
            broker.tell(f"leader kbench {partition} {1 if partition < 4 else 2}")
        run = kbench("-b", broker, "--records", "200k", "--partitions", 6, "--output", output + "/lopsided")
        run.must_end_with(0)
        expect("lopsided: broker 1 leads 4 of 6 partitions" in run.out + run.err, run.out + run.err)
        led = [row["partitions_led"] for row in table(output + "/lopsided/brokers.csv")]
        equal(led, ["4", "2", "0"], "leaders")


@test("each run says what share of the generator's capacity it used; what was measured is kept, and measured anew if asked")
def headroom():
    cache = os.path.join(os.environ["XDG_CACHE_HOME"], "kbench", "generators.json")
    words = ("--records", "100k", "--partitions", 3, "--record-size", 77)
    with folder() as output:
        run = kbench(*words, "--output", output + "/first")
        run.must_end_with(0)
        (row,) = rows(output + "/first")
        capacity, share = float(row["generator_capacity_rps"]), float(row["generator_capacity_share"])
        expect(capacity > 1e6 and abs(share - float(row["throughput_rps"]) / capacity) < 0.001, f"{share} of {capacity}")
        expect("of what the generator makes here by itself" in run.out, run.out)
        with open(cache, encoding="utf-8") as file:
            kept = json.load(file)["generators"]
        equal(len([entry for entry in kept if '"record_size":"77"' in entry["workload"]]), 1, "figures kept")
        kbench(*words, "--codec", "lz4", "--rate", "50k", "--output", output + "/second").must_end_with(0)
        equal(rows(output + "/second")[0]["generator_capacity_rps"], row["generator_capacity_rps"], "what is known")
        kbench(*words, "--calibrate", "never", "--output", output + "/never").must_end_with(0)
        equal(rows(output + "/never")[0]["generator_capacity_rps"], "", "capacity that nobody asked for")
        kbench(*words, "--stage", "generate", "--output", output + "/generate").must_end_with(0)
        equal(rows(output + "/generate")[0]["generator_capacity_share"], "", "share of a run that is the generator's alone")


@test("the timeline has what the machine did meanwhile, and the manifest what it did before")
def canaries():
    with folder() as output:
        kbench("--duration", "1100ms", "--interval", "250ms", "--output", output + "/out").must_end_with(0)
        intervals = table(output + "/out/timeline.csv")
        asked = [row for row in intervals if row["cpu_loop_us"]]
        expect(len(asked) >= 3, f"asked {len(asked)} times: {intervals}")
        for row in asked:
            # A loop that is left out takes no time.
            for column, least, most in (("cpu_loop_us", 5, 50_000), ("timer_lateness_us", 0, 500_000), ("loopback_rtt_us", 0.5, 50_000),
                                        ("memory_bytes_per_s", 1e7, 1e13), ("steal_share", 0, 1), ("others_share", 0, 1)):
                expect(least <= float(row[column]) <= most, f"{column} is {row[column]}")
        with open(output + "/out/manifest.json", encoding="utf-8") as file:
            (remark,) = json.load(file)["remarks"]
        expect(remark["environment"]["cpu_loop_ns"] > 5_000 and remark["environment"]["memory_bytes_per_s"] > 1e7, f"{remark}")


@test("a stage that only the generator holds up is bound by it, though the making took less than half of its time")
def bound():
    with folder() as output:
        # Nothing behind the generator but a count: with large records and a codec it can't be near.
        kbench("--records", "20k", "--record-size", "10k", "--codec", "zstd", "--stage", "compress", "--output", output + "/far").must_end_with(0)
        (row,) = rows(output + "/far")
        expect(float(row["generator_capacity_share"]) < 0.5 and row["verdict"] != "generator-bound", f"{row['verdict']}")


@test("other people's clients pass over what a broker tells of its time")
def others():
    confluent_kafka, kafka = needs("confluent_kafka"), needs("kafka")
    with embedded_broker("--control", "--service-time") as broker:
        stored = []
        producer = confluent_kafka.Producer({"bootstrap.servers": str(broker)})
        for number in range(1000):
            producer.produce("told", b"%d" % number, callback=lambda error, message: stored.append(error is None))
        equal(producer.flush(30), 0, "records that librdkafka has left")
        client = kafka.KafkaProducer(bootstrap_servers=str(broker))
        futures = [client.send("told", b"%d" % number) for number in range(1000)]
        client.flush(30)
        client.close()
        equal((stored.count(True), sum(future.succeeded() for future in futures)), (1000, 1000), "records acknowledged")
