import { html } from "../../html.js";
import { RolloutLink } from "../../parts/links.js";
import { Hash } from "../../parts/hash.js";
import { Ago, Clock } from "../../parts/time.js";
import { State } from "../../parts/state.js";
import { isShutOut, offBy, provider } from "../../standing.js";
import { capitalized, joined, known, lasted, measured, megabytes, number, titled } from "../../wording.js";

const FORMER = { expired: "expired", revoked: "was revoked" };
const FALLBACK = "yes: a GPU is there, yet the CPU runs the model";

const bad = (text) => html`<span class="bad">${text}</span>`;

/** What the device runs, and how far its last update came. */
export function modelFacts({ model, eyes, provider: by, reported }) {
    const running = reported?.running;
    return [
        ["Model", model ?? "none yet"],
        ...Object.entries(eyes ?? {}).map(([task, name]) => [titled(task), name]),
        ["Provider", provider(by)],
        ["Fallback", running && (running.provider_fallback ? bad(FALLBACK) : "no")],
        ["sha256", running?.sha256 && html`<${Hash} sha256=${running.sha256} />`],
        ["Previous model", reported?.previous],
        ...updateFacts(reported?.update),
    ];
}

function updateFacts(update) {
    if (!update) return [["Update", "none yet"]];
    const { rollout, attempt, state, reason, model, downloaded_bytes, size_bytes, measured_ms } = update;
    const times = Object.entries(measured_ms ?? {}).map(([name, timeMs]) => `${name} ${measured(timeMs, "ms", 1)}`);
    return [
        ["Update", html`<${State} name=${state} />`],
        ["Error", reason && bad(reason)],
        ["Brings", model],
        ["Rollout", html`<${RolloutLink} id=${rollout}>${joined(rollout, attempt > 1 && `try ${attempt}`)}<//>`],
        ["Downloaded", size_bytes && `${megabytes(downloaded_bytes)} of ${megabytes(size_bytes)} MB`],
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
        ["Last seen", last_seen && html`<${Ago} time=${last_seen} />`],
        ["Clock", clock_offset_s ? bad(offBy(clock_offset_s)) : null],
        ["Events dropped", number(dropped_events)],
    ];
}

/** With what broker and controller let it in; a controller that is older than this page does not say. */
function letInBy({ certificate, certificate_expires_at: until, has_token }) {
    if (isShutOut(certificate)) return bad(`certificate that ${FORMER[certificate]}${has_token ? " and token" : ""}`);
    if (!certificate) return has_token && "token";
    return html`certificate until <${Clock} time=${until} />${has_token ? " and token" : ""}`;
}

/** What the device measured of itself in a telemetry message; what it cannot measure is left out. */
export function hostFacts({ message, received_at: receivedAt }, metrics) {
    const said = metrics.filter(({ source }) => source && known(at(message, source)));
    return [
        ["Measured", html`<${Ago} time=${receivedAt} />`],
        ...said.map((metric) => [heading(message, metric), shown(at(message, metric.source), metric)]),
        ["Power mode", message.host.power_mode],
        ["Faults handled", number(message.errors)],
    ];
}

/** A switch goes by its own name: its metric is the share of time that it is on. */
function heading(message, { title, source }) {
    return capitalized(typeof at(message, source) === "boolean" ? source.split(".").at(-1) : title);
}

const at = (message, source) => source.split(".").reduce((part, name) => part?.[name], message);

function shown(value, { unit, digits }) {
    if (typeof value === "boolean") return value ? bad("yes") : "no";
    return unit === "s" ? lasted(value) : measured(value, unit, digits);
}
