"""Signatures of webhooks, both ways: HMAC-SHA256 over method, path, body, time and delivery id."""

import hashlib
import hmac

TIME_HEADER = "X-County-Timestamp"
ID_HEADER = "X-County-Delivery"
SIGNATURE_HEADER = "X-County-Signature"
TOLERANCE_SECONDS = 300


def sign(secret: str, method: str, path: str, body: bytes, timestamp: int, delivery: str) -> str:
    """`v1=<hex>` over the lines method, path with query, timestamp, delivery id and SHA-256 of the body."""
    lines = [method.upper(), path, str(timestamp), delivery, hashlib.sha256(body).hexdigest()]
    return "v1=" + hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def signature_fits(
    secret: str,
    signature: str,
    method: str,
    path: str,
    body: bytes,
    timestamp: int,
    delivery: str,
    now: float,
) -> bool:
    """Whether a signature is right and not older (or newer) than five minutes."""
    if abs(now - timestamp) > TOLERANCE_SECONDS:
        return False
    right = sign(secret, method, path, body, timestamp, delivery)
    return hmac.compare_digest(right.encode(), signature.encode())
