"""Latency by percentile, as HdrHistogram draws it: each nine takes the same room."""

import math
import statistics

from .panels import line_style, note_bounds, outer_labels, panels
from .theme import axis_of_durations, colour, latency_label, marker

NAME = "latency"
TICKS = (50, 90, 99, 99.9, 99.99)
POINTS = (50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.25, 99.5, 99.7, 99.8, 99.9, 99.925, 99.95, 99.97, 99.98,
          99.99)


def draw(sweep):
    return draw_stage(sweep, "total", "Latency by percentile, stage total")


def draw_stage(sweep, stage, title):
    usable = [c for c in sweep.configurations if any(run.spectra.get(stage) for run in c.runs)]
    if not usable:
        return sweep.absence("latency.csv", f"stage {stage}")
    page, drawn, handles = panels(title, sweep, usable)
    values = []
    for axes, entries in drawn:
        for index, configuration in entries:
            points = curve(configuration, stage)
            if not points:
                continue
            xs, medians, least, most = zip(*((place(p), *figures) for p, *figures in points))
            axes.plot(
                xs, medians, color=colour(index), linestyle=line_style(configuration), marker=marker(index),
                markevery=[at for at, (p, *_) in enumerate(points) if p in TICKS])
            if len(configuration.runs) > 1:
                axes.fill_between(xs, least, most, color=colour(index), alpha=0.13, linewidth=0)
            values += least + most
    for axes, _ in drawn:
        axes.set_xticks([place(p) for p in TICKS], [str(p) for p in TICKS])
        axes.set_xlim(-0.1, place(99.99) + 0.1)
        axis_of_durations(axes, "y", values)
    outer_labels(page, drawn, "percentile of records (%)", latency_label(values))
    if any(len(c.runs) > 1 for c in usable):
        page.notes.append("Shaded: from the least to the most of the runs.")
    note_bounds(page, usable)
    page.add_legend(handles, sweep.series)
    return page


def place(percentile):
    """50, 90, 99, 99.9 … at 0, 1, 2, 3 …, what is between them in proportion to the nines."""
    nines = -math.log10(1 - percentile / 100)
    return nines if nines >= 1 else (nines - math.log10(2)) / (1 - math.log10(2))


def curve(configuration, stage="total"):
    """(percentile, median, least, most) over the runs, as far as a run has records enough to know."""
    points = []
    for percentile in POINTS:
        values = [
            value for run in configuration.runs
            if (value := at_percentile(run.spectra.get(stage), percentile)) is not None]
        if values:
            points.append((percentile, statistics.median(values), min(values), max(values)))
    return points


def at_percentile(spectrum, percentile):
    """The value of the first step that reaches the percentile; None when there are too few records for it."""
    if not spectrum:
        return None
    total = spectrum[-1][2]
    if total * (1 - percentile / 100) < 1:
        return None
    return next((value for reached, value, _ in spectrum if reached >= percentile - 1e-9), None)
