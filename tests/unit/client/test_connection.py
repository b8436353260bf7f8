"""What the client sends, and what it makes of answers and of silence; on every Python that the client supports."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, Dict, Iterator, List, Tuple

import pytest
from fer_client import Client, RefusedError, UnreachableError, every_event, follow

Said = Tuple[int, Any]


class Controller:
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: List[Tuple[str, str, Any]] = []
        self.answers: List[Said] = []
        self.headers: Dict[str, str] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answered(None)

            def do_POST(self) -> None:
                self.answered(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def answered(self, body: Any) -> None:
                outer.asked.append((self.command, self.path, body))
                outer.headers = dict(self.headers)
                status, document = outer.answers.pop(0)
                payload = document if isinstance(document, bytes) else json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def controller() -> Iterator[Controller]:
    found = Controller()
    yield found
    found.end()


@pytest.fixture
def client(controller: Controller) -> Iterator[Client]:
    with Client(controller.url + "/", "s3cret") as found:
        yield found


def test_a_look_is_asked_with_the_token_and_with_what_was_given_alone(controller: Controller, client: Client) -> None:
    controller.answers = [(200, [{"device": "nano-01"}])]
    assert client.events.emotion_rollups(device="nano-01", per="hour")[0]["device"] == "nano-01"
    assert controller.asked == [("GET", "/v1/rollups/emotions?per=hour&device=nano-01", None)]
    assert controller.headers["Authorization"] == "Bearer s3cret"


def test_several_values_of_a_query_stand_each_for_itself(controller: Controller, client: Client) -> None:
    controller.answers = [(200, [])]
    client.labels.all(devices=["nano-01", "nano-02"])
    assert controller.asked == [("GET", "/v1/labels?device=nano-01&device=nano-02", None)]


def test_what_stands_in_the_path_is_quoted(controller: Controller, client: Client) -> None:
    controller.answers = [(200, {})]
    client.rollouts.order("r/../../me", order="pause")
    assert controller.asked == [("POST", "/v1/rollouts/r%2F..%2F..%2Fme/orders", {"order": "pause"})]


def test_a_refusal_is_the_controllers_sentence(controller: Controller, client: Client) -> None:
    controller.answers = [(409, {"detail": "The rollout has ended."})]
    with pytest.raises(RefusedError, match=r"^The rollout has ended\.$") as caught:
        client.rollouts.order("r-1", order="pause")
    assert caught.value.status == 409


def test_a_look_is_tried_again_while_the_database_is_busy(controller: Controller, client: Client) -> None:
    controller.answers = [(503, {"detail": "busy"}), (200, {"events": 5})]
    assert client.fleet.totals()["events"] == 5


def test_an_order_is_not_tried_again(controller: Controller, client: Client) -> None:
    controller.answers = [(503, {"detail": "The database is busy."})]
    with pytest.raises(RefusedError, match="busy"):
        client.plans.deploy(model="light")
    assert len(controller.asked) == 1


def test_who_answers_without_json_is_no_controller(controller: Controller, client: Client) -> None:
    controller.answers = [(200, b"<html>")]
    with pytest.raises(UnreachableError, match=r"answers /v1/me with no JSON .*is it a fer-controller\?"):
        client.fleet.me()


def test_nobody_who_answers_an_order_is_said_with_what_it_means(controller: Controller, client: Client) -> None:
    controller.end()
    with pytest.raises(
        UnreachableError, match=r"does not answer \(.*refused\)\. Whether the order arrived is not known"
    ):
        client.plans.deploy(model="light")


def test_events_come_page_by_page_until_there_are_no_more(controller: Controller, client: Client) -> None:
    pages = [[{"time": "t1", "id": 1}, {"time": "t2", "id": 2}], [{"time": "t2", "id": 3}]]
    controller.answers = [(200, {"events": page}) for page in pages]
    assert [each["id"] for each in every_event(client, page=2, emotion="happy")] == [1, 2, 3]
    assert [path for _, path, _ in controller.asked] == [
        "/v1/events/by-time?emotion=happy&after_time=&after_id=0&limit=2",
        "/v1/events/by-time?emotion=happy&after_time=t2&after_id=2&limit=2",
    ]


def test_following_begins_with_what_is_stored_next(controller: Controller, client: Client) -> None:
    controller.answers = [
        (200, {"events": [], "last_id": 7}), (200, {"events": []}), (200, {"events": [{"id": 9}]}),
    ]  # fmt: skip
    assert next(follow(client, every_s=0.01))["id"] == 9
    assert "after_id=7" in controller.asked[2][1]
