"""Password hashes as Mosquitto 2 writes them."""

import base64
import hashlib
from collections.abc import Callable

ITERATIONS = 101


def mosquitto_hash(password: object, salt: str) -> str:
    """PBKDF2 with SHA-512 in the form of mosquitto_passwd 2, `$7$ITERATIONS$SALT$HASH`; the salt is any text.

    A password that YAML takes for a number is the text that the programs get, too.
    """
    salt_bytes = hashlib.sha256(salt.encode()).digest()[:12]
    key = hashlib.pbkdf2_hmac("sha512", str(password).encode(), salt_bytes, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt_bytes).decode()}${base64.b64encode(key).decode()}"


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """The filters by name."""
        return {"mosquitto_hash": mosquitto_hash}
