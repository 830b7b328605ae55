"""Examples/workflows/kbench.yml: its steps are carried out as they stand, in a copy of the repository."""

import csv
import functools
import json
import os
import shutil
import subprocess

from harness import KBENCH, ROOT, Skip, equal, expect, needs, test
from repository_copy import Copy

PATH = "Examples/workflows/kbench.yml"
# Instead of the workflow's own: small, and no figure that a busy machine could miss.
SMALL = {"KBENCH_RECORDS": "100k", "KBENCH_RUNS": "2"}
# What `compare` may find between two short sweeps: nothing, or a regression. That it can't tell is passed over.
COMPARED = (0, 2)


@functools.cache
def workflow():
    yaml = needs("yaml")
    with open(os.path.join(ROOT, PATH)) as f:
        return yaml.safe_load(f)


def steps():
    (job,) = workflow()["jobs"].values()
    return job["steps"]


def command(name):
    (found,) = [step["run"] for step in steps() if step.get("name") == name]
    return found


class Runner:
    """What GitHub's runner is to a `run` step: bash in the checkout, with its variables."""

    def __init__(self, copy):
        equal(workflow()["defaults"]["run"]["shell"], "bash", "the shell of the steps")
        self.copy = copy
        # scripts/kbench builds when a folder is newer than the last build.
        for folder, _, _ in os.walk(copy.root):
            if os.path.isdir(original := os.path.join(ROOT, os.path.relpath(folder, copy.root))):
                shutil.copystat(original, folder)
        # Both were built before the tests; what a step makes anew stays in the copy.
        for name in (".build", ".venv-plot"):
            if os.path.exists(os.path.join(ROOT, name)):
                os.symlink(os.path.join(ROOT, name), copy.path(name))
        self.summary = copy.path("step-summary")
        files = {name: copy.path(name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
        for path in (self.summary, *files.values()):
            open(path, "w").close()
        self.environment = {
            **os.environ, **{name: str(value) for name, value in workflow()["env"].items()}, **SMALL, **files,
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": copy.root, "GITHUB_REF": "refs/heads/main",
            "GITHUB_REF_NAME": "main", "GITHUB_EVENT_NAME": "push", "GITHUB_SHA": "0" * 40, "RUNNER_OS": "Linux",
            "GITHUB_STEP_SUMMARY": self.summary,
        }

    def carry_out(self, script, *statuses):
        path = self.copy.path("step.sh")
        with open(path, "w") as f:
            f.write(script)
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", path], cwd=self.copy.root, env=self.environment,
            capture_output=True, text=True, timeout=300)
        expect(ended.returncode in (statuses or (0,)), f"status {ended.returncode} of\n{script}\n{ended.stdout}{ended.stderr}")
        return ended.stdout


@functools.cache
def carried_out():
    """All steps in turn, after the first of them on the main branch."""
    if os.path.realpath(KBENCH) != os.path.realpath(os.path.join(ROOT, ".build/release/kbench")):
        raise Skip("the kbench that is tested is not the one that the workflow builds")
    if subprocess.run([ROOT + "/scripts/plot", "--help"], capture_output=True).returncode == 69:
        raise Skip("scripts/plot can't install matplotlib")
    runner = Runner(Copy())
    # The main branch, measured before.
    runner.carry_out(command("Sweep and judge"), 0, 3)
    shutil.move(runner.copy.path("sweep"), runner.copy.path("baseline"))
    said = {}
    for step in steps():
        if "run" not in step:
            continue
        statuses = {"Sweep and judge": (0, 3), "Compare with the main branch": COMPARED}.get(step["name"], (0,))
        said[step["name"]] = runner.carry_out(step["run"], *statuses)
    return runner, said


@test("the workflow's steps run as they stand, and leave the results, the reports, the pictures and the summary")
def as_it_stands():
    runner, said = carried_out()
    equal(list(said), ["Build", "Sweep and judge", "Compare with the main branch", "Get what draws", "Draw",
                      "Summarize", "Make it the baseline"],
          "steps")
    with open(runner.copy.path("sweep/runs.csv"), newline="") as f:
        equal(len(list(csv.DictReader(f))), 6 * int(SMALL["KBENCH_RUNS"]), "runs of the sweep")
    with open(runner.summary) as f:
        expect(f.read().startswith("## kbench: "), "the summary of the step")
    for name in ("throughput.json", "latency.json"):
        with open(runner.copy.path(name)) as f:
            equal(len(json.load(f)), 6, f"entries of {name}")
    expect(os.path.exists(runner.copy.path("baseline/runs.csv")), "there is no baseline for the next time")
    expect("codecs.png" in os.listdir(runner.copy.path("pictures")), "the picture of codecs is missing")


@test("the workflow's comparison with the main branch runs as it stands")
def comparison():
    _, said = carried_out()
    expect("no baseline" not in said["Compare with the main branch"], "the baseline was not looked at")


@test("what the workflow uploads, reads or comments with is written by its steps")
def files():
    runner, _ = carried_out()
    used = [step["with"] for step in steps() if "uses" in step and "with" in step]
    named = [path for each in used for key in ("path", "output-file-path") for path in str(each.get(key, "")).split()]
    for path in set(named):
        expect(os.path.exists(runner.copy.path(path)), f"{path} is not there")
