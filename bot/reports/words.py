"""Figures as people read them."""

from bot.reports.figures import Figure, Tally


def share(value: float | None) -> str:
    """`84.9%`; a dash where there is none."""
    return "—" if value is None else f"{100 * value:.1f}%"


def count(value: float) -> str:
    """A count, with its half where it has one."""
    return f"{value:.1f}".removesuffix(".0")


def rate(figure: Figure) -> str:
    """The rate, or the counts alone where the cases are too few: `84.9%`, `3/5 件`."""
    if figure.rate is not None:
        return share(figure.rate)
    tally = figure.tally
    return f"{count(tally.successes)}/{tally.n} 件" if tally.n else "—"


def interval(figure: Figure) -> str:
    """`72.9%—92.1%`."""
    return "—".join(share(end) for end in figure.interval) if figure.interval else ""


def left_out(tally: Tally) -> int:
    """How many cases were left out."""
    return sum(len(numbers) for numbers in tally.out.values())


def remark(figure: Figure) -> str:
    """Why a figure is to be read with care; empty when it is not."""
    if figure.rate is None:
        return "少于 10 件，只报件数" if figure.tally.n else ""
    if figure.basis == "year":
        return "滚动一年" + ("，仍少于 30 件" if figure.few else "")
    return ""
