"""All metrics, in the order in which they are shown."""

from fer_wire import Telemetry
from fer_wire.contracts import FINDER, LANDMARKER, SETTINGS

from fer_controller.metrics.metric import (
    HIGHEST,
    INCREASE_A_MINUTE,
    LOWEST,
    MEAN,
    MEAN_DEVICE,
    MEAN_LOSS,
    RESTARTS,
    SHARE_ON_CPU,
    Export,
    Gating,
    Metric,
    Summary,
)

PERCENT, MILLI, MB = 0.01, 0.001, 1e6
LEAST_FACE_SHARE = 0.02
"""Where fewer frames have a face, the next ten minutes may well have none."""


def _fps(telemetry: Telemetry) -> float | None:
    rates = [camera.fps for camera in telemetry.cameras if camera.fps is not None]
    return sum(rates) if rates else None


def _slowest_ms(telemetry: Telemetry) -> float | None:
    latencies_ms = [camera.latency_p95_ms for camera in telemetry.cameras if camera.latency_p95_ms is not None]
    return max(latencies_ms, default=None)


def _hottest_c(telemetry: Telemetry) -> float | None:
    sensors = (telemetry.host.cpu_temperature_c, telemetry.host.gpu_temperature_c)
    return max((each for each in sensors if each is not None), default=None)


def _faces_per_frame(telemetry: Telemetry) -> float | None:
    faces = [camera.faces_per_frame for camera in telemetry.cameras if camera.faces_per_frame is not None]
    return sum(faces) / len(faces) if faces else None


def _face_share(telemetry: Telemetry) -> float | None:
    shares = [camera.face_share for camera in telemetry.cameras if camera.face_share is not None]
    return sum(shares) / len(shares) if shares else None


METRICS = (
    Metric(
        "frame rate", "frames/s", 1, value=_fps, column="fps", heading="fps",
        summaries=(
            Summary(MEAN, "fps_mean", "fps", "fps_sum", "fps_samples"),
            Summary(LOWEST, "fps_min", "lowest"),
        ),
        gating=Gating("fps", "fps", "fps>=0.8x"),
    ),
    Metric(
        "p95 latency", "ms", value=_slowest_ms, column="latency_p95_ms", heading="p95 ms",
        summaries=(
            Summary(MEAN, "latency_p95_mean_ms", "p95 ms", "latency_p95_sum_ms", "latency_samples"),
            Summary(HIGHEST, "latency_p95_max_ms", "highest"),
        ),
        gating=Gating("latency_p95_ms", "latency_p95_ms", "latency_p95_ms<=1.5x"),
    ),
    Metric(
        "rate of faults", "a minute", source="errors", column="errors",
        gating=Gating("errors", "errors_a_minute", "errors<=+1", INCREASE_A_MINUTE, MEAN_DEVICE),
        export=Export("fer_agent_errors", "Faults handled since this run of the agent began.", counter=True),
    ),
    Metric(
        "number of restarts", "a device",
        gating=Gating("restarts", "restarts", "restarts<=+0.5", RESTARTS, MEAN_DEVICE),
    ),
    Metric(
        "share run by the CPU", "of 1",
        gating=Gating("provider_fallback", "on_cpu", "provider_fallback<=+0.02", SHARE_ON_CPU, MEAN_DEVICE),
    ),
    Metric(
        "CPU load", "%", 1, source="host.cpu_percent", column="cpu_percent", heading="CPU %",
        summaries=(Summary(MEAN, "cpu_mean_percent", "CPU %", "cpu_sum_percent", "cpu_samples"),),
        export=Export("fer_device_cpu_ratio", "Load of all cores, 0 to 1.", PERCENT),
    ),
    Metric(
        "CPU temperature", "°C", 1, source="host.cpu_temperature_c", column="cpu_temperature_c", heading="CPU °C",
        export=Export("fer_device_cpu_temperature_celsius", "The hottest sensor of the CPU."),
    ),
    Metric(
        "GPU load", "%", 1, source="host.gpu_percent", column="gpu_percent", heading="GPU %",
        export=Export("fer_device_gpu_ratio", "Load of the GPU, 0 to 1.", PERCENT),
    ),
    Metric(
        "GPU temperature", "°C", 1, source="host.gpu_temperature_c",
        export=Export("fer_device_gpu_temperature_celsius", "The GPU's sensor."),
    ),
    Metric(
        "temperature", "°C", 1, value=_hottest_c, column="temperature_c",
        summaries=(Summary(HIGHEST, "temperature_max_c", "highest °C"),),
        gating=Gating("temperature", "temperature_c", "temperature<=+8"),
    ),
    Metric(
        "share of time throttled", "of 1", source="host.throttled", column="throttled",
        gating=Gating("throttled", "throttled", "throttled<=+0.1", together=MEAN_DEVICE),
        export=Export("fer_device_throttled", "1 while the machine slows itself for heat or current."),
    ),
    Metric(
        "memory used", "MB", source="host.memory_used_mb", column="memory_used_mb", heading="memory MB",
        export=Export("fer_device_memory_used_bytes", "Memory not available to a new program.", MB),
    ),
    Metric(
        "memory", "MB", source="host.memory_total_mb",
        export=Export("fer_device_memory_bytes", "Memory, shared with the GPU on a Jetson.", MB),
    ),
    Metric("swap used", "MB", source="host.swap_used_mb"),
    Metric(
        "disk free", "MB", source="host.disk_free_mb",
        export=Export("fer_device_disk_free_bytes", "Where the agent keeps its state.", MB),
    ),
    Metric(
        "power", "mW", source="host.power_mw",
        export=Export("fer_device_power_watts", "Of the whole board.", MILLI),
    ),
    Metric("fan", "%", source="host.fan_percent"),
    Metric(
        "agent's CPU load", "% of a core", source="host.agent_cpu_percent",
        export=Export("fer_agent_cpu_ratio", "Of one core; may exceed 1.", PERCENT),
    ),
    Metric(
        "agent's memory", "MB", source="host.agent_memory_mb", column="agent_memory_mb",
        summaries=(Summary(HIGHEST, "agent_memory_max_mb", "memory MB"),),
        gating=Gating("memory", "memory_mb", "memory<=1.5x"),
        export=Export("fer_agent_memory_bytes", "Of the agent, resident.", MB),
    ),
    Metric(
        "agent's uptime", "s", source="uptime_s",
        export=Export("fer_agent_uptime_seconds", "Of this run of the agent."),
    ),
    Metric(
        "order expired", source="order_expired",
        export=Export("fer_device_order_expired", "1 while the device's signed order was not renewed in time."),
    ),
    Metric(
        "pending events", "events", source="spool.pending_events", column="pending_events", heading="pending",
        summaries=(Summary(HIGHEST, "pending_events_max", "pending"),),
        export=Export("fer_spool_pending_events", "Events not yet acknowledged."),
    ),
    Metric(
        "spool", "bytes", source="spool.size_bytes",
        export=Export("fer_spool_size_bytes", "Of the spool's file."),
    ),
    Metric(
        "number of faces", "a frame", 2, value=_faces_per_frame, column="faces_per_frame", heading="faces",
        summaries=(
            Summary(MEAN, "faces_per_frame_mean", "faces", "faces_per_frame_sum", "faces_per_frame_samples"),
        ),
        gating=Gating("faces", "faces_per_frame", "", together=MEAN_DEVICE),
    ),
    Metric(
        "share of frames with a face", "of 1", 2, value=_face_share, column="face_share",
        summaries=(Summary(MEAN, "face_share_mean", "face share", "face_share_sum", "face_share_samples"),),
        gating=Gating(
            "face_share", "face_share", "face_share>=0.5x", together=MEAN_LOSS, tasks=(FINDER, LANDMARKER, SETTINGS),
            baseline_from=LEAST_FACE_SHARE, patient=True,
        ),
    ),
)  # fmt: skip
"""Of a device."""

