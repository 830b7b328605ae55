"""Reads what kbench writes into an output folder: runs.csv, the tables beside it, and manifest.json."""

import csv
import json
import math
import os

REQUIRED = {
    "runs.csv": ("run", "stage", "builder", "cores", "codec", "throughput_rps", "verdict"),
    "latency.csv": ("run", "stage", "percentile", "value_us", "cumulative_count"),
    "timeline.csv": ("run", "t_s", "throughput_rps", "latency_total_p50_us", "latency_total_p99_us",
                     "latency_total_max_us"),
    "events.csv": ("run", "t_s", "event", "broker"),
    "slowest.csv": ("run", "ended_s", "total_us", "partition", "broker", "attempts", "outcome", "build_us", "queue_us",
                    "wire_us", "broker_us"),
    "brokers.csv": ("run", "broker", "partitions_led", "share_of_records", "fair_share"),
    "curve.csv": ("label", "rate_rps", "held"),
    "find.csv": ("label", "finding", "rate_rps", "rate_low_rps", "rate_high_rps"),
}
VERDICTS = ("failed-records", "unverified", "interrupted", "saturated", "generator-bound", "debug-build", "noisy",
            "drifting", "lopsided", "ok")


# The stages whose spectra are drawn.
SPECTRA = ("total", "end_to_end")

# Read as numbers: checked before anything is drawn.
NUMBERS = ("throughput_rps", "client_cpu_ns_per_record", "compression_ratio", "rate_target_rps", "t_s", "ended_s", "attempts",
           "partitions_led", "share_of_records", "fair_share")

# Records per second, µs or whatever: no measured figure is larger.
MOST = 1e15


class BadInput(Exception):
    """What is wrong, and what to do."""


class Row:
    """A line of one of the files. An empty cell was not measured: None, never zero."""

    def __init__(self, path, line, cells):
        self.path, self.line, self.cells = path, line, cells

    def text(self, column):
        return self.cells.get(column) or None

    def number(self, column):
        text = self.text(column)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value <= MOST:
            raise BadInput(f"{self.path}, line {self.line}: {column} is {text[:40]!r}, which is no number from 0 to"
                           f" {MOST:.0e}; is the file damaged?")
        return value

    def required(self, column):
        value = self.number(column)
        if value is None:
            raise BadInput(f"{self.path}, line {self.line}: {column} is empty; is the file damaged?")
        return value


class Run(Row):
    """A row of runs.csv with what the other files have of its run."""

    def __init__(self, row, manifest):
        super().__init__(row.path, row.line, row.cells)
        self.number_in_file = int(self.required("run"))
        self.verdict = self.text("verdict") or "not given"
        self.configuration = self.configuration_of(manifest)
        self.results = ""
        self.timeline = []
        self.events = []
        self.slowest = []
        self.brokers = []
        # By stage.
        self.spectra = {}

    def configuration_of(self, manifest):
        """The manifest's configuration of this run: sweeps are interleaved in its order. Empty when it isn't told."""
        configurations = manifest.get("configurations")
        if not isinstance(configurations, list) or not configurations:
            return {}
        found = configurations[(self.number_in_file - 1) % len(configurations)]
        same = isinstance(found, dict) and all(
            str(found.get(name)) == self.text(name) for name in ("stage", "builder", "cores"))
        return found if same else {}


