"""scripts/plot: which pictures it makes of what, that they say what they show, and what it refuses."""

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

from harness import ROOT, Skip, equal, expect, folder, kbench, test

sys.path.insert(0, os.path.join(ROOT, "Benchmarks"))
from plot.configurations import Sweep
from plot.quantities import count, duration, figure
from plot.results import read_all

COLUMNS = "run,target,stage,builder,cores,concurrency,codec,records,acks,rate_target_rps,throughput_rps,verdict"
PICTURES = ("throughput", "codecs", "latency", "stages", "timeline", "slowest", "brokers")
SLOWEST = ("run,rank,ended_s,total_us,topic,partition,broker,first_offset,records,bytes,attempts,outcome,due_us,build_us,"
           "compress_us,queue_us,throttle_us,retry_us,wire_us,broker_us,error")
BROKERS = "run,broker,partitions_led,connections,batches,records,bytes,share_of_records,fair_share"


def plot(*arguments):
    ended = subprocess.run(
        [ROOT + "/scripts/plot", *map(str, arguments)], capture_output=True, text=True, timeout=120)
    if ended.returncode == 69:
        raise Skip(ended.stderr.strip().splitlines()[-1])
    return ended


def drawn(*arguments):
    ended = plot(*arguments)
    expect(ended.returncode == 0, f"plot {arguments} ended with {ended.returncode}: {ended.stderr}")
    return ended.stdout


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def results(path, *rows, header=COLUMNS):
    os.makedirs(path, exist_ok=True)
    write(path + "/runs.csv", "\n".join([header, *rows]) + "\n")
    return path


@test("the picture of kbench end-to-end shows the time to the receipt, and there is none of other runs")
def end_to_end():
    with folder() as where:
        kbench("end-to-end", "--rate", "2000,4000", "--records", 2000, "--partitions", 2, "--linger", "0ms", "--output",
               where + "/out").must_end_with(0)
        expect("end-to-end.svg" in drawn(where + "/out", "--out", where, "--format", "svg"), "there is no picture of it")
        found = texts(where + "/end-to-end.svg")
        expect("end_to_end" in " ".join(found) and "target 2 k records/s" in found, f"it shows {found}")
        kbench("consume", "--records", 5000, "--partitions", 2, "--codec", "none,lz4", "--output", where + "/read").must_end_with(0)
        said = drawn(where + "/read", "--out", where, "--format", "svg")
        expect("throughput.svg" in said and "end-to-end" not in said, f"of reading it says {said}")


def row(run, throughput, codec="none", cores=1, verdict="ok", rate=""):
    return f"{run},embedded,broker,sharded,{cores},{2 * cores},{codec},1000,all,{rate},{throughput},{verdict}"


def batch(run, ended, total, partition=12, broker=1, attempts=1, outcome="acknowledged", parts="", error="", topic="kbench"):
    """A row of slowest.csv. `parts` are its cells from due to broker; without them, 1 ms is build and the rest ack."""
    parts = parts or f",1000,,,,,{total - 1000},"
    return f"{run},1,{ended},{total},{topic},{partition},{broker},5,100,9000,{attempts},{outcome},{parts},{error}"


def slowest(path, *batches):
    write(path + "/slowest.csv", "\n".join([SLOWEST, *batches]) + "\n")


def brokers(path, *shares):
    """Of (run, broker, partitions, share, fair share)."""
    rows = [f"{run},{broker},{led},1,10,1000,9000,{share},{fair}" for run, broker, led, share, fair in shares]
    write(path + "/brokers.csv", "\n".join([BROKERS, *rows]) + "\n")


def texts(path):
    """What a picture says."""
    root = ElementTree.parse(path).getroot()
    return ["".join(element.itertext()).strip() for element in root.iter("{http://www.w3.org/2000/svg}text")]


