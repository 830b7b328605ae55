"""kbench's load model: rates, warm-ups, the timeline, and the verdicts that a run's load can get."""

import multiprocessing
import os
import signal
import subprocess
import threading

from harness import ROOT, Skip, embedded_broker, equal, expect, folder, kbench, rows, table, test


def figures(row, *columns):
    return [float(row[column]) for column in columns]


@test("an open loop sends what its rate says, and each record is in the timeline once")
def rate():
    with folder() as output:
        kbench("--rate", "50k", "--duration", "2s", "--interval", "500ms", "--partitions", 4, "--output", output + "/out") \
            .must_end_with(0)
        (row,) = rows(output + "/out")
        equal((row["records_acked"], row["rate_target_rps"]), ("100000", "50000"), "row")
        expect(row["verdict"] in ("ok", "noisy"), f"verdict {row['verdict']}")
        intervals = table(output + "/out/timeline.csv")
        equal(sum(int(i["records_acked"]) for i in intervals), 100_000, "records in the timeline")
        expect(4 <= len(intervals) <= 5, f"{len(intervals)} intervals")
        expect(float(row["client_cpu_s"]) < 1.5, f"{row['client_cpu_s']} s of CPU time for 2 s of little load")


@test("a broker that stands still does not bend the schedule: latencies count from the intended times")
def stalled():
    with folder() as output, embedded_broker() as broker:
        stop = threading.Timer(1.0, os.kill, (broker.pid, signal.SIGSTOP))
        go_on = threading.Timer(2.0, os.kill, (broker.pid, signal.SIGCONT))
        stop.start(), go_on.start()
        try:
            kbench("-b", broker, "--rate", "20k", "--duration", "3s", "--partitions", 4, "--output",
                   output + "/out").must_end_with(0)
        finally:
            stop.cancel(), go_on.cancel()
            os.kill(broker.pid, signal.SIGCONT)
        (row,) = rows(output + "/out")
        equal(row["records_acked"], "60000", "records")
        p50, p90, most = figures(row, "latency_total_p50_us", "latency_total_p90_us", "latency_total_max_us")
        # A third of all records was due while the broker stood still, evenly: a tenth of all waited 0.7 s and more.
        expect(p90 > 400_000, f"p90 is {p90} us: the stall is hidden")
        expect(p50 < 400_000 and most < 2_500_000, f"p50 {p50} us, max {most} us: more than the stall")


@test("a rate that cannot be kept is saturated, with the numbers, and ends with 0")
def saturated():
    with folder() as output:
        ended = kbench("--rate", "1G", "--records", "3M", "--stage", "null", "--output", output + "/out")
        ended.must_end_with(0)
        (row,) = rows(output + "/out")
        equal((row["records_acked"], row["verdict"]), ("3000000", "saturated"), "row")
        expect("behind the schedule of 1G records/s" in ended.out, ended.out)


@test("a rate that the broker does not keep is saturated, also where all that waits fits into the producer")
def waiting():
    for fault, arguments, verdict in (("produce:rate=8k", ("--partitions", 4), "saturated"),
                                      ("produce:rate=3k", ("--partitions", 1, "--cores", 1), "saturated"),
                                      ("produce:rate=30k", ("--partitions", 4), "ok"),
                                      ("produce:delay=50ms:pipelined", ("--partitions", 4), "ok")):
        with folder() as output, embedded_broker("--fault", fault) as bootstrap:
            ended = kbench("-b", bootstrap, "--rate", "10k", "--duration", "2s", "--linger", "0ms", *arguments, "--output", output + "/out")
            ended.must_end_with(0)
            (row,) = rows(output + "/out")
            if row["verdict"] != "noisy" or verdict == "saturated":
                equal(row["verdict"], verdict, f"verdict of {fault}")
            if verdict == "saturated":
                expect("ever more of them wait" in ended.out, ended.out)


