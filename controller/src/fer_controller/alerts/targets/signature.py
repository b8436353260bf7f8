"""The signature of webhooks: HMAC-SHA256 (RFC 2104) over the time, a full stop, and the body."""

import hashlib
import hmac

VERSION = "v1="
TIMESTAMP, SIGNATURE, DELIVERY = "Fer-Timestamp", "Fer-Signature", "Fer-Delivery"
"""Headers: seconds of the Unix epoch, the signature, and the number of the delivery."""
FRESH_S = 300.0
"""A receiver refuses what was signed longer ago, or later than now, by more than this."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What stands in the header."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return VERSION + signed.hexdigest()


def is_genuine(secret: str, timestamp: str, body: bytes, signed: str, now_s: float) -> bool:
    """Whether a request was signed with the secret, and lately; what a receiver has to check."""
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now_s - int(timestamp)) > FRESH_S:
        return False
    return hmac.compare_digest(signature(secret, int(timestamp), body).encode(), signed.encode())
