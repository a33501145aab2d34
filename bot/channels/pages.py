"""Rendering the residents' pages: templates, display, headers."""

from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.channels.display import CHOICES, display_of
from bot.channels.guard import secured
from bot.channels.keys import ASSETS, CONTEXT
from bot.clock import spoken
from bot.directory.catalogue import CENTRE, County
from bot.knowledge.answers import dated

TEMPLATES = Path(__file__).parent / "templates"
ENVIRONMENT = web.AppKey("channels_templates", Environment)
HOURS = ("08:30-12:00", "14:30-17:30")


def add_templates(app: web.Application) -> None:
    """Set the residents' templates up under a key of their own, beside the desk's."""
    environment = aiohttp_jinja2.setup(
        app,
        app_key=ENVIRONMENT,
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = spoken
    environment.filters["dated"] = dated
    environment.globals["asset"] = app[ASSETS].url


async def page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page with all that every page needs."""
    context = request.app[CONTEXT]
    county = await context.directory.county()
    response = aiohttp_jinja2.render_template(
        template,
        request,
        {
            "county": county.name,
            "hours": duty_hours(county),
            "display": display_of(request),
            "choices": CHOICES,
            "exit_url": context.settings.exit_url,
            "now": context.clock(),
            **values,
        },
        app_key=ENVIRONMENT,
        status=status,
    )
    response.enable_compression()
    return secured(response)


def duty_hours(county: County) -> str:
    """When somebody is there: `08:30—17:30`."""
    centre = county.orgs.get(CENTRE)
    spans = (centre.hours if centre else None) or HOURS
    return f"{spans[0].partition('-')[0]}—{spans[-1].partition('-')[2]}"
