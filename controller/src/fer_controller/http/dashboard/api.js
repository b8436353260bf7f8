const TOKEN = "fer-controller.token";
const PATIENCE_MS = 15_000;
const BACK_OFF_MS = 10_000;
const SHARE_OF_TIME = 4;

const SILENT = "The controller does not answer.";
const AGAIN = " Trying again every 10 seconds; what is shown may be old.";

/**
 * "trouble" bears a sentence, or none when it is over, and where the controller is silent the time since when what is
 * shown is unknown; "refused" bears why the token opens nothing.
 */
export const signals = new EventTarget();

const troubles = new Map();
let serverAheadMs = 0;
let answeredMs = null;

export class ApiError extends Error {
    constructor(status, detail) {
        super(detail);
        this.status = status;
    }
}

export const token = {
    get: () => sessionStorage.getItem(TOKEN),
    set: (text) => sessionStorage.setItem(TOKEN, text),
    forget: () => sessionStorage.removeItem(TOKEN),
};

/** Now by the controller's clock: a browser's may be minutes off, and ages are told by it. */
export const nowMs = () => Date.now() + serverAheadMs;

export function get(path, query = {}, signal = undefined) {
    const given = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined);
    const text = new URLSearchParams(given).toString();
    return ask(text ? `${path}?${text}` : path, { signal });
}

let asked;

/** The figures that devices report; the controller is asked once. */
export function metrics(signal) {
    asked ??= get("/v1/metrics", {}, signal).catch((error) => {
        asked = undefined;
        throw error;
    });
    return asked;
}

export function post(path, body) {
    const headers = { "Content-Type": "application/json" };
    return ask(path, { method: "POST", body: JSON.stringify(body), headers });
}

async function ask(path, { signal, headers = {}, ...rest }) {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(path, {
        ...rest,
        cache: "no-store",
        credentials: "omit",
        headers: { ...headers, Authorization: `Bearer ${token.get()}` },
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    noteClock(answer.headers.get("Date"));
    answeredMs = nowMs();
    if (answer.ok) return answer.json();
    const error = new ApiError(answer.status, await detail(answer));
    if (error.status === 401) signals.dispatchEvent(new CustomEvent("refused", { detail: error.message }));
    throw error;
}

async function detail(answer) {
    const body = await answer.json().catch(() => null);
    return typeof body?.detail === "string" ? body.detail : `The controller answered with ${answer.status}.`;
}

function noteClock(date) {
    const aheadMs = Date.parse(date ?? "") - Date.now();
    if (Number.isFinite(aheadMs)) serverAheadMs = Math.abs(aheadMs) > 2000 ? aheadMs : 0;
}

/** What went wrong, as a sentence for people. */
export const sentence = (error) => (error instanceof ApiError ? error.message : SILENT);

/** Calls look(signal) again and again, one at a time, until stopped; look may return another pause, in ms. */
export function poll(look, everyMs) {
    const ending = new AbortController();
    run(look, everyMs, ending.signal);
    ending.signal.addEventListener("abort", () => settle(ending.signal));
    return { stop: () => ending.abort() };
}

async function run(look, everyMs, ended) {
    while (!ended.aborted) {
        if (document.hidden) await shown(ended);
        const begunMs = performance.now();
        const pauseMs = (await attempt(look, ended)) ?? everyMs;
        await pause(Math.max(pauseMs, SHARE_OF_TIME * (performance.now() - begunMs)));
    }
}

async function attempt(look, ended) {
    try {
        const pauseMs = await look(ended);
        settle(ended);
        return pauseMs;
    } catch (error) {
        if (ended.aborted || error.status === 401) return BACK_OFF_MS;
        if (!(error instanceof ApiError)) console.warn(error);
        const silent = !(error instanceof ApiError);
        const lasting = !silent && error.status < 500;
        troubles.set(ended, { text: sentence(error) + (lasting ? "" : AGAIN), silent, sinceMs: answeredMs });
        tell();
        return BACK_OFF_MS;
    }
}

function settle(ended) {
    if (troubles.delete(ended)) tell();
}

function tell() {
    const all = [...troubles.values()];
    signals.dispatchEvent(new CustomEvent("trouble", { detail: all.find(({ silent }) => silent) ?? all[0] }));
}

function shown(ended) {
    return new Promise((resolve) => {
        document.addEventListener("visibilitychange", resolve, { once: true, signal: ended });
    });
}

const pause = (lengthMs) => new Promise((resolve) => setTimeout(resolve, lengthMs));
