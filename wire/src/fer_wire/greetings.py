"""Controllers below one prefix tell each other that they are there: one too many."""

from pydantic import Field

from fer_wire.message import Message
from fer_wire.names import Name


class Greeting(Message):
    """A controller is there; one with another database answers, and both tell their operators."""

    controller: Name = Field(description="made from the host and the database: the same after every restart")
    database: str = Field(max_length=500, description="HOST:PATH of what it stores into, for people")
    version: str = Field(default="", max_length=64, description="of fer-controller")
    answers: bool = Field(default=False, description="whether this answers a greeting; an answer is not answered")
