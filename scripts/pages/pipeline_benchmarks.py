"""The sections of docs/benchmarks.md on the pipeline, and on a peer beside it."""

from typing import Any

from pages.figures import HEAD, at_least, at_most, origin
from pages.schema import table

PIPELINE = """\
Each run is a whole `fer-agent start` on {clip} (640×360){model}, with a Mosquitto beside it. The rate counts frames
from the first to the last event, all parts running. For the latency every frame makes an event, and the time is that
from the capture of the frame to its arrival at `mosquitto_sub`.
"""

EYES = """\
The same agent with dlib's eyes and with the zoo's, {pairs} runs of each in turns; the ratio is the median of the pairs.
Cameras read the same clip; the thirty faces are a made video of 640×480.
"""

PAPER = "Light-FER (Sensors 2022, 22, 9524) reports 27 frames/s and 18.4 % of a four-core laptop."


def pipeline(results: dict[str, Any]) -> str:
    """Frames, latency and memory of a whole agent, and of its eyes."""
    found = results["pipeline"]
    fps, live, slow = found["fastest"]["fps"], found["at_30_fps"], found["at_27_fps"]
    latency = live["frame_to_subscriber_ms"]
    rows = [
        at_least("frames/s, frame to event", fps["median"], 120, f"{fps['min']}–{fps['max']}"),
        at_most("p95 frame to subscriber at 30 frames/s, ms", latency["p95"], 40, f"median {latency['p50']}"),
        at_most("peak resident memory, MB", found["fastest"]["peak_memory_mb"], 350),
        at_most("CPU share at 27 frames/s, % of one core", slow["cpu_percent_of_one_core"], 30),
    ]
    model = f" with {slow['model']}" if "model" in slow else ""
    note = PIPELINE.format(clip=found["clip"], model=model)
    return "\n".join(["## Pipeline\n", origin(found), note, table(HEAD, *rows), PAPER, "", *_eyes(found)])


def _eyes(found: dict[str, Any]) -> list[str]:
    """Dlib and the zoo's networks side by side, where they were measured."""
    if "eyes" not in found:
        return []
    head = ("", "dlib, frames/s", "zoo, frames/s", "ratio", "dlib, MB", "zoo, MB", "faces a frame")
    rows = [_eyes_row(name, each) for name, each in found["eyes"].items()]
    return ["### Eyes\n", EYES.format(pairs=next(iter(found["eyes"].values()))["pairs"]), table(head, *rows)]


def _eyes_row(name: str, found: dict[str, Any]) -> tuple[str, ...]:
    dlib, zoo = found["dlib"], found["zoo"]
    rates = [f"{each['fps']['median']} ({each['fps']['min']}–{each['fps']['max']})" for each in (dlib, zoo)]
    memory = [f"{each['peak_memory_mb']:g}" for each in (dlib, zoo)]
    faces = f"{dlib['faces_per_frame']:g} and {zoo['faces_per_frame']:g}"
    return (name.replace("_", " "), *rates, f"{found['ratio']:g}", *memory, faces)


def peer(results: dict[str, Any]) -> str:
    """Another package on the same clip."""
    found, ours = results["peer"], _on_the_same_machine(results)
    frames_s, memory_mb = found["fps"]["median"], found["peak_memory_mb"]
    rows = [
        ("frames/s", f"{frames_s:.1f}", _ratio(ours["fps"]["median"] if ours else None, frames_s)),
        ("peak memory, MB", f"{memory_mb:g}", _ratio(ours["peak_memory_mb"] if ours else None, memory_mb)),
    ]
    heading = f"## The package {found['package']} on the same clip\n"
    return "\n".join([heading, origin(found), table(("what", "measured", "ours is"), *rows)])


def _on_the_same_machine(results: dict[str, Any]) -> dict[str, Any] | None:
    """The pipeline's figures, where it ran on the processor that the peer ran on."""
    pipeline = results.get("pipeline")
    if not pipeline or any(pipeline["machine"][key] != results["peer"]["machine"][key] for key in ("cpu", "cores")):
        return None
    fastest: dict[str, Any] = pipeline["fastest"]
    return fastest


def _ratio(ours: float | None, theirs: float) -> str:
    return f"{ours / theirs:.2f} times that" if ours else "not measured on this machine"
