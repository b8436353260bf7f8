"""Where a file can be fetched, and who may see this device's token there."""

from dataclasses import dataclass
from typing import Optional
from urllib.parse import urljoin

from fer_wire.errors import AddressError
from fer_wire.origins import Origin

from fer_agent.errors import UpdateError


@dataclass(frozen=True)
class Addresses:
    """Joins paths to the controller's address; raises UpdateError for anything that is not an address."""

    controller_url: Optional[str]

    def full(self, url: str) -> str:
        """The full address of a url or of a path at the controller."""
        if url.startswith("/") and not url.startswith("//"):
            if self.controller_url is None:
                raise UpdateError(f"{url} is a path at the controller; set update.controller_url to its address.")
            url = self.controller_url + url
        _origin(url)
        return url

    def after_redirect(self, url: str, location: str) -> str:
        """Where an answer sends us."""
        try:
            return self.full(urljoin(url, location))
        except ValueError as error:
            raise _no_address(location) from error

    def is_controller(self, url: str) -> bool:
        """Whether it is the same scheme, host and port as the controller, so that it may see the token."""
        return self.controller_url is not None and _origin(url) == _origin(self.controller_url)


def _origin(url: str) -> Origin:
    try:
        return Origin.of(url)
    except AddressError as error:
        raise _no_address(url) from error


def _no_address(url: str) -> UpdateError:
    return UpdateError(f"{url[:200]!r} is no address of a file; deploy the model again.")