@functools.cache
def sweep():
    """A sweep that kbench made, of every picture's data, and its pictures, drawn twice."""
    here = tempfile.TemporaryDirectory(prefix="kbench-test-")
    kbench("--records", "30k", "--rate", "200k", "--interval", "25ms", "--codec", "none,lz4", "--cores", "1,2",
           "--runs", 2, "--partitions", 8, "--output", here.name + "/results").must_end_with(0)
    # The embedded broker of a run is one.
    brokers(here.name + "/results", *((run, broker, 4, share, 0.5) for run in range(1, 9) for broker, share in ((1, 0.6), (2, 0.4))))
    # So that one of them, not both, makes the environment.
    drawn("--help")
    with ThreadPoolExecutor() as side_by_side:
        said = list(side_by_side.map(
            lambda out: drawn(here.name + "/results", "--out", here.name + out), ("/pictures", "/again")))
    return here, said[0]


@test("every picture is made of a sweep, as PNG and SVG, and named on a line of its own")
def all_pictures():
    here, said = sweep()
    paths = [f"{here.name}/pictures/{name}.{kind}" for name in PICTURES for kind in ("png", "svg")]
    equal(said.splitlines(), paths, "what was said")
    for path in paths:
        with open(path, "rb") as file:
            content = file.read()
        expect(content.startswith(b"\x89PNG" if path.endswith("png") else b"<?xml"), f"{path} is something else")
        expect(len(content) > 5000, f"{path} has {len(content)} bytes")


@test("the same results give the same pictures, byte for byte")
def deterministic():
    here, _ = sweep()
    again = here.name + "/again"
    equal(len(os.listdir(again)), 2 * len(PICTURES), "pictures")
    for name in os.listdir(again):
        with open(f"{again}/{name}", "rb") as one, open(f"{here.name}/pictures/{name}", "rb") as other:
            expect(one.read() == other.read(), f"{name} differs")


@test("pictures say in their titles what is constant, at their axes the units, in labels only what varies")
def words():
    here, _ = sweep()
    axes = {
        "throughput": ["throughput (records/s)", "1 core · no codec", "2 cores · lz4"],
        "codecs": ["throughput (records/s)", "client CPU (ns/record)", "compression ratio (before ÷ after)",
                   "lz4 · 2 cores"],
        "latency": ["percentile of records (%)", "99.99", "1 core", "lz4"],
        "stages": ["build", "compress", "queue", "wire", "broker", "total", "p50", "p99"],
        "timeline": ["throughput (records/s)", "time since the run began (s)", "target rate", "latency p99"],
        "slowest": ["1 core · lz4", "build: until the batch was sealed", "broker: it had the request"],
        "brokers": ["1 core · lz4", "share of the records", "broker 1 · leads 4", "60.0 %"],
    }
    for name, expected in axes.items():
        found = texts(f"{here.name}/pictures/{name}.svg")
        for text in expected:
            expect(text in found, f"'{text}' is not in {name}.svg: {found}")
        title = " · ".join(found)
        for text in ("embedded broker", "sharded builder", "8 partitions", "30 k records", "100 B a record", "acks=all",
                     "linger 5 ms", "target 200 k records/s"):
            expect(text in title, f"'{text}' is not in the title of {name}.svg: {found}")
        if name in ("latency", "stages", "timeline", "slowest"):
            expect(re.search(r"latency \([^)]*ms", title), f"{name}.svg has no unit of latency: {found}")


@test("medians, least and most are of the measured runs of a configuration; an empty cell is not zero")
def summaries():
    with folder() as here:
        results(here, row(1, 10), row(2, 500, "lz4"), row(3, 40), row(4, "", "lz4"), row(5, 20), row(6, "", "zstd"))
        none, lz4, zstd = Sweep(read_all([here])).configurations
    summary = none.summary("throughput_rps")
    equal((summary.median, summary.min, summary.max), (20, 10, 40), "summary of three runs")
    summary = lz4.summary("throughput_rps")
    equal((summary.median, summary.min, summary.max), (500, 500, 500), "summary of one run of two")
    equal(zstd.summary("throughput_rps"), None, "summary of nothing")
    equal(none.summary("client_cpu_ns_per_record"), None, "summary of a column that isn't there")


@test("configurations of two results are one when they are equal in all, else told apart by folder or by what varies")
def several_results():
    with folder() as here:
        one = results(here + "/one", row(1, 10))
        same = results(here + "/same", row(1, 20))
        other = results(here + "/other", row(1, 30, cores=2))
        labels = lambda *paths: [c.label for c in Sweep(read_all(paths)).configurations]
        equal(labels(one, other), ["1 core", "2 cores"], "labels of different configurations")
        equal(labels(one, same), ["one", "same"], "labels of equal configurations")
        equal(len(labels(one, one + "/")), 1, "configurations of a folder named twice")