CAMERA_METRICS = (
    Metric(
        "frame rate", "frames/s", 1, source="fps",
        export=Export("fer_camera_frames_per_second", "Frames read for faces."),
    ),
    Metric(
        "median latency", "ms", source="latency_p50_ms",
        export=Export("fer_camera_latency_p50_seconds", "From capture to event, median.", MILLI),
    ),
    Metric(
        "p95 latency", "ms", source="latency_p95_ms",
        export=Export("fer_camera_latency_p95_seconds", "From capture to event, 95th percentile.", MILLI),
    ),
    Metric(
        "frames", source="frames",
        export=Export("fer_camera_frames", "Frames read for faces since this run of the agent began.", counter=True),
    ),
    Metric(
        "skipped frames", source="skipped_frames",
        export=Export(
            "fer_camera_skipped_frames", "Frames passed over because a newer one was there.", counter=True
        ),
    ),
    Metric(
        "faces", source="faces",
        export=Export("fer_camera_faces", "Faces classified since this run of the agent began.", counter=True),
    ),
    Metric(
        "share of frames with a face", "of 1", 2, source="face_share",
        export=Export("fer_camera_face_ratio", "Share of the last frames in which a face was classified."),
    ),
    Metric(
        "frozen", source="frozen",
        export=Export("fer_camera_frozen", "1 while the camera's picture does not change any more."),
    ),
    Metric(
        "dark", source="dark",
        export=Export("fer_camera_dark", "1 while the camera is black or covered."),
    ),
    Metric(
        "times reopened", source="reopened",
        export=Export("fer_camera_reopened", "Times the camera was opened again after a fault.", counter=True),
    ),
)  # fmt: skip
"""Of each camera of a device."""

STORED = tuple(metric for metric in METRICS if metric.column)
GATED = tuple((metric, metric.gating) for metric in METRICS if metric.gating is not None)
SUMMARIZED = tuple((metric, summary) for metric in METRICS for summary in metric.summaries)
"""Each summary with its metric, in the order of a rollup's fields."""
