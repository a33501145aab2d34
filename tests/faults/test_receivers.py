"""Webhooks and mail servers that misbehave in every way at random; afterwards everything has arrived once."""

import asyncio
import logging
import random

import pytest

from bot.tickets.delivery import worker as working
from bot.tickets.delivery.email import EmailAdapter
from bot.tickets.delivery.webhook import WebhookAdapter
from bot.tickets.delivery.worker import Worker, failed, retry
from tests.faults.conftest import add_target, agree, deliveries
from tests.faults.receivers import BAD, GOOD, Hook, Post, hook, post
from tests.soak import LONG, often, report
from tests.tickets.conftest import LEAD, REVIEWER, Desk

ROUNDS = often(6, 300)


@pytest.mark.soak
@pytest.mark.timeout(often(600, 7200))
@pytest.mark.parametrize("server", ["sqlite", "postgres"] if LONG else ["sqlite"], indirect=True)
async def test_receivers_that_misbehave(
    desk: Desk, dice: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    monkeypatch.setattr(working, "DELIVERY_SECONDS", 0.3)
    context = desk.context
    async with hook(Hook(dice)) as webhook, post(Post(dice)) as email:
        context.settings.smtp_host, context.settings.smtp_port = "127.0.0.1", email.port
        for org in ("CL", "HSZ", "ZX"):
            await add_target(context, org, "webhook", webhook.address)
        await add_target(context, "CL", "email", "canlian@example.org")
        adapters = {"webhook": WebhookAdapter(context), "email": EmailAdapter(context)}
        workers = [Worker(context, adapters, dice=dice) for _ in range(2)]
        numbers = []
        webhook.moods = email.moods = (*BAD, GOOD)
        for _ in range(ROUNDS):
            numbers.append(number := await desk.number())
            await desk.tickets.step(number, "awaiting_sign", REVIEWER)
            await desk.tickets.step(number, "in_progress", LEAD)
            await asyncio.gather(*(one.run_once() for one in workers))
            desk.go(minutes=10)
        webhook.moods = email.moods = (GOOD,)
        waited = 0
        while await deliveries(context, "webhook", "waiting") | await deliveries(context, "email", "waiting"):
            desk.go(hours=3)
            await asyncio.gather(*(one.run_once() for one in workers))
            waited += 1
            assert waited < 100 + 20 * ROUNDS, "something waits for ever"
        given_up = [row.id for row in await failed(context, 10_000)]
        for row in given_up:
            assert await retry(context, row)
        while await workers[0].run_once():
            pass
        found = await agree(context, numbers, webhook=webhook, email=email)
    report("Receivers that misbehave", **found, given_up_and_retried=len(given_up))
    assert sum(webhook.tried.values()) > len(webhook.once), "the receiver was no trouble"
