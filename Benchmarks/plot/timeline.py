"""Throughput and latency over the time of the runs, a column for each configuration."""

import math

from matplotlib.lines import Line2D

from .events import LABEL, marks
from .panels import note_bounds
from .theme import COLOURS, GREY, Page, axis_of_counts, axis_of_durations, latency_label, limited, panel_title

NAME = "timeline"
INTERVALS_MIN = 3
COLUMNS_MAX = 4
REST_MAX = 0.2
CONFIGURATIONS_MAX = 12
LATENCIES = (
    ("p50", "latency_total_p50_us", COLOURS[0], "o"),
    ("p99", "latency_total_p99_us", COLOURS[1], "s"),
    ("max", "latency_total_max_us", COLOURS[3], "^"),
)


def draw(sweep):
    usable = [c for c in sweep.configurations if any(len(intervals(run)) >= INTERVALS_MIN for run in c.runs)]
    if not usable:
        return sweep.absence("timeline.csv", f"run of {INTERVALS_MIN} intervals or more")
    shown, notes = limited(usable, CONFIGURATIONS_MAX, "configurations")
    columns = min(len(shown), COLUMNS_MAX)
    rows = -(-len(shown) // columns)
    width = 7.5 if columns == 1 else 3.6
    page = Page(
        "Throughput and latency over time", sweep, 2 * rows, columns, (columns * width, rows * 4.8), sharey="row")
    page.notes = [note for note in page.notes if "Median" not in note] + notes
    if short := len(sweep.configurations) - len(usable):
        page.notes.append(f"Not shown: {short} configurations whose runs have fewer than {INTERVALS_MIN} intervals.")
    if any(len(c.runs) > 1 for c in shown):
        page.notes.append("A line for each run.")
    if any(events_of(c) for c in shown):
        page.notes.append("Dashed grey: what happened to brokers, leaders and the topic."
                          + (" Of several runs, the first one's." if any(len(c.runs) > 1 for c in shown) else ""))
    if any(len(intervals(run)) < len(run.timeline) for c in shown for run in c.runs):
        page.notes.append(f"Last intervals shorter than {100 * REST_MAX:.0f} % of the first are left out.")
    note_bounds(page, shown)
    rates = [c.summary("rate_target_rps") for c in shown]
    throughputs = [value for c in shown for run in c.runs for row in intervals(run)
                   if (value := row.number("throughput_rps")) is not None]
    latencies = [value for c in shown for run in c.runs for row in intervals(run) for _, column, _, _ in LATENCIES
                 if (value := row.number(column)) is not None]
    highest = max(throughputs + [rate.max for rate in rates if rate], default=1)
    for number in range(rows * columns):
        upper = page.axes[number // columns * 2][number % columns]
        lower = page.axes[number // columns * 2 + 1][number % columns]
        if number >= len(shown):
            upper.set_visible(False)
            lower.set_visible(False)
            continue
        draw_one(upper, lower, shown[number])
        label = panel_title(shown[number].label, width) if sweep.varying else ""
        upper.set_title("\n".join(filter(None, (label, shown[number].mark))))
        axis_of_counts(upper.yaxis)
        upper.set_ylim(0, highest * 1.1)
        axis_of_durations(lower, "y", latencies)
        lower.set_xlabel("time since the run began (s)")
        if number % columns == 0:
            upper.set_ylabel("throughput (records/s)")
            lower.set_ylabel("total " + latency_label(latencies))
    handles = [Line2D([], [], color=COLOURS[2], label="throughput")]
    if any(rates):
        handles.append(Line2D([], [], color="black", linestyle=":", label="target rate"))
    if any(events_of(c) for c in shown):
        handles.append(Line2D([], [], color=GREY, linestyle="--", linewidth=0.8, label="events"))
    for name, _, colour, marker in LATENCIES:
        handles.append(Line2D([], [], color=colour, marker=marker, label=f"latency {name}"))
    if sweep.doubts:
        handles.append(Line2D([], [], linestyle="", label="* verdict not ok:\n" + sweep.doubts))
    page.add_legend(handles)
    return page


def draw_one(upper, lower, configuration):
    rate = configuration.summary("rate_target_rps")
    if rate:
        upper.axhline(rate.median, color="black", linestyle=":", zorder=3)
    for run in configuration.runs:
        ends = [row.required("t_s") for row in intervals(run)]
        middles = [(begin + end) / 2 for begin, end in zip([0] + ends, ends)]
        upper.stairs(values(run, "throughput_rps"), [0] + ends, color=COLOURS[2], linewidth=1.6, baseline=None)
        for _, column, colour, marker in LATENCIES:
            lower.plot(middles, values(run, column), color=colour, marker=marker, markersize=3.5, linewidth=1.1)
    last = max(row.required("t_s") for run in configuration.runs for row in intervals(run))
    for axes in (upper, lower):
        axes.set_xlim(0, last)
    for time, text in marks(events_of(configuration), last):
        for axes in (upper, lower):
            axes.axvline(time, color=GREY, linestyle="--", linewidth=0.8, zorder=1)
        upper.text(time, 0.98, text, transform=upper.get_xaxis_transform(), **LABEL)


def events_of(configuration):
    """Those of the first run that is drawn: a run has its own, and several would hide one another."""
    return next((run.events for run in configuration.runs if intervals(run)), [])


def intervals(run):
    """Without a short rest at the end, whose throughput is chance."""
    ends = [row.required("t_s") for row in run.timeline]
    if len(ends) > 1 and ends[-1] - ends[-2] < REST_MAX * ends[0]:
        return run.timeline[:-1]
    return run.timeline


def values(run, column):
    """A gap where nothing was measured."""
    return [math.nan if (value := row.number(column)) is None else value for row in intervals(run)]
