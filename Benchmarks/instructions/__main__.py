"""scripts/instructions: what a record costs in instructions, allocations, bytes copied and system calls.

  scripts/instructions                       counts this checkout's release build
  scripts/instructions BASE NEW              counts two builds of kbench, and prints their ratio
  scripts/instructions --check               fails on growth over 2 % against results/cost
  scripts/instructions --update              writes results/cost and README's table; with --why TEXT where something grew
  scripts/instructions --rows broker:writer  counts some stages and doors only
  scripts/instructions … -- --partitions 1   with other options of kbench than the usual ones

Figures are for a record of 100 bytes, without key, to 64 partitions, in batches of 16 KiB, one request in flight, on one
core. Each is a difference of two runs of different length. Instructions are callgrind's. Allocations and bytes copied are
those of calls: what the compiler writes out itself, such as the one copy of a record into its batch, is among the
instructions. System calls depend on when answers come; they are shown and not compared.

--check compares kbench's own instructions, allocations and bytes on any machine of the same architecture; with another
compiler no instructions, and those of libraries only beside the same processor and libraries.
"""

import argparse
import os
import platform
import signal
import sys

from . import figures, table
from .counting import ROWS, Failed, count

KBENCH = os.path.join(figures.ROOT, ".build", "release", "kbench")
FAILURE, REGRESSION, USAGE = 1, 2, 64
RECOUNTS = 3
COLUMNS = (*figures.GATED, "reference_calls", "system_calls")


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"instructions: {message}; `scripts/instructions --help` lists the options", file=sys.stderr)
        raise SystemExit(USAGE)


def row(text):
    stage, _, door = text.partition(":")
    found = (stage, door or "lane")
    if found not in (*ROWS, ("null", "lane")):
        raise argparse.ArgumentTypeError(f"'{text}' is none of " + ", ".join(f"{s}:{d}" for s, d in ROWS))
    return found


def arguments(words):
    parser = Parser(
        prog="scripts/instructions", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False, epilog="Exit status: 0 done or skipped, 1 a run failed, or README's table is old, 2 something "
        "grew, 64 wrong arguments, 69 what is needed can't be had.")
    parser.add_argument("binaries", metavar="KBENCH", nargs="*", help="one build of kbench, or two to compare")
    parser.add_argument("--rows", metavar="STAGE:DOOR,…", type=lambda text: [row(part) for part in text.split(",")],
                        default=list(ROWS), help="default: all")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare with the committed figures")
    mode.add_argument("--update", action="store_true", help="write the figures of this version")
    mode.add_argument("--check-table", action="store_true", help="fail when README's table is not that of results/cost")
    mode.add_argument("--write-table", action="store_true", help="write README's table")
    parser.add_argument("--why", metavar="TEXT", help="with --update: why something grew; kept beside the figures")
    parser.add_argument("--check-arguments", action="store_true", help=argparse.SUPPRESS)
    end = words.index("--") if "--" in words else len(words)
    given = parser.parse_args(words[:end])
    given.options = words[end + 1:]
    is_of_this_build = given.check or given.update or given.check_table or given.write_table
    if given.options and is_of_this_build:
        parser.error("other options of kbench give other figures; they can't be combined with --check and --update")
    if len(given.binaries) > 2 or given.binaries and is_of_this_build:
        parser.error("give one build or two, and none with --check, --update, --check-table and --write-table")
    if given.why is not None and not (given.update and given.why.strip()):
        parser.error("--why goes with --update, and says why something grew")
    if given.update and given.rows != list(ROWS):
        parser.error("--update writes all rows, and can't be combined with --rows")
    for binary in given.binaries:
        if not os.access(binary, os.X_OK) or os.path.isdir(binary):
            parser.error(
                f"{binary} is not there, or is no program; build it with `swift build -c release --product kbench`")
    return given


