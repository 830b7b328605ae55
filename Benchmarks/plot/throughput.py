"""Throughput by configuration: horizontal bars."""

from matplotlib.patches import Patch

from .quantities import count
from .theme import DOUBTED, GREY, Page, axis_of_counts, colour, limited

NAME = "throughput"
BARS_MAX = 120


def draw(sweep):
    measured = [c for c in sweep.configurations if c.summary("throughput_rps")]
    if not measured:
        return "no run has a throughput"
    shown, notes = limited(measured, BARS_MAX, "configurations are")
    labels = max(len(configuration.label) for configuration in shown)
    page = Page("Throughput by configuration", sweep, size=(5.5 + min(labels, 60) * 0.075, 0.9 + 0.27 * len(shown)))
    page.notes += notes
    axes = page.axes[0][0]
    bars(axes, [(sweep.colour_index(c), c.label, c) for c in shown], "throughput_rps", count)
    axes.set_xlabel("throughput (records/s)")
    axis_of_counts(axes.xaxis)
    page.add_legend(legend(sweep, shown), sweep.series if sweep.series != "results" else None)
    return page


def bars(axes, entries, column, written):
    """A bar for each of (colour, label, configuration), whiskers from least to most, its median beside it."""
    most = 0
    for place, (index, _, configuration) in enumerate(entries):
        summary = configuration.summary(column)
        if summary is None:
            axes.text(0, place, " not measured", va="center", color=GREY, fontsize=8.5)
            continue
        look = DOUBTED if configuration.doubts else {}
        axes.barh(place, summary.median, height=0.7, color=colour(index), **look)
        if summary.max > summary.min:
            axes.errorbar(
                summary.median, place, xerr=[[summary.median - summary.min], [summary.max - summary.median]],
                color="black", capsize=2.5, linewidth=1)
        mark = " " + configuration.mark if configuration.doubts else ""
        axes.annotate(
            written(summary.median) + mark, (summary.max, place), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=8.5)
        most = max(most, summary.max)
    axes.set_yticks(range(len(entries)), [label for _, label, _ in entries])
    axes.set_ylim(len(entries) - 0.4, -0.6)
    axes.set_xlim(0, most * (1.4 if any(c.doubts for _, _, c in entries) else 1.18) or 1)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)


def legend(sweep, configurations):
    handles = [Patch(color=colour(index), label=label) for index, label in sweep.legend_of(configurations)]
    if any(len(c.runs) > 1 for c in configurations):
        from matplotlib.lines import Line2D
        handles.append(Line2D([], [], color="black", marker="|", linewidth=1, label="least to most of the runs"))
    if sweep.doubts:
        handles.append(Patch(facecolor="grey", label="* verdict not ok:\n" + sweep.doubts, **DOUBTED))
    return handles
