"""Latency against rate, and the highest rate that was found: what `kbench find` leaves."""

import statistics

from .theme import GREY, Page, axis_of_counts, axis_of_durations, colour, latency_label, marker, sample

NAME = "rates"
STYLES = {"p50": ":", "p99": "-", "p999": "--"}


def draw(sweep):
    searches = [results for results in sweep.results if results.curve]
    if not searches:
        return "no folder has a curve.csv, which kbench find --curve writes"
    stages = {results.curve_stage for results in searches}
    if len(stages) > 1:
        return "the folders' curves are of different latencies: to the acknowledgement, and to the receipt"
    stage = stages.pop()
    page = Page("Latency against rate" if stage == "total" else "Time to the receipt against rate", sweep, size=(8, 4.2))
    axes = page.axes[0][0]
    values, handles, missed = [], [], False
    labels = list(dict.fromkeys(row.text("label") or "found" for results in searches for row in results.curve))
    for index, label in enumerate(labels):
        rows = [row for results in searches for row in results.curve if (row.text("label") or "found") == label]
        rates = sorted({row.required("rate_rps") for row in rows})
        for name, style in STYLES.items():
            medians = [median(rows, rate, f"latency_{stage}_{name}_us") for rate in rates]
            axes.plot(rates, medians, color=colour(index), linestyle=style, marker=marker(index) if name == "p99" else None)
            values += medians
            if name == "p99":
                over = [at for at, rate in enumerate(rates) if any(row.text("held") == "false" for row in of(rows, rate))]
                missed = missed or bool(over)
                axes.plot([rates[at] for at in over], [medians[at] for at in over], linestyle="none", marker=marker(index),
                          markerfacecolor="white", color=colour(index))
        handles.append(sample(index, label))
    for results in searches:
        for row in results.found:
            if row.number("rate_rps"):
                axes.axvline(row.number("rate_rps"), color=colour(labels.index(row.text("label") or "found")), linewidth=0.8)
            if row.number("rate_low_rps") and row.number("rate_high_rps"):
                axes.axvspan(row.number("rate_low_rps"), row.number("rate_high_rps"), color=GREY, alpha=0.15, linewidth=0)
    axes.set_xlim(left=0)
    axes.set_xlabel("rate (records/s)")
    axis_of_counts(axes.xaxis)
    axis_of_durations(axes, "y", values)
    axes.set_ylabel(latency_label(values))
    page.notes.append("Dotted p50, solid p99, dashed p99.9; medians of the windows. Upright lines are the highest rates that hold "
                      "what is expected, shaded their intervals.")
    if missed:
        page.notes.append("Hollow: what is expected was missed.")
    page.add_legend(handles)
    return page


def of(rows, rate):
    return [row for row in rows if row.required("rate_rps") == rate]


def median(rows, rate, column):
    return statistics.median(row.required(column) for row in of(rows, rate))
