"""What the devices and the process that downloads say to each other: lines of JSON."""

from pydantic import BaseModel, ConfigDict


class Line(BaseModel):
    """What goes through the pipes."""

    model_config = ConfigDict(frozen=True)


class Job(Line):
    """What to fetch; cancel names an earlier job that is no longer wanted, and fetches nothing.

    Own is what is at the controller, which alone sees token and certificate.
    """

    number: int = 0
    url: str = ""
    own: bool = False
    token: str = ""
    cert_file: str = ""
    key_file: str = ""
    part: int | None = None
    size_bytes: int = 0
    piece_bytes: int | None = None
    cancel: int = 0


class Answer(Line):
    """The outcome of a job; number 0 is progress only. Total and active count all jobs."""

    number: int = 0
    busy_s: float = 0.0
    fault: str = ""
    final: bool = False
    wrong_size: bool = False
    body: str = ""
    received_bytes: int = 0
    sha256: str = ""
    total_bytes: int = 0
    active: int = 0
