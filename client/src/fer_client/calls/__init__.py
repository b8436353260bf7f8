"""What can be asked, by subject.

Written by `make docs` from controller/src/fer_controller/operations; edit that instead.
"""

from fer_client.calls.alerts import Alerts
from fer_client.calls.audit import Audit
from fer_client.calls.board import Board
from fer_client.calls.commands import Commands
from fer_client.calls.device import Device
from fer_client.calls.events import Events
from fer_client.calls.fleet import Fleet
from fer_client.calls.labels import Labels
from fer_client.calls.models import Models
from fer_client.calls.operators import Operators
from fer_client.calls.overview import Overview
from fer_client.calls.plans import Plans
from fer_client.calls.rollouts import Rollouts
from fer_client.calls.settings import Settings
from fer_client.calls.telemetry import Telemetry

__all__ = [
    "Alerts",
    "Audit",
    "Board",
    "Commands",
    "Device",
    "Events",
    "Fleet",
    "Labels",
    "Models",
    "Operators",
    "Overview",
    "Plans",
    "Rollouts",
    "Settings",
    "Telemetry",
]
