"""What a drill's run of kbench has written: its figures, what must hold of them, and the drill's actions among its events."""

import csv
import datetime
import io
import os
import re
import statistics

from harness import rows, table

# What kbench may take with --verify: the 32 MiB of the client's memory, twice, because the allocator keeps buffers of several sizes;
# the rest for the reader's answers, 100,000 events and itself. The reader has a bit for each record besides, while partitions are
# not read evenly.
MEMORY_BASE = 128 << 20
# Of the begin of a run: it connects, and brokers that are new to a topic are slow.
WARM_UP = 2
KINDS = ("lost", "duplicated", "reordered", "corrupted")


class Result:
    """The one run in an output folder, and when what was done to its cluster."""

    def __init__(self, folder, journal):
        self.folder = folder
        (self.row,) = rows(folder)
        begin = datetime.datetime.strptime(self.row["started_at"], "%Y-%m-%dT%H:%M:%S.%fZ")
        self.begin = begin.replace(tzinfo=datetime.timezone.utc).timestamp()
        self.actions = [(at - self.begin, node, text) for at, node, text in journal]
        self.duration = float(self.row["duration_s"])
        self.timeline = [(float(r["t_s"]), float(r["throughput_rps"])) for r in table(os.path.join(folder, "timeline.csv"))]
        path = os.path.join(folder, "events.csv")
        self.events = table(path) if os.path.exists(path) else []

    def count(self, column):
        return int(self.row[column] or 0)

    @property
    def found(self):
        """Records with something wrong by kind; None where not everything could be read back."""
        return {kind: int(cell) if (cell := self.row[f"records_{kind}"]) else None for kind in KINDS}

    @property
    def memory_max(self):
        return MEMORY_BASE + self.count("records_acked") // 8

    def lowest(self, begin, end):
        """The least records a second of the intervals between two times; None without one."""
        return min((rate for (before, _), (t, rate) in zip([(0, 0), *self.timeline], self.timeline)
                    if before < end and t > begin and t <= self.duration), default=None)

    def undisturbed(self):
        """Records a second before anything was done; None where that was too short."""
        first = min((at for at, _, _ in self.actions), default=self.duration)
        return statistics.median([rate for t, rate in self.timeline if WARM_UP < t <= first] or [0]) or None

    def gap_after(self, begin, end):
        """The longest time in s without an acknowledgement that a leader's move made between two times; None without one."""
        return max((int(found.group(1)) / 1000 for event in self.events
                    if event["event"] == "leader-moved" and begin <= float(event["t_s"]) < end
                    and (found := re.search(r"no acknowledgement for (\d+) ms", event["detail"]))), default=None)

    def write_actions(self):
        """Puts what was done among the events of kbench, in the order of time."""
        path = os.path.join(self.folder, "events.csv")
        lines = []
        if os.path.exists(path):
            with open(path, newline="") as f:
                lines = f.read().splitlines(keepends=True)
        header, *lines = lines or ["run,t_s,event,topic,partition,broker,detail\n"]
        timed = [(float(line.split(",")[1]), line) for line in lines]
        for at, node, text in self.actions:
            # What happens before the clock starts and after the last acknowledgement is not in it.
            if 0 <= at <= self.duration:
                timed.append((at, cells("1", f"{at:.6f}", "drill", "", "", "" if node is None else str(node), text)))
        with open(path, "w", newline="") as f:
            f.writelines([header, *(line for _, line in sorted(timed, key=lambda one: one[0]))])


def cells(*row):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()


