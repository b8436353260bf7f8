"""The settings: one class a section, and where their values come from."""

from fer_controller.settings.alerts import AlertSettings, DeviceLimits
from fer_controller.settings.api import ApiSettings
from fer_controller.settings.authority import AuthoritySettings
from fer_controller.settings.broker import BrokerSettings
from fer_controller.settings.http import CERTIFICATE_ACCESS, OPEN_ACCESS, HttpSettings
from fer_controller.settings.loading import load
from fer_controller.settings.postgresql import Db, DbPlace, PostgresUrl
from fer_controller.settings.rollout import RolloutSettings
from fer_controller.settings.section import Section
from fer_controller.settings.sections import (
    ENROLLED,
    ENV_DELIMITER,
    ENV_PREFIX,
    ClockSettings,
    FleetSettings,
    IngestSettings,
    RegistrySettings,
    RetentionSettings,
    Settings,
)

__all__ = [
    "CERTIFICATE_ACCESS",
    "ENROLLED",
    "ENV_DELIMITER",
    "ENV_PREFIX",
    "OPEN_ACCESS",
    "AlertSettings",
    "ApiSettings",
    "AuthoritySettings",
    "BrokerSettings",
    "ClockSettings",
    "Db",
    "DbPlace",
    "DeviceLimits",
    "FleetSettings",
    "HttpSettings",
    "IngestSettings",
    "PostgresUrl",
    "RegistrySettings",
    "RetentionSettings",
    "RolloutSettings",
    "Section",
    "Settings",
    "load",
]
