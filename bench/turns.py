"""A chat turn over the REST channel, beside Rasa's default set-up; start time and memory of both."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import aiohttp

from bench import messages
from bench.client import Resident, at_a_time, fill_form, mistype
from bench.measure import Times, table, times_as
from bench.servers import DEFAULT, OURS, Default, Ours, Side
from bench.workshop import Workshop

EIGHT = 8
SEED = 20
LONG = 60
SHOWN_TURNS = (1, 10, 30, 60)
NEAR = 2
"""Turns before and after a shown one that count as it (turn 1 stands alone)."""
FORM_KINDS = {
    "form": "form turn",
    "open": "request that opens a form",
    "file": "last turn of a form",
    "whole": "whole request",
}
Pair = dict[str, Times]
Jobs = Callable[[Side, int], Sequence[Callable[[], Awaitable[object]]]]


@dataclass
class Figures:
    """What was measured: (kind of turn, how many at a time) and (kind, turn of a conversation)."""

    turns: dict[tuple[str, int], Pair] = field(default_factory=dict)
    long: dict[tuple[str, int], Pair] = field(default_factory=dict)
    start: dict[str, float] = field(default_factory=dict)
    memory: dict[tuple[str, str], float] = field(default_factory=dict)

    def pair(self, kind: str, at_once: int) -> Pair:
        """The times of one row."""
        return self.turns.setdefault((kind, at_once), {OURS: Times(), DEFAULT: Times()})

    def of_turn(self, kind: str, turn: int) -> Pair:
        """The times of one turn of the long conversations."""
        return self.long.setdefault((kind, turn), {OURS: Times(), DEFAULT: Times()})


def run(workshop: Workshop) -> str:
    """Measure and report."""
    default = workshop.default()
    ours = Ours(workshop.folder / "ours")
    workshop.say("first start of ours: schema, sample county, index")
    with ours.running() as side:
        figures = Figures(start={"first start": side.start_seconds})
    workshop.say("starting both sides")
    with ours.running() as our_side, default.running() as other:
        figures.start |= {OURS: our_side.start_seconds, DEFAULT: other.start_seconds}
        asyncio.run(_measure(workshop, figures, (our_side, other)))
    return report(figures, default)


async def _measure(workshop: Workshop, figures: Figures, sides: tuple[Side, Side]) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as client:
        talk = _Talk(client, figures, workshop)
        await talk.warm_up(sides)
        _weigh(figures, sides, "after warm-up")
        await talk.questions(sides)
        await talk.small_talk(sides)
        await talk.forms(sides)
        await talk.long_questions(sides)
        await talk.long_form(sides)
        _weigh(figures, sides, "at the end")


class _Talk:
    """The phases; in each the sides take turns, and who begins changes from round to round."""

    def __init__(self, client: aiohttp.ClientSession, figures: Figures, workshop: Workshop) -> None:
        self._client, self._figures, self._say = client, figures, workshop.say
        self._scale = workshop.scale
        self._questions = messages.questions(SEED)
        self._small_talk = messages.small_talk(SEED)
        self._people = messages.people(SEED)

    async def warm_up(self, sides: tuple[Side, Side]) -> None:
        self._say("warming up")
        people = list(islice(self._people, 2))
        for side in sides:
            resident = Resident(self._client, side)
            for text in messages.warm_up(20):
                await resident.say(text)
            for person in people:
                kinds = {"open": Times(), "form": Times(), "file": Times()}
                await fill_form(Resident(self._client, side), person, kinds)

    async def questions(self, sides: tuple[Side, Side]) -> None:
        self._say("questions")
        await self._sentences(sides, "FAQ question", self._questions, 1, 6, 8)
        await self._sentences(sides, "FAQ question", self._questions, EIGHT, 4, 24)

    async def small_talk(self, sides: tuple[Side, Side]) -> None:
        self._say("small talk")
        await self._sentences(sides, "small talk", self._small_talk, 1, 3, 8)
        await self._sentences(sides, "small talk", self._small_talk, EIGHT, 1, 24)

    async def _sentences(
        self, sides: tuple[Side, Side], kind: str, pool: list[str], at_once: int, rounds: int, each: int
    ) -> None:
        """Rounds of sentences; each of the workers is one resident, a new one every round."""
        pair = self._figures.pair(kind, at_once)
        for number in range(self._scale.rounds(rounds)):
            texts = [pool.pop() for _ in range(min(each, len(pool)))]
            for side in _in_turn(sides, number):
                jobs = [
                    partial(
                        _sentences,
                        Resident(self._client, side, at_once == 1),
                        texts[n::at_once],
                        pair[side.name],
                    )
                    for n in range(at_once)
                ]
                await at_a_time(at_once, jobs, pair[side.name])

    async def forms(self, sides: tuple[Side, Side]) -> None:
        self._say("forms")
        for at_once, rounds in ((1, 6), (EIGHT, 2)):
            kinds = {name: self._figures.pair(title, at_once) for name, title in FORM_KINDS.items()}
            for number in range(self._scale.rounds(rounds)):
                people = list(islice(self._people, at_once))
                for side in _in_turn(sides, number):
                    mine = {name: pair[side.name] for name, pair in kinds.items()}
                    jobs = [
                        partial(_form, Resident(self._client, side, at_once == 1), person, mine)
                        for person in people
                    ]
                    await at_a_time(at_once, jobs, mine["whole"])

    async def long_questions(self, sides: tuple[Side, Side]) -> None:
        self._say(f"conversations of {LONG} questions")
        for _ in range(self._scale.rounds(4)):
            residents = [Resident(self._client, side) for side in sides]
            for turn in range(1, LONG + 1):
                text = self._questions.pop() if self._questions else self._small_talk.pop()
                for resident in _in_turn(residents, turn):
                    await resident.say(text, self._figures.of_turn("question", turn)[resident.side.name])

    async def long_form(self, sides: tuple[Side, Side]) -> None:
        self._say(f"forms of {LONG} turns")
        for number in range(self._scale.rounds(4)):
            residents = [Resident(self._client, side) for side in sides]
            person = next(self._people)
            for resident in residents:
                await resident.open_form(person)
            for turn in range(1, LONG + 1):
                for place, resident in enumerate(_in_turn(residents, turn)):
                    times = self._figures.of_turn("form turn", turn)[resident.side.name]
                    if turn == 1:
                        await resident.say(person.answers["applicant_name"], times)
                    else:
                        chance = random.Random(f"{number} {turn} {place}")
                        await mistype(resident, chance, times)


async def _sentences(resident: Resident, texts: Sequence[str], times: Times) -> None:
    for text in texts:
        await resident.say(text, times)


async def _form(resident: Resident, person: messages.Person, kinds: dict[str, Times]) -> None:
    with kinds["whole"].one():
        await fill_form(resident, person, kinds)


def _in_turn(both: Sequence, number: int) -> Sequence:
    return both if number % 2 == 0 else both[::-1]


def _weigh(figures: Figures, sides: tuple[Side, Side], when: str) -> None:
    for side in sides:
        figures.memory[when, side.name] = side.memory


_ABOUT_TURNS = """\
The default set-up was trained for {epochs} epochs ({seconds:.0f} s): few, because its latency does not depend
on them, so its answers here are worth nothing. Its trackers lie in memory; ours are sealed and on disk,
as are messages, drafts and tickets. The sides take turns, and no message is sent twice. `faster` is the
default's median divided by ours; CPU is the processor time of all processes of a side in one turn (median).
"""
_ABOUT_LONG = f"""\
Medians in ms at turn 1 and around turns {", ".join(map(str, SHOWN_TURNS[1:]))} (two turns to either side) of
conversations of {LONG} turns: questions only, and a form whose phone number is mistyped again and again.
"""


def report(figures: Figures, default: Default) -> str:
    """The tables."""
    parts = [
        "## A chat turn over the REST channel\n",
        _ABOUT_TURNS.format(epochs=default.epochs, seconds=default.train_seconds),
        _turn_table(figures),
        "\n### Along a conversation\n",
        _ABOUT_LONG,
        _long_table(figures),
        "\n### Start and memory\n",
        _cost_table(figures),
    ]
    return "\n".join(parts)


def _turn_table(figures: Figures) -> str:
    rows = []
    for (kind, at_once), pair in figures.turns.items():
        ours, other = pair[OURS], pair[DEFAULT]
        sides = [(one.median, one.p95, one.rate if one.wall else "", _cpu(one)) for one in (ours, other)]
        ratio = other.median_cpu / ours.median_cpu if ours.cpu else None
        faster = (times_as(other.median / ours.median), times_as(ratio) if ratio else "")
        rows.append((f"{kind}, {at_once} at a time", len(ours.ms), *sides[0], *sides[1], *faster))
    side = ("p50 ms", "p95", "a second", "CPU ms")
    head = ("turn", "n", f"ours {side[0]}", *side[1:], f"default {side[0]}", *side[1:], "faster", "less CPU")
    return table(head, rows)


def _long_table(figures: Figures) -> str:
    rows = []
    for kind in dict.fromkeys(kind for kind, _ in figures.long):
        pairs = [_around(figures, kind, turn) for turn in SHOWN_TURNS]
        for name in (OURS, DEFAULT):
            times = [pair[name].median for pair in pairs]
            cpu = [pair[name].median_cpu for pair in pairs]
            rows.append((f"{kind}, {name}, ms", *times, times_as(times[-1] / times[1])))
            rows.append((f"{kind}, {name}, CPU ms", *cpu, times_as(cpu[-1] / cpu[1])))
        faster = [times_as(pair[DEFAULT].median / pair[OURS].median) for pair in pairs]
        less = [times_as(pair[DEFAULT].median_cpu / pair[OURS].median_cpu) for pair in pairs]
        rows += [(f"{kind}, faster", *faster, ""), (f"{kind}, less CPU", *less, "")]
    return table(("", *(f"turn {turn}" for turn in SHOWN_TURNS), "60 : 10"), rows)


def _cpu(times: Times) -> float | str:
    return times.median_cpu if times.cpu else ""


def _around(figures: Figures, kind: str, turn: int) -> Pair:
    near = [turn] if turn == 1 else range(turn - NEAR, turn + NEAR + 1)
    pairs = [figures.long[kind, n] for n in near if (kind, n) in figures.long]
    return {
        name: Times(
            [x for pair in pairs for x in pair[name].ms], [x for pair in pairs for x in pair[name].cpu]
        )
        for name in (OURS, DEFAULT)
    }


def _cost_table(figures: Figures) -> str:
    start, memory = figures.start, figures.memory
    rows: list[tuple[object, ...]] = [
        ("start, s", start[OURS], start[DEFAULT], times_as(start[DEFAULT] / start[OURS])),
        ("first start, s (schema, sample county, index)", start["first start"], "–", "–"),
    ]
    for when in dict.fromkeys(when for when, _ in memory):
        ours, other = memory[when, OURS], memory[when, DEFAULT]
        rows.append((f"memory {when}, MB", ours, other, times_as(other / ours)))
    return table(("", "ours (bot and Rasa)", "default (Rasa and actions)", "default : ours"), rows)
