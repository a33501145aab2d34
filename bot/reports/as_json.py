"""A scorecard for programs."""

from typing import Any

from bot.clock import local
from bot.reports.cases import REASONS
from bot.reports.definitions import NOTES
from bot.reports.figures import Figure, Tally
from bot.reports.scorecard import Line, Scorecard


def as_json(card: Scorecard) -> dict[str, Any]:
    """Definitions, the county's figures and those of every group, with the tickets behind each part."""
    return {
        "from": f"{local(card.period.start):%Y-%m-%d}",
        "to": f"{card.period.last_day:%Y-%m-%d}",
        "as_of": local(card.period.as_of).isoformat(timespec="seconds"),
        "by": card.by,
        "definitions": [
            {
                "measure": measure.code,
                "name": measure.name,
                "formula": measure.formula,
                "moment": measure.moment,
                "excluded": measure.out,
                "higher_is_better": measure.higher_is_better,
            }
            for measure in card.measures
        ],
        "notes": list(NOTES),
        "county": _line(card.county),
        "rows": [_line(line) for line in card.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    figures = {code: _figure(figure) for code, figure in line.figures.items()}
    return {"key": line.key, "name": line.name, "figures": figures}


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "rate": _rounded(figure.rate),
        "interval": [_rounded(end) for end in figure.interval] if figure.interval else None,
        "basis": figure.basis,
        "few": figure.few,
        "adjusted": _rounded(figure.adjusted),
        "band": figure.band,
        "period": _tally(figure.period),
        "year": _tally(figure.year) if figure.year is not None else None,
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "numerator": tally.successes,
        "denominator": tally.n,
        "inferred": tally.inferred,
        "tickets": {
            "counted": _numbers(tally.hits),
            "half": _numbers(tally.halves),
            "not": _numbers(tally.misses),
        },
        "excluded": [
            {
                "reason": reason,
                "name": REASONS[reason],
                "count": len(numbers),
                "tickets": _numbers(numbers),
            }
            for reason, numbers in tally.out.items()
        ],
    }


def _numbers(numbers: tuple[str, ...]) -> list[str]:
    return [number for number in numbers if number]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
