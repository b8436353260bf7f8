import { useEffect, useState } from "./html.js";

/**
 * The whole state of a view stands behind the address's hash, so that a view can be sent to a colleague:
 * #VIEW/ID?key=value. The hash is sent to no server.
 */
const TOKEN = "#token=";
const moved = new EventTarget();

/** An address as {view, id, query}; id is empty for a list. */
export function read(hash = location.hash) {
    const [path, text = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
    const [view, ...rest] = path.split("/");
    return { view, id: decoded(rest.join("/")), query: Object.fromEntries(new URLSearchParams(text)) };
}

/** The address of a view, as an href; what is empty is left out. */
export function link(view, id = "", query = {}) {
    const told = Object.entries(query).filter(([, value]) => ![undefined, null, ""].includes(value));
    const text = new URLSearchParams(told).toString();
    return `#${view}${id ? `/${encodeURIComponent(id)}` : ""}${text ? `?${text}` : ""}`;
}

/** Opens an address; going back leads to the one before. */
export const go = (...place) => (location.hash = link(...place));

/** Changes the query of the address; going back leads to the one before. */
export function advance(query) {
    const now = read();
    go(now.view, now.id, { ...now.query, ...query });
}

/** Changes the query of the address where it stands: what is set to "" or undefined is taken out. */
export function change(query) {
    const now = read();
    history.replaceState(null, "", link(now.view, now.id, { ...now.query, ...query }));
    moved.dispatchEvent(new Event("moved"));
}

/** The token that a link brings in front of the view, or null; it leaves the address at once. */
export function takeToken() {
    if (!location.hash.startsWith(TOKEN)) return null;
    const [text, ...view] = location.hash.slice(TOKEN.length).split("/");
    history.replaceState(null, "", `#${view.join("/")}`);
    moved.dispatchEvent(new Event("moved"));
    return text;
}

/** Where the page is; what calls it is drawn anew when that changes. */
export function useAddress() {
    const [place, setPlace] = useState(() => read());
    useEffect(() => {
        const follow = () => setPlace(read());
        const ending = new AbortController();
        window.addEventListener("hashchange", follow, { signal: ending.signal });
        moved.addEventListener("moved", follow, { signal: ending.signal });
        return () => ending.abort();
    }, []);
    return place;
}

function decoded(text) {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}
