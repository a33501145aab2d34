"""The stage, started once for all dialogues."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.conftest import Templates
from tests.dialogues.stage import Stage, open_stage


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A whole assistant over the sample county."""
    folder: Path = tmp_path_factory.mktemp("stage")
    url = await templates.copy("sqlite", "county", folder)
    async with open_stage(folder, url) as opened:
        yield opened
