"""A real Mosquitto whose ports speak TLS in every way that a certificate can be right or wrong."""

from pathlib import Path
from typing import Dict, NamedTuple

from certificates import HERE, YESTERDAY, Authority, with_passphrase
from pairs import Pair
from real_broker import Mosquitto, free_port

LISTENER = """
listener {port} 127.0.0.1
certfile {cert}
keyfile {key}
"""
MUTUAL = """\
cafile {ca}
require_certificate true
"""


class TlsWorld(NamedTuple):
    """The broker's ports by what they are, and the files of a client."""

    broker: Mosquitto
    ports: Dict[str, int]
    ours: Authority
    foreign: Authority
    client: Pair
    expired_client: Pair
    foreign_client: Pair
    locked_key: Path

    def url(self, port: str, scheme: str = "mqtts") -> str:
        """Of one of the ports."""
        return f"{scheme}://{HERE}:{self.ports[port]}"


def tls_world(binary: str, folder: Path) -> TlsWorld:
    """Running; whoever asked stops the broker. Ports: plain, tls, mutual, expired, elsewhere."""
    ours, foreign = Authority(folder, "ours"), Authority(folder, "foreign")
    servers = {
        "tls": ours.issue("server", HERE),
        "mutual": ours.issue("mutual", HERE),
        "expired": ours.issue("old-server", HERE, until=YESTERDAY),
        "elsewhere": ours.issue("elsewhere", "broker.elsewhere"),
    }
    ports = {name: free_port() for name in servers}
    config = "".join(
        LISTENER.format(port=ports[name], cert=pair.cert, key=pair.key)
        + (MUTUAL.format(ca=ours.cert) if name == "mutual" else "")
        for name, pair in servers.items()
    )
    broker = Mosquitto(binary, folder, config)
    broker.start()
    client = ours.issue("client", "client.example")
    return TlsWorld(
        broker=broker,
        ports={"plain": broker.port, **ports},
        ours=ours,
        foreign=foreign,
        client=client,
        expired_client=ours.issue("old-client", "client.example", until=YESTERDAY),
        foreign_client=foreign.issue("foreign-client", "client.example"),
        locked_key=with_passphrase(client.key),
    )
