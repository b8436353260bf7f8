"""What people wrote about a model: the card beside its manifest. Nobody signs it, so it is text and nothing else."""

from pathlib import Path

from fer_controller.errors import RegistryError
from fer_controller.registry.plain_files import read_plain

CARD = "card.md"
CARD_BYTES = 64 * 1024
NUL = "\0"
"""PostgreSQL keeps no text that has one."""


def read_card(entry: Path) -> str:
    """The card in a model's folder; empty where there is none. Raises RegistryError where it cannot be kept."""
    path = entry / CARD
    try:
        found = read_plain(path, CARD_BYTES)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise RegistryError(f"{path} cannot be read ({error.strerror}); mend it, or take it away.") from error
    if len(found) > CARD_BYTES:
        raise RegistryError(f"{path} is larger than {CARD_BYTES // 1024} KiB; shorten it, or take it away.")
    return _text(found, path)


def _text(found: bytes, path: Path) -> str:
    try:
        text = found.decode()
    except UnicodeDecodeError as error:
        raise RegistryError(f"{path} is not in UTF-8; save it so, or take it away.") from error
    if NUL in text:
        raise RegistryError(f"{path} has a NUL character in it, so it is no text; mend it, or take it away.")
    return text
