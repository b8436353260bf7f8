"""Each way of telling, to a real receiver: what arrives, what is refused, and what the sentence of that says."""

import time

import pytest
from alert_receivers import mail_server, receiving
from fer_controller.alerts.notice import Notice
from fer_controller.alerts.targets.by_apprise import AppriseTarget
from fer_controller.alerts.targets.named import targets
from fer_controller.alerts.targets.signature import is_genuine
from fer_controller.alerts.targets.webhook import Webhook
from fer_controller.alerts.transitions import RAISED
from fer_controller.errors import DeliveryError, SettingsError
from fer_controller.settings import AlertSettings
from fer_controller.settings.alerts import WebhookSettings
from pydantic import SecretStr
from real_broker import free_port

NEWS = Notice(kind=RAISED, alert=12, rule="heat", subject="nano-01", device="nano-01", sentence="nano-01 has 99 °C.")
SECRET = "a-secret-of-the-webhook"  # noqa: S105 - a test's


def a_webhook(url: str, timeout_s: float = 30.0) -> Webhook:
    return Webhook(WebhookSettings(url=SecretStr(url), secret=SecretStr(SECRET)), timeout_s)


def test_a_webhook_gets_signed_json() -> None:
    with receiving() as desk:
        a_webhook(f"{desk.url}/alerts").send(NEWS, 41, 1)
        (request,) = desk.requests
    headers = request.headers
    assert is_genuine(SECRET, headers["Fer-Timestamp"], request.body, headers["Fer-Signature"], time.time())
    assert request.path == "/alerts"
    assert headers["Fer-Delivery"] == "41"
    assert request.document == {
        "delivery": 41, "attempt": 1, "title": "Device too hot: nano-01", "kind": "raised", "alert": 12,
        "rule": "heat", "subject": "nano-01", "device": "nano-01", "rollout": "", "sentence": "nano-01 has 99 °C.",
        "raised_at": "", "over_at": "",
    }  # fmt: skip


@pytest.mark.parametrize("status", [302, 401, 500])
def test_a_webhook_that_answers_otherwise_refuses(status: int) -> None:
    with receiving() as desk:
        desk.status = status
        with pytest.raises(DeliveryError, match=rf"^The webhook answered {status}\.$"):
            a_webhook(desk.url).send(NEWS, 41, 1)
        assert len(desk.requests) == 1


def test_a_webhook_that_does_not_answer_is_left_after_a_while() -> None:
    with receiving() as desk:
        desk.answers.clear()
        with pytest.raises(DeliveryError, match=r"did not answer within 0\.2 s"):
            a_webhook(desk.url, timeout_s=0.2).send(NEWS, 41, 1)
        desk.answers.set()


def test_a_webhook_that_is_not_there_is_told_of_without_its_address() -> None:
    with pytest.raises(DeliveryError) as refused:
        a_webhook(f"http://127.0.0.1:{free_port()}/s3cretpath").send(NEWS, 41, 1)
    assert str(refused.value) == "The webhook cannot be reached (ConnectionError)."


def test_one_target_is_told_again_and_again() -> None:
    with receiving() as phone:
        target = AppriseTarget("phone", f"ntfy://127.0.0.1:{phone.port}/fleet")
        for delivery in (1, 2, 3):
            target.send(NEWS, delivery, 1)
        said = [request.document["message"] for request in phone.requests]
    assert [f"delivery {number}." in each for number, each in enumerate(said, 1)] == [True] * 3


def test_a_mail_says_all_of_it() -> None:
    with mail_server() as box:
        url = f"mailto://127.0.0.1:{box.port}/?from=fer@lab.example&to=anna@lab.example"
        AppriseTarget("mail", url).send(NEWS, 41, 2)
        (mail,) = box.mails
    body = mail.get_body(("plain",)) or mail
    text = body.get_content()
    assert mail["Subject"] == "Device too hot: nano-01"
    assert "nano-01 has 99 °C." in text
    assert "an earlier one may have arrived" in text


@pytest.mark.parametrize(
    "url",
    [
        "ntfy://anna:s3cretpassw0rd@127.0.0.1:{port}/s3crettopic",
        "mailto://anna:s3cretpassw0rd@127.0.0.1:{port}/?from=f@lab.example&to=s3cretperson@lab.example",
        "json://anna:s3cretpassw0rd@127.0.0.1:{port}/s3cretpath?token=s3crettoken",
        "mqtt://anna:s3cretpassw0rd@127.0.0.1:{port}/s3crettopic",
    ],
)
def test_a_target_that_is_not_there_is_told_of_without_its_secrets(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DeliveryError, match=r"^Apprise could not deliver it") as refused:
        AppriseTarget("away", url.format(port=free_port())).send(NEWS, 41, 1)
    out, err = capfd.readouterr()
    assert "s3cret" not in f"{refused.value} {caplog.text} {out} {err}"


@pytest.mark.parametrize("url", ["pagr://s3cret@example.com", "mailtos:/anna:s3cret@example.com", "s3cret", ""])
def test_a_url_of_no_service_is_refused_without_saying_it(url: str) -> None:
    settings = AlertSettings(targets={"pager": SecretStr(url)})
    with pytest.raises(SettingsError, match=r"alerts\.targets\.pager is no URL that Apprise knows") as refused:
        targets(settings)
    assert "s3cret" not in str(refused.value)


def test_the_settings_show_no_secret() -> None:
    settings = AlertSettings(
        targets={"mail": SecretStr("mailto://anna:s3cretpassw0rd@example.com")},
        webhooks={"desk": WebhookSettings(url=SecretStr("https://x/s3cret"), secret=SecretStr("s3cret" * 4))},
    )
    assert settings.names == ("mail", "desk")
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
