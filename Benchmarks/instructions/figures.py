"""The committed figures, results/cost/VERSION.json, and what has grown since."""

import glob
import json
import os
import platform

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
FOLDER = os.path.join(ROOT, "results", "cost")
LIMIT = 0.02
# name, heading, unit as messages say it. `instructions` counts all libraries, `own_instructions` those of kbench's file alone.
GATED = {
    "own_instructions": "kbench's own instructions", "instructions": "instructions", "allocations": "allocations",
    "allocated_bytes": "bytes allocated", "copied_bytes": "bytes copied"}
# What is less than this is no growth, of whatever it is 2 %: a stage that allocates nothing may be off by one in a million.
RESOLUTION = {
    "own_instructions": 0.5, "instructions": 0.5, "allocations": 0.0005, "allocated_bytes": 0.5, "copied_bytes": 0.2}


def machine_of(manifest):
    """What figures depend on besides kbench: own instructions on the compiler, all instructions on the rest too."""
    system = manifest["system"]
    return {
        "architecture": system["architecture"], "compiler": system["compiler"], "cpu_model": system["cpu_model"],
        "operating_system": system["operating_system"], "libc": " ".join(platform.libc_ver()),
        "library_versions": manifest["library_versions"]}


def make(counted, manifest):
    rows = [
        {"stage": stage, "door": door, "figures": rounded(figures), "spreads": rounded(spreads)}
        for (stage, door), (figures, spreads) in counted.items()]
    return {"kbench_version": manifest["kbench_version"], "machine": machine_of(manifest), "rows": rows, "reasons": []}


def rounded(values):
    return {name: None if value is None else round(value, 5) for name, value in values.items()}


def path_of(version):
    return os.path.join(FOLDER, version + ".json")


def all_committed():
    """All files, the newest version first."""
    found = []
    for path in glob.glob(os.path.join(FOLDER, "*.json")):
        with open(path) as file:
            found.append(json.load(file))
    return sorted(found, key=lambda each: [int(n) for n in each["kbench_version"].split(".")], reverse=True)


def write(figures):
    os.makedirs(FOLDER, exist_ok=True)
    with open(path_of(figures["kbench_version"]), "w") as file:
        json.dump(figures, file, indent=1)
        file.write("\n")


def not_compared(old, new):
    """Names of figures that can't be compared, with the reason; None when nothing can."""
    was, now = old["machine"], new["machine"]
    if was["architecture"] != now["architecture"]:
        return None
    if was["compiler"] != now["compiler"]:
        reason = f"the compiler is {now['compiler']}, and was {was['compiler']}"
        return {"own_instructions": reason, "instructions": reason}
    for name in ("cpu_model", "operating_system", "libc", "library_versions"):
        if was[name] != now[name]:
            return {"instructions": f"the {name.replace('_', ' ')} is another one"}
    return {}


def growth(old, new, without=()):
    """One line for each figure that is greater than the limit allows.

    The limit is 2 %, or twice what the runs differed by when the figures were written, if that is more."""
    before = {(row["stage"], row["door"]): row for row in old["rows"]}
    found = []
    for row in new["rows"]:
        base = before.get((row["stage"], row["door"]))
        for name, words in GATED.items() if base else ():
            was, now = base["figures"][name], row["figures"][name]
            limit = max(LIMIT, 2 * base["spreads"].get(name, 0))
            if name not in without and now > was * (1 + limit) + RESOLUTION[name]:
                found.append(
                    f"stage {row['stage']}, door {row['door']}: {words} for a record: {was:.4g} before, {now:.4g} now"
                    f" ({percent(was, now)}, {limit:.1%} is allowed)")
    return found


def percent(was, now):
    return f"+{now / was - 1:.1%}" if was > 0 else "from nothing"
