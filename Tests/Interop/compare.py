"""kbench compare, find and ladder: commands that carry out runs until they know enough."""

import csv
import json
import os
import shutil
import signal
import subprocess
import time

from harness import KBENCH, Running, embedded_broker, equal, expect, folder, kbench, rows, table, test, wait_until

# Runs of a tenth of a second, without a broker.
QUICK = ("--stage", "null", "--records", "50k", "--partitions", 4, "--warmup-records", "1k")


def csv_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def results(path, throughputs, **cells):
    """A folder of results with these figures."""
    os.makedirs(path)
    with open(path + "/runs.csv", "w", encoding="utf-8", newline="") as file:
        names = ["run", "stage", "codec", "throughput_rps", "latency_total_p99_us", "verdict", *cells]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        for index, throughput in enumerate(throughputs):
            writer.writerow({"run": index + 1, "stage": "broker", "codec": "none", "throughput_rps": throughput,
                             "latency_total_p99_us": 1e9 / throughput, "verdict": "ok", **cells})


STEADY = [1000 + step for step in (0, 4, -3, 7, -6, 2, 5, -1)]


@test("two folders are compared by their columns, and gates decide the exit status")
def folders():
    with folder() as work:
        results(work + "/base", STEADY)
        results(work + "/same", STEADY[::-1])
        results(work + "/slower", [figure * 0.93 for figure in STEADY])
        base = work + "/base"
        ended = kbench("compare", base, work + "/same", "--gate", "throughput_rps:-5%").must_end_with(0)
        expect("no difference beyond 5%" in ended.out and "held" in ended.out, ended.out)
        ended = kbench("compare", base, work + "/slower", "--gate", "throughput_rps:-5%,latency_total_p99_us:+10%",
                       "--format", "json", "--junit", work + "/junit.xml").must_end_with(2)
        found = {row["metric"]: row for row in json.loads(ended.out)["metrics"]}
        equal((found["throughput_rps"]["finding"], found["throughput_rps"]["gate_outcome"]), ("worse", "regression"), "a loss")
        equal(found["latency_total_p99_us"]["gate_outcome"], "held", "a rise of 7.5 %")
        with open(work + "/junit.xml", encoding="utf-8") as file:
            expect('failures="1"' in file.read(), "one gate is not held")
        kbench("compare", base, work + "/slower", "--gate", "throughput_rps:-7%").must_end_with(3)
        kbench("compare", base, work + "/slower").must_end_with(0)
        equal(csv_of_output(base, work), ["worse"], "comparison.csv")


def csv_of_output(base, work):
    kbench("compare", base, work + "/slower", "--metric", "throughput_rps", "--output", work + "/out").must_end_with(0)
    return [row["finding"] for row in csv_of(work + "/out/comparison.csv")]


@test("what can't be compared is refused before anything starts")
def refused():
    with folder() as work:
        results(work + "/base", STEADY)
        results(work + "/one", STEADY[:1])
        results(work + "/zstd", STEADY)
        os.makedirs(work + "/empty")
        with open(work + "/zstd/runs.csv", encoding="utf-8") as file:
            mixed = file.read()
        with open(work + "/zstd/runs.csv", "w", encoding="utf-8") as file:
            file.write(mixed + "9,broker\n")
        for words, reason in (
                ((work + "/base", work + "/one"), "one run"), ((work + "/base", work + "/empty"), "no runs.csv"),
                ((work + "/base", work + "/zstd"), "cells"), ((work + "/base",), "needs two folders"),
                ((work + "/base", work + "/base", "--gate", "throughput_rps:5%"), "no sign"),
                ((work + "/base", work + "/base", "--gate", "throughput_rps:-5"), "no %"),
                ((work + "/base", work + "/base", "--gate", "througput_rps:-5%"), "did you mean throughput_rps"),
                ((work + "/base", work + "/base", "--codec", "lz4"), "no effect"),
                (("--base", "--codec lz5", "--new", ""), "no such codec"),
                (("--base", "--codec lz4,zstd", "--new", "--codec none"), "no configuration in common"),
                (("--base", "--stage null", "--new", "--stage null", "--gate", "latency_ack_p99_us:+5%"), "without --stage broker"),
                (("--base", "", "--new", "", "--metric", "records_lost"), "without --verify"),
                (("--base", "", "--base-binary", work + "/nothing"), "no program")):
            kbench("compare", *words).must_end_with(64).must_say(reason)


