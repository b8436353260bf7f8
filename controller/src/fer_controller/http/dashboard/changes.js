/**
 * What the controller tells by itself, as it happens: "devices", "events", "rollouts", "outage", "outage_over", "hello".
 * Each bears what changed, and nothing else. One connection serves all that is drawn.
 */
export const changes = new EventTarget();

const LIVE = "/v1/live";
const KINDS = ["hello", "devices", "events", "rollouts", "outage", "outage_over"];
/** Told when what is told so far may not be all, because the connection is lost or closed. */
export const LOST = "lost";
const AGAIN_MS = 30_000;

let source = null;

/** Whether changes are told now; where they are not, asking now and then has to do. */
export const areTold = () => source?.readyState === EventSource.OPEN;

/**
 * Follows until it is told to stop, which is what it returns; a controller that has no place is asked again later. A
 * hidden tab does not follow, for a browser allows a host six connections in all its tabs.
 */
export function follow() {
    let timer = 0;
    const ending = new AbortController();
    const open = () => {
        source = new EventSource(LIVE);
        for (const kind of KINDS) source.addEventListener(kind, tell);
        source.onerror = () => {
            changes.dispatchEvent(new Event(LOST));
            if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
        };
    };
    const close = () => {
        clearTimeout(timer);
        source?.close();
        source = null;
        changes.dispatchEvent(new Event(LOST));
    };
    const turn = () => (close(), document.hidden || open());
    document.addEventListener("visibilitychange", turn, { signal: ending.signal });
    turn();
    return () => (ending.abort(), close());
}

function tell({ type, data }) {
    changes.dispatchEvent(new CustomEvent(type, { detail: JSON.parse(data) }));
}