@test("runs whose verdict is not ok are marked, and the legend says why")
def verdicts():
    with folder() as here:
        lz4 = [row(2, 20, "lz4", verdict="noisy"), row(4, 22, "lz4", verdict="saturated")]
        results(here, row(1, 10), row(3, 12), *lz4)
        drawn(here, "--out", here, "--format", "svg")
        found = texts(here + "/throughput.svg")
        for text in ("21.0 * noisy 1/2, saturated 1/2", "11.0", "* verdict not ok:"):
            expect(text in found, f"'{text}' is not in the picture: {found}")
        equal(re.findall(r"[a-z-]+ \(\d of 4 runs\)", " ".join(found)),
              ["noisy (1 of 4 runs)", "saturated (1 of 4 runs)"], "reasons")
        results(here, row(1, 10), row(2, 20, "lz4"))
        drawn(here, "--out", here, "--format", "svg")
        expect(not any("*" in text for text in texts(here + "/throughput.svg")), "a mark where all is ok")


def timeline(path, *events):
    """Results of ten seconds, in which something happened."""
    results(path, row(1, 10))
    intervals = [f"1,{second},10,{1000 * second},2000,3000" for second in range(1, 11)]
    write(path + "/timeline.csv", "\n".join([
        "run,t_s,throughput_rps,latency_total_p50_us,latency_total_p99_us,latency_total_max_us", *intervals]) + "\n")
    if events:
        write(path + "/events.csv", "\n".join(["run,t_s,event,topic,partition,broker,detail", *events]) + "\n")


@test("of a search there is one picture: latency against rate, and what was found, to the acknowledgement or to the receipt")
def search():
    for stage, title in (("total", "Latency against rate"), ("end_to_end", "Time to the receipt against rate")):
        searched(stage, title)


def searched(stage, title):
    with folder() as here:
        os.makedirs(here + "/search")
        write(here + "/search/runs.csv", "run,stage,builder,cores,codec,throughput_rps,verdict\n1,broker,sharded,1,none,5,ok\n")
        write(here + "/search/windows.csv", "run,configuration,phase,rate_rps,outcome,throughput_rps,detail\n")
        write(here + "/search/find.csv", "label,finding,rate_rps,rate_low_rps,rate_high_rps\ncodec=lz4,found,900,880,920\n")
        write(here + "/search/curve.csv", "label,rate_rps," + "".join(f"latency_{stage}_{name}_us," for name in ("p50", "p99", "p999")) + "held\n"
              + "".join(f"codec=lz4,{rate},{rate},{rate * 9},{rate * 20},{str(rate < 950).lower()}\n" for rate in (100, 500, 900, 1000)))
        drawn(here + "/search", "--out", here + "/pictures", "--format", "svg")
        equal(os.listdir(here + "/pictures"), ["rates.svg"], "pictures")
        found = " ".join(texts(here + "/pictures/rates.svg"))
        for words in (title, "rate (records/s)", "codec=lz4", "Hollow: what is expected was missed."):
            expect(words in found, f"'{words}' is not in '{found}'")


@test("the timeline marks what happened, what is close together once; without events.csv it marks nothing")
def events():
    with folder() as here:
        lost = [f"1,{time},{word},,,3,\"h:1, lost\"" for time, word in (
            (2, "disconnected"), (2.01, "disconnected"), (2.1, "connect-failed"), (2.7, "connect-failed"))]
        timeline(here + "/one", "1,0,connected,,,3,h:1", "1,1,leader-moved,t,0,2,", *lost,
                 *(f"1,2.{tenth},leader-moved,t,{tenth},1," for tenth in range(3)), "1,3.5,retried,t,0,1,",
                 "1,4,connected,,,3,h:1", "1,4.1,connected,,,3,h:1", "1,6,topic-grew,t,,,", "1,7,topic-made-anew,t,,,",
                 "1,8,throttled,,,1,100 ms", "1,8.2,throttled,,,1,100 ms", "1,9,something-new,,,,",
                 "1,5,drill,,,2,node 2 killed: leader of 4", "1,9.5,drill,,,,all reset", "1,9.6,drill,,,,all reset", "2,5,topic-gone,t,,,")
        drawn(here + "/one", "--out", here, "--format", "svg")
        found = " ".join(texts(here + "/timeline.svg"))
        for text in ("leader moved", "broker 3 lost", "3 leaders moved", "broker 3 found", "topic grew",
                     "topic made anew", "throttled × 2", "node 2 killed", "all reset × 2", "what happened to brokers"):
            equal(found.count(text), 1, f"'{text}' in {found}")
        expect(not any(word in found for word in ("retried", "topic gone", "leader of 4")), f"too many marks: {found}")
        timeline(here + "/two")
        drawn(here + "/two", "--out", here, "--format", "svg")
        found = " ".join(texts(here + "/timeline.svg"))
        expect("what happened" not in found and "events" not in found, f"marks of nothing: {found}")


