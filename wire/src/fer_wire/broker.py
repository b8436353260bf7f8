"""How a program reaches the MQTT broker: its URL and the settings that the agent and the controller share."""

import re
from typing import ClassVar, NamedTuple, Optional, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from fer_wire.errors import AddressError
from fer_wire.tls import BROKER, CaFile, CertFile, ClientFiles, KeyFile, Names, TlsClient, TlsPlace, check_pair
from fer_wire.topics import DEFAULT_PREFIX, Topics

DEFAULT_PORT = 1883
DEFAULT_TLS_PORT = 8883
MAX_PORT = 65_535
_SCHEMES = {"mqtt": False, "mqtts": True}
_OTHER_SCHEMES = {"tcp": "mqtt", "tls": "mqtts", "ssl": "mqtts", "mqtt+tls": "mqtts", "mqtt+ssl": "mqtts"}
_WEB_SCHEMES = ("ws", "wss", "http", "https")
_PLACE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/:@?#\[\]]+)(?::(?P<port>\d{1,5}))?")
EXPECTED = "expected mqtt://HOST:PORT or mqtts://HOST:PORT"
REMEDIES = {
    "Retain not supported": "statuses and orders are retained, so let it retain messages (Mosquitto: retain_available)",
    "QoS not supported": "events travel at QoS 1, so let it take QoS 1 (Mosquitto: max_qos)",
    "Packet too large": "let it take larger messages (Mosquitto: max_packet_size, message_size_limit)",
    "Quota exceeded": "its quota is used up, so raise it",
    "Client identifier not valid": "it takes no such client id, so change --device or what the broker allows",
    "Banned": "its administrator has banned this client",
}
"""What helps when a broker refuses something for one of these reasons (MQTT 5.0, 2.4)."""

Own = TypeVar("Own", bound="BrokerConnection")


class BrokerAddress(NamedTuple):
    """Where a broker listens, and whether it speaks TLS there."""

    host: str
    port: int
    tls: bool


def parse_broker_url(url: str) -> BrokerAddress:
    """Read mqtt[s]://HOST[:PORT], where the port is 1883 or, with TLS, 8883 by default; raises AddressError.

    Its sentence repeats nothing of the URL, which may hold a password.
    """
    scheme, found, rest = url.partition("://")
    if "@" in rest or (not found and "@" in url):
        raise AddressError(f"{EXPECTED} without a name and a password; set broker.username and broker.password")
    tls = _tls(scheme.lower()) if found else None
    place, slash, path = rest.partition("/")
    match = _PLACE.fullmatch(place)
    if slash and path.strip("/") and match:
        raise AddressError(f"{EXPECTED} without a path; only a broker's WebSockets have one")
    if tls is None or not match or path.strip("/"):
        raise AddressError(EXPECTED)
    port = int(match["port"] or (DEFAULT_TLS_PORT if tls else DEFAULT_PORT))
    if not 1 <= port <= MAX_PORT:
        raise AddressError(f"{EXPECTED}, and a port from 1 to {MAX_PORT}")
    return BrokerAddress(match["host"].strip("[]"), port, tls)


def spelt_broker_url(url: str) -> str:
    """The URL without a slash at its end; raises AddressError as parse_broker_url."""
    parse_broker_url(url)
    return url.rstrip("/")


def client_id_of(device: str) -> str:
    """What a device's session is called, at a broker that does not call it as the login."""
    return f"fer-agent-{device}"


def refusal(reason: str) -> str:
    """A broker's reason, and what helps where that is known."""
    remedy = REMEDIES.get(reason)
    return f"({reason}); {remedy}" if remedy else f"({reason})"


def _tls(scheme: str) -> Optional[bool]:
    if scheme in _OTHER_SCHEMES:
        raise AddressError(f"{EXPECTED}; what others write as {scheme}:// is {_OTHER_SCHEMES[scheme]}:// here")
    if scheme in _WEB_SCHEMES:
        raise AddressError(
            f"{EXPECTED}; MQTT over WebSockets ({scheme}://) is not spoken here, so name the broker's TCP port, "
            f"{DEFAULT_PORT} or with TLS {DEFAULT_TLS_PORT} if nobody changed it"
        )
    return _SCHEMES.get(scheme)


class BrokerConnection(BaseModel):
    """The settings of a connection to the broker that every program has."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    names: ClassVar[Names] = BROKER

    url: str = Field(default="mqtt://127.0.0.1:1883", description="mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS")
    username: Optional[str] = Field(default=None, description="user name, if the broker asks for one")
    password: Optional[SecretStr] = Field(default=None, description="its password; better set in the environment")
    ca_file: CaFile = None
    cert_file: CertFile = None
    key_file: KeyFile = None
    prefix: str = Field(default=DEFAULT_PREFIX, description="first levels of every topic")
    keepalive_s: int = Field(default=30, ge=5, le=3600, description="longest silence before a ping")
    reconnect_max_s: float = Field(default=30.0, gt=0, description="longest pause between two attempts to connect")

    @property
    def address(self) -> BrokerAddress:
        """Where the broker listens."""
        return parse_broker_url(self.url)

    @property
    def tls(self) -> TlsClient:
        """How TLS is spoken there, if it is, and why it fails."""
        host, port, tls = self.address
        files = ClientFiles(self.ca_file, self.cert_file, self.key_file)
        return TlsClient(TlsPlace(self.names, host, port, tls, files))

    @field_validator("url")
    @classmethod
    def _spelt(cls, url: str) -> str:
        return spelt_broker_url(url)

    @model_validator(mode="after")
    def _pair(self: Own) -> Own:
        check_pair(self.cert_file, self.key_file)
        return self

    @field_validator("prefix")
    @classmethod
    def _levels(cls, prefix: str) -> str:
        return Topics(prefix).prefix
