"""The page at /: files without a build step, with a policy that lets nothing else run in it."""

from importlib.resources import files

from fastapi import APIRouter, HTTPException, Response

INDEX = "index.html"
FOLDER = files(__package__).joinpath("dashboard")
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

router = APIRouter(include_in_schema=False)


@router.get("/")
def index() -> Response:
    """The page."""
    return _file(INDEX)


@router.get("/dashboard/{name}")
def part(name: str) -> Response:
    """What the page is made of."""
    return _file(name)


def _file(name: str) -> Response:
    known = {each.name: each for each in FOLDER.iterdir()}
    ending = name[name.rfind(".") :]
    if name not in known or ending not in TYPES:
        raise HTTPException(404, f"The page has no file {name}.")
    return Response(known[name].read_bytes(), media_type=TYPES[ending], headers=HEADERS)
