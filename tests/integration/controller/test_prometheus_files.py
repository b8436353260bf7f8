"""The rules and the dashboard of this repository use metrics that there are, and a real Prometheus takes them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from controller_process import eventually
from fer_controller.http.prometheus import Metrics
from fer_controller.settings import AlertSettings
from fer_controller.store import opening
from fer_controller.store.subjects import Subjects
from real_prometheus import MISSING, Prometheus, binary, checked_rules, running
from served_fleet import ServedFleet

METRIC = re.compile(r"\bfer_\w+")
VARIABLES = {"$job": "fer", "$device": ".*", "$__rate_interval": "1m"}
PAGE, RULES, DASHBOARD = (
    Path("docs/howto/watch-with-prometheus.md"), Path("controller/prometheus/fer-alerts.yml"),
    Path("controller/grafana/fer-fleet.json"),
)  # fmt: skip
COUNTER = "counter"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, set[str]]":
    """The labels of each metric, by its name at /metrics."""
    with opening.writer(tmp_path_factory.mktemp("empty") / "fleet.db", create=True) as database:
        families: list[Any] = list(Metrics(Subjects(database), stale_after_s=1.0).collect())
    return {f"{each.name}{'_total' if each.type == COUNTER else ''}": set(each._labelnames) for each in families}


def rules(root: Path) -> "list[dict[str, Any]]":
    return [rule for group in yaml.safe_load((root / RULES).read_text())["groups"] for rule in group["rules"]]


def panels(root: Path) -> "list[dict[str, Any]]":
    return [each for each in json.loads((root / DASHBOARD).read_text())["panels"] if each["type"] != "row"]


def drawn(root: Path) -> "list[str]":
    """The dashboard's expressions, its variables filled in."""
    found = [target["expr"] for panel in panels(root) for target in panel["targets"]]
    for name, value in VARIABLES.items():
        found = [each.replace(name, value) for each in found]
    return found


def test_every_metric_of_the_rules_and_the_dashboard_is_exported(root: Path, exported: "dict[str, set[str]]") -> None:
    texts = [(root / file).read_text() for file in (RULES, DASHBOARD, PAGE)]
    used = {name for text in texts for name in METRIC.findall(text)}
    assert used - set(exported) == set()
    assert len(used) >= 25


def test_the_limits_of_the_rules_are_those_of_the_controller(root: Path) -> None:
    by_name, ours = {rule["alert"]: rule["expr"] for rule in rules(root)}, AlertSettings()
    assert by_name["FerDeviceTooHot"].count(f"> {ours.temperature_c:g}") == 2
    assert by_name["FerDiskNearlyFull"].endswith(f"< {ours.disk_free_mb:g}e6")
    assert by_name["FerSpoolGrowing"].endswith(f">= {ours.spool_events}")


def test_every_label_that_they_select_by_is_one_of_its_metric(root: Path, exported: "dict[str, set[str]]") -> None:
    of_prometheus = {"job", "instance"}
    expressions = [*drawn(root), *(rule["expr"] for rule in rules(root))]
    selected = [
        (name, label)
        for each in expressions
        for name, inside in re.findall(r"\b(fer_\w+)\{([^}]*)\}", each)
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside)
    ]
    assert len(selected) >= 40
    assert [each for each in selected if each[1] not in exported[each[0]] | of_prometheus] == []


def test_every_rule_says_what_is_the_matter_and_how_bad_it_is(root: Path) -> None:
    found = rules(root)
    assert len({rule["alert"] for rule in found}) == len(found) >= 10
    assert {rule["labels"]["severity"] for rule in found} == {"warning", "critical"}
    assert all(rule["annotations"]["summary"] for rule in found)


def test_the_panels_of_the_dashboard_have_their_own_places(root: Path) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads((root / DASHBOARD).read_text())["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def expect_installed() -> None:
    if not (binary("prometheus") and binary("promtool")):
        pytest.skip(MISSING)


def test_promtool_reads_every_expression(root: Path, tmp_path: Path) -> None:
    expect_installed()
    assert checked_rules(root / RULES).returncode == 0, checked_rules(root / RULES).stderr
    recorded = [{"record": f"drawn:{number}", "expr": each} for number, each in enumerate(drawn(root))]
    file = tmp_path / "drawn.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "drawn", "rules": recorded}]}))
    assert checked_rules(file).returncode == 0, checked_rules(file).stderr
    file.write_text(file.read_text().replace("sum(", "sum((", 1))
    assert checked_rules(file).returncode != 0, "promtool would let anything pass"


@pytest.fixture
def prometheus(root: Path, tmp_path: Path) -> Iterator[Prometheus]:
    """One with the configuration that the page shows, and the repository's rules, which asks a controller."""
    expect_installed()
    (shown,) = re.findall(r"```yaml\n(.*?)```", (root / PAGE).read_text(), re.DOTALL)
    with ServedFleet(tmp_path) as fleet:
        config = yaml.safe_load(shown)
        (scrape,) = config["scrape_configs"]
        token = tmp_path / "token"
        token.write_text(fleet.token)
        scrape |= {"scrape_interval": "1s", "scheme": "http", "authorization": {"credentials_file": str(token)}}
        scrape["static_configs"] = [{"targets": [f"127.0.0.1:{fleet.process.port}"]}]
        config["global"] = {"evaluation_interval": "1s"}
        config["rule_files"] = [str(root / RULES)]
        file = tmp_path / "prometheus.yml"
        file.write_text(yaml.safe_dump(config))
        with running(tmp_path, file) as server:
            yield server


def test_a_real_prometheus_loads_the_rules_and_answers_the_dashboard(prometheus: Prometheus, root: Path) -> None:
    eventually(lambda: prometheus.query('up{job="fer"} == 1'), "the controller is scraped")
    eventually(lambda: {rule["health"] for rule in prometheus.rules()} == {"ok"}, "every rule was evaluated")
    assert {rule["name"] for rule in prometheus.rules()} == {rule["alert"] for rule in rules(root)}
    answers = {each: prometheus.query(each) for each in drawn(root)}
    (devices,) = prometheus.query("sum(fer_devices)")
    assert devices["value"][1] == "11"
    eventually(
        lambda: "FerDeviceOffline" in {rule["name"] for rule in prometheus.rules() if rule["alerts"]},
        "the rule that a scrape fulfils was evaluated after it",
    )
    assert answers['sum(fer_devices{job="fer", state="offline"})'][0]["value"][1] == "1"
