"""Are kbench's latencies true? The embedded broker delays answers by a script, and its own stamps say by how much; kbench must have
measured that, and what the same run shows undelayed.

A request's latency is what it was held back and what the way there and back took. So at each percentile it is at least that of
the stamps. At most it is, within 1 % or 20 µs, the sum of both at higher percentiles: where a share a of the records was held back
for longer than x, and a share b of the undelayed ones takes longer than y, no more than a + b take longer than x + y. A fifth of
what lies above a percentile is given to the undelayed latency, so p50 is held against its p90, p99 against its p99.8.

A machine that has other work adds delays of its own: an open loop is measured between two undelayed runs, of which the slower one
counts, and what is too slow all the same is measured again, up to five times. On two cores that
others used too, this held for p50, p90 and p99 at 10k/s, and for the pause at 10k/s and 100k/s. `truth_full` has the long form."""

import json
import math

from harness import embedded_broker, equal, expect, folder, kbench, needs, rows, table, test

PERCENTILES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))
# What a bucket of a histogram may be off by.
BUCKET = 1 / 1000
SHARE, LEAST_US = 0.01, 20
ATTEMPTS = 5


class Run:
    """A run of kbench against a broker, and what that broker held back."""

    def __init__(self, arguments, faults=(), brokers=1):
        with folder() as output, embedded_broker(
                "--control", "--brokers", str(brokers), "--log", "drop", "--service-time") as broker:
            for fault in faults:
                broker.tell("fault " + fault)
            kbench("-b", broker, "--cores", 1, *arguments, "--output", output + "/out").must_end_with(0)
            (self.row,) = rows(output + "/out")
            self.spectrum = table(output + "/out/latency.csv")
            self.slowest = table(output + "/out/slowest.csv")
            answers = json.loads(broker.tell("delays"))
        self.records = int(self.row["records_acked"])
        # What was held back before the clock started is not of the run.
        answers.sort(key=lambda answer: answer["arrived_ns"])
        hit = sum(answer["records"] for answer in answers)
        while "--warmup-duration" in arguments and hit > self.records:
            hit -= answers.pop(0)["records"]
        expect(hit <= self.records, f"{hit} records were held back, {self.records} were acknowledged")
        self.held, self.left = (
            [(0, self.records - hit)] + sorted((answer[name] / 1000, answer["records"]) for answer in answers)
            for name in ("held_ns", "left_ns"))

    def latency(self, stage, percentile):
        return float(self.row[f"latency_{stage}_{percentile}_us"])

    def latency_at(self, stage, share):
        """The latency that a share of the records does not exceed."""
        return next(float(point["value_us"]) for point in self.spectrum
                    if point["stage"] == stage and int(point["cumulative_count"]) >= share * self.records)

    def held_at(self, share, until="held"):
        """For how long the answer for a record was held back, at a share of the records: until the system had it, or until it
        `left` for there."""
        wanted, seen = max(1, math.ceil(share * self.records)), 0
        stamps = getattr(self, until)
        for held, records in stamps:
            seen += records
            if seen >= wanted:
                return held
        return stamps[-1][0]


def repeated(check):
    """Calls `check` until it finds nothing too slow."""
    for attempt in range(ATTEMPTS):
        try:
            return check()
        except AssertionError:
            if attempt == ATTEMPTS - 1:
                raise


def compare(delayed, undelayed, stage, what):
    """Holds a stage's percentiles against the stamps."""
    for name, share in PERCENTILES:
        measured, held = delayed.latency(stage, name), delayed.held_at(share)
        above = 1 - share
        most_held, own = delayed.held_at(1 - 0.8 * above), undelayed.latency_at(stage, 1 - 0.2 * above)
        # The broker may lose its CPU between handing the answer over and stamping that.
        expect(measured >= held * (1 - SHARE) - LEAST_US, f"{what}: {stage} {name} is {measured} us, but was held back {held} us")
        most = most_held + own + max(SHARE * (most_held + own), LEAST_US)
        expect(measured <= most, f"{what}: {stage} {name} is {measured} us; held back {held} to {most_held} us, undelayed {own} us: "
               f"{most} us at most")
    expect(delayed.held_at(1) > 0, f"{what}: the broker held nothing back")


