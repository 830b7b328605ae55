"""The time to the receipt by percentile, of kbench end-to-end."""

from . import percentiles

NAME = "end-to-end"


def draw(sweep):
    return percentiles.draw_stage(sweep, "end_to_end", "Time to the receipt by percentile, stage end_to_end")
