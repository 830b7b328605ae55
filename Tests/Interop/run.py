"""Runs suites of tests: run.py SUITE… [WORD…], only tests whose name contains every WORD; of a WORD like `a|b`, either.

Those that only wait begin at once, each in a thread. Those of suites that build programs follow each other in a thread of their
own, beside those that hold nothing to a time. When they have ended, those follow that do, or that want kbench's verdict ok.
"""

import importlib
import os
import sys
import threading
import time
import traceback

import harness

SUITES = ("broker", "controlled", "wires", "command", "load_model", "truth", "truth_full", "workloads", "verify", "events",
          "explain", "metrics", "resume", "expectations", "workflow", "compare", "refusals", "shells", "plots", "peers",
          "interchange", "admin", "kafka_calls", "admin_tools", "groups", "groups_full", "share_groups", "transactions", "consume", "end_to_end", "partitions", "false_brokers", "endings", "drill_judge", "costs",
          "examples", "checks", "java_client", "java_clients",
          "srv_names", "kafka_short", "kafka_contents", "kafka_corpora", "kafka_full", "kafka_interchange", "kafka_drills",
          "kafka_changes", "kafka_members", "kafka_transactions", "kafka_sequences", "kafka_groups", "kafka_share_groups", "kafka_wires", "kafka_secured", "kafka_rights", "kafka_telemetry", "secured")
BUILDING = ("examples", "checks")
TIMED = ("wires", "command", "load_model", "truth", "truth_full", "explain", "metrics", "resume", "expectations", "workflow",
         "compare", "secured", "peers", "end_to_end", "costs")


class Outcome:
    printing = threading.Lock()

    def __init__(self, name, function):
        self.name, self.function, self.seconds = name, function, 0.0
        self.kind, self.detail = "failed", "it was not run"

    def run(self):
        begun = time.monotonic()
        try:
            self.function()
            self.kind = "passed"
        except harness.Skip as skip:
            self.kind, self.detail = "skipped", str(skip)
        except AssertionError as error:
            self.kind, self.detail = "failed", str(error)
        except Exception:
            self.kind, self.detail = "failed", traceback.format_exc()
        self.seconds = time.monotonic() - begun

    def report(self):
        mark = {"passed": "✓", "failed": "✗", "skipped": "-"}[self.kind]
        reason = f" (skipped: {self.detail})" if self.kind == "skipped" else ""
        lines = [f"{mark} {self.name}{reason}  {self.seconds:.1f} s"]
        if self.kind == "failed":
            lines.append("    " + self.detail.strip().replace("\n", "\n    "))
        with self.printing:
            print(*lines, sep="\n", flush=True)


def run_in_turn(outcomes):
    for outcome in outcomes:
        outcome.run()
        outcome.report()


def begin(outcomes):
    """Runs them in turn in a thread, which is returned."""
    thread = threading.Thread(target=run_in_turn, args=(outcomes,), daemon=True)
    thread.start()
    return thread


def main():
    suites = [a for a in sys.argv[1:] if a in SUITES]
    words = [a.lower() for a in sys.argv[1:] if a not in SUITES]
    if not suites:
        sys.exit(f"usage: run.py SUITE… [WORD…], of the suites {', '.join(SUITES)}")
    if not os.access(harness.KBENCH, os.X_OK):
        sys.exit(f"{harness.KBENCH} is not there; `scripts/kbench --version` builds it")
    waiting, building, others, timed = [], [], [], []
    for suite in suites:
        before = len(harness.tests)
        importlib.import_module(suite)
        place = building if suite in BUILDING else timed if suite in TIMED else others
        for name, function, waits in harness.tests[before:]:
            if all(any(each in name.lower() for each in word.split("|")) for word in words):
                (waiting if waits else place).append(Outcome(name, function))
    outcomes = [*waiting, *building, *others, *timed]
    if not outcomes:
        sys.exit(f"no test of {', '.join(suites)} has a name with {' and '.join(words)} in it")
    threads = [begin([outcome]) for outcome in waiting]
    builder = begin(building)
    run_in_turn(others)
    builder.join()
    run_in_turn(timed)
    for thread in threads:
        thread.join()
    kinds = [outcome.kind for outcome in outcomes]
    print(f"{kinds.count('passed')} passed, {kinds.count('failed')} failed, {kinds.count('skipped')} skipped")
    sys.exit(1 if "failed" in kinds else 0)


if __name__ == "__main__":
    main()