def print_figures(counted):
    print("| stage | door | " + " | ".join(name.replace("_", " ") for name in COLUMNS) + " |")
    print("|---|---|" + "---|" * len(COLUMNS))
    for (stage, door), (values, spreads) in counted.items():
        cells = ("" if values.get(name) is None else f"{values[name]:.4f}" for name in COLUMNS)
        print(f"| {stage} | {door} | " + " | ".join(cells) + " |")
        if varying := [f"{name.replace('_', ' ')} {spread:.1%}" for name, spread in spreads.items() if spread > 0.005]:
            print(f"  {stage}, {door}: runs differ in {', '.join(varying)}", file=sys.stderr)


def compare(binaries, rows, options):
    base, new = (count(binary, rows, options=options)[0] for binary in binaries)
    names = [name for name in COLUMNS if name != "system_calls"]
    print("| stage | door | " + " | ".join(f"{name.replace('_', ' ')}: base | new | ratio" for name in names) + " |")
    print("|---|---|" + "---|---|---|" * len(names))
    for stage, door in rows:
        cells = []
        for name in names:
            was, now = base[stage, door][0][name], new[stage, door][0][name]
            cells += [f"{was:.4f}", f"{now:.4f}", f"{now / was:.3f}" if was else ""]
        print(f"| {stage} | {door} | " + " | ".join(cells) + " |")


def check(rows):
    committed = figures.all_committed()
    if not committed:
        print("instructions: results/cost has no figures; write some with scripts/instructions --update")
        return FAILURE
    old = committed[0]
    if platform.machine() != old["machine"]["architecture"]:
        print(
            f"instructions: skipped: the figures are of {old['machine']['architecture']}, and this is {platform.machine()}")
        return 0
    new = figures.make(*count(KBENCH, rows))
    without = figures.not_compared(old, new)
    for name, reason in without.items():
        print(f"instructions: {figures.GATED[name]} are not compared: {reason}")
    grown = figures.growth(old, new, without)
    # What grew is counted again: only what grows each time has grown.
    for _ in range(RECOUNTS):
        places = [
            (stage, door) for stage, door in rows if any(line.startswith(f"stage {stage}, door {door}:") for line in grown)]
        if not places:
            break
        grown = figures.growth(old, figures.make(*count(KBENCH, places)), without)
    for line in grown:
        print(f"instructions: {line}")
    if grown:
        print(
            "instructions: FAILED: find what was added for each record or batch (`scripts/instructions BASE NEW` compares"
            " two builds), or, if it is worth its price, run: scripts/instructions --update --why '…'")
        return REGRESSION
    print(f"instructions: nothing has grown since kbench {old['kbench_version']}'s figures ({len(rows)} rows)")
    return 0


def update(why):
    counted, manifest = count(KBENCH, list(ROWS), with_system_calls=True, profiled_runs=3)
    new = figures.make(counted, manifest)
    committed = figures.all_committed()
    if committed:
        old = committed[0]
        without = figures.not_compared(old, new)
        grown = figures.growth(old, new, without) if without is not None else []
        if grown and not why:
            print("\n".join(f"instructions: {line}" for line in grown))
            print("instructions: nothing is written; say why by --why '…'")
            return REGRESSION
        if old["kbench_version"] == new["kbench_version"]:
            new["reasons"] = old["reasons"]
        new["reasons"] += [{"why": why, "grown": grown}] if why else []
    figures.write(new)
    table.write()
    print_figures(counted)
    return 0


def main(words):
    given = arguments(words)
    if given.check_arguments:
        return 0
    if given.check_table:
        if table.is_current():
            return 0
        print("README.md: the table of costs is not that of results/cost; run scripts/instructions --write-table")
        return FAILURE
    if given.write_table:
        table.write()
        return 0
    if given.check:
        return check(given.rows)
    if given.update:
        return update(given.why)
    if len(given.binaries) == 2:
        compare(given.binaries, given.rows, given.options)
    else:
        print_figures(count(*(given.binaries or [KBENCH]), given.rows, with_system_calls=True, options=given.options)[0])
    return 0


def end(number, frame):
    sys.exit(128 + number)


if __name__ == "__main__":
    # By an exception, so that what runs is stopped and its files are removed.
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as failure:
        sys.exit(f"instructions: {failure}")
