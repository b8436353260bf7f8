"""A client of the controller's API: `Client`, what it raises, and lists and events page by page."""

from fer_client.client import Client
from fer_client.errors import FleetError, RefusedError, UnreachableError
from fer_client.events import every_event, follow
from fer_client.pages import every

__version__ = "0.1.0"
__all__ = ["Client", "FleetError", "RefusedError", "UnreachableError", "every", "every_event", "follow"]