@test("a gate that nothing is known of leaves the comparison open, and numbers that no run has are refused")
def open_gates():
    with folder() as work:
        for name in ("base", "new"):
            results(f"{work}/{name}", STEADY)
        with open(work + "/base/runs.csv", "a", encoding="utf-8") as file:
            for index, figure in enumerate(STEADY):
                file.write(f"{index + 9},broker,lz4,{figure},{1e9 / figure},ok\n")
        ended = kbench("compare", work + "/base", work + "/new", "--gate", "throughput_rps:-5%", "--junit", work + "/junit.xml").must_end_with(3)
        expect("gate throughput_rps:-5% (codec=lz4): inconclusive, only base has it" in ended.out, ended.out)
        kbench("compare", work + "/new", work + "/base", "--gate", "throughput_rps:-5%").must_end_with(0)
        for number, wrong in enumerate(("1e308", "nan", "0x10")):
            results(f"{work}/{number}", [1000, 1001])
            with open(f"{work}/{number}/runs.csv", encoding="utf-8") as file:
                text = file.read().replace("1000,", wrong + ",")
            with open(f"{work}/{number}/runs.csv", "w", encoding="utf-8") as file:
                file.write(text)
            kbench("compare", f"{work}/{number}", f"{work}/{number}").must_end_with(64).must_say(f"'{wrong}'")
        with open(work + "/base/runs.csv", "a", encoding="utf-8") as file:
            file.write("3,broker,lz4,1000,1,ok\n")
        kbench("compare", work + "/base", work + "/new").must_end_with(64).must_say("run 3 is there more than once")
        os.makedirs(work + "/pipe")
        os.mkfifo(work + "/pipe/runs.csv")
        kbench("compare", work + "/pipe", work + "/new").must_end_with(64).must_say("can't be read")
        kbench("run", "--records", 100, "--stage", "null", "--output", work + "/out", "--junit", work + "/new/runs.csv").must_end_with(1).must_say("has results in it")


@test("a program is the file that was named, and one that is no kbench is told at once")
def programs():
    with folder() as work:
        with open(work + "/silent", "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexit 0\n")
        os.chmod(work + "/silent", 0o755)
        os.makedirs(work + "/path")
        shutil.copy(work + "/silent", work + "/path/other")
        with open(work + "/other", "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\ntouch {work}/called\nexit 0\n")
        os.chmod(work + "/other", 0o755)
        for name in ("./silent", "other"):
            kbench("compare", *QUICK, "--base-binary", name, "--output", f"{work}/out-{name[-5:]}", cwd=work,
                   env={**os.environ, "PATH": f"{work}/path:{os.environ['PATH']}"}).must_end_with(1).must_say("has written no results")
        expect(os.path.exists(work + "/called"), "another program of that name was run")