@test("a picture whose data is missing is not made, and the reason is said")
def missing_data():
    with folder() as here:
        said = drawn(results(here, row(1, 10)), "--out", here + "/out", "--format", "png").splitlines()
        equal(said[0], here + "/out/throughput.png", "the first line")
        equal([line.split(":")[0] for line in said[1:]], list(PICTURES[1:]), "what is not made")
        for line, reason in zip(said[1:], ("one codec", "latency.csv", "stage", "timeline.csv", "slowest.csv", "brokers.csv")):
            expect("not made" in line and reason in line, f"no reason in '{line}'")
        equal(os.listdir(here + "/out"), ["throughput.png"], "pictures")


@test("the slowest batches of a run stand from the slowest down, each with what is known of it, and their parts in the legend")
def slowest_batches():
    parts = {"due": 100, "build": 200, "compress": 300, "queue": 400, "throttle": 500, "retry": 600, "wire": 700, "broker": 800}
    with folder() as here:
        results(here, row(1, 10))
        slowest(here, batch(1, 3.2, 3600, parts=",".join(map(str, parts.values())), attempts=3, error="NOT_LEADER_OR_FOLLOWER"),
                batch(1, 0.5, 9000, 7, 2), batch(1, 1, 5000, 8, "", 0, "failed", ",4000,,1000,,,,", "delivery timed out"),
                batch(1, 1, 4000, 9, parts=",1000,,,,,,"), batch(2, 1, 8000, 55))
        drawn(here, "--out", here, "--format", "svg")
        found = texts(here + "/slowest.svg")
        labels = ["partition 7 · broker 2 · 500 ms", "partition 8 · no broker · 1 s · never sent",
                  "partition 9 · broker 1 · 1 s", "partition 12 · broker 1 · 3.2 s · 3 attempts"]
        equal([text for text in found if text.startswith("partition ")], labels, "labels from the top")
        equal([text.split(":")[0] for text in found if ": " in text and " " not in text.split(":")[0]],
              [*parts, "ack"], "parts in the legend")
        for text in ("The slowest batches, and where their time went", "9 ms", "5 ms · failed", "not told", "latency (ms)"):
            expect(text in found, f"'{text}' is not in the picture: {found}")
        foot = " ".join(found)
        for text in ("delivery timed out (1 batch)", "NOT_LEADER_OR_FOLLOWER (1 batch)"):
            expect(text in foot, f"'{text}' is not in '{foot}'")


@test("of the slowest batches those of a configuration's last run are drawn, twenty of them, topics only where there are several")
def slowest_of_sweeps():
    with folder() as here:
        results(here, *(row(run, 10, codec) for run, codec in ((1, "none"), (2, "lz4"), (3, "none"), (4, "lz4"), (5, "zstd"))))
        slowest(here, batch(1, 1, 5000, 10), batch(2, 1, 5000, 20), *(batch(3, 1, 5000 - place, 30 + place) for place in range(25)),
                batch(4, 1, 5000, 40, topic="one"), batch(4, 1, 5000, 40, topic="another-of-a-name-that-is-long"))
        drawn(here, "--out", here, "--format", "svg")
        found = texts(here + "/slowest.svg")
        labels = [text for text in found if "partition " in text]
        equal(labels, [*(f"partition {30 + place} · broker 1 · 1 s" for place in range(20)), "one · partition 40 · broker 1 · 1 s",
                       "another-of-a-name-that-…" + " · partition 40 · broker 1 · 1 s"], "labels of two panels")
        expect("no codec" in found and "lz4" in found and "zstd" not in found, f"other panels: {found}")
        results(here, *(row(run, 10, cores=run) for run in range(1, 21)))
        slowest(here, *(batch(run, 1, 5000) for run in range(1, 21)))
        drawn(here, "--out", here, "--format", "svg")
        found = " ".join(texts(here + "/slowest.svg"))
        equal(found.count("partition 12"), 12, "panels")
        expect("Not shown: 8 of 20 configurations." in found, f"nothing is said of what is not shown: {found}")