class Results:
    """An output folder."""

    def __init__(self, path):
        self.path = path
        if not os.path.exists(path):
            raise BadInput(f"{path}: there is no such folder; name the output folder of a kbench run")
        if not os.path.isdir(path):
            raise BadInput(f"{path} is not a folder; name the output folder that it is in")
        rows = self.table("runs.csv")
        if rows is None:
            raise BadInput(f"{path} has no runs.csv; name the output folder of a kbench run")
        if not rows:
            raise BadInput(f"{path}/runs.csv has no runs; was kbench interrupted before the first one ended?")
        self.manifest = self.read_manifest()
        self.runs = [Run(row, self.manifest) for row in rows]
        # Of a search, whose runs are its windows.
        self.is_search = os.path.exists(os.path.join(path, "windows.csv"))
        self.curve = self.table("curve.csv") or []
        self.curve_stage = self.stage_of_curve()
        self.found = self.table("find.csv") or []
        by_number = {run.number_in_file: run for run in self.runs}
        self.missing = {"latency.csv", "timeline.csv", "slowest.csv", "brokers.csv"} - set(os.listdir(path))
        for row in self.table("latency.csv") or ():
            run = by_number.get(row.required("run"))
            if run and (stage := row.text("stage")) in SPECTRA:
                run.spectra.setdefault(stage, []).append(
                    (row.required("percentile"), row.required("value_us"), row.required("cumulative_count")))
        for name in ("timeline", "events", "slowest", "brokers"):
            for row in self.table(f"{name}.csv") or ():
                run = by_number.get(row.required("run"))
                if run:
                    getattr(run, name).append(row)
                if name == "slowest":
                    row.required("total_us")
                    row.required("ended_s")

    def stage_of_curve(self):
        """The stage whose latencies curve.csv has: to the acknowledgement, or to the receipt."""
        if not self.curve:
            return None
        for stage in SPECTRA:
            if all(f"latency_{stage}_{name}_us" in self.curve[0].cells for name in ("p50", "p99", "p999")):
                return stage
        raise BadInput(f"{self.path}/curve.csv has no column latency_total_p99_us; is the file damaged?")

    def read_manifest(self):
        path = os.path.join(self.path, "manifest.json")
        try:
            manifest = json.loads(read(path) or "{}")
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{path} is not JSON ({error}); restore or remove it") from None
        return manifest if isinstance(manifest, dict) else {}

    def table(self, name):
        """The file's rows; None when there is no such file."""
        path = os.path.join(self.path, name)
        text = read(path)
        if text is None:
            return None
        if not text.strip():
            raise BadInput(f"{path} is empty; was kbench interrupted before the first run ended?")
        lines = csv.reader(text.splitlines(keepends=True), strict=True)
        try:
            header = next(lines)
            missing = [column for column in REQUIRED[name] if column not in header]
            if missing:
                raise BadInput(f"{path} has no column {', '.join(missing)}; is it a file that kbench wrote?")
            rows = []
            for cells in lines:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise BadInput(f"{path}, line {lines.line_num}: {len(cells)} cells under {len(header)} columns; if"
                                   " the sweep was cut off here, remove this line and plot again")
                row = Row(path, lines.line_num, dict(zip(header, cells)))
                for column in header:
                    if column in NUMBERS or column.startswith("latency_") or column.endswith("_us"):
                        row.number(column)
                rows.append(row)
        except csv.Error as error:
            raise BadInput(f"{path}, line {lines.line_num}: {error}; is it a file that kbench wrote?") from None
        if not text.endswith("\n") and name == "runs.csv" and rows and rows[-1].text("verdict") not in VERDICTS:
            raise BadInput(f"{path}, line {rows[-1].line}: the line is cut off; remove it and plot again")
        return rows


def read(path):
    """A file's text; None when there is no such file."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        text = "\0"
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}") from None
    if "\0" in text:
        raise BadInput(f"{path} is not text; is it a file that kbench wrote?")
    return text


def read_all(paths):
    """Results of each folder, named by as much of their paths as tells them apart."""
    found = {}
    for path in paths:
        found.setdefault(os.path.realpath(path), path)
    everything = [Results(path) for path in found.values()]
    for results, name in zip(everything, short_names(list(found))):
        for run in results.runs:
            run.results = name
    return everything


def short_names(paths):
    parts = [path.strip(os.sep).split(os.sep) for path in paths]
    for length in range(1, max(map(len, parts)) + 1):
        names = ["/".join(part[-length:]) for part in parts]
        if len(set(names)) == len(names):
            return names
    return paths
