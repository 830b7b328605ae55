"""Codecs by cores: throughput, client CPU per record and compression ratio side by side."""

from .quantities import count, exact, figure, plain
from .theme import Page, axis_of_counts, limited
from .throughput import bars, legend

NAME = "codecs"
ROWS_MAX = 5
PANELS = (
    ("throughput_rps", "throughput (records/s)", figure),
    ("client_cpu_ns_per_record", "client CPU (ns/record)", exact),
    ("compression_ratio", "compression ratio (before ÷ after)", lambda value: f"{value:.2f}"),
)


def draw(sweep):
    if "codec" not in sweep.varying:
        return "the results have one codec only"
    rows = {}
    for configuration in sweep.configurations:
        others = [name for name in sweep.varying if name not in ("codec", "cores")]
        rows.setdefault(configuration.text(others), []).append(configuration)
    shown, notes = limited(list(rows.items()), ROWS_MAX, "groups")
    heights = [0.8 + 0.25 * len(configurations) for _, configurations in shown]
    page = Page(
        "Codecs by cores" if "cores" in sweep.varying else "Codecs", sweep, rows=len(shown), columns=len(PANELS),
        size=(12.5, 0.3 + sum(heights)), height_ratios=heights, sharex="col", sharey="row")
    page.notes += notes
    names = [name for name in ("codec", "cores") if name in sweep.varying]
    codecs = sweep.values("codec")
    ends = [0] * len(PANELS)
    for row, (label, configurations) in enumerate(shown):
        ordered = sorted(configurations, key=lambda c: codecs.index(c.values["codec"]))
        entries = [(sweep.colour_index(c), c.text(names), c) for c in ordered]
        for column, (name, title, written) in enumerate(PANELS):
            axes = page.axes[row][column]
            # The verdicts once in a row are enough.
            mark = (lambda c: c.mark) if column == 0 else (lambda c: "*" if c.doubts else "")
            ends[column] = max(ends[column], bars(axes, entries, name, written, 3.2, mark))
            axes.set_xlim(0, ends[column] or 1)
            if row == len(shown) - 1:
                axes.set_xlabel(title)
            if column == 0:
                axes.set_title(label)
            axis_of_counts(axes.xaxis, count if column == 0 else plain)
    page.add_legend(legend(sweep, [c for _, row in shown for c in row]), sweep.series)
    return page