CLOSED = ("--partitions", 4, "--batch-size", "16KiB", "--record-size", 1000, "--codec", "none")
SCRIPTS = (
    ("constant", ("produce:delay=10ms:pipelined",), 1, 5),
    ("bimodal", ("produce:delay=3ms:pipelined", "produce:every=4:delay=25ms:pipelined"), 1, 5),
    ("rising", ("produce:count=500:delay=5ms..60ms:pipelined",), 1, 5),
    ("serial", ("produce:delay=2ms:serial",), 1, 1),
    ("a slow partition", ("produce:partition=2:delay=10ms:pipelined",), 1, 1),
    ("a slow node", ("produce:node=2:delay=10ms:pipelined",), 2, 5),
)


def closed_loop(scripts, times=1):
    undelayed = {}
    for what, faults, brokers, concurrency in scripts:
        arguments = (*CLOSED, "--records", f"{10 * times}k", "--concurrency", concurrency)

        def check():
            key = (brokers, concurrency)
            if key not in undelayed:
                # Who waits for a delayed answer is woken on a core that has slept, which may take longer than all the rest: so is
                # this one's client, which has something to send every 10 ms.
                paced = (*CLOSED, "--rate", 1600, "--duration", "1s", "--concurrency", concurrency)
                undelayed[key] = max(
                    Run(arguments, (), brokers), Run(paced, (), brokers), key=lambda run: run.latency("ack", "p50"))
            try:
                compare(Run(arguments, faults, brokers), undelayed[key], "ack", what)
            except AssertionError:
                del undelayed[key]
                raise
        repeated(check)


def open_loop(rate, seconds):
    """Answers that come later by the same time, however many are under way, shift all latencies by that."""
    arguments = ("--rate", rate, "--duration", f"{seconds}s", "--partitions", 4, "--concurrency", 100,
                 # Until it is known how far the broker is: what is in flight grows with that.
                 "--warmup-duration", "300ms")

    def check():
        before, delayed, after = Run(arguments), Run(arguments, ("produce:delay=20ms:pipelined",)), Run(arguments)
        compare(delayed, max(before, after, key=lambda run: run.latency("total", "p99")), "total", f"{rate}/s")
    repeated(check)


def pause(rate, seconds, percentiles):
    """A broker that stands still for a second. What is due meanwhile waits for its end: the latencies of a share s of all records,
    the slowest ones, are the pause less s of the run's length, whatever the client does meanwhile."""
    arguments = ("--rate", rate, "--partitions", 8, "--linger", "1ms", "--duration")

    def check():
        run = Run((*arguments, f"{seconds}s"), ("produce:after=500ms:pause=1s",))
        own = Run((*arguments, "500ms")).latency("total", "p99")
        expect(run.records == seconds * {"10k": 10_000, "100k": 100_000}[rate], f"{run.records} records")
        pause_us = run.held_at(1)
        expect(1_000_000 <= pause_us < 1_050_000, f"the broker stood still for {pause_us} us")
        for name, share in percentiles:
            theory, measured = pause_us - (1 - share) * seconds * 1e6, run.latency("total", name)
            least, most = theory * (1 - SHARE) - LEAST_US, theory * (1 + SHARE) + LEAST_US + own
            expect(least <= measured <= most,
                   f"{rate}/s: {name} is {measured} us, in theory {theory} us; undelayed p99 is {own} us")
    repeated(check)


@test("a closed loop's acknowledgements take what the broker's stamps say that they were held back")
def closed():
    closed_loop([script for script in SCRIPTS if script[0] not in ("rising", "a slow node")])


