"""Short runs for `make test`, long ones with printed findings for `make soak`."""

import os

LONG = os.environ.get("SOAK") == "1"


def often(short: int, long: int) -> int:
    """How often, by the kind of run."""
    return long if LONG else short


def report(title: str, **counts: object) -> None:
    """What was tried and what was found, one line each; seen with `-s`, as `make soak` runs."""
    print(f"\n{title}", *(f"  {name.replace('_', ' ')}: {value}" for name, value in counts.items()), sep="\n")
