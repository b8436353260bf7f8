"""Where a file can be fetched, and who may see this device's token there."""

import re
from dataclasses import dataclass
from typing import Optional, Tuple
from urllib.parse import urljoin, urlsplit

from fer_agent.errors import UpdateError

DEFAULT_PORTS = {"http": 80, "https": 443}

Origin = Tuple[str, str, Optional[int]]


@dataclass(frozen=True)
class Addresses:
    """Joins paths to the controller's address; raises UpdateError for anything that is not an address."""

    controller_url: Optional[str]

    def full(self, url: str) -> str:
        """The full address of a url or of a path at the controller."""
        if url.startswith("/") and not url.startswith("//"):
            if self.controller_url is None:
                raise UpdateError(f"{url} is a path at the controller; set update.controller_url to its address.")
            return self.controller_url + url
        if not re.match(r"https?://[^/]", url):
            raise UpdateError(f"{url[:200]!r} is no address of a file; deploy the model again.")
        return url

    def after_redirect(self, url: str, location: str) -> str:
        """Where an answer sends us."""
        return self.full(urljoin(url, location))

    def is_controller(self, url: str) -> bool:
        """Whether it is the same scheme, host and port as the controller, so that it may see the token."""
        return self.controller_url is not None and _origin(url) == _origin(self.controller_url)


def _origin(url: str) -> Origin:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise UpdateError(f"{url[:200]!r} is no address of a file ({error}); deploy the model again.") from error
    return parts.scheme, (parts.hostname or "").lower(), port or DEFAULT_PORTS.get(parts.scheme)