@test("shares of brokers are medians of the runs, and drawn only where there are two brokers or more")
def broker_shares():
    with folder() as here:
        results(here, row(1, 10), row(2, 10), row(3, 10), row(4, 10, "lz4", verdict="lopsided"))
        brokers(here, *((run, 1, 64, 1, 1) for run in (1, 2, 3, 4)))
        said = drawn(here, "--out", here + "/out", "--format", "svg")
        expect("brokers: not made" in said, f"a picture of one broker: {said}")
        brokers(here, (1, 1, 32, 0.5, 0.5), (1, 2, 32, 0.5, 0.5), (2, 1, 32, 0.7, 0.5), (2, 2, 32, 0.3, 0.5), (3, 1, 30, 0.6, 0.5),
                (3, 2, 34, 0.4, 0.5), (4, 7, 64, "", ""), (4, 8, 0, 0, ""))
        drawn(here, "--out", here + "/out", "--format", "svg")
        found = texts(here + "/out/brokers.svg")
        for text in ("broker 1 · leads 30–32", "broker 2 · leads 32–34", "60.0 %", "40.0 %", "broker 7 · leads 64", "not measured",
                     "broker 8 · leads 0", "0.0 %", "* lopsided", "least to most of the runs", "fair share: no broker"):
            expect(text in found, f"'{text}' is not in the picture: {found}")


@test("where the broker tells how long it had the requests, wire and broker stand in place of ack")
def parts_of_ack():
    figures = ",".join(f"latency_{stage}_{name}_us" for stage in ("build", "ack", "wire", "broker", "total") for name in ("p50", "p99"))
    stages = ("build", "compress", "queue", "ack", "wire", "broker", "total")
    for measured, rows, missing in (("9,9", ["build", "wire", "broker", "total"], "compress, queue"),
                                    (",", ["build", "ack", "total"], "compress, queue")):
        with folder() as here:
            results(here, f"{row(1, 10)},5,5,9,9,{measured},{measured},20,30", header=f"{COLUMNS},{figures}")
            drawn(here, "--out", here, "--format", "svg")
            found = texts(here + "/stages.svg")
            equal([text for text in found if text in stages], rows, "stages")
            expect(f"Not measured: {missing}." in " ".join(found), f"other stages are missing: {found}")


@test("a hundred configurations and more are drawn, columns that it doesn't know are passed over")
def many():
    with folder() as here:
        rows = [row(run, run, cores=run) + ",new" for run in range(1, 151)]
        results(here, *rows, header=COLUMNS + ",unknown")
        drawn(here, "--out", here, "--format", "svg")
        found = texts(here + "/throughput.svg")
        expect("100 cores" in found, "the hundredth configuration is missing")
        expect(any("Not shown: 30 of 150" in text for text in found), "nothing is said of what is not shown")


@test("quantities have three digits and a unit")
def quantities():
    equal([count(value) for value in (0, 0.5, 999, 999.9, 150_000, 31_234_567, 2e9)],
          ["0", "0.5", "999", "1 k", "150 k", "31.2 M", "2 G"], "counts")
    equal([figure(value) for value in (31_000_000, 7)], ["31.0 M", "7.00"], "figures")
    equal([duration(us) for us in (0, 0.895, 582.1, 999.9, 7796, 1_250_000)],
          ["0", "895 ns", "582 µs", "1 ms", "7.8 ms", "1.25 s"], "durations")


