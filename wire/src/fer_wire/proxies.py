"""Whether a request goes by way of a proxy that the environment names, as most HTTP libraries read it."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def by_way_of(url: str) -> str:
    """Which variable sends a request for this URL to a proxy, and what does not; empty where it goes directly."""
    place = urlsplit(url)
    proxies = getproxies()
    name = next((each for each in (place.scheme, "all") if proxies.get(each)), None)
    if name is None or not place.hostname or proxy_bypass(place.netloc):
        return ""
    return f" by way of the proxy in {name}_proxy; set no_proxy={place.hostname} where none is needed"
