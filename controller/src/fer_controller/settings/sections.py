"""Every setting of the controller: one class a section, each field with its unit, default and meaning."""

import hashlib
import os
import socket
from pathlib import Path
from typing import Literal

from fer_wire.environment import DELIMITER
from fer_wire.paths import HomePath
from fer_wire.printable import printable
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from fer_controller.settings.alerts import AlertSettings
from fer_controller.settings.api import ApiSettings
from fer_controller.settings.authority import AuthoritySettings
from fer_controller.settings.broker import BrokerSettings
from fer_controller.settings.http import HttpSettings
from fer_controller.settings.postgresql import Db, PostgresUrl
from fer_controller.settings.roles import ALL, HTTP, Roles, named
from fer_controller.settings.rollout import RolloutSettings
from fer_controller.settings.section import Section

ENV_PREFIX = "FER_CONTROLLER_"
ENV_DELIMITER = DELIMITER
ENROLLED = "enrolled"
DB_SUFFIX = ".db"
MODELS, AUTHORITY, CRL = "models", "authority", "revoked.crl"


class IngestSettings(Section):
    """From messages to durable rows."""

    batch_max: int = Field(default=2000, ge=1, le=65535, description="most messages in one transaction")
    batch_age_ms: float = Field(default=50.0, ge=0, description="a batch is stored once it is this old")
    batch_idle_ms: float = Field(default=5.0, ge=0, description="or earlier, when nothing has arrived for this long")
    ack_interval_ms: float = Field(default=150.0, ge=0, description="shortest time between two acks to one device")
    ranges_max: int = Field(
        default=10_000, ge=1, description="runs of events above a gap that are remembered per stream"
    )
    dead_letters_max: int = Field(default=10_000, ge=1, description="dead letters kept; the oldest go first")
    dead_letters_a_day: int = Field(
        default=1000,
        ge=1,
        description="dead letters of one device that each ingest keeps in a day; more are only counted",
    )
    epochs_a_day: int = Field(
        default=2000, ge=1, description="epochs that one device may begin in a day; events of more become dead letters"
    )
    devices_max: int = Field(
        default=100_000, ge=1, description="devices that are known; messages of more become dead letters"
    )
    newcomers: Literal["any", "enrolled"] = Field(
        default="any", description="enrolled: a device that is not enrolled is not taken in, and no login invents one"
    )
    retry_max_s: float = Field(default=5.0, gt=0, description="longest pause between two tries to write a batch")


class ClockSettings(Section):
    """When the times that devices tell are believed."""

    tolerance_s: float = Field(
        default=300.0,
        gt=0,
        description="a device's clock that is further off is said to be wrong; an event that is this far in the "
        "future is filed by its arrival",
    )
    oldest_event_days: float = Field(
        default=366.0, gt=0, le=36_500, description="events that say to be older are filed by their arrival"
    )


class RegistrySettings(Section):
    """Where models are stored."""

    folder: HomePath | None = Field(
        default=None,
        description="the models' files and the key that signs; by default beside the database: fleet.models for "
        "fleet.db, NAME-models for a file of another ending",
    )
    sign_command: tuple[str, ...] = Field(
        default=(),
        description="a program and its arguments that sign in place of signing.key: the message on standard input, the "
        "Ed25519 signature (64 bytes, or their base64) on standard output; its public key is signing.pub",
    )


class FleetSettings(Section):
    """When a device counts as online."""

    stale_after_s: float = Field(
        default=30.0, gt=0, description="an online device is stale once it has been silent for this long"
    )


class RetentionSettings(Section):
    """How long data is kept; 0 days means for ever, and days count from when the data arrived."""

    events_days: float = Field(default=0.0, ge=0, description="emotion events")
    telemetry_days: float = Field(default=7.0, ge=0, description="telemetry messages; rollups outlive them")
    minutes_days: float = Field(default=30.0, ge=0, description="one-minute rollups of emotions and telemetry")
    hours_days: float = Field(default=0.0, ge=0, description="one-hour and one-day rollups")
    commands_days: float = Field(default=7.0, ge=0, description="commands to devices, with what they replied")
    commands_max: int = Field(
        default=1000,
        ge=1,
        description="commands kept in all, with what was replied; of one device there are 20 at most",
    )
    every_s: float = Field(default=60.0, gt=0, description="time between two passes of rolling up and deleting")


