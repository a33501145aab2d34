"""What the logs look like and where they lie: stderr and STATE_DIR/log, without anybody's numbers.

A record is one line: moment, level, logger, message; the lines of a traceback follow it behind a bar, so that
nothing that is logged can look like a record of its own. Every line passes a mask for phone and identity
numbers. That is the last line of defence: what people say is not to be logged in the first place.
"""

import contextlib
import logging
import re
import sys
from datetime import datetime
from logging.handlers import RotatingFileHandler, TimedRotatingFileHandler
from pathlib import Path
from typing import TextIO

from bot.clock import COUNTY_ZONE

KEPT_DAYS = 200
"""Logs of at least six months: Cybersecurity Law art. 21."""
CHILD_BYTES, CHILD_FILES = 10 * 2**20, 8
HIDDEN = "〔号码〕"
REQUESTS = "bot.requests"
"""The logger of single requests; they go into the file alone."""
QUIET = ("alembic", "httpx", "httpcore", "aiosqlite", "aiohttp.access", "rasa_sdk.executor")
"""Libraries whose ordinary lines name addresses or values, or tell nobody anything."""

_NUMBERS = re.compile(
    r"(?<!\d)(?:"
    r"\d{6}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3}[\dXxＸ]"  # identity number
    r"|(?:(?:\+|00)?86[ -]?)?[1１][3-9３-９]\d(?:[ -]?\d{4}){2}"  # mobile
    r"|[(（]?[0０]\d{2,3}[)）]?[ -]?\d{7,8}"  # landline
    r")(?!\d)"
)


def mask_numbers(text: str) -> str:
    """The text without phone and identity numbers."""
    return _NUMBERS.sub(HIDDEN, text)


class MaskingFormatter(logging.Formatter):
    """Writes a record as its line and its barred continuation, masked."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """The county's time with its offset."""
        return datetime.fromtimestamp(record.created, COUNTY_ZONE).isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        """The whole text of a record."""
        return mask_numbers("\n    | ".join(super().format(record).splitlines()))


class _Discreet(logging.Handler):
    """A handler that, where it fails, says so without the record: what failed may hold anything."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Tell of a record that could not be written (a full disk, say)."""
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"a log record of {record.name} could not be written: {sys.exc_info()[1]}\n")


class Terminal(_Discreet, logging.StreamHandler):
    """The log on a terminal or in the journal, without the single requests."""


class DailyFile(_Discreet, TimedRotatingFileHandler):
    """The log's file of a day."""


class ChildFile(_Discreet, RotatingFileHandler):
    """The log of a child."""


def set_up_logging(state_dir: Path, terminal: TextIO | None = None) -> None:
    """Send all logs to stderr and to the daily file; called once, at the start."""
    state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = DailyFile(
        _prepared(state_dir / "log" / "bot.log"), when="midnight", backupCount=KEPT_DAYS, encoding="utf-8"
    )
    shown = Terminal(terminal or sys.stderr)
    shown.addFilter(lambda record: record.name != REQUESTS)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in (shown, file):
        handler.setFormatter(MaskingFormatter())
        root.addHandler(handler)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def child_log(path: Path) -> ChildFile:
    """The file that a child's output goes to, rotated by size."""
    return ChildFile(_prepared(path), maxBytes=CHILD_BYTES, backupCount=CHILD_FILES, encoding="utf-8")


def write_line(handler: logging.Handler, line: str) -> None:
    """Write one line of a child's output, masked."""
    handler.emit(logging.LogRecord("child", logging.INFO, "", 0, mask_numbers(line), None, None))


def _prepared(path: Path) -> Path:
    """The file, there for its owner alone before anything is written into it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    path.touch(mode=0o600)
    return path
