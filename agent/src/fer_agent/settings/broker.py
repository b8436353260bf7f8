"""How the agent reaches its broker, or one of several."""

from typing import ClassVar, List, Tuple, TypeVar

from fer_wire.broker import BrokerConnection, spelt_broker_url
from fer_wire.tls import BROKER, Names
from pydantic import Field, field_validator, model_validator
from typing_extensions import Literal

from fer_agent.settings.identity import ANOTHER

Ours = TypeVar("Ours", bound="BrokerSettings")


class BrokerSettings(BrokerConnection):
    """The MQTT broker, or several that serve the same fleet."""

    names: ClassVar[Names] = BROKER._replace(another=ANOTHER)

    fallback_urls: List[str] = Field(
        default=[],
        max_length=16,
        description="brokers to fall back on, in this order, when url stays away; login, files and prefix are the same "
        "for each",
    )
    patience_s: float = Field(
        default=30.0,
        ge=0,
        le=86_400,
        description="how long a broker that worked may stay away, or confirm nothing, before the next one is tried",
    )
    mqtt_version: Literal["auto", "5", "3.1.1"] = Field(
        default="auto", description="auto speaks MQTT 5, and 3.1.1 to a broker that does not answer to MQTT 5"
    )

    @property
    def each(self) -> "Tuple[BrokerSettings, ...]":
        """The settings with one broker as url, for each of them in the order in which they are tried."""
        return tuple(self.model_copy(update={"url": url}) for url in (self.url, *self.fallback_urls))

    @field_validator("fallback_urls")
    @classmethod
    def _spelt_each(cls, urls: List[str]) -> List[str]:
        return [spelt_broker_url(url) for url in urls]

    @model_validator(mode="after")
    def _differ(self: Ours) -> Ours:
        urls = [each.url for each in self.each]
        if len(set(urls)) < len(urls):
            raise ValueError("the same broker is named twice in url and fallback_urls")
        return self
