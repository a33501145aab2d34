"""`/model/parse` on one core over all held-out FAQ questions, beside the default set-up's parse."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path

from bench import messages
from bench.measure import Times, table, times_as
from bench.servers import DEFAULT, OURS, our_rasa
from bench.workshop import Workshop
from nlu.retrieval import corpus
from nlu.retrieval.index import in_memory
from nlu.retrieval.matcher import KINDS, Matcher

SEED = 7
CORE = ("taskset", "--cpu-list", "0")
ROUND = 20


def run(workshop: Workshop) -> str:
    """Measure and report."""
    default = workshop.default()
    core = CORE if shutil.which("taskset") else ()
    folder = workshop.folder / "parse"
    (folder / "var" / "index").mkdir(parents=True)
    workshop.vectors.mkdir(exist_ok=True)
    (folder / "var" / "index" / "cache").symlink_to(workshop.vectors)
    texts = messages.questions(SEED)
    texts = texts[: round(len(texts) * min(1, workshop.scale.factor))]
    workshop.say("which questions the quick evidence decides")
    quick = quickly_decided(texts, workshop.vectors)
    workshop.say(f"parsing {len(texts)} questions on {'one core' if core else 'all cores'}")
    server, url = our_rasa(folder, core)
    times: dict[str, dict[str, float]] = {OURS: {}, DEFAULT: {}}
    with server, default.rasa(core):
        urls = {OURS: url, DEFAULT: default.parse_url}
        for name in urls:
            for text in messages.warm_up(30):
                _parse(urls[name], text)
        for start in range(0, len(texts), ROUND):
            for name in sorted(urls, reverse=start // ROUND % 2 == 1):
                for text in texts[start : start + ROUND]:
                    one = Times()
                    with one.one():
                        _parse(urls[name], text)
                    times[name][text] = one.ms[0]
    return report(times, quick, bool(core))


def quickly_decided(texts: list[str], cache: Path) -> set[str]:
    """The questions for which the matcher does not ask the slower encoder, for FAQ and services both.

    ``cache`` then holds the vectors of all phrasings, which a server over it need not encode again.
    """
    matcher = Matcher(in_memory(corpus.items(), cache), cache=cache)
    return {
        text
        for text in texts
        if not any("e5_max" in match.evidence for kind in KINDS for match in matcher.rank(text, kind, 1))
    }


def report(times: dict[str, dict[str, float]], quick: set[str], one_core: bool) -> str:
    """The table."""
    groups = {
        "all questions": list(times[OURS]),
        "the quick evidence decides": [text for text in times[OURS] if text in quick],
        "the slower encoder is asked": [text for text in times[OURS] if text not in quick],
    }
    rows = []
    for name, texts in groups.items():
        if texts:
            ours, other = (Times([times[side][text] for text in texts]) for side in (OURS, DEFAULT))
            ratio = times_as(other.median / ours.median)
            rows.append((name, len(texts), ours.median, ours.p95, other.median, other.p95, ratio))
    head = ("held-out FAQ questions", "n", "ours p50 ms", "p95", "default p50 ms", "p95", "faster")
    where = "one core each server" if one_core else "all cores, because there is no taskset"
    return f"## One parse (`POST /model/parse`, {where})\n\n{table(head, rows)}"


def _parse(url: str, text: str) -> None:
    body = json.dumps({"text": text}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as response:
        response.read()
