"""What a certificate comes as; for Python 3.8, too."""

from pathlib import Path
from typing import NamedTuple


class Pair(NamedTuple):
    """A certificate with its chain, and its key."""

    cert: Path
    key: Path