@test("records that cost more to make than to send are generator-bound, with the share")
def generator_bound():
    # Records that are stamped are copied and checksummed, and nobody waits for answers.
    with folder() as output, embedded_broker("--log", "memory:1GiB") as bootstrap:
        ended = kbench("-b", bootstrap, "--verify", "--acks", 0, "--record-size", 20, "--records", "2M", "--partitions", 1,
                       "--output", output + "/out")
        ended.must_end_with(0)
        (row,) = rows(output + "/out")
        equal(row["verdict"], "generator-bound", "verdict")
        expect("% of the generators' time" in ended.out and "more --cores" in ended.out, ended.out)


@test("records that the broker refuses are failed-records, with their number and reason, and end with 1")
def failed_records():
    with folder() as output, embedded_broker("--fault", "produce:count=1:error=INVALID_RECORD") as bootstrap:
        ended = kbench("-b", bootstrap, "--records", "100k", "--partitions", 2, "--output", output + "/out")
        ended.must_end_with(1)
        (row,) = rows(output + "/out")
        equal(row["verdict"], "failed-records", "verdict")
        expect(int(row["records_failed"]) > 0, "no records failed")
        equal(int(row["records_acked"]) + int(row["records_failed"]), 100_000, "records that came to an end")
        ended.must_say(f"{row['records_failed']} of 100000 records failed", "INVALID_RECORD")


@test("a count that the broker does not confirm is unverified, with both numbers, and ends with 1")
def unverified():
    fault = "produce:count=1:error-after-store=REQUEST_TIMED_OUT"
    with folder() as output, embedded_broker("--fault", fault) as bootstrap:
        ended = kbench("-b", bootstrap, "--records", "100k", "--partitions", 2, "--idempotence", "false",
                       "--output", output + "/out")
        ended.must_end_with(1)
        (row,) = rows(output + "/out")
        equal((row["verdict"], row["records_acked"]), ("unverified", "100000"), "row")
        ended.must_say("100000 were acknowledged", "stored twice")


@test("a build without optimisation says debug-build")
def debug_build():
    debug = os.path.join(ROOT, ".build", "debug", "kbench")
    if not os.path.exists(debug):
        raise Skip("there is no debug build; scripts/test makes one")
    with folder() as output:
        command = [debug, "--stage", "null", "--records", "1k", "--output", output + "/out"]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        equal(ended.returncode, 0, f"status of {ended}")
        (row,) = rows(output + "/out")
        equal(row["verdict"], "debug-build", "verdict")
        expect("without optimisation" in ended.stdout, ended.stdout)


@test("a warm-up is sent and not counted, with each builder and acks")
def warm_up():
    for amount in (("--warmup-records", "30k"), ("--warmup-duration", "200ms")):
        with folder() as output:
            kbench("--records", "20k", *amount, "--builder", "sequential,sharded", "--acks", "0,1,all", "--partitions", 4,
                   "--output", output + "/out").must_end_with(0)
            found = rows(output + "/out")
            equal([(r["records_acked"], r["verdict"]) for r in found], [("20000", "ok")] * 6, "rows")
            for row in found:
                expect(int(row["batches"]) <= 4 * (20_000 // 140 + 2) + 200, f"{row['batches']} batches")
            equal(sum(int(i["records_acked"]) for i in table(output + "/out/timeline.csv")), 120_000, "in the timeline")


@test("other processes that take the machine's time make a run noisy, with their share")
def noisy():
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(os.cpu_count() or 1)]
    for burner in burners:
        burner.start()
    try:
        with folder() as output:
            ended = kbench("--rate", "10k", "--duration", "1s", "--output", output + "/out")
            ended.must_end_with(0)
            (row,) = rows(output + "/out")
    finally:
        for burner in burners:
            burner.terminate()
            burner.join()
    expect(row["verdict"] in ("noisy", "saturated"), f"verdict {row['verdict']}")
    expect("other processes used" in ended.out, ended.out)


def burn():
    while True:
        pass