@test("the stage broker is what the broker's stamps say, at every percentile to 99.99, and with the stage wire it is the stage ack")
def told():
    def check(what, faults):
        run = Run((*CLOSED, "--records", "8k", "--concurrency", 1), faults)
        for share in (0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999):
            measured, held = run.latency_at("broker", share), run.held_at(share, "left")
            expect(abs(measured - held) <= max(SHARE * held, LEAST_US) + BUCKET * held,
                   f"{what}: the stage broker is {measured} us at {share}, and the broker held back {held} us")
        for batch in run.slowest:
            expect(float(batch["wire_us"]) >= 0 and float(batch["broker_us"]) > 0, f"{what}: {batch}")
        means = {stage: sum(float(batch[stage]) for batch in run.slowest) for stage in ("wire_us", "broker_us")}
        expect(means["broker_us"] > means["wire_us"], f"{what}: of the slowest batches the broker had {means}")
    for what, faults in (("constant", ("produce:delay=10ms:pipelined",)), ("serial", ("produce:delay=5ms:serial",)),
                         ("rising", ("produce:count=40:delay=5ms..30ms:pipelined", "produce:delay=30ms:pipelined"))):
        repeated(lambda what=what, faults=faults: check(what, faults))


@test("an open loop's latencies are later by what the broker held back")
def open_constant():
    open_loop("10k", 1)


@test("a pause of a second shows in an open loop as theory says, and does not bend the schedule")
def paused():
    for rate in ("10k", "100k"):
        pause(rate, 2, (("p90", 0.9), ("p99", 0.99), ("p999", 0.999)))


@test("HdrHistogram's own tools read the same percentiles from the log as latency.csv has, and histograms that are merged")
def same_as_reference():
    needs("hdrh")
    from hdrh.histogram import HdrHistogram
    from hdrh.log import HistogramLogReader
    with folder() as output:
        # Two lanes and several intervals, whose histograms kbench has merged.
        kbench("--rate", "20k", "--duration", "500ms", "--interval", "100ms", "--cores", 2, "--runs", 2,
               "--output", output + "/out").must_end_with(0)
        spectrum = table(output + "/out/latency.csv")
        merged = HdrHistogram(64, 3_600_000_000_000, 3)
        for row in rows(output + "/out"):
            reader = HistogramLogReader(f"{output}/out/{row['run']}.hlog", HdrHistogram(64, 3_600_000_000_000, 3))
            while (histogram := reader.get_next_interval_histogram()) is not None:
                if histogram.get_tag() != "total":
                    continue
                equal(histogram.get_total_count(), 10_000, "records")
                merged.add(histogram)
                points = [p for p in spectrum if (p["run"], p["stage"]) == (row["run"], "total")]
                expect(len(points) > 20, f"{len(points)} points of run {row['run']}")
                for point in points[:-1]:
                    # By the count: percentiles between two records are rounded in another way.
                    value = histogram.get_value_at_percentile(int(point["cumulative_count"]) / 100) / 1000
                    expect(abs(value - float(point["value_us"])) <= BUCKET * value + 0.064, f"{value} us is {point}")
                equal((points[-1]["percentile"], points[-1]["cumulative_count"]), ("100", "10000"), "last point")
                equal(float(points[-1]["value_us"]), float(row["latency_total_max_us"]), "maximum")
        # Of both runs together, the slower one's slowest is the slowest, and no percentile lies outside those of the two.
        equal(merged.get_total_count(), 20_000, "records of both runs")
        for name, percentile in (("p50", 50), ("p90", 90), ("p99", 99), ("p999", 99.9)):
            both = [float(row[f"latency_total_{name}_us"]) for row in rows(output + "/out")]
            value = merged.get_value_at_percentile(percentile) / 1000
            expect(min(both) * (1 - BUCKET) <= value <= max(both) * (1 + BUCKET), f"{name} is {value} of {both}")