class Settings(BaseSettings):
    """All settings of one controller."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=ENV_PREFIX, env_nested_delimiter=ENV_DELIMITER
    )

    db: Db = Field(
        default=Path("fleet.db"),
        description="the database: an SQLite file, which is created if it does not exist, or "
        "postgresql://USER@HOST/DATABASE",
    )
    role: Roles = Field(
        default=ALL,
        description="what this process does, separated by commas: ingest stores what one broker delivers and publishes "
        "there, rollouts advances rollouts, http serves models, API and page, retention rolls up and deletes, "
        "alerts watches the fleet and tells who is to be told",
    )
    embedded_broker: bool = Field(default=False, description="run a small broker in this process, for a first try")
    broker: BrokerSettings = BrokerSettings()
    ingest: IngestSettings = IngestSettings()
    clocks: ClockSettings = ClockSettings()
    fleet: FleetSettings = FleetSettings()
    rollout: RolloutSettings = RolloutSettings()
    http: HttpSettings = HttpSettings()
    retention: RetentionSettings = RetentionSettings()
    registry: RegistrySettings = RegistrySettings()
    api: ApiSettings = ApiSettings()
    authority: AuthoritySettings = AuthoritySettings()
    alerts: AlertSettings = AlertSettings()

    @property
    def roles(self) -> tuple[str, ...]:
        """What this process does; it serves HTTP where it is told an address."""
        return tuple(each for each in named(self.role) if each != HTTP or self.http.listen)

    @property
    def client_id(self) -> str:
        """The MQTT client id: the same after every restart with this database (at most 23 characters).

        Of a member of a share it is this process's own, for its session ends with its connection.
        """
        own = _short(f"{socket.gethostname()}:{os.getpid()}") if self.broker.share else self.place_id
        return self.broker.client_id or f"fer-controller-{own}"

    @property
    def rollouts_client_id(self) -> str:
        """The client id of the connection that publishes desired states.

        It is that of every process that may publish at this broker: who connects there throws out who was before.
        """
        if self.broker.client_id and not self.broker.share:
            return f"{self.broker.client_id}-rollouts"
        return f"fer-rollouts-{self.place_id}"

    @property
    def broker_place(self) -> str:
        """HOST:PORT/PREFIX of the broker, by which processes know that they publish at the same one."""
        address = self.broker.address
        return f"{address.host}:{address.port}/{self.broker.prefix}"

    @property
    def place(self) -> str:
        """HOST:PATH of the database, or HOSTS/DATABASE."""
        if isinstance(self.db, PostgresUrl):
            return printable(self.db.place)
        return printable(f"{socket.gethostname()}:{self.db.resolve()}")

    @property
    def place_id(self) -> str:
        """The same after every restart with this database, and another for any other."""
        return _short(self.place)

    @property
    def registry_folder(self) -> Path:
        """Where the models' files and the signing key are stored: beside the database, and no other database's.

        fleet.models for fleet.db, and site.berlin-models for site.berlin; of a PostgreSQL database, NAME.models here.
        """
        return self.registry.folder or self._beside(MODELS)

    @property
    def authority_folder(self) -> Path:
        """Where the keys and certificates of the fleet's own authority are stored, by the same rule."""
        return self.authority.folder or self._beside(AUTHORITY)

    @property
    def crl_file(self) -> Path:
        """The list of revoked certificates."""
        return self.authority.crl_file or self.authority_folder / CRL

    @property
    def rollouts_broker(self) -> BrokerSettings:
        """The broker as the connection that publishes desired states reaches it."""
        return self.broker.for_rollouts

    def _beside(self, what: str) -> Path:
        if isinstance(self.db, PostgresUrl):
            return Path(f"{self.db.name}.{what}")
        if self.db.suffix == DB_SUFFIX:
            return self.db.with_suffix(f".{what}")
        return self.db.with_name(f"{self.db.name}-{what}")


def _short(text: str) -> str:
    """Eight characters that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]
