import { html, useEffect, useRef, useState } from "../html.js";

const PAUSE_MS = 250;

/** A field to search with; onSearch(text) is called when typing pauses. */
export function Search({ label, value, placeholder, onSearch }) {
    const [typed, setTyped] = useState(value);
    const timer = useRef(0);
    useEffect(() => setTyped(value), [value]);
    useEffect(() => () => clearTimeout(timer.current), []);
    const type = (event) => {
        const text = event.target.value;
        setTyped(text);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onSearch(text), PAUSE_MS);
    };
    return html`<label>${label} <input
        type="search" placeholder=${placeholder} value=${typed} onInput=${type} /></label>`;
}
