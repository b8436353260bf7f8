"""Those who are told of alerts, as real servers: one for HTTP, as ntfy and webhooks are, and one for mail."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from real_broker import free_port


@dataclass(frozen=True)
class Request:
    """One request that came."""

    path: str
    headers: "dict[str, str]"
    body: bytes

    @property
    def document(self) -> Any:
        """Its body, as JSON."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """Notes what is posted to it, and answers as it is told to."""

    url: str = ""
    status: int = 200
    requests: "list[Request]" = field(default_factory=list)
    answers: Event = field(default_factory=Event)
    """Without it, a request is noted and never answered."""

    @property
    def port(self) -> int:
        """Of 127.0.0.1."""
        return int(self.url.rpartition(":")[2])


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that runs for as long as the block lasts."""
    receiver = Receiver()
    receiver.answers.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append(Request(self.path, dict(self.headers), body))
            receiver.answers.wait()
            answer = b'{"id": "1"}'
            self.send_response(receiver.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # whoever asked may have been killed
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.answers.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class MailBox:
    """A real SMTP server, and what it was given."""

    port: int = 0
    mails: "list[EmailMessage]" = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.mails.append(message_from_bytes(raw, policy=policy.default))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[MailBox]:
    """An SMTP server for as long as the block lasts."""
    box = MailBox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    box.port = controller.port
    controller.start()
    try:
        yield box
    finally:
        controller.stop(no_assert=True)
