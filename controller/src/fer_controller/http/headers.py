"""What every answer says to browsers and caches: it is what it says it is, and it is nobody else's."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Send], Awaitable[None]]

STANDARD = {b"x-content-type-options": b"nosniff", b"cache-control": b"no-store"}
START = "http.response.start"


class Headers:
    """An ASGI application that adds these headers where an answer has none of that name."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        """Pass everything on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == START:
                given = list(message.get("headers", ()))
                named = {name.lower() for name, _ in given}
                message["headers"] = given + [each for each in STANDARD.items() if each[0] not in named]
            await send(message)

        await self._app(scope, receive, with_headers)