@test("two kbenchs do not write to one folder, and the end of a session is one of the run")
def one_folder():
    with folder() as work:
        # Whoever runs the tests may have started them with nohup.
        running = Running("--duration", "20s", "--stage", "null", "--output", work + "/out",
                          preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
        wait_until(lambda: os.path.exists(work + "/out/manifest.json"), "a manifest")
        kbench("--records", 100, "--stage", "null", "--output", work + "/out").must_end_with(1).must_say("another kbench is writing there")
        kbench("--resume", work + "/out").must_end_with(1).must_say("another kbench is writing there")
        # The shell tells of it, and then the system.
        for _ in range(3):
            running.signal(signal.SIGHUP)
        running.finish(20).must_end_with(130)
        equal([row["verdict"] for row in rows(work + "/out")], ["interrupted"], "verdicts")
        lasting = Running("--duration", "1s", "--stage", "null", "--output", work + "/lasting",
                          preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        wait_until(lambda: os.path.exists(work + "/lasting/manifest.json"), "a manifest")
        lasting.signal(signal.SIGHUP)
        lasting.finish(20).must_end_with(0)


@test("what a caller has closed is no reason to fail")
def closed():
    with folder() as work:
        for number, words in enumerate(("<&-", ">&-", "2>&-", "<&- >&- 2>&-")):
            command = f'exec "$0" --records 100 --partitions 1 --output {work}/{number} {words}'
            ended = subprocess.run(["bash", "-c", command, KBENCH], timeout=60, capture_output=True, check=False)
            equal((ended.returncode, len(rows(f"{work}/{number}"))), (0, 1), f"with {words}")


@test("two sides are run one next to the other, each run in a folder of its own, until it is told which is better")
def sides():
    with folder() as work:
        ended = kbench("compare", *QUICK, "--base", "--record-size 100", "--new", "--record-size 1000", "--metric",
                       "throughput_bytes_per_s,client_cpu_ns_per_record", "--max-runs", 8, "--output", work + "/out",
                       timeout=60).must_end_with(0)
        found = {row["metric"]: row for row in csv_of(work + "/out/comparison.csv")}
        equal(found["client_cpu_ns_per_record"]["finding"], "worse", "CPU of records ten times as large")
        expect("base and new differ in record_size_bytes 100 and 1000" in ended.out, ended.out)
        equal(sorted(os.listdir(work + "/out/base")), [f"{n:04}" for n in range(1, 9)], "runs of the base")
        starts = [(row["started_at"], side) for side in ("base", "new") for number in range(1, 5)
                  for row in rows(f"{work}/out/{side}/{number:04}")]
        equal([side for _, side in sorted(starts)], ["base", "new", "new", "base"] * 2, "order")
        again = kbench("compare", work + "/out/base", work + "/out/new", "--metric",
                       "throughput_bytes_per_s,client_cpu_ns_per_record", "--format", "json").must_end_with(0)
        told = {row["metric"]: row["probability"] for row in json.loads(again.out)["metrics"]}
        equal({name: round(value, 9) for name, value in told.items()},
              {name: float(row["probability"]) for name, row in found.items()}, "probabilities, read again")


@test("a comparison that was interrupted or killed keeps its runs, and --resume goes on with them")
def resumed():
    with folder() as work:
        for number, status in ((signal.SIGINT, 130), (signal.SIGKILL, None)):
            output = f"{work}/{number}"
            running = Running("compare", *QUICK, "--base", "", "--new", "--linger 1ms", "--max-runs", 4, "--output", output)
            deadline = time.monotonic() + 30
            while not os.path.exists(output + "/new/0002/manifest.json"):
                expect(time.monotonic() < deadline, "no second pair within 30 s")
                time.sleep(0.005)
            running.signal(number)
            ended = running.finish(20)
            if status is not None:
                ended.must_end_with(status)
            first = rows(output + "/base/0001")
            kbench("compare", "--resume", output, timeout=60).must_end_with(0)
            equal(rows(output + "/base/0001"), first, "the run that was there")
            equal([row["base_runs"] for row in csv_of(output + "/comparison.csv")][:1], ["4"], "runs of the base")


@test("find tells the capacity of a broker, and goes on where it was killed")
def capacity():
    with folder() as work, embedded_broker("--fault", "produce:rate=20k") as broker:
        words = ("--expect", "latency_total_p99_us<=100ms", "--duration", "250ms", "--warmup-records", 10, "--partitions", 4,
                 "--resolution", "20%",
                 "--linger", "0ms", "--cores", 1, "-b", broker, "--max-rate", "40k")
        running = Running("find", *words, "--output", work + "/out")
        deadline = time.monotonic() + 30
        while not os.path.exists(work + "/out/windows.csv") or len(table(work + "/out/windows.csv")) < 3:
            expect(time.monotonic() < deadline, "no three windows within 30 s")
            time.sleep(0.01)
        running.signal(signal.SIGKILL)
        running.finish(20)
        before = csv_of(work + "/out/windows.csv")
        kbench("find", "--resume", work + "/out", timeout=120)
        (found,) = csv_of(work + "/out/find.csv")
        windows = csv_of(work + "/out/windows.csv")
        equal(windows[:len(before)], before, "the windows that were there")
        with open(work + "/out/manifest.json", encoding="utf-8") as file:
            remarks = json.load(file)["remarks"]
        equal([str(remark["run"]) for remark in remarks], [window["run"] for window in windows], "the manifest's remarks")
        expect(all(remark["environment"]["cpu_loop_ns"] > 0 for remark in remarks), f"the machine before each window: {remarks}")
        # So short windows hold more than lasts: what is late by a tenth of a second has not been seen by their end.
        expect(found["finding"] in ("found", "degrading"), found)
        expect(0.75 < float(found["sustained_rps"] or 0) / 20_000 < 1.15, found)


@test("find ends as an interrupted one, also where a window was about to begin")
def interrupted_early():
    with folder() as work, embedded_broker("--fault", "fetch:stall") as broker:
        running = Running("find", "end-to-end", "--expect", "latency_end_to_end_p99_us<=1s", "--duration", "300ms", "--partitions", 2,
                          "--warmup-records", 10, "--max-rate", "1k", "--linger", "0ms", "-b", broker, "--output", work + "/out")
        time.sleep(2)
        running.signal(signal.SIGINT)
        ended = running.finish(20)
        ended.must_end_with(130)
        expect("CancellationError" not in ended.err and "interrupted" in ended.err, f"what is told: {ended}")


@test("find is told what holds, and refuses what it can't look for")
def find_refuses():
    for words, reason in (((), "needs --expect"), (("--expect", "throughput_rps>=1", "--rate", "5"), "looks for the rate"),
                          (("--expect", "throughput_rps>=1", "--over", "codex=lz4"), "did you mean codec"),
                          (("--expect", "througput_rps>=1"), "did you mean"),
                          (("--expect", "throughput_rps>=1", "--stage", "build"), "nothing is acknowledged"),
                          (("--expect", "throughput_rps>=1", "--min-rate", "0"), "out of range"),
                          (("--expect", "throughput_rps>=1", "--min-rate", "5", "--max-rate", "4"), "above --max-rate")):
        kbench("find", *words).must_end_with(64).must_say(reason)


# Windows and runs of a fifth of a second.
SHORT = ("--duration", "200ms", "--partitions", 2, "--cores", 1)
SENDING = (*SHORT, "--warmup-records", 10, "--linger", "0ms")


@test("find end-to-end goes by the time to the receipt, of all that is sent")
def whole_way():
    with embedded_broker("--fault", "fetch:delay=150ms") as broker, folder() as work:
        # What is acknowledged at once is received late.
        words = (*SENDING, "-b", broker, "--min-rate", 500, "--max-rate", 500)
        kbench("find", *words, "--expect", "latency_total_p99_us<=100ms", "--output", work + "/sent").must_end_with(3)
        kbench("find", "end-to-end", *words, "--expect", "latency_end_to_end_p99_us<=100ms", "--output",
               work + "/received").must_end_with(2)
        equal([csv_of(f"{work}/{name}/find.csv")[0]["finding"] for name in ("sent", "received")], ["unbounded", "nothing-holds"],
              "findings")
        window = csv_of(work + "/received/windows.csv")[-1]
        expect(window["detail"].startswith("latency_end_to_end_p99_us "), window)
        row = rows(work + "/received")[-1]
        equal((row["mode"], row["records_lost"], row["latency_end_to_end_not_positive"]), ("end-to-end", "0", "0"), "the last window")


@test("find consume looks for a rate of reading, and fills no more than it reads")
def reading_rate():
    with embedded_broker() as broker, folder() as work:
        words = ("--expect", "throughput_rps>=1", *SHORT, "-b", broker, "--min-rate", "5k", "--max-rate", "5k", "--output", work + "/out")
        ended = kbench("find", "consume", *words).must_end_with(3)
        expect("5k records/s or more: --max-rate is held" in ended.out, ended.out)
        row = rows(work + "/out")[-1]
        equal((row["mode"], row["records"], row["records_read"]), ("consume", "1000", "1000"), "the last window")


@test("compare runs both sides end-to-end, and compares folders of it, by the time to the receipt")
def whole_ways():
    usual = ["throughput_rps", "client_cpu_ns_per_record", "client_peak_rss_bytes", "latency_end_to_end_p50_us",
             "latency_end_to_end_p99_us"]
    with embedded_broker() as broker, folder() as work:
        ended = kbench("compare", "end-to-end", *SHORT, "-b", broker, "--warmup-records", 10, "--rate", 1000, "--base", "--linger 0ms", "--new",
                       "--linger 50ms", "--max-runs", 2, "--output", work + "/out", timeout=60).must_end_with(0)
        expect("base and new differ in linger_ms 0 and 50" in ended.out, ended.out)
        found = {row["metric"]: row for row in csv_of(work + "/out/comparison.csv")}
        equal(list(found), usual, "metrics")
        expect(float(found["latency_end_to_end_p50_us"]["difference"]) > 0, found["latency_end_to_end_p50_us"])
        equal({row["mode"] for side in ("base", "new") for row in rows(f"{work}/out/{side}/0001")}, {"end-to-end"}, "modes")
        for name in ("before", "after"):
            kbench("end-to-end", *SENDING, "-b", broker, "--rate", 1000, "--runs", 2, "--consumers", "1,2", "--expect", "records_lost==0",
                   "--expect-where", "consumers=2", "--output", f"{work}/{name}").must_end_with(0)
        again = kbench("compare", work + "/before", work + "/after", "--format", "json").must_end_with(0)
        equal([row["metric"] for row in json.loads(again.out)["metrics"]], usual * 2, "metrics of folders, for one and two consumers")


@test("the ladder says what each stage adds, and an interrupted one is gone on with")
def ladder():
    with folder() as work:
        ended = kbench("ladder", "--records", "200k", "--partitions", 4, "--codec", "lz4", "--runs", 1, "--output",
                       work + "/out").must_end_with(0)
        found = csv_of(work + "/out/ladder.csv")
        equal([row["stage"] for row in found], ["generate", "build", "compress", "null", "broker"], "stages")
        equal([row["limits"] for row in found].count("true"), 1, "one stage limits")
        expect(" limits: it adds " in ended.out, ended.out)
        os.remove(work + "/out/5.hlog")
        kbench("ladder", "--resume", work + "/out").must_end_with(0)
        equal(len(rows(work + "/out")), 5, "runs")
        kbench("run", "--resume", work + "/out").must_end_with(64).must_say("kbench ladder --resume")
