"""Runs suites of tests: run.py SUITE… [WORD…], only tests whose name contains every WORD; of a WORD like `a|b`, either."""

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


class Outcome:
    def __init__(self, name, function):
        self.name, self.function, self.kind, self.detail, self.seconds = name, function, None, "", 0.0

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
        print(f"{mark} {self.name}{reason}  {self.seconds:.1f} s", flush=True)
        if self.kind == "failed":
            print("    " + self.detail.strip().replace("\n", "\n    "), flush=True)


def main():
    suites = [a for a in sys.argv[1:] if a in SUITES]
    words = [a.lower() for a in sys.argv[1:] if a not in SUITES]
    if not suites:
        sys.exit(f"usage: run.py SUITE… [WORD…], of the suites {', '.join(SUITES)}")
    if not os.access(harness.KBENCH, os.X_OK):
        sys.exit(f"{harness.KBENCH} is not there; `scripts/kbench --version` builds it")
    for suite in suites:
        importlib.import_module(suite)
    outcomes, beside = [], []
    for name, function, waits in harness.tests:
        if all(any(each in name.lower() for each in word.split("|")) for word in words):
            outcome = Outcome(name, function)
            outcomes.append(outcome)
            if waits:
                beside.append((outcome, threading.Thread(target=outcome.run, daemon=True)))
    if not outcomes:
        sys.exit(f"no test of {', '.join(suites)} has a name with {' and '.join(words)} in it")
    for _, thread in beside:
        thread.start()
    aside = {id(outcome) for outcome, _ in beside}
    for outcome in outcomes:
        if id(outcome) not in aside:
            outcome.run()
            outcome.report()
    for outcome, thread in beside:
        thread.join()
        outcome.report()
    kinds = [outcome.kind for outcome in outcomes]
    print(f"{kinds.count('passed')} passed, {kinds.count('failed')} failed, {kinds.count('skipped')} skipped")
    sys.exit(1 if "failed" in kinds else 0)


if __name__ == "__main__":
    main()
