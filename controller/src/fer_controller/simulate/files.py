"""What is fetched and what came of it, as the devices and the process that downloads tell each other."""

import itertools
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

MANIFEST_MAX_BYTES = 1024 * 1024

_numbers = itertools.count(1)


@dataclass
class Part:
    """A file as far as it has come; its bytes are hashed and thrown away where it is downloaded."""

    received_bytes: int = 0
    sha256: str = ""
    number: int = field(default_factory=lambda: next(_numbers))


@dataclass(frozen=True)
class Request:
    """What to fetch: a file from where its part ends, at most so many bytes of it, or a manifest into memory."""

    url: str
    token: str = ""
    part: Part | None = None
    size_bytes: int = MANIFEST_MAX_BYTES
    piece_bytes: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a fetch came to: all that was asked for, a pause to keep before the next try, or a fault."""

    busy_s: float = 0.0
    fault: str = ""
    final: bool = False
    too_long: bool = False
    body: bytes = b""


class Line(BaseModel):
    """What goes through the pipes."""

    model_config = ConfigDict(frozen=True)


class Job(Line):
    """What to fetch; cancel names an earlier job that is no longer wanted, and fetches nothing."""

    number: int = 0
    url: str = ""
    token: str = ""
    part: int | None = None
    size_bytes: int = 0
    piece_bytes: int | None = None
    cancel: int = 0


class Answer(Line):
    """What came of a job, or with number 0 nothing yet; total and active are of all jobs."""

    number: int = 0
    busy_s: float = 0.0
    fault: str = ""
    final: bool = False
    too_long: bool = False
    body: str = ""
    received_bytes: int = 0
    sha256: str = ""
    total_bytes: int = 0
    active: int = 0
