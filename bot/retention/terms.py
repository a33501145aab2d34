"""The terms, read from the county's file over the defaults."""

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.settings import ROOT, Settings

DEFAULTS = ROOT / "data" / "seed" / "retention.yml"
LEGAL_MINIMUM = {"conversations": 180, "access_log": 180}
"""Days; logs of at least six months (Cybersecurity Law art. 21)."""


class TermsError(Exception):
    """A file of terms that cannot be used; the message names file and reason."""


def read_terms(settings: Settings) -> Mapping[str, int]:
    """Days by kind of data."""
    terms = _read(DEFAULTS, None)
    own = settings.state_dir / "retention.yml"
    if own.exists():
        terms |= _read(own, set(terms))
    return terms


def _read(path: Path, known: set[str] | None) -> dict[str, int]:
    try:
        data = YAML(typ="safe").load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise TermsError(f"{path}: {' '.join(str(error).split())}") from error
    terms = data.get("terms") if isinstance(data, dict) else None
    if not isinstance(terms, dict):
        raise TermsError(f"{path}: a mapping `terms` is expected")
    for name, days in terms.items():
        if known is not None and name not in known:
            raise TermsError(f"{path}: {name} is no kind of data that has a term")
        if isinstance(days, bool) or not isinstance(days, int) or days < 1:
            raise TermsError(f"{path}: {name}: a whole number of days is expected")
        if days < LEGAL_MINIMUM.get(name, 0):
            raise TermsError(f"{path}: {name}: the law wants at least {LEGAL_MINIMUM[name]} days")
    return dict(terms)
