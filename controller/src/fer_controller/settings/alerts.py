"""The settings of alerts: what raises one, how long it has to last, and who is told."""

from functools import cached_property

from fer_wire.names import Name
from pydantic import Field, SecretStr, field_validator

from fer_controller.settings.section import Section

LEAST_SECRET = 16
DAY_S = 86_400.0


class WebhookSettings(Section):
    """A receiver of signed JSON."""

    url: SecretStr = Field(description="http[s]://…, to which each alert is posted")
    secret: SecretStr = Field(
        min_length=LEAST_SECRET, description="what signs each request (HMAC-SHA256); the receiver has it, too"
    )

    @field_validator("url")
    @classmethod
    def _spelt(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("expected http://… or https://…")
        return url


class DeviceLimits(Section):
    """From where on a device is too hot, or its disk nearly full: for alerts and for the page; 0 is no limit."""

    temperature_c: float
    disk_free_mb: float

    def is_hot(self, temperature_c: float | None) -> bool:
        """Whether its hottest sensor shows more than it may."""
        return temperature_c is not None and 0 < self.temperature_c < temperature_c

    def is_nearly_full(self, disk_free_mb: float | None) -> bool:
        """Whether less is free on its disk than has to be."""
        return disk_free_mb is not None and disk_free_mb < self.disk_free_mb


class AlertSettings(Section):
    """When an alert is raised, and who is told; a limit of 0 turns its rule off."""

    every_s: float = Field(default=15.0, gt=0, description="time between two looks at the fleet")
    lasting_s: float = Field(
        default=120.0, ge=0, description="how long something has to last to be raised, where its rule says nothing else"
    )
    over_s: float = Field(
        default=300.0,
        ge=0,
        description="how long it has to be gone to be over; doubles whenever it comes back within a day",
    )
    many: int = Field(
        default=20,
        ge=2,
        description="a rule that finds this many, or half of a smaller fleet, raises one alert that says so",
    )
    offline_for_s: float = Field(default=600.0, ge=0, description="a device is offline or silent for this long")
    rollouts: bool = Field(default=True, description="a rollout is paused, or was turned back")
    approvals: bool = Field(default=True, description="a rollout awaits the approval of another operator")
    spool_events: int = Field(default=5000, ge=0, description="so many events wait in a device's spool")
    disk_free_mb: float = Field(default=500.0, ge=0, description="less is free on a device's disk, also on the page")
    temperature_c: float = Field(default=90.0, ge=0, le=250, description="a device is hotter, also on the page")
    cameras: bool = Field(default=True, description="a camera's picture is frozen or dark")
    certificate_days: float = Field(
        default=21.0, ge=0, description="a certificate ends within so many days, or a quarter of a shorter life"
    )
    ingest_behind_s: float = Field(
        default=60.0, ge=0, description="half of the fleet's telemetry is this old when it is stored"
    )
    faces_days: int = Field(
        default=7,
        ge=0,
        le=28,
        description="a device sees no faces in two hours in which it saw some on each of so many earlier days",
    )
    kept_days: float = Field(default=90.0, gt=0, description="how long alerts that are over are kept")
    targets: dict[Name, SecretStr] = Field(
        default={}, description="by name: Apprise URLs of who is told (mailtos://…, ntfys://…); they hold secrets"
    )
    webhooks: dict[Name, WebhookSettings] = Field(default={}, description="by name: receivers of signed JSON")
    attempts: int = Field(
        default=10, ge=1, le=100, description="tries to tell a target; the pause after each doubles, from 5 s to 15 min"
    )
    timeout_s: float = Field(default=10.0, gt=0, le=300, description="how long a webhook may take to answer")

    @field_validator("webhooks")
    @classmethod
    def _apart(cls, webhooks: dict[str, WebhookSettings], info: object) -> dict[str, WebhookSettings]:
        taken = set(webhooks) & set(getattr(info, "data", {}).get("targets", {}))
        if taken:
            raise ValueError(f"{min(taken)} names a target and a webhook; give one of them another name")
        return webhooks

    @cached_property
    def limits(self) -> DeviceLimits:
        """Those of single devices; they hold no secret."""
        return DeviceLimits(temperature_c=self.temperature_c, disk_free_mb=self.disk_free_mb)

    @property
    def without_targets(self) -> "AlertSettings":
        """The same without who is told, and so without any secret."""
        return self.model_copy(update={"targets": {}, "webhooks": {}})

    @property
    def names(self) -> tuple[str, ...]:
        """Who is told."""
        return (*self.targets, *self.webhooks)
