"""Small pictures of the same kind beside one another: one for each combination of what the colours don't tell."""

from matplotlib.lines import Line2D

from .theme import PANELS_MAX, SERIES_MAX, Page, limited, panel_title, sample


def panels(title, sweep, usable, size=(4.2, 3.2)):
    """A page, and its [(axes, [(index, configuration)])] of the configurations that are usable."""
    arranged = [(label, [(index, c) for index, c in entries if c in usable]) for label, entries in sweep.arranged()]
    arranged = [(label, entries) for label, entries in arranged if entries]
    arranged, notes = limited(arranged, PANELS_MAX, "combinations")
    most = max(len(entries) for _, entries in arranged)
    if most > SERIES_MAX:
        notes.append(f"{most - SERIES_MAX} more lines are not shown in a panel.")
    columns = min(len(arranged), 2 if len(arranged) in (2, 4) else 3)
    rows = -(-len(arranged) // columns)
    width, height = (7, 4.2) if len(arranged) == 1 else size
    page = Page(title, sweep, rows, columns, (columns * width, rows * height), sharex=True, sharey=True)
    page.notes += notes
    flat = page.axes.flatten()
    for place, unused in enumerate(flat[len(arranged):], len(arranged)):
        unused.set_visible(False)
        # What is above it stands at the foot of its column.
        flat[place - columns].tick_params(labelbottom=True)
    drawn = []
    for axes, (label, entries) in zip(flat, arranged):
        axes.set_title(panel_title(label, width))
        drawn.append((axes, entries[:SERIES_MAX]))
    handles = [sample(index, label) for index, label in sweep.legend_of([c for _, e in drawn for _, c in e])]
    if sweep.doubts:
        handles.append(Line2D([], [], color="grey", linestyle="--", label="* verdict not ok:\n" + sweep.doubts))
    return page, drawn, handles


def configuration_panels(title, sweep, usable, alone, beside, height_of):
    """A page with a panel for each of the usable configurations, and its [(axes, configuration, inches of width)].

    A panel is as wide as `alone` or `beside` others says, a row as high as the highest of its panels.
    """
    shown, notes = limited(usable, PANELS_MAX, "configurations")
    columns = min(len(shown), 2 if len(shown) in (2, 4) else 3)
    width = alone if columns == 1 else beside
    heights = [max(map(height_of, shown[at:at + columns])) for at in range(0, len(shown), columns)]
    page = Page(title, sweep, len(heights), columns, (columns * width, sum(heights)), height_ratios=heights)
    page.notes = [note for note in page.notes if "Median" not in note] + notes
    flat = page.axes.flatten()
    for unused in flat[len(shown):]:
        unused.set_visible(False)
    for axes, configuration in zip(flat, shown):
        label = panel_title(configuration.label, width) if sweep.varying else ""
        axes.set_title("\n".join(filter(None, (label, configuration.mark))))
    return page, [(axes, configuration, width) for axes, configuration in zip(flat, shown)]


def line_style(configuration):
    return "--" if configuration.doubts else "-"


def note_bounds(page, configurations):
    """Says of which latencies only a bound is known."""
    if any(c.summary("rate_target_rps") is None for c in configurations):
        page.notes.append("Total without a target rate: a batch's records count from its first one, an upper bound.")


def outer_labels(page, drawn, x, y):
    columns = page.axes.shape[1]
    for place, (axes, _) in enumerate(drawn):
        if place % columns == 0:
            axes.set_ylabel(y)
        if place + columns >= len(drawn):
            axes.set_xlabel(x)
