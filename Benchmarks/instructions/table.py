"""The table of README: what a record costs, by version, stage and door."""

import os

from .figures import ROOT, all_committed

README = os.path.join(ROOT, "README.md")
BEGIN = "<!-- cost: begin; scripts/tables writes what follows -->\n"
END = "<!-- cost: end -->\n"
VERSIONS = 2
COLUMNS = (
    ("own_instructions", "instructions", "{:.0f}"), ("instructions", "with libraries", "{:.0f}"),
    ("allocations", "allocations", "{:.4f}"), ("allocated_bytes", "bytes allocated", "{:.1f}"),
    ("copied_bytes", "bytes copied", "{:.1f}"), ("reference_calls", "retains and releases", "{:.2f}"),
    ("system_calls", "system calls", "{:.4f}"))


def text():
    lines = ["| kbench | stage | door | " + " | ".join(heading for _, heading, _ in COLUMNS) + " |",
             "|---|---|---|" + "---|" * len(COLUMNS)]
    for figures in all_committed()[:VERSIONS]:
        for row in figures["rows"]:
            values = (row["figures"].get(name) for name, _, _ in COLUMNS)
            cells = ("" if v is None else form.format(max(v, 0) + 0.0) for v, (_, _, form) in zip(values, COLUMNS))
            stage = "produce" if row["stage"] == "broker" else row["stage"]
            lines.append(f"| {figures['kbench_version']} | {stage} | {row['door']} | " + " | ".join(cells) + " |")
    return "\n" + "\n".join(lines) + "\n\n"


def parts():
    with open(README) as file:
        before, begin, rest = file.read().partition(BEGIN)
    table, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md has no lines {BEGIN.strip()} and {END.strip()}")
    return before + begin, table, end + after


def is_current():
    return parts()[1] == text()


def write():
    before, _, after = parts()
    with open(README, "w") as file:
        file.write(before + text() + after)
