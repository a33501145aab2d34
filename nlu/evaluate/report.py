"""The tables of docs/understanding.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from nlu.evaluate import measures as m
from nlu.evaluate.baseline import bm25_ranks

SETS = ("faq", "out_of_scope", "services", "intents", "danger", "entities")
DECISIONS = ("answer", "ask_back", "unknown")
Rows = Mapping[str, Sequence[dict]]


def report(rows: Rows, readings: Rows) -> tuple[str, list[str]]:
    """The page and the list of mistakes."""
    mistakes: list[str] = []
    parts = [
        f"# Understanding, measured\n\nWritten by `make eval` on {date.today()} from `data/heldout`, which "
        "nothing was trained or tuned on, through the trained Rasa model.",
        _faq(rows, readings, mistakes),
        _scope(rows, readings, mistakes),
        _services(rows, readings, mistakes),
        _intents(rows, readings, mistakes),
        _danger(rows, readings, mistakes),
        _entities(rows),
        _calibration(rows, readings),
        _latency(readings),
    ]
    return "\n\n".join(parts) + "\n", mistakes


def table(head: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    """A Markdown table; fractions are shown with three digits."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in body:
        cells = [f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _faq(rows: Rows, readings: Rows, mistakes: list[str]) -> str:
    asked, read = rows["faq"], readings["faq"]
    right = [[f"faq/{key}" for key in row["faq"]] for row in asked]
    rank, decided = m.ranks(read, "faq", right), np.array(m.decisions(read, "faq"))
    body = [["all", len(asked), *m.recall(rank).values(), *m.shares(decided, DECISIONS).values()]]
    styles = np.array([row["style"] for row in asked])
    for style in sorted(set(styles)):
        chosen = styles == style
        body.append(
            [
                style,
                int(chosen.sum()),
                *m.recall(rank[chosen]).values(),
                *list(m.shares(decided[chosen], DECISIONS).values()),
            ]
        )
    body.append(
        ["BM25, words of titles, answers and phrasings", len(asked), *m.recall(bm25_ranks(asked)).values()]
    )
    body[-1] += ["–"] * 3
    for row, reading, place, decision in zip(asked, read, rank, decided, strict=True):
        if place or decision != "answer":
            best = reading["response_selector"]["faq"]["ranking"][0]
            mistakes.append(f"faq\t{row['text']}\t{row['faq']}\t{best}\t{decision}")
    wrong = float(((rank > 0) & (decided == "answer")).mean())
    head = ["questions", "n", "recall@1", "recall@3", "MRR", "answered", "asked back", "refused"]
    return f"## FAQ\n\n{table(head, body)}\n\nAnswered with another entry than the right one: {wrong:.3f}."


def _scope(rows: Rows, readings: Rows, mistakes: list[str]) -> str:
    asked, read = rows["out_of_scope"], readings["out_of_scope"]
    decided, kinds = np.array(m.decisions(read, "faq")), np.array([row["kind"] for row in asked])
    intents = np.array([reading["intent"]["name"] for reading in read])
    inside, outside = m.scores(readings["faq"], "faq"), m.scores(read, "faq")
    body = []
    for kind in sorted(set(kinds)):
        chosen = kinds == kind
        shares = m.shares(decided[chosen], DECISIONS)
        said = float((intents[chosen] == "out_of_scope").mean())
        invented = float(((decided == "answer") & (intents == "ask_faq"))[chosen].mean())
        body.append(
            [kind, int(chosen.sum()), *shares.values(), said, invented, m.auroc(inside, outside[chosen])]
        )
    for row, reading, decision in zip(asked, read, decided, strict=True):
        if decision == "answer":
            best = reading["response_selector"]["faq"]["ranking"][0]
            mistakes.append(
                f"out_of_scope\t{row['kind']}\t{row['text']}\t{best}\t{reading['intent']['name']}"
            )
    head = [
        "kind",
        "n",
        "answered",
        "asked back",
        "refused",
        "intent out_of_scope",
        "answered as ask_faq",
        "AUROC",
    ]
    return f"## Out of scope\n\n{table(head, body)}"


def _services(rows: Rows, readings: Rows, mistakes: list[str]) -> str:
    asked, read = rows["services"], readings["services"]
    rank = m.ranks(read, "service", [[f"service/{row['service']}"] for row in asked])
    joint = np.array([row["service"].startswith("D") for row in asked])
    decided = np.array(m.decisions(read, "service"))
    intent = np.array([reading["intent"]["name"] for reading in read])
    body = []
    for name, chosen in (("all", joint | True), ("single services", ~joint), ("joint services", joint)):
        body.append(
            [
                name,
                int(chosen.sum()),
                *m.recall(rank[chosen]).values(),
                *m.shares(decided[chosen], DECISIONS).values(),
                float((intent[chosen] == "request_service").mean()),
            ]
        )
    for row, reading, place in zip(asked, read, rank, strict=True):
        if place:
            best = reading["response_selector"]["service"]["ranking"][0]
            mistakes.append(f"services\t{row['text']}\t{row['service']}\t{best}")
    head = [
        "requests",
        "n",
        "recall@1",
        "recall@3",
        "MRR",
        "sure",
        "asks back",
        "unsure",
        "intent request_service",
    ]
    return f"## Services\n\n{table(head, body)}"


def _intents(rows: Rows, readings: Rows, mistakes: list[str]) -> str:
    expected = [row["intent"] for row in rows["intents"]]
    found = [reading["intent"]["name"] for reading in readings["intents"]]
    right = np.array([a == b for a, b in zip(expected, found, strict=True)])
    body = []
    for name in sorted(set(expected)):
        chosen = np.array([e == name for e in expected])
        claimed = np.array([f == name for f in found])
        precision = float(right[claimed].mean()) if claimed.any() else 0.0
        body.append([name, int(chosen.sum()), float(right[chosen].mean()), precision])
    for row, reading in zip(rows["intents"], readings["intents"], strict=True):
        if row["intent"] != reading["intent"]["name"]:
            mistakes.append(f"intents\t{row['text']}\t{row['intent']}\t{reading['intent']}")
    wrong = m.confusions(expected, found)[:12]
    return (
        f"## Intents\n\nAccuracy {right.mean():.3f} of {len(right)}.\n\n"
        f"{table(['intent', 'n', 'recall', 'precision'], body)}\n\n"
        f"{table(['expected', 'found', 'times'], wrong)}"
    )


def _danger(rows: Rows, readings: Rows, mistakes: list[str]) -> str:
    told = np.array([reading["urgent"] for reading in readings["danger"]])
    urgent = np.array([row["urgent"] for row in rows["danger"]])
    kinds = np.array([row["kind"] for row in rows["danger"]])
    body = [
        [kind, int((kinds == kind).sum()), float(told[kinds == kind].mean())] for kind in sorted(set(kinds))
    ]
    for row, flag in zip(rows["danger"], told, strict=True):
        if row["urgent"] != flag:
            mistakes.append(f"danger\t{row['text']}\t{row['kind']}\tflagged {flag}")
    asked = float(np.mean([reading["urgent"] for reading in readings["faq"]]))
    return (
        f"## Danger\n\nRecall {told[urgent].mean():.3f}, false alarms on look-alikes "
        f"{told[~urgent].mean():.3f}; of all FAQ questions {asked:.3f} are flagged.\n\n"
        f"{table(['kind', 'n', 'flagged'], body)}"
    )


def _entities(rows: Rows) -> str:
    from nlu.entities import Gazetteer
    from nlu.entities.evaluate import evaluate
    from nlu.retrieval import corpus

    found = evaluate(rows["entities"], Gazetteer.from_rows(corpus.places()))
    body = [[name, s.expected, s.precision, s.recall, s.f1] for name, s in sorted(found.scores.items())]
    return f"## Entities\n\n{table(['type', 'n', 'precision', 'recall', 'F1'], body)}"


def _calibration(rows: Rows, readings: Rows) -> str:
    right = [[f"faq/{key}" for key in row["faq"]] for row in rows["faq"]]
    hit = np.append(
        m.ranks(readings["faq"], "faq", right) == 0, np.zeros(len(readings["out_of_scope"]), bool)
    )
    score = np.append(m.scores(readings["faq"], "faq"), m.scores(readings["out_of_scope"], "faq"))
    body = [[mean, share, count] for mean, share, count in m.calibration(score, hit)]
    error = m.calibration_error(score, hit)
    return (
        "## Calibration\n\nThe best entry's confidence against how often it is right, over questions in "
        f"and out of scope; expected calibration error {error:.3f}.\n\n"
        f"{table(['confidence', 'right', 'n'], body)}"
    )


def _latency(readings: Rows) -> str:
    body = []
    for name, read in readings.items():
        ms = np.array([reading["ms"] for reading in read])
        body.append([name, len(ms), *(round(float(np.percentile(ms, p)), 1) for p in (50, 95))])
    lines = [[*row[:2], f"{row[2]:.1f}", f"{row[3]:.1f}"] for row in body]
    head = ["set", "n", "median", "95th"]
    return f"## Time\n\nOne message at a time, milliseconds of one processor.\n\n{table(head, lines)}"
