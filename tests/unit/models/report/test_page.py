"""The page says what the records say, names their commands, and says what is missing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fer_models.cli import run
from fer_models.errors import ReportError
from fer_models.report import draw_pictures, page, read_records
from fer_models.report.markdown import NOTHING
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from made_records import ABLATION, PRUNE, SET, bench, evaluation, write_records


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_records(tmp_path / "results")


@pytest.fixture
def text(folder: Path) -> str:
    return page(read_records(folder), "results")


def rows(text: str, start: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith(start)]


def test_the_same_records_give_the_same_page(folder: Path, text: str) -> None:
    assert page(read_records(folder), "results") == text


def test_the_papers_accuracy_stands_beside_ours_with_both_splits(text: str) -> None:
    assert "69.87 (PrivateTest)" in text
    ((_, paper, ours),) = rows(text, "| accuracy, %")
    assert "PrivateTest" in paper
    assert "PublicTest, light 0.10.0 fp32, single view" in ours


def test_each_row_of_the_papers_table_2_has_ours_beside_it(folder: Path, text: str) -> None:
    assert rows(text, "| Light-FER | 82.35")[0][4:] == ["PublicTest, light 0.10.0 fp32"]
    assert rows(text, "| HOG + CNN")[0][3:] == [NOTHING, "not built here"]
    assert rows(text, "| VGG-Net | 98.98")[0][3:] == [NOTHING, "not trained: 1.0 hours an epoch"]
    assert "vgg, not trained: 9 s a step on a laptop, 2.5 s of them computing, under a load of 3\nto 4" in text
    assert rows(text, "| Simple CNN | 99.70")[0][3:] == [NOTHING, "not measured yet"]
    trained = evaluation("0.1.0")
    for figures in trained["files"].values():
        figures.update(model="cnn")
    (folder / "evaluate-cnn-0.1.0.json").write_text(json.dumps(trained), encoding="utf-8")
    page_ = page(read_records(folder), "results")
    assert rows(page_, "| Simple CNN | 99.70")[0][4] == "PublicTest, cnn 0.1.0 fp32"
    assert "### cnn" not in page_


def test_each_row_of_the_papers_tables_3_and_4_has_ours_beside_it(text: str) -> None:
    assert rows(text, "| ONNX FP32")[0] == ["ONNX FP32", "5.21", "3480", "2.6", "1.3", "3.9", "900.0", NOTHING, "80"]
    assert rows(text, "| TensorRT FP16")[0][6:] == [NOTHING] * 3
    assert rows(text, "| ResNet-50 | 52.1")[0] == ["ResNet-50", "52.1", "1.3", "15", *[NOTHING] * 3]


def test_the_newest_version_is_the_one_with_the_highest_number(text: str) -> None:
    assert "Ours, light 0.10.0 fp32, single view, on the 70 PublicTest images" in text


def test_each_model_has_its_confusion_and_the_most_accurate_comes_first(folder: Path) -> None:
    better = evaluation("0.1.0")
    for figures in better["files"].values():
        figures.update(model="heavy", accuracy=0.99)
    (folder / "evaluate-heavy-0.1.0.json").write_text(json.dumps(better), encoding="utf-8")
    text = page(read_records(folder), "results")
    assert re.findall(r"^### (heavy|light) (\S+)", text, re.MULTILINE) == [("heavy", "0.1.0"), ("light", "0.10.0")]
    assert re.search(r"accuracy, % .*heavy 0\.1\.0 fp32, single view\); .*light 0\.10\.0 fp32", text)


def test_every_command_is_named(text: str) -> None:
    for command in (
        "fer-models evaluate light/0.9.0",
        "fer-models evaluate light/0.10.0",
        "fer-models bench light/0.10.0",
        "fer-models train && fer-models prune --ratio 2",
        "fer-models quantize",
        "fer-models ablate models/ablation/small.toml",
        "fer-models train --epochs 2",
    ):
        assert f"Made by `{command}`." in text


def test_each_row_of_the_confusion_table_adds_up_to_a_hundred(text: str) -> None:
    for emotion in evaluation()["labels"]:
        *_, row = rows(text, f"| {emotion} |")
        assert sum(float(cell.strip("*")) for cell in row[2:9]) == pytest.approx(100, abs=0.4)


def test_every_table_has_as_many_cells_in_each_row_as_heads(text: str) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1, block


def test_a_row_that_could_not_be_measured_stands_with_its_reason_and_in_no_table(text: str) -> None:
    assert "- `light/ort-tensorrt/fp16`: there is no TensorRT here" in text
    assert not rows(text, "| ort-tensorrt")


def test_a_gain_is_told_against_keras_of_the_same_model(text: str) -> None:
    gains = {row[0]: row[-1] for row in rows(text, "| keras-function") + rows(text, "| ort-cpu") if len(row) == 8}
    assert gains == {"keras-function fp32": "1.00", "ort-cpu fp32 (CPUExecutionProvider)": "2.00"}


def test_the_ratio_stands_beside_what_was_asked_for(text: str) -> None:
    assert "**15.3 times** as fast" in text
    assert "asked for: 15; the paper's best gain: 2.2" in text


def test_an_ablation_compares_seed_by_seed_with_what_each_row_stands_against(text: str) -> None:
    told = {row[1]: row[2:8] for row in rows(text, "| what")}
    assert told == {
        "reference": ["61.00 (60.00–62.00)", "–", "62.00 (61.00–63.00)", "–", "–", "2"],
        "wider": ["63.50 (63.00–64.00)", "+2.50", "64.50 (64.00–65.00)", "+2.50", "reference", "2"],
        "pruned": ["61.00", "-2.00", "–", "–", "wider", "1"],
    }


def test_an_ablation_of_data_tells_each_data_set_by_itself(folder: Path) -> None:
    runs = [
        {**run, "held_out": [SET | {"set": "fer2013", "accuracy": run["accuracy"]}, SET]} for run in ABLATION["runs"]
    ]
    (folder / "ablation-data.json").write_text(json.dumps({**ABLATION, "runs": runs}), encoding="utf-8")
    text = page(read_records(folder), "results")
    assert text.count("fer2013 (893): accuracy %") == 1
    assert {row[0]: row[1:] for row in rows(text, "| ") if row[0] in {"reference", "wider", "pruned"}} == {
        "reference": ["61.00", "44.00", "45.00", "44.00"],
        "wider": ["63.50", "44.00", "45.00", "44.00"],
        "pruned": ["61.00", "44.00", "45.00", "44.00"],
    }


def test_the_papers_confusion_stands_beside_ours(text: str) -> None:
    assert len(rows(text, "| fear | 0.3 | 0.0 | **83.9** |")) == 1


def test_the_page_begins_with_what_holds_beyond_the_labels_and_says_against_what(folder: Path) -> None:
    said = evaluation("0.11.0")
    said["files"]["fp32.onnx"].update(sets=[SET], against="light 0.10.0 fp32")
    (folder / "evaluate-light-0.11.0.json").write_text(json.dumps(said), encoding="utf-8")
    text = page(read_records(folder), "results")
    assert text.index("## Beyond FER2013's labels") < text.index("## Table 1")
    assert "**light 0.11.0 fp32**, against light 0.10.0 fp32" in text
    (told, recalls) = rows(text, "| expw |")
    assert told == ["expw", "893", "45.00 (41.8–48.2)", "44.00 (40.9–47.1)", "10.0", "43.0", "4.0", "90", "20", "1e-11"]
    assert recalls == ["expw", "80.0", "10.0", NOTHING, NOTHING, NOTHING, NOTHING, NOTHING]
    assert "- expw: its own labels" in text


def test_without_records_each_section_says_which_command_makes_them(tmp_path: Path) -> None:
    text = page(read_records(tmp_path), "results")
    for command in ("evaluate", "bench", "train", "prune", "quantize", "ablate"):
        assert re.search(rf"is recorded yet\. .*`fer-models {command}", text), command
    assert "![" not in text


def test_unseen_images_that_were_not_told_apart_are_a_dash_and_a_reason(tmp_path: Path) -> None:
    said = evaluation(deduplicated=None, deduplicated_reason="there are no training images to compare with")
    for figures in said["files"].values():
        figures["deduplicated"] = None
    (tmp_path / "evaluate-light.json").write_text(json.dumps(said), encoding="utf-8")
    text = page(read_records(tmp_path), "results")
    assert "not told apart: there are no training images" in text
    assert {row[8] for row in rows(text, "| light 0.1.0")[:2]} == {"–"}


def test_a_benchmark_without_a_ratio_says_so(tmp_path: Path) -> None:
    (tmp_path / "bench-x.json").write_text(json.dumps({**bench(), "ratio": None}), encoding="utf-8")
    assert "No ratio of the light model" in page(read_records(tmp_path), "results")


def test_every_picture_of_the_page_is_drawn_and_no_other(folder: Path, text: str) -> None:
    shown = set(re.findall(r"!\[[^]]*\]\(results/([^)]+)\)", text))
    assert {path.name for path in draw_pictures(read_records(folder), folder)} == shown
    assert all((folder / name).stat().st_size > 1000 for name in shown)
    assert len(shown) == 5


def test_the_command_writes_the_page_with_links_that_lead_to_the_pictures(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "pages" / "results.md"
    assert run(["report", "--runs", str(folder), "--out", str(out)]) == 0
    links = re.findall(r"!\[[^]]*\]\(([^)]+)\)", out.read_text(encoding="utf-8"))
    assert links
    assert all((out.parent / link).is_file() for link in links)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("evaluate-x.json", "{", "evaluate-x.json is not JSON"),
        ("bench-x.json", "[]", "bench-x.json is not a record of a run"),
        ("prune-x.json", json.dumps({**PRUNE, "ratio": None} | {"x": 1}).replace('"method"', '"m"'), "lacks method"),
        ("log.jsonl", '{"loss": 1}\n', "log.jsonl is not a log of `fer-models train`"),
    ],
)
def test_a_record_that_is_none_is_named(name: str, content: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ReportError, match=re.escape(sentence)):
        read_records(tmp_path)


def test_a_missing_folder_is_one_sentence_and_exit_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "--runs", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.startswith("error: ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(25))
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3))
def test_no_reason_breaks_a_table(tmp_path: Path, reasons: list[str]) -> None:
    said: dict[str, Any] = bench()
    said["rows"] += [{**said["rows"][-1], "reason": reason} for reason in reasons]
    (tmp_path / "bench-x.json").write_text(json.dumps(said), encoding="utf-8")
    text = page(read_records(tmp_path), "results")
    assert len(rows(text, "| ort-cpu")) == 2


def test_an_average_stands_below_the_networks_it_is_of(text: str) -> None:
    of = text[text.index("## Averages of networks") :]
    assert [row[:3] for row in rows(of, "| one") + rows(of, "| whole") + rows(of, "| their average")] == [
        ["one", "69.00", "0.850"],
        ["whole", NOTHING, NOTHING],
        ["their average", "70.00", "0.840"],
    ]
    assert "light: Made by `fer-models average`." in of


def test_eyes_stand_beside_their_peers_picture_by_picture(folder: Path) -> None:
    tally = {"pictures": 10, "faces": 8, "found": 6, "false": 1, "blamed": 1, "cpu_ms": 9.0}
    faceless = {**tally, "faces": 0, "found": 0}
    results = [
        {"finder": name, "tallies": {"masks": tally, "faceless": faceless}, "clips": {"walk": tally}}
        for name in ("finder 0.1.0 fp32 at 0.5", "dlib HOG")
    ]
    said = {"command": "fer-models finder evaluate", "machine": "a machine", "results": results}
    (folder / "finder.json").write_text(json.dumps(said), encoding="utf-8")
    means = {"faces": 3, "percent": 3.456, "inner_percent": 3.0}
    marked = {"landmarker 0.1.0 fp32": {"profiles, yaw 0–30": {**means, "yaw_degrees": 2.0}}}
    marked["dlib"] = {"profiles, yaw 0–30": means}
    marks = {"command": "fer-models landmarker evaluate", "machine": "a machine", "results": marked}
    (folder / "landmarker.json").write_text(json.dumps(marks), encoding="utf-8")
    text = page(read_records(folder), "results")
    assert rows(text, "| masks") == [["masks", "10", "8", "75.0 (1)", "75.0 (1)"]]
    assert rows(text, "| faceless") == [["faceless", "10", "0", "(1)", "(1)"]]
    assert rows(text, "| frames of walk") == [["frames of walk", "10", "8", "75.0 (1)", "75.0 (1)"]]
    assert rows(text, "| profiles") == [["profiles, yaw 0–30", "3", "3.46 / 3.00; 2.0°", "3.46 / 3.00"]]
    assert "Made by `fer-models landmarker evaluate`" in text
