"""The slowest batches of a run, and where the time of each went: horizontal bars of parts."""

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .configurations import tally
from .panels import configuration_panels
from .quantities import duration
from .theme import COLOURS, axis_of_counts, latency_label, limited, shortened

NAME = "slowest"
BATCHES_MAX = 20
BAR_HEIGHT = 0.21
TOPIC_MAX = 24
ERROR_MAX = 100
ERRORS_MAX = 4
# What a batch spent less than this share of the longest time on can't be seen, and is not told in the legend.
SEEN = 0.002
# In the order of time: name, what it is, and how it looks. `ack` is wire and broker where the broker doesn't tell which.
PARTS = {
    "due": ("due: until the first record was appended", {"facecolor": COLOURS[4]}),
    "build": ("build: until the batch was sealed", {"facecolor": COLOURS[2]}),
    "compress": ("compress: the codec", {"facecolor": COLOURS[7]}),
    "queue": ("queue: until it was written", {"facecolor": COLOURS[1]}),
    "throttle": ("throttle: the broker asked to wait", {"facecolor": COLOURS[6]}),
    "retry": ("retry: earlier attempts", {"facecolor": COLOURS[3]}),
    "wire": ("wire: the way there and back", {"facecolor": COLOURS[5]}),
    "broker": ("broker: it had the request", {"facecolor": COLOURS[0]}),
    "ack": ("ack: wire and broker together",
            {"facecolor": COLOURS[5], "hatch": "////", "edgecolor": COLOURS[0], "linewidth": 0}),
    "other": ("not told", {"facecolor": "#CCCCCC"}),
}


def draw(sweep):
    usable = [c for c in sweep.configurations if slowest_run(c)]
    if not usable:
        return sweep.absence("slowest.csv", "batch of these runs")
    batches = {id(c): slowest_batches(slowest_run(c)) for c in usable}
    page, drawn = configuration_panels(
        "The slowest batches, and where their time went", sweep, usable, 7.5, 6.2,
        lambda configuration: 0.9 + BAR_HEIGHT * len(batches[id(configuration)]))
    if any(len(c.runs) > 1 for c in usable):
        page.notes.append("Of several runs, the last one's batches.")
    page.notes.append("At the left: when the batch ended, since the run began.")
    seen, ticks = set(), []
    for axes, configuration, width in drawn:
        seen |= bars(axes, batches[id(configuration)], width)
        ticks += [tick for tick in axes.get_xticks() if 0 < tick <= axes.get_xlim()[1]]
    for axes, _, _ in drawn:
        axes.set_xlabel(latency_label(ticks))
    if len(drawn) > 1:
        page.notes.append("Each panel has a scale of its own.")
    page.notes += errors([row for _, configuration, _ in drawn for row in batches[id(configuration)]])
    handles = [Patch(label=label, **look) for part, (label, look) in PARTS.items() if part in seen]
    if sweep.doubts:
        handles.append(Line2D([], [], linestyle="", label="* verdict not ok:\n" + sweep.doubts))
    page.add_legend(handles, "time, from first to last")
    return page


def slowest_run(configuration):
    """The last one that has any such batch; None when none has."""
    return next((run for run in reversed(configuration.runs) if run.slowest), None)


def slowest_batches(run):
    return sorted(run.slowest, key=lambda row: row.required("total_us"), reverse=True)[:BATCHES_MAX]


def bars(axes, batches, width):
    """A bar for each batch on axes of so many inches with their labels; gives which parts can be seen."""
    longest = max(row.required("total_us") for row in batches)
    with_topic = len({row.text("topic") for row in batches}) > 1
    labels = [label(row, with_topic) for row in batches]
    room = max(2.0, width - 0.5 - 0.075 * max(map(len, labels)))
    seen, end = set(), 0
    for place, row in enumerate(batches):
        begin = 0
        for part, us in parts(row):
            if us < SEEN * longest:
                begin += us
                continue
            seen.add(part)
            axes.barh(place, us, left=begin, height=0.78, **PARTS[part][1])
            begin += us
        is_acknowledged = row.text("outcome") == "acknowledged"
        text = duration(row.required("total_us"))
        if not is_acknowledged:
            text += f" · {row.text('outcome') or 'outcome not told'}"
        axes.annotate(
            text, (begin, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8,
            color="black" if is_acknowledged else COLOURS[3])
        end = max(end, begin / (1 - min(0.15 + len(text) * 0.065, 0.7 * room) / room))
    axes.set_yticks(range(len(batches)), labels, fontsize=8)
    axes.set_ylim(len(batches) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, end or 1)
    axis_of_counts(axes.xaxis, duration)
    return seen


def parts(row):
    """[(part, µs)] in the order of time, which add up to the total."""
    found = []
    for part in PARTS:
        us = row.number(part + "_us")
        if us is not None:
            is_both = part == "wire" and row.number("broker_us") is None
            found.append(("ack" if is_both else part, us))
    left = row.required("total_us") - sum(us for _, us in found)
    return found + [("other", left)] if left > 0 else found


def label(row, with_topic):
    words = [shortened(row.text("topic") or "no topic", TOPIC_MAX)] if with_topic else []
    words.append(f"partition {row.text('partition') or 'unknown'}")
    words.append(f"broker {row.text('broker')}" if row.text("broker") else "no broker")
    words.append(duration(row.required("ended_s") * 1e6))
    attempts = row.number("attempts")
    if attempts is not None and attempts != 1:
        words.append(f"{attempts:.0f} attempts" if attempts else "never sent")
    return " · ".join(words)


def errors(batches):
    """A note on what went wrong with them, also before they were acknowledged; nothing when nothing did."""
    found = tally(shortened(" ".join(error.split()), ERROR_MAX) for row in batches if (error := row.text("error")))
    shown, notes = limited(sorted(found.items(), key=lambda item: -item[1]), ERRORS_MAX, "errors")
    words = [f"{error} ({count} batch{'' if count == 1 else 'es'})" for error, count in shown]
    return [f"Errors: {'; '.join(words)}.", *notes] if words else []