def faults(result, ended, stored):
    """What is wrong with a run, by what its acks and idempotence promise and no more."""
    row, found = result.row, result.found
    acks, idempotent = row["acks"], row["idempotence"] == "true"
    acked, failed = result.count("records_acked"), result.count("records_failed")
    wrong = []

    def must(holds, text):
        if not holds:
            wrong.append(text)

    if None in (found["lost"], found["duplicated"], found["corrupted"]):
        return ["not everything could be read back"]
    # One batch of a partition is in flight, or the broker keeps the order.
    forbidden = {"all": ("lost", "reordered", "corrupted"), "1": ("reordered", "corrupted"), "0": ("corrupted",)}[acks]
    for kind in (*forbidden, "duplicated") if idempotent else forbidden:
        must(not found[kind], f"{found[kind]:,} records are {kind}" if found[kind] else "")
    if acks != "0":
        must(failed == 0, f"{failed:,} records have failed")
    if idempotent:
        must(ended.status == 0, f"kbench's exit status is {ended.status}: {ended.err.strip() or ended.out.strip()}")
    if acks == "all" and failed == 0:
        expected = acked + found["duplicated"] - found["lost"]
        must(stored == expected, f"Kafka's own count is {stored:,} records, not {expected:,}")
    peak = result.count("client_peak_rss_bytes")
    must(peak <= result.memory_max, f"kbench took {peak >> 20} MiB, more than {result.memory_max >> 20} MiB")
    return wrong


def promised(result):
    """What must hold of a run, in words."""
    if result.row["idempotence"] == "true":
        return "nothing lost, duplicated, reordered or corrupted"
    return {
        "all": "nothing acknowledged lost, nothing reordered or corrupted; duplicates may be",
        "1": "nothing reordered or corrupted; what a dead leader had alone may be lost, and duplicates may be",
        "0": "nothing corrupted; what was under way may be lost"}[result.row["acks"]]


def report(name, result, stored, wrong):
    """What was done, what a user would have noticed of it, and whether it was right; lines of text."""
    row = result.row
    lines = [f"drill {name}: acks {row['acks']}, {'idempotent' if row['idempotence'] == 'true' else 'not idempotent'}, "
             f"{result.duration:.0f} s", ""]
    lines.append("     time  what was done; until the next: lowest throughput, longest gap of a partition whose leader moved")
    ends = [at for at, _, _ in result.actions[1:]] + [result.duration]
    for (at, _, text), end in zip(result.actions, ends):
        lowest, gap = result.lowest(at, end), result.gap_after(at, end)
        told = [f"{lowest / 1000:,.0f} k/s"] if lowest is not None and end - at >= 1 else []
        told += [f"{gap:.2f} s"] if gap is not None else []
        lines.append(f"{at:7.1f} s  {text}{'; ' * bool(told)}{', '.join(told)}")
    lines += ["", *noticed(result), "", *stored_lines(result, stored)]
    lines += [f"FAILED: {fault}" for fault in wrong]
    if not wrong:
        lines.append(f"passed: {promised(result)}")
    return lines


def noticed(result):
    row, usual = result.row, result.undisturbed()
    first = min((at for at, _, _ in result.actions), default=0)
    disturbed = [rate for t, rate in result.timeline if first < t <= result.duration]
    throughput = f"throughput   {float(row['throughput_rps']) / 1000:,.0f} k/s"
    if usual and disturbed:
        throughput += (f"; {usual / 1000:,.0f} k/s before the first action, then {min(disturbed) / 1000:,.0f} k/s at the lowest, "
                       f"below half in {sum(rate < usual / 2 for rate in disturbed)} of {len(disturbed)} s, "
                       f"nothing at all in {sum(rate == 0 for rate in disturbed)} s")
    latency = ", ".join(f"{name} {float(row[f'latency_total_{name}_us']) / 1000:,.0f} ms" for name in ("p50", "p99", "max"))
    return [
        f"records      {result.count('records_acked'):,} acknowledged, {result.count('records_failed'):,} failed, "
        f"{result.count('records_retried'):,} sent more than once",
        throughput,
        f"latency      {latency}",
        f"longest gap  {float(row['gap_max_ms'] or 0) / 1000:.2f} s of a partition; "
        f"leaders moved {result.count('leaders_moved')} times",
        f"memory       {result.count('client_peak_rss_bytes') / 2**20:.0f} MiB at most, of {result.memory_max >> 20} MiB allowed"]


def stored_lines(result, stored):
    found = ", ".join(f"{'?' if count is None else format(count, ',')} {kind}" for kind, count in result.found.items())
    return [f"stored       {stored:,} by Kafka's own count; read back {result.count('records_read'):,}: {found}",
            f"verdict      {result.row['verdict']}"]
