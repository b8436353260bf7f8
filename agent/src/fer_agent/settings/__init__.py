"""The settings: one class a section, where their values come from, and how they are printed."""

from fer_agent.settings.broker import BrokerSettings
from fer_agent.settings.identity import ANOTHER, IdentitySettings
from fer_agent.settings.options import cameras_from
from fer_agent.settings.sections import (
    AUTO,
    DEFAULT_FPS,
    DLIB,
    ON_PUBACK,
    ZOO,
    CameraSettings,
    EmotionSettings,
    EventSettings,
    FacesSettings,
    HomeAssistantSettings,
    Precision,
    Settings,
    SpoolSettings,
    TelemetrySettings,
)
from fer_agent.settings.update import UpdateSettings

__all__ = [
    "ANOTHER",
    "AUTO",
    "DEFAULT_FPS",
    "DLIB",
    "ON_PUBACK",
    "ZOO",
    "BrokerSettings",
    "CameraSettings",
    "EmotionSettings",
    "EventSettings",
    "FacesSettings",
    "HomeAssistantSettings",
    "IdentitySettings",
    "Precision",
    "Settings",
    "SpoolSettings",
    "TelemetrySettings",
    "UpdateSettings",
    "cameras_from",
]
