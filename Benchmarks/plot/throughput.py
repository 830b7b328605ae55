"""Throughput by configuration: horizontal bars."""

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .quantities import figure
from .theme import DOUBTED, GREY, Page, axis_of_counts, fill, limited

NAME = "throughput"
BARS_MAX = 120


def draw(sweep):
    measured = [c for c in sweep.configurations if c.summary("throughput_rps")]
    if not measured:
        return "no run has a throughput"
    shown, notes = limited(measured, BARS_MAX, "configurations")
    labels = max(len(configuration.label) for configuration in shown)
    page = Page("Throughput by configuration", sweep, size=(5.5 + min(labels, 60) * 0.075, 0.9 + 0.27 * len(shown)))
    page.notes += notes
    axes = page.axes[0][0]
    end = bars(axes, [(sweep.colour_index(c), c.label, c) for c in shown], "throughput_rps", figure, width=5)
    axes.set_xlim(0, end or 1)
    axes.set_xlabel("throughput (records/s)")
    axis_of_counts(axes.xaxis)
    page.add_legend(legend(sweep, shown), sweep.series if sweep.series != "results" else None)
    return page


def bars(axes, entries, column, written, width, mark=lambda configuration: configuration.mark):
    """A bar for each of (colour, label, configuration), whiskers from least to most, its median beside it.

    Gives where the axis of `width` inches has to end so that all of it has room.
    """
    end = 0
    for place, (index, _, configuration) in enumerate(entries):
        summary = configuration.summary(column)
        if summary is None:
            axes.text(0, place, " not measured", va="center", color=GREY, fontsize=8.5)
            continue
        axes.barh(place, summary.median, height=0.7, **fill(index, bool(configuration.doubts)))
        if summary.max > summary.min:
            axes.errorbar(
                summary.median, place, xerr=[[summary.median - summary.min], [summary.max - summary.median]],
                color="black", capsize=2.5, linewidth=1)
        text = f"{written(summary.median)} {mark(configuration)}".rstrip()
        axes.annotate(
            text, (summary.max, place), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=8.5)
        end = max(end, summary.max / (1 - min(0.15 + len(text) * 0.07, 0.8 * width) / width))
    axes.set_yticks(range(len(entries)), [label for _, label, _ in entries])
    axes.set_ylim(len(entries) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    return end


def legend(sweep, configurations):
    handles = [Patch(**fill(index), label=label) for index, label in sweep.legend_of(configurations)]
    if any(len(c.runs) > 1 for c in configurations):
        handles.append(Line2D([], [], color="black", marker="|", linewidth=1, label="least to most of the runs"))
    if sweep.doubts:
        handles.append(Patch(facecolor="grey", label="* verdict not ok:\n" + sweep.doubts, **DOUBTED))
    return handles
