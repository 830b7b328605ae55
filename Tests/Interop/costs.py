"""scripts/instructions: what it refuses, what it calls growth, and that it reads callgrind's and strace's files right."""

import contextlib
import io
import os
import shutil
import subprocess
import sys

from harness import KBENCH, ROOT, Skip, equal, expect, folder, test

sys.path.insert(0, os.path.join(ROOT, "Benchmarks"))
from instructions import figures, table
from instructions.__main__ import arguments
from instructions.callgrind import Profile
from instructions.counting import Counter, count_system_calls

MACHINE = {"architecture": "x86_64", "compiler": "Swift 6.3.1", "cpu_model": "A", "operating_system": "B", "libc": "C",
           "library_versions": {}}
# What a called function took stands in its caller's lines too.
PROFILE = """events: Ir
ob=(1) /kbench
fn=(1) main
0 7
cob=(2) /lib.so
cfn=(2) swift_retain
calls=3 0
0 40
fn=(3) other
+1 5

ob=(2)
fn=(2)
0 40
"""
STRACE = """10 read(3, "", 1) = 0
10 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88 <unfinished ...>
10 <... clone3 resumed> => {parent_tid=[11]}, 88) = 11
11 write(4, "", 1) = 1
10 clone(child_stack=NULL, flags=CLONE_VFORK) = 12
12 write(4, "", 1) = 1
10 +++ exited with 0 +++
"""


def made(own=100.0, libraries=200.0, allocations=0.01, copied=50.0, spread=0.001, **machine):
    values = {"own_instructions": own, "instructions": libraries, "allocations": allocations, "allocated_bytes": 10.0,
              "copied_bytes": copied}
    return {"kbench_version": "0.1.0", "machine": MACHINE | machine, "reasons": [],
            "rows": [{"stage": "broker", "door": "writer", "figures": values, "spreads": dict.fromkeys(values, spread)}]}


@test("instructions refuses wrong arguments before it builds or runs anything, and --help says what there is")
def refusals():
    for words, said in (
            (["--rows", "nowhere"], "'nowhere' is none of generate:lane"), (["a", "b", "c"], "give one build or two"),
            (["--check", "--update"], "not allowed with"), (["--why", "so"], "--why goes with --update"),
            (["/nowhere/kbench"], "is not there"), (["--update", "--rows", "build"], "can't be combined"),
            (["--check", "--", "--partitions", "1"], "can't be combined")):
        told = io.StringIO()
        with contextlib.redirect_stderr(told):
            try:
                arguments(words)
                status = 0
            except SystemExit as end:
                status = end.code
        equal(status, 64, f"status of {words}, which said {told.getvalue()}")
        expect(said in told.getvalue(), f"'{said}' is not in {told.getvalue()}")
    equal(script("--rows", "nowhere").returncode, 64, "status of the script itself")
    ended = script("--help")
    equal(ended.returncode, 0, "status of --help")
    expect("--update" in ended.stdout and "Exit status" in ended.stdout, ended.stdout)


def script(*words):
    return subprocess.run([ROOT + "/scripts/instructions", *words], capture_output=True, text=True, timeout=60)


@test("instructions calls growth what is beyond 2 %, or beyond twice what the runs differed by")
def growth():
    equal(figures.growth(made(), made(own=101.9, allocations=0.0102, copied=50.9)), [], "growth within the limit")
    equal(figures.growth(made(), made(own=50, allocations=0)), [], "growth of what has become less")
    found = figures.growth(made(), made(own=103.0, allocations=0.02))
    equal(len(found), 2, f"what has grown: {found}")
    expect("stage broker, door writer: kbench's own instructions" in found[0] and "+3.0%" in found[0], found[0])
    expect("allocations" in found[1] and "+100.0%" in found[1], found[1])
    equal(figures.growth(made(spread=0.05), made(own=109.0)), [], "growth of what varies")
    equal(len(figures.growth(made(allocations=0.0), made(allocations=1.0))), 1, "growth from nothing")


@test("instructions compares own instructions beside other processors, and no instructions of other compilers")
def comparable():
    equal(figures.not_compared(made(), made()), {}, "on the same machine")
    equal(list(figures.not_compared(made(), made(cpu_model="D"))), ["instructions"], "beside another processor")
    equal(list(figures.not_compared(made(), made(library_versions={"libzstd": "2"}))), ["instructions"], "other libraries")
    equal(list(figures.not_compared(made(), made(compiler="Swift 7"))), ["own_instructions", "instructions"], "compiler")
    equal(figures.not_compared(made(), made(architecture="aarch64")), None, "on another architecture")


@test("instructions counts what a function took once, and no system calls of other processes")
def readers():
    with folder() as scratch:
        with open(scratch + "/callgrind", "w") as file:
            file.write(PROFILE)
        profile = Profile(scratch + "/callgrind")
        equal(dict(profile.instructions), {"/kbench": 12, "/lib.so": 40}, "instructions")
        equal(dict(profile.calls), {"swift_retain": 3}, "calls")
    equal(count_system_calls(STRACE.splitlines()), 4, "system calls")


@test("instructions counts each record's copy, and README has the table of what is committed")
def counted():
    expect(table.is_current(), "README's table is old; run scripts/instructions --write-table")
    if not sys.platform.startswith("linux") or not shutil.which("cc"):
        raise Skip("counts on Linux alone, and with a C compiler")
    with folder() as scratch:
        counter = Counter(KBENCH, scratch)
        less, more = (counter.counted(("build", "lane"), None, n) for n in (100_000, 200_000))
        copied = (more["copied_bytes"] - less["copied_bytes"]) / 100_000
        expect(31 < copied < 40, f"{copied} bytes copied for a record, which has an entry of 32 in its chunk")
        expect(0 < (more["allocations"] - less["allocations"]) < 10_000, f"{less}, {more}")
