"""Numbers for people."""


def count(value, written=None):
    """31.2 M, 150 k, 0.5."""
    return scaled(value, ((1e9, " G"), (1e6, " M"), (1e3, " k"), (1, "")), written or plain)


def figure(value):
    """Of three digits, zeros too, as figures in a column are: 31.0 M."""
    return count(value, exact)


def duration(us):
    """Of µs: 582 µs, 7.8 ms, 1.25 s."""
    if us == 0:
        return "0"
    return scaled(us, ((1e6, " s"), (1e3, " ms"), (1, " µs"), (1e-3, " ns")))


def size(byte_count):
    return scaled(byte_count, ((1 << 30, " GiB"), (1 << 20, " MiB"), (1 << 10, " KiB"), (1, " B")))


def exact(value):
    """Of three digits or more."""
    return f"{value:#.3g}".rstrip(".") if abs(value) < 999.5 else f"{value:.0f}"


def plain(value):
    """Three digits, more before the point where there are more."""
    return f"{value:.0f}" if abs(value) >= 999.5 else f"{value:.3g}"


def scaled(value, units, written=plain):
    # 999.6 rounds to a thousand, which is one of the next unit.
    for factor, unit in units:
        if abs(value) >= factor * 0.9995:
            return written(value / factor) + unit
    return written(value / units[-1][0]) + units[-1][1]
