"""schemathesis over the OpenAPI document: no 5xx, no undocumented answer, with and without a token."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.api.test_tickets import Api, api  # noqa: F401

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = 12


@pytest.mark.parametrize("server", ["sqlite"])
@pytest.mark.parametrize("who", ["administrator", "channel", None])
@pytest.mark.timeout(300)
async def test_what_the_document_promises(api: Api, who: str | None, tmp_path: Path) -> None:  # noqa: F811
    number = await api.desk.at_work()
    token = ["-H", f"Authorization: Bearer {api.tokens[who]}"] if who else []
    config = tmp_path / "schemathesis.toml"
    config.write_text(f'[parameters]\n"path.number" = "{number}"\n')
    run = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "st"),
        "--config-file",
        str(config),
        "run",
        str(api.client.make_url("/api/v1/openapi.json")),
        *token,
        "--checks",
        CHECKS,
        "--phases",
        "fuzzing",
        "--max-examples",
        str(EXAMPLES),
        "--seed",
        "7",
        "--generation-database",
        "none",
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await run.communicate()
    assert run.returncode == 0, said.decode()[-6000:]
