"""What PostgreSQL keeps of a password."""

import base64
import hashlib
import hmac
from collections.abc import Callable

ITERATIONS = 4096


def scram_verifier(password: object, salt: str) -> str:
    """`SCRAM-SHA-256$ITERATIONS:SALT$STORED:SERVER`, from which nobody learns the password; the salt is any text.

    Source: RFC 5802, section 3, and PostgreSQL's pg_authid.
    """
    salt_bytes = hashlib.sha256(salt.encode()).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", str(password).encode(), salt_bytes, ITERATIONS)
    stored = hashlib.sha256(_keyed(salted, b"Client Key")).digest()
    parts = (_text(each) for each in (salt_bytes, stored, _keyed(salted, b"Server Key")))
    return "SCRAM-SHA-256${}:{}${}:{}".format(ITERATIONS, *parts)


def _keyed(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """The filters by name."""
        return {"scram_verifier": scram_verifier}
