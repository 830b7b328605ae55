"""Latency by stage: medians and 99th percentiles."""

from matplotlib.lines import Line2D

from .panels import line_style, note_bounds, outer_labels, panels
from .theme import axis_of_durations, colour, latency_label, marker

NAME = "stages"
STAGES = ("build", "compress", "queue", "ack", "wire", "broker", "total", "end_to_end", "commit")
# Of `ack`, in place of it where the broker tells how long it had the requests.
PARTS_OF_ACK = ("wire", "broker")


def draw(sweep):
    usable = [c for c in sweep.configurations if any(figures(c, stage) for stage in stages_of(c))]
    if not usable:
        return "no run has the latency of a stage"
    wanted = [stage for stage in STAGES if any(stage in stages_of(c) for c in usable)]
    present = [stage for stage in wanted if any(stage in stages_of(c) and figures(c, stage) for c in usable)]
    most = max(len(entries) for _, entries in sweep.arranged())
    page, drawn, handles = panels(
        "Latency by stage", sweep, usable, size=(4.6, 0.9 + len(present) * max(0.42, 0.09 * min(most, 12))))
    values = []
    for axes, entries in drawn:
        step = 0.8 / len(entries)
        for order, (index, configuration) in enumerate(entries):
            for row, stage in enumerate(present):
                if stage not in stages_of(configuration) or not (found := figures(configuration, stage)):
                    continue
                y = row + (order - (len(entries) - 1) / 2) * step
                look = {"color": colour(index), "marker": marker(index)}
                axes.plot(found, (y, y), color=colour(index), linestyle=line_style(configuration), linewidth=1.2)
                axes.plot(found[0], y, **look)
                axes.plot(found[1], y, markerfacecolor="white", **look)
                values += found
    for axes, _ in drawn:
        axes.set_yticks(range(len(present)), present)
        axes.set_ylim(len(present) - 0.5, -0.5)
        axes.set_yticks([row + 0.5 for row in range(len(present) - 1)], minor=True)
        axes.grid(axis="y", which="major", visible=False)
        axes.grid(axis="y", which="minor")
        axes.tick_params(axis="y", which="both", length=0)
        axis_of_durations(axes, "x", values)
    outer_labels(page, drawn, latency_label(values), "stage")
    handles += [
        Line2D([], [], color="grey", marker="o", linestyle="", label="p50"),
        Line2D([], [], color="grey", marker="o", markerfacecolor="white", linestyle="", label="p99")]
    note_bounds(page, usable)
    if "wire" in present:
        page.notes.append("Wire: the way to the broker and back; broker: how long it had a request. Together they are ack.")
    missing = [stage for stage in wanted if stage not in present]
    if missing:
        page.notes.append(f"Not measured: {', '.join(missing)}.")
    page.add_legend(handles, sweep.series)
    return page


def stages_of(configuration):
    """Those to look for: `ack`, or its parts where both were measured."""
    has_parts = all(figures(configuration, stage) for stage in PARTS_OF_ACK)
    left_out = {*(("ack",) if has_parts else PARTS_OF_ACK)}
    # Of kbench end-to-end alone, and of transactions.
    left_out |= {stage for stage in ("end_to_end", "commit") if not figures(configuration, stage)}
    return [stage for stage in STAGES if stage not in left_out]


def figures(configuration, stage):
    """The medians of p50 and p99; None when it was not measured."""
    both = [configuration.summary(f"latency_{stage}_{name}_us") for name in ("p50", "p99")]
    return [summary.median for summary in both] if all(both) else None
