#!/usr/bin/env python3
"""How often kbench compare is wrong, on real runs of this machine.

    scripts/prove-compare [--pairs 240] [--comparisons 200] [--pairs-of FILE] --out FOLDER [-- OPTIONS OF kbench run]

Pairs of runs of one configuration are recorded, side by side, with all the noise that the machine has (pairs.csv). Comparisons are
then made of them: each draws pairs at random and, as both sides are the same, says by a coin which run of a pair is the base.
What kbench compare does while it runs is done again, with its own rule for when to stop: the pairs are given to it 8, 12, 16, 24,
32, … at a time up to --most, and it is asked until it knows. In half of the comparisons the new side's throughput is 5 % less, and
its CPU time and latencies as much more, than was measured: what a change of the code that costs that much would do.

    A/A        both sides are the same: whatever is called better or worse, or a regression, is wrong
    slower     whatever is not called worse, or a regression, is missed

comparisons.csv has each of them, summary.csv what they come to."""

import argparse
import concurrent.futures
import csv
import json
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
SLOWDOWN = 0.05
METRICS = ("throughput_rps", "client_cpu_ns_per_record", "client_peak_rss_bytes", "latency_total_p50_us", "latency_total_p99_us")
DONE = '{"ended_at": "x", "interrupted": false, "completed_runs": 1, "planned_runs": 1}\n'


def kbench():
    return os.environ.get("KBENCH") or os.path.join(ROOT, ".build", "release", "kbench")


# How it is asked: a name, options of kbench compare, and whether a gate answers.
RULES = (
    ("usual metrics", (), False),
    ("throughput alone", ("--metric", "throughput_rps"), False),
    ("gate throughput_rps:-2.5%", ("--gate", "throughput_rps:-2.5%"), True),
)


def looks(most):
    """After how many pairs kbench compare looks."""
    look, following, found = 8, 12, []
    while look < most:
        found.append(look)
        look, following = following, look * 2
    return [*found, most]


def record(path, pairs, words):
    """Runs pairs, and keeps of each run what is compared."""
    with tempfile.TemporaryDirectory() as parent:
        folder = parent + "/recorded"
        subprocess.run(
            [kbench(), "compare", *words, "--base", "", "--new", "", "--max-runs", str(pairs), "--margin", "0.1%", "--quiet",
             "--output", folder], check=True, stdout=subprocess.DEVNULL)
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["pair", "side", *METRICS, "verdict"], extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            for name in sorted(os.listdir(folder + "/base")):
                for side in ("base", "new"):
                    with open(f"{folder}/{side}/{name}/runs.csv", encoding="utf-8", newline="") as rows:
                        for row in csv.DictReader(rows):
                            writer.writerow({"pair": int(name), "side": side, **row})


def pairs_in(path):
    pairs = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pairs.setdefault(row["pair"], {})[row["side"]] = {"run": "1", "stage": "broker", **row}
    return [(both["base"], both["new"]) for both in pairs.values() if len(both) == 2]


def slowed(row):
    row = dict(row)
    for name in METRICS:
        if name == "throughput_rps":
            row[name] = str(float(row[name]) * (1 - SLOWDOWN))
        elif name != "client_peak_rss_bytes":
            row[name] = str(float(row[name]) / (1 - SLOWDOWN))
    return row


def write_run(folder, row):
    os.makedirs(folder)
    with open(os.path.join(folder, "runs.csv"), "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as file:
        file.write(DONE)


def ask(folder, *words):
    ended = subprocess.run(
        [kbench(), "compare", f"{folder}/base", f"{folder}/new", "--format", "json", *words], capture_output=True, text=True,
        check=False)
    if ended.returncode not in (0, 2, 3):
        sys.exit(ended.stderr)
    return ended.returncode, {row["metric"]: row["finding"] for row in json.loads(ended.stdout)["metrics"]}


def compare(pairs, seed, most, is_slower, rule):
    """One comparison: after how many pairs it knew, and what it said."""
    _, options, is_gated = rule
    rng = random.Random(seed)
    drawn = rng.sample(pairs, most)
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/manifest.json", "w", encoding="utf-8") as file:
            json.dump({"subcommand": "compare", "look_count": len(looks(most))}, file)
        for number, (first, second) in enumerate(drawn, start=1):
            base, new = (first, second) if rng.random() < 0.5 else (second, first)
            write_run(f"{folder}/base/{number:04}", base)
            write_run(f"{folder}/new/{number:04}", slowed(new) if is_slower else new)
            if number in looks(most):
                status, found = ask(folder, *options)
                if status != 3 if is_gated else "inconclusive" not in found.values():
                    break
    if is_gated:
        return number, {0: "held", 2: "regression", 3: "inconclusive"}[status]
    if is_slower:
        return number, found["throughput_rps"]
    wrong = sorted({word for word in found.values() if word in ("better", "worse")})
    return number, "/".join(wrong) or "nothing found"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=240)
    parser.add_argument("--comparisons", type=int, default=200)
    parser.add_argument("--most", type=int, default=96, help="pairs of a comparison, at most")
    parser.add_argument("--pairs-of", metavar="FILE", help="pairs.csv of an earlier recording")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    parser.add_argument("words", nargs="*", help="options of kbench run, behind --; without any, --duration 500ms")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    recorded = options.pairs_of or os.path.join(options.out, "pairs.csv")
    if not options.pairs_of:
        record(recorded, options.pairs, options.words or ["--duration", "500ms"])
    pairs = pairs_in(recorded)
    if len(pairs) < options.most:
        sys.exit(f"{recorded} has {len(pairs)} pairs of runs; --most {options.most} are needed")
    with open(os.path.join(options.out, "comparisons.csv"), "w", encoding="utf-8", newline="") as each, \
            open(os.path.join(options.out, "summary.csv"), "w", encoding="utf-8", newline="") as sums, \
            concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as workers:
        rows, summary = csv.writer(each, lineterminator="\n"), csv.writer(sums, lineterminator="\n")
        rows.writerow(["case", "rule", "pairs", "said"])
        summary.writerow(["case", "rule", "comparisons", "said", "share", "pairs_median", "pairs_95"])
        for rule in RULES:
            for is_slower in (False, True):
                case = "slower" if is_slower else "A/A"
                seeds = [f"{options.seed} {rule[0]} {case} {index}" for index in range(options.comparisons)]
                said = list(workers.map(lambda seed: compare(pairs, seed, options.most, is_slower, rule), seeds))
                rows.writerows((case, rule[0], *one) for one in said)
                summarize(case, rule[0], said, summary)
                sums.flush()


def summarize(case, rule, said, summary):
    needed = sorted(number for number, _ in said)
    median, most = needed[len(needed) // 2], needed[int(len(needed) * 0.95)]
    for word in sorted({word for _, word in said}):
        share = sum(1 for _, other in said if other == word) / len(said)
        summary.writerow([case, rule, len(said), word, f"{share:.3f}", median, most])
        print(f"{case:7} {rule:28} {word:14} {share:6.1%}   pairs: median {median}, 95 % within {most}", flush=True)


if __name__ == "__main__":
    main()
