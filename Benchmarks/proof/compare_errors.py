#!/usr/bin/env python3
"""How often kbench compare is wrong, on real runs of this machine.

    scripts/prove-compare [--pairs 240] [--comparisons 200] [--recorded FOLDER] --out FOLDER

Pairs of runs of one configuration are recorded, side by side, with all the noise that the machine has. Comparisons are then
made of them: each draws pairs at random and, as both sides are the same, says by a coin which run of a pair is the base.
What kbench compare does while it runs is done again, with its own rule for when to stop: the pairs are given to it 8, 12,
16, 24 and 32 at a time, and it is asked until it knows. In half of the comparisons the new side's throughput is 5 % less,
and its CPU time and latencies 5 % more, than was measured: what a change of the code that costs that much would do.

    A/A        both sides are the same: whatever is called better or worse is wrong
    slower     whatever is not called worse is missed
"""

import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
LOOKS = (8, 12, 16, 24, 32)
SLOWDOWN = 0.05
GATE = "throughput_rps:-2.5%"
METRICS = ("throughput_rps", "client_cpu_ns_per_record", "client_peak_rss_bytes", "latency_total_p50_us", "latency_total_p99_us")
DONE = '{"ended_at": "x", "interrupted": false, "completed_runs": 1, "planned_runs": 1}\n'


def kbench():
    return os.environ.get("KBENCH") or os.path.join(ROOT, ".build", "release", "kbench")


def record(folder, pairs, words):
    subprocess.run(
        [kbench(), "compare", *words, "--base", "", "--new", "", "--max-runs", str(pairs), "--margin", "0.1%", "--quiet",
         "--output", folder], check=True, stdout=subprocess.DEVNULL)


def pairs_in(folder):
    pairs = []
    for name in sorted(os.listdir(os.path.join(folder, "base"))):
        both = []
        for side in ("base", "new"):
            path = os.path.join(folder, side, name, "runs.csv")
            if os.path.exists(path):
                with open(path, encoding="utf-8", newline="") as file:
                    both += list(csv.DictReader(file))
        if len(both) == 2:
            pairs.append(both)
    return pairs


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


def compare(pairs, rng, is_slower, is_gated):
    """One comparison: after how many pairs it knew, and what it said."""
    drawn = rng.sample(pairs, LOOKS[-1])
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/manifest.json", "w", encoding="utf-8") as file:
            json.dump({"subcommand": "compare", "look_count": len(LOOKS)}, file)
        for number, (first, second) in enumerate(drawn, start=1):
            base, new = (first, second) if rng.random() < 0.5 else (second, first)
            write_run(f"{folder}/base/{number:04}", base)
            write_run(f"{folder}/new/{number:04}", slowed(new) if is_slower else new)
            if number in LOOKS:
                status, found = ask(folder, *(("--gate", GATE) if is_gated else ()))
                if status == 2 if is_gated else "inconclusive" not in found.values():
                    break
                if is_gated and status == 0:
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
    parser.add_argument("--recorded", help="the folder of an earlier recording")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    parser.add_argument("words", nargs="*", help="options of kbench run, behind --; without any, --duration 300ms")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    recorded = options.recorded or os.path.join(options.out, "recorded")
    if not options.recorded:
        shutil.rmtree(recorded, ignore_errors=True)
        record(recorded, options.pairs, options.words or ["--duration", "300ms"])
    pairs = pairs_in(recorded)
    if len(pairs) < LOOKS[-1]:
        sys.exit(f"{recorded} has {len(pairs)} pairs of runs; {LOOKS[-1]} are needed")
    rng = random.Random(options.seed)
    with open(os.path.join(options.out, "comparisons.csv"), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "rule", "pairs", "said"])
        for is_gated in (False, True):
            for is_slower in (False, True):
                said = []
                for _ in range(options.comparisons):
                    said.append(compare(pairs, rng, is_slower, is_gated))
                    case, rule = "slower" if is_slower else "A/A", f"gate {GATE}" if is_gated else "findings"
                    writer.writerow([case, rule, *said[-1]])
                summarize(case, rule, said)


def summarize(case, rule, said):
    counts = {word: sum(1 for _, other in said if other == word) for word in sorted({word for _, word in said})}
    needed = sorted(number for number, _ in said)
    shares = ", ".join(f"{word} {count / len(said):.1%}" for word, count in counts.items())
    print(f"{case:7} {rule:28} {shares}; pairs: median {needed[len(needed) // 2]}, 95 % within {needed[int(len(needed) * 0.95)]}")


if __name__ == "__main__":
    main()
