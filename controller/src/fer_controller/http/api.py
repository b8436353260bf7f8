"""The operations over HTTP: a route for each, with the schema of its answer."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from annotated_types import Ge, Le
from fastapi import Depends, FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from fer_controller.desk.local import LocalDesk
from fer_controller.desk.pages import pages
from fer_controller.http.guards import peer
from fer_controller.http.lists import ListResponse
from fer_controller.http.packing import packed
from fer_controller.operations import OPERATIONS
from fer_controller.operations.operation import GET, LIMIT, MOST_ROWS, Answer, Operation, query_name
from fer_controller.store.credentials.records import OPERATORS, Token

BODY = "body"
Guard = Callable[[Request], Token]


class Problem(Answer):
    """Why a request is not answered."""

    detail: str = Field(description="A sentence for people.")
    parameter: str | None = Field(default=None, description="The parameter that it is about; absent where it is none.")


PROBLEMS: Mapping[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "The request is refused; 401 and 403 ask for another token."},
    "503": {"model": Problem, "description": "The database is busy; try again later."},
}


def add_operations(app: FastAPI) -> None:
    """A route for each operation; of a router that is included, the first request would make each once more."""
    for operation in OPERATIONS:
        app.add_api_route(
            operation.path, _endpoint(operation), methods=[operation.method], name=operation.name,
            response_model=operation.answer, status_code=operation.status, responses={**PROBLEMS},
            operation_id=operation.name, summary=operation.summary, tags=[operation.role],
        )  # fmt: skip


def whole_fleet(request: Request) -> Token:
    """An operator who sees the whole fleet."""
    found: Token = request.app.state.guards.of_all(request)
    return found


def _of_role(role: str) -> Guard:
    def guard(request: Request) -> Token:
        found: Token = request.app.state.guards.at_least(role, request)
        return found

    return guard


GUARDS: Mapping[str, Guard] = {role: _of_role(role) for role in OPERATORS}


def _endpoint(operation: Operation[Any, Any]) -> Callable[..., Response]:
    def answer(request: Request, caller: Token, **given: Any) -> Response:
        def ask(asked: Any) -> Any:
            with LocalDesk(request.app.state.place, caller.holder, caller.role, peer(request), caller.selector) as desk:
                return operation.dumped(desk.ask(operation, asked))

        asked = _asked(operation, given)
        if operation.has_pages and asked.limit is None:
            return ListResponse(request, pages(ask, asked.after))
        # json.dumps, as in the commands, so that both spell a number alike.
        return packed(request, JSONResponse(ask(asked), operation.status))

    answer.__signature__ = inspect.Signature(list(_parameters(operation)))  # type: ignore[attr-defined]
    return answer


def _asked(operation: Operation[Any, Any], given: Mapping[str, Any]) -> Any:
    """An empty parameter is one that was left out."""
    body = given.get(BODY)
    if isinstance(body, operation.parameters):
        return body
    values = {name: value for name, value in given.items() if name != BODY and value not in (None, "")}
    try:
        return operation.parameters(**values, **(dict(body) if body else {}))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _parameters(operation: Operation[Any, Any]) -> Iterator[inspect.Parameter]:
    """What FastAPI takes from a request, as it reads them from a function's signature."""
    yield _parameter("request", Request)
    yield _parameter("caller", Annotated[Token, Depends(GUARDS[operation.role])])
    for name, field in operation.in_path.items():
        yield _parameter(name, Annotated[field.annotation, Path(description=field.description)])
    if operation.method == GET:
        for name, field in operation.beside_path.items():
            yield _parameter(
                name, Annotated[_query(name, field)], inspect.Parameter.empty if field.is_required() else field.default
            )
    elif operation.beside_path:
        yield _parameter(BODY, _body(operation))


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _query(name: str, field: FieldInfo) -> tuple[Any, ...]:
    """Type, bounds and description; what a limit may be is bounded here alone."""
    at_most = MOST_ROWS if name == LIMIT else None
    said = Query(alias=query_name(name, field), description=field.description, le=at_most)
    return field.annotation, *(each for each in field.metadata if isinstance(each, (Ge, Le))), said


def _body(operation: Operation[Any, Any]) -> type[BaseModel]:
    """The request, without what stands in the path."""
    kind = operation.parameters
    if not operation.in_path:
        return kind
    fields: Any = {name: (field.annotation, field) for name, field in operation.beside_path.items()}
    return create_model(f"{kind.__name__}Body", __config__=kind.model_config, **fields)
