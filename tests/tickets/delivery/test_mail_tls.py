"""Mail over TLS from the start and by STARTTLS, against a real server with a certificate of the county's own."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.settings import Settings
from bot.tickets.delivery.email import EmailAdapter
from bot.tickets.delivery.worker import Worker
from tests.tickets.conftest import REVIEWER, Desk
from tests.tickets.delivery.test_delivery import Mail, add_target, rows

one_server = pytest.mark.parametrize("server", ["sqlite"])


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.county")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "mail.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    path.with_suffix(".key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def authenticate(_server, _session, _envelope, _mechanism, data) -> AuthResult:  # type: ignore[no-untyped-def]
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"county", b"secret")
    return AuthResult(success=right)


@asynccontextmanager
async def serving(desk: Desk, certificate: Path, kind: str) -> AsyncIterator[Mail]:
    handler = Mail()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    upgrade = {"tls_context": context, "require_starttls": True} if kind == "starttls" else {}
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            handler,
            enable_SMTPUTF8=True,
            authenticator=authenticate,
            auth_required=True,
            auth_require_tls=kind == "starttls",
            **upgrade,
        ),
        "127.0.0.1",
        0,
        ssl=context if kind == "tls" else None,
    )
    settings = desk.context.settings
    settings.smtp_host, settings.smtp_port = "127.0.0.1", server.sockets[0].getsockname()[1]
    settings.smtp_user, settings.smtp_password = "county", "secret"
    settings.smtp_tls, settings.smtp_ca = kind, certificate  # type: ignore[assignment]
    try:
        yield handler
    finally:
        server.close()


async def send(desk: Desk) -> None:
    await add_target(desk, "CL", "email", "canlian@example.org")
    await desk.tickets.step(await desk.number(), "awaiting_sign", REVIEWER)
    await Worker(desk.context, {"email": EmailAdapter(desk.context)}).run_once()


@one_server
@pytest.mark.parametrize("kind", ["tls", "starttls"])
async def test_mail_goes_over_tls_with_a_sign_in(desk: Desk, certificate: Path, kind: str) -> None:
    async with serving(desk, certificate, kind) as mail:
        await send(desk)
        assert [envelope.rcpt_tos for envelope in mail.got] == [["canlian@example.org"]]
    assert [row.state for row in await rows(desk, "email")] == ["delivered"]


@one_server
@pytest.mark.parametrize("kind", ["tls", "starttls"])
async def test_a_server_with_a_strange_certificate_gets_nothing(
    desk: Desk, certificate: Path, kind: str
) -> None:
    async with serving(desk, certificate, kind) as mail:
        desk.context.settings.smtp_ca = None
        await send(desk)
        assert mail.got == []
    [row] = await rows(desk, "email")
    assert row.state == "waiting" and "certificate" in (row.error or "").lower()


def test_how_the_setting_is_read() -> None:
    for written, read in (("true", True), ("false", False), ("tls", "tls"), ("starttls", "starttls")):
        assert Settings(_env_file=None, smtp_tls=written).smtp_tls == read  # type: ignore[arg-type]
