const PATIENCE_MS = 15_000;
const PATIENCE_FOR_FILES_MS = 600_000;
const SILENT = "The controller does not answer.";
const LOST = "The answer was lost, and it may have been done: look before you do it again.";

/** Another site cannot add it, and so cannot order anything in an operator's name. */
const FROM_THE_PAGE = { "X-Fer-Page": "1" };

/** "refused" bears why who is signed in is let in no more. */
export const signals = new EventTarget();

let serverAheadMs = 0;
let answeredMs = null;

export class ApiError extends Error {
    constructor(status, detail, parameter = "") {
        super(detail);
        this.status = status;
        this.parameter = parameter;
    }
}

/** Now by the controller's clock: a browser's may be minutes off, and ages are told by it. */
export const nowMs = () => Date.now() + serverAheadMs;

/** When the controller answered last, by its clock; null where it never did. */
export const lastAnswerMs = () => answeredMs;

/** What a path answers; a query's empty values are left out, and a list becomes several of one name. */
export const get = (path, query = {}, signal = undefined) => ask(asking(path, query), { signal });

/** A file that a path makes of a query, which may take long: {name, content}. */
export async function file(path, query) {
    const answer = await answered(asking(path, query), { patienceMs: PATIENCE_FOR_FILES_MS });
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "";
    return { name, content: await answer.blob() };
}

function asking(path, query) {
    const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
    const text = new URLSearchParams(pairs.filter(([, value]) => value !== "" && value !== undefined)).toString();
    return text ? `${path}?${text}` : path;
}

export function post(path, body) {
    const headers = { ...FROM_THE_PAGE, "Content-Type": "application/json" };
    return ask(path, { method: "POST", body: JSON.stringify(body), headers });
}

export const remove = (path) => ask(path, { method: "DELETE", headers: FROM_THE_PAGE });

const kept = new Map();

/** What a path answers that changes only with the controller's version; it is asked once. */
export function once(path) {
    if (!kept.has(path)) kept.set(path, get(path).catch((error) => (kept.delete(path), Promise.reject(error))));
    return kept.get(path);
}

const ask = async (path, wishes) => (await answered(path, wishes)).json();

async function answered(path, { signal, patienceMs = PATIENCE_MS, ...rest }) {
    const patience = AbortSignal.timeout(patienceMs);
    const answer = await fetch(path, {
        ...rest,
        cache: "no-store",
        credentials: "same-origin",
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    noteClock(answer.headers.get("Date"));
    answeredMs = nowMs();
    if (answer.ok) return answer;
    const error = await refusal(answer);
    if (error.status === 401) signals.dispatchEvent(new CustomEvent("refused", { detail: error.message }));
    throw error;
}

async function refusal(answer) {
    const body = await answer.json().catch(() => null);
    const told = typeof body?.detail === "string" ? body.detail : `The controller answered with ${answer.status}.`;
    return new ApiError(answer.status, told, body?.parameter);
}

function noteClock(date) {
    const aheadMs = Date.parse(date ?? "") - Date.now();
    if (Number.isFinite(aheadMs)) serverAheadMs = Math.abs(aheadMs) > 2000 ? aheadMs : 0;
}

/** Whether the controller said nothing at all, so that what it would say is unknown. */
export const isSilence = (error) => !(error instanceof ApiError);

/** What went wrong with a question, as a sentence for people. */
export const sentence = (error) => (isSilence(error) ? SILENT : error.message);

/** What went wrong with an order, which may have been carried out although no answer came. */
export const orderSentence = (error) => (isSilence(error) ? LOST : error.message);
