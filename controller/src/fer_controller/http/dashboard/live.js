import { isSilence, lastAnswerMs, sentence } from "./api.js";
import { areTold, changes, LOST } from "./changes.js";
import { useEffect, useRef, useState } from "./html.js";

const BACK_OFF_MS = 10_000;
const SHARE_OF_TIME = 4;
const SLOWER_WHERE_TOLD = 4;
const AGAIN = " Trying again every 10 seconds; what is shown may be old.";

/** "trouble" bears {text, silent} while a look fails, and nothing when all are answered again. */
export const signals = new EventTarget();

const troubles = new Map();

/**
 * What a question is answered with, asked again and again while it is drawn:
 * {value, error, parameter, silent, sinceMs, waiting, again}. Before the first answer value is undefined; a failure
 * leaves the last. What is refused for one of its parameters is told beside that alone.
 *
 * look(signal) asks; a null look asks nothing. everyMs is a number, or a function of the value; where the controller
 * tells changes of a kind (told), it is asked when there are some, and four times less often otherwise. When the key
 * changes it begins anew: without a value, or where keeping is wanted with the old one until the new one comes, as
 * waiting says. What fails aside is no trouble of the page: others look, too.
 */
export function useLook(look, everyMs, key = "", { keeping = false, told = "", aside = false } = {}) {
    const [asked, setAsked] = useState({});
    const [round, setRound] = useState(0);
    const newest = useRef(look);
    newest.current = look;
    const idle = look === null;
    useEffect(() => {
        setAsked((before) => (before.key === key || keeping ? before : { key }));
        if (idle) return undefined;
        const known = (value) => setAsked({ key, value });
        const failed = (trouble) => setAsked((before) => ({ ...before, ...trouble, key }));
        return poll((signal) => newest.current(signal), { everyMs, told, aside, known, failed });
    }, [key, round, everyMs, idle]);
    const waiting = asked.key !== key;
    return { ...(waiting && !keeping ? {} : asked), waiting, again: () => setRound(round + 1) };
}

/** Asks one at a time until it is told to stop, which is what it returns. */
function poll(look, wishes) {
    const ending = new AbortController();
    ending.signal.addEventListener("abort", () => settle(ending.signal));
    run(look, wishes, ending.signal);
    return () => ending.abort();
}

async function run(look, wishes, ended) {
    const { everyMs, told } = wishes;
    while (!ended.aborted) {
        if (document.hidden) await shown(ended);
        const begunMs = performance.now();
        const answer = await attempt(look, wishes, ended);
        const pauseMs = answer ? pace(everyMs, answer.value) : BACK_OFF_MS;
        const leastMs = SHARE_OF_TIME * (performance.now() - begunMs);
        if (answer && told && areTold()) await change(told, Math.max(pauseMs, leastMs), ended);
        else await pause(Math.max(pauseMs, leastMs), ended);
    }
}

const pace = (everyMs, value) => (typeof everyMs === "function" ? everyMs(value) : everyMs);

/** The answer, or null. */
async function attempt(look, { aside, known, failed }, ended) {
    try {
        const value = await look(ended);
        if (ended.aborted) return null;
        settle(ended);
        known(value);
        return { value };
    } catch (error) {
        if (ended.aborted || error.status === 401) return null;
        if (isSilence(error)) console.warn(error);
        const { parameter = "" } = error;
        const trouble = { error: sentence(error), parameter, silent: isSilence(error), sinceMs: lastAnswerMs() };
        if (parameter || aside) settle(ended);
        else note(ended, trouble, error.status);
        failed(trouble);
        return null;
    }
}

function note(ended, { error, silent }, status) {
    troubles.set(ended, { text: error + (!silent && status < 500 ? "" : AGAIN), silent });
    tell();
}

const outages = new Set();
changes.addEventListener("outage", ({ detail: { what, why } }) => {
    outages.add(what);
    troubles.set(what, { text: why, silent: false });
    tell();
});
changes.addEventListener("outage_over", ({ detail: { what } }) => settle(what));
/** A new connection begins with hello and tells of each outage again; one that ended meanwhile is told by nothing else. */
changes.addEventListener("hello", () => outages.forEach(settle));

function settle(ended) {
    if (troubles.delete(ended)) tell();
}

function tell() {
    const all = [...troubles.values()];
    signals.dispatchEvent(new CustomEvent("trouble", { detail: all.find(({ silent }) => silent) ?? all[0] }));
}

const shown = (ended) => until(ended, (over, resolve) => {
    document.addEventListener("visibilitychange", resolve, { signal: over });
});

/** Until something changes, but no sooner than everyMs; without a change until a while later. */
const change = (told, everyMs, ended) => until(ended, async (over, resolve) => {
    const first = new Promise((changed) => {
        for (const kind of [told, LOST]) changes.addEventListener(kind, changed, { signal: over });
    });
    await pause(everyMs, over);
    await Promise.race([first, pause((SLOWER_WHERE_TOLD - 1) * everyMs, over)]);
    resolve();
});

const pause = (lengthMs, ended) => until(ended, (over, resolve) => {
    const timer = setTimeout(resolve, lengthMs);
    over.addEventListener("abort", () => clearTimeout(timer), { once: true });
});

/**
 * Until begin(over, resolve) resolves, or it has ended. Then over is aborted, and with it goes all that was begun: what
 * hung on ended itself would stay for as long as the page is open.
 */
function until(ended, begin) {
    const over = new AbortController();
    return new Promise((resolve) => {
        ended.addEventListener("abort", resolve, { once: true, signal: over.signal });
        begin(over.signal, resolve);
    }).finally(() => over.abort());
}