@test("bad results end with 64 and one line that names what is wrong; no picture is made")
def refused():
    good = "\n".join([COLUMNS, row(1, 10), row(2, 20)])
    files = [
        # runs.csv, words of the message
        (b"", ["runs.csv", "empty"]),
        (COLUMNS.encode() + b"\n", ["runs.csv", "no runs"]),
        (good[:-12].encode(), ["line 3", "remove"]),
        (good[:-1].encode(), ["line 3", "remove"]),
        (good.replace("throughput_rps", "throughput").encode(), ["throughput_rps"]),
        (good.replace(",20,", ",fast,").encode(), ["line 3", "throughput_rps", "fast"]),
        (good.replace(",20,", ",nan,").encode(), ["line 3", "throughput_rps", "nan"]),
        (good.replace(",20,", ",1e300,").encode(), ["line 3", "throughput_rps", "1e300"]),
        (good.replace(",20,", ",-20,").encode(), ["line 3", "throughput_rps", "-20"]),
        (good.replace("2,embedded", ",embedded").encode(), ["line 3", "run"]),
        (b"\x7fELF\x00\x01\xff" * 100, ["runs.csv", "not text"]),
        (bytes(range(128, 256)), ["runs.csv", "not text"]),
        (b'run,"stage\n1', ["runs.csv"]),
    ]
    with folder() as here:
        for content, words in files:
            with open(here + "/runs.csv", "wb") as file:
                file.write(content)
            refuses([here, "--out", here + "/out"], words)
        results(here, row(1, 10))
        for name, content in (("latency.csv", "run,stage\n1,total\n"), ("timeline.csv", "\0"),
                              ("events.csv", "run,t_s,event\n1,0,connected\n"), ("manifest.json", "{"), ("slowest.csv", ""),
                              ("slowest.csv", "run,rank\n1,1\n"), ("slowest.csv", f"{SLOWEST}\n1,1,0.5\n"),
                              ("slowest.csv", f"{SLOWEST}\n{batch(1, 1, 5000, parts=',-1,,,,,,')}\n"),
                              ("slowest.csv", f"{SLOWEST}\n{batch(1, '', 5000)}\n"), ("brokers.csv", "run,broker\n1,1\n"),
                              ("brokers.csv", f"{BROKERS}\n1,1,32,1,10,1000,9000,half,0.5\n")):
            write(f"{here}/{name}", content)
            refuses([here, "--out", here + "/out"], [name])
            os.remove(f"{here}/{name}")
        refuses([here], ["--out"])
        refuses([here, "--out", here + "/runs.csv"], ["--out", "runs.csv"])
        refuses([here, "--out", here, "--format", "pdf"], ["--format", "pdf"])
        refuses([here + "/nowhere", "--out", here], ["nowhere", "no such folder"])
        refuses([here + "/runs.csv", "--out", here], ["not a folder"])
        os.mkdir(here + "/other")
        refuses([here + "/other", "--out", here], ["other", "no runs.csv"])
        equal(sorted(os.listdir(here)), ["other", "runs.csv"], "what is there")


def refuses(arguments, words):
    ended = plot(*arguments)
    expect(ended.returncode == 64, f"plot {arguments} ended with {ended.returncode}: {ended.stderr}")
    equal(len(ended.stderr.strip().splitlines()), 1, f"lines of '{ended.stderr}'")
    for word in words:
        expect(word in ended.stderr, f"'{word}' is not in '{ended.stderr}'")


@test("where no environment can be made, plot ends with 69 and says so")
def no_environment():
    with folder() as here:
        shutil.copytree(ROOT + "/scripts", here + "/scripts")
        shutil.copytree(ROOT + "/Benchmarks/plot", here + "/Benchmarks/plot")
        os.mkdir(here + "/bin")
        write(here + "/bin/python3", "#!/bin/sh\necho no module named venv >&2\nexit 1\n")
        os.chmod(here + "/bin/python3", 0o755)
        ended = subprocess.run(
            [here + "/scripts/plot", here, "--out", here], capture_output=True, text=True, timeout=60,
            env={**os.environ, "PATH": here + "/bin:" + os.environ["PATH"]})
        equal(ended.returncode, 69, "status")
        expect("plot: python3 cannot make a virtual environment" in ended.stderr, f"the message is '{ended.stderr}'")
