import { ago, badge, capitalized, cell, clock, known, megabytes, number } from "./page.js";

const PROVIDER_ENDING = "ExecutionProvider";
const SHA256_SHOWN = 12;
const UNITS_OF_TIME = [["d", 86_400], ["h", 3600], ["min", 60]];
const FORMER = { expired: "expired", revoked: "was revoked" };
const FALLBACK = "yes: a GPU is there, yet the CPU runs the model";

/** A provider without the ending that all of them have. */
export const provider = (name) => name?.replace(PROVIDER_ENDING, "");

const measured = (value, unit, digits = 0) => (known(value) ? `${number(value, digits).text} ${unit}` : null);
const joined = (...parts) => parts.filter(Boolean).join(", ");
const plain = (content) => ({ ...content, className: "" });

/** What the device runs, and how far its last update came. */
export function modelFacts({ model, eyes, provider: by, reported }) {
    const running = reported?.running;
    return [
        ["Model", model ?? "none yet"],
        ...Object.entries(eyes ?? {}).map(([task, name]) => [capitalized(task), name]),
        ["Provider", provider(by)],
        ["Fallback", running && (running.provider_fallback ? cell(FALLBACK, "bad") : "no")],
        ["sha256", running?.sha256 && shortened(running.sha256)],
        ["Previous model", reported?.previous],
        ...updateFacts(reported?.update),
    ];
}

const shortened = (sha256) => ({ text: `${sha256.slice(0, SHA256_SHOWN)}…`, title: sha256, className: "code" });

function updateFacts(update) {
    if (!update) return [["Update", "none yet"]];
    const { rollout, attempt, state, reason, model, downloaded_bytes, size_bytes, measured_ms } = update;
    const times = Object.entries(measured_ms ?? {}).map(([name, timeMs]) => `${name} ${measured(timeMs, "ms", 1)}`);
    return [
        ["Update", badge(state)],
        ["Error", reason && cell(reason, "bad")],
        ["Brings", model],
        ["Rollout", { text: joined(rollout, attempt > 1 && `try ${attempt}`), href: `#rollouts/${rollout}` }],
        ["Downloaded", size_bytes && `${megabytes(downloaded_bytes).text} of ${megabytes(size_bytes).text} MB`],
        ["One face took", times.join(", ")],
    ];
}

/** What the device is made of. */
export function deviceFacts(device) {
    const { agent_version, last_seen, clock_offset_s, dropped_events, reported } = device;
    const has = reported?.capabilities ?? {};
    return [
        ["Let in by", letInBy(device)],
        ["Class", has.device_class],
        ["Processor", joined(has.cpu, has.architecture, known(has.cpu_count) && `${has.cpu_count} cores`)],
        ["Memory", measured(has.memory_total_mb, "MB")],
        ["JetPack", joined(has.jetpack, has.l4t && `L4T ${has.l4t}`)],
        ["ONNX Runtime", has.runtime],
        ["Providers", has.providers?.map(provider).join(", ")],
        ["Agent", agent_version],
        ["Last seen", last_seen && plain(ago(last_seen))],
        ["Clock", clock_offset_s ? cell(offBy(clock_offset_s), "bad") : null],
        ["Events dropped", number(dropped_events).text],
    ];
}

/** With what broker and controller let it in; a controller that is older than this page does not say. */
function letInBy({ certificate, certificate_expires_at: until, has_token }) {
    const how = certificate === "valid" ? `certificate until ${clock(until).text}` : `certificate that ${FORMER[certificate]}`;
    const words = [certificate && how, has_token && "token"].filter(Boolean).join(" and ");
    return isShutOut(certificate) ? cell(words, "bad") : words || null;
}

/** Whether its certificate lets it in no more. */
export const isShutOut = (certificate) => certificate in FORMER;

/** What the device measured of itself in a telemetry message; what it cannot measure is left out. */
export function hostFacts(message, receivedAt, metrics) {
    const measured = metrics.filter(({ source }) => source && known(at(message, source)));
    return [
        ["Measured", plain(ago(receivedAt))],
        ...measured.map((metric) => [heading(message, metric), shown(at(message, metric.source), metric)]),
        ["Power mode", message.host.power_mode],
        ["Faults handled", number(message.errors).text],
    ];
}

/** A switch goes by its own name: its metric is the share of time that it is on. */
function heading(message, { title, source }) {
    return capitalized(typeof at(message, source) === "boolean" ? source.split(".").at(-1) : title);
}

const at = (message, source) => source.split(".").reduce((part, name) => part?.[name], message);

function shown(value, { unit, digits }) {
    if (typeof value === "boolean") return value ? cell("yes", "bad") : "no";
    if (unit === "s") return lasted(value);
    return `${number(value, digits).text} ${unit}`;
}

/** How far a clock is ahead or behind. */
export const offBy = (offsetS) => `${lasted(Math.abs(offsetS))} ${offsetS > 0 ? "ahead" : "behind"}`;

function lasted(timeS) {
    const [unit, lengthS] = UNITS_OF_TIME.find(([, lengthS]) => timeS >= lengthS) ?? ["s", 1];
    return `${Math.floor(timeS / lengthS)} ${unit}`;
}

/** Whether it runs, and whether it sees: a frozen picture and a dark one tell nothing. */
function seeing(camera) {
    const blind = ["frozen", "dark"].filter((word) => camera[word]);
    const { text, className } = badge(camera.state);
    return { text: [text, ...blind].join(", "), className: blind.length ? "state stale" : className };
}

/** A camera's row. */
export const cameraCells = (camera) => [
    camera.camera, camera.state ? seeing(camera) : null, number(camera.fps, 1), number(camera.latency_p50_ms),
    number(camera.latency_p95_ms), number(camera.frames), number(camera.skipped_frames), number(camera.faces),
    number(camera.reopened), camera.error ? cell(camera.error, "why bad") : null,
];

/** Whatever a device that was taken out says of itself, it is revoked. */
export const standing = (device) => (device.revoked_at ? { ...device, state: "revoked", ...revocation(device) } : device);

const revocation = ({ revoked_at: since, revoked_by: by }) => ({ since, reason: `by ${by}; what it sends is refused` });

/** Since when the device is what it is. */
export const sinceWords = (since) => (since ? `since ${clock(since).text}, ${ago(since).text}` : "");
