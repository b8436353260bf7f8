"""What is asked of the fleet in tests/snapshots: commands, each of which takes --json, and paths of the API."""

ROLLOUTS = [f"r-51ee700{number}" for number in range(1, 10)]
"""Completed, rolled back, completed with a device in quarantine, promoted and rolled back, aborted, failed, running
over the first wave, running with a silent device, planned.
"""

LOOKS = (
    "devices",
    "events",
    "events --limit 5",
    "events --device nano-01 --camera door --emotion happy",
    "events --kind start --since 2026-01-31T12:00:00Z --until 2026-01-31T12:10:00Z",
    "events --track 2",
    "events --per hour",
    "events --per minute --device nano-01 --limit 7",
    "events --per hour --sum",
    "events --per minute --sum --emotion sad --camera door",
    "telemetry",
    "telemetry --device nano-01 --limit 2",
    "telemetry --per minute",
    "telemetry --per hour --device orin-01",
    "totals",
    "dead-letters",
    "dead-letters --limit 1",
    "label",
    "label nano-01 cellar-01",
    "models list",
    "rollouts list",
    "rollouts list --limit 2",
    "rollouts show",
    *(f"rollouts show {rollout}" for rollout in ROLLOUTS),
    f"rollouts watch {ROLLOUTS[0]}",
    f"rollouts watch {ROLLOUTS[1]}",
    "deploy --dry-run --model light",
    "deploy --dry-run --model light@2.0.0 --precision fp16 --selector site=lab --waves 1,50%,100% --gate fps>=0.9x",
    "deploy --dry-run --model bad --device orin-01 --device nano-04 --soak 90s --gate temperature=off --concurrency 2",
)
"""Asked of the database and of the API alike."""
LOOKS_HERE = ("models show light", "models show light@1.0.0", "models verify", "models verify bad", "operators list")
"""Asked of the database alone."""
DEEDS = (
    "label nano-03 nano-04 site=roof floor=1",
    "label nano-02 --remove site",
    "label x86-01 --release",
    "deploy --yes --model light@1.0.0 --precision fp32 --selector class=nano",
    f"rollouts pause {ROLLOUTS[6]}",
    f"rollouts resume {ROLLOUTS[6]}",
    f"rollouts promote {ROLLOUTS[6]}",
    f"rollouts abort {ROLLOUTS[7]}",
    f"rollouts retry {ROLLOUTS[2]}",
    f"rollouts rollback {ROLLOUTS[0]}",
    "export --out events.csv",
    "export --out events.csv --device nano-01 --kind start",
    "export --out events.parquet --format parquet",
    "enroll nano-09 orin-09",
    "enroll nano-01 --revoke",
    "operators add carol --role operator",
    "operators remove bob",
    "models keygen",
    "models remove bad@1.0.0",
)
"""Each on a database of its own."""
FAILS = {f"rollouts watch {ROLLOUTS[1]}"}

OTHER_PROGRAMS = (
    "fer-agent models --device nano-01 --state-dir state",
    "fer-models verify entry",
    "fer-models data --data data --no-cache",
    "fer-models evaluate entry --data data",
)
"""Of an agent that took one update, and of a tiny model with twenty-one drawn faces."""

QUESTIONS = (
    "health",
    "me",
    "devices",
    "totals",
    "fleet/telemetry",
    "events?limit=3",
    "events?limit=3&up_to_id=40&device=nano-01",
    "events?camera=door&emotion=happy&kind=start&track=1",
    "events/by-time?limit=4",
    "events/by-time?after_time=2026-01-31T12:00:00.000Z&after_id=7&limit=3",
    "events/as-stored?after_id=70",
    "telemetry",
    "telemetry?device=orin-01&limit=2",
    "telemetry/as-stored?after_id=10&limit=3",
    "rollups/telemetry?per=minute",
    "rollups/telemetry?per=hour&device=nano-01",
    "rollups/emotions?per=hour&since=2026-01-31T12:00:00Z",
    "rollups/emotions?per=minute&summed=true&limit=5",
    "dead-letters",
    "labels",
    "labels?device=nano-01&device=cellar-01",
    "models",
    "models/light/2.0.0/manifest.json",
    "rollouts?limit=2",
    "rollouts/newest",
    f"rollouts/{ROLLOUTS[6]}",
    f"rollouts/{ROLLOUTS[6]}/progress",
    f"rollouts/{ROLLOUTS[2]}/audit?after_id=20",
)
"""Asked of the API, below /v1/."""
