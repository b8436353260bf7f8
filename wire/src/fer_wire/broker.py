"""How a program reaches the MQTT broker: its URL and the settings that the agent and the controller share."""

import re
from typing import NamedTuple, Optional

from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, field_validator

from fer_wire.errors import AddressError
from fer_wire.topics import DEFAULT_PREFIX, Topics

DEFAULT_PORT = 1883
DEFAULT_TLS_PORT = 8883
MAX_PORT = 65_535
_URL = re.compile(r"mqtt(?P<tls>s?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/:@]+)(?::(?P<port>\d{1,5}))?")


class BrokerAddress(NamedTuple):
    """Where a broker listens, and whether it speaks TLS there."""

    host: str
    port: int
    tls: bool


def parse_broker_url(url: str) -> BrokerAddress:
    """Read mqtt[s]://HOST[:PORT], where the port is 1883 or, with TLS, 8883 by default; raises AddressError."""
    match = _URL.fullmatch(url)
    tls = bool(match and match["tls"])
    port = int(match["port"] or (DEFAULT_TLS_PORT if tls else DEFAULT_PORT)) if match else 0
    if not match or not 1 <= port <= MAX_PORT:
        raise AddressError("expected mqtt://HOST:PORT or mqtts://HOST:PORT")
    return BrokerAddress(match["host"].strip("[]"), port, tls)


class BrokerConnection(BaseModel):
    """The settings of a connection to the broker that every program has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(default="mqtt://127.0.0.1:1883", description="mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS")
    username: Optional[str] = Field(default=None, description="user name, if the broker asks for one")
    password: Optional[SecretStr] = Field(default=None, description="its password; better set in the environment")
    ca_file: Optional[FilePath] = Field(
        default=None, description="certificate authority for mqtts; by default the system's"
    )
    prefix: str = Field(default=DEFAULT_PREFIX, description="first levels of every topic")
    keepalive_s: int = Field(default=30, ge=5, le=3600, description="longest silence before a ping")
    reconnect_max_s: float = Field(default=30.0, gt=0, description="longest pause between two attempts to connect")

    @property
    def address(self) -> BrokerAddress:
        """Where the broker listens."""
        return parse_broker_url(self.url)

    @field_validator("url")
    @classmethod
    def _spelt(cls, url: str) -> str:
        parse_broker_url(url)
        return url

    @field_validator("prefix")
    @classmethod
    def _levels(cls, prefix: str) -> str:
        return Topics(prefix).prefix
