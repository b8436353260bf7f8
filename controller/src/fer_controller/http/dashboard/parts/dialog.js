import { html, useEffect, useRef, useState } from "../html.js";

const asking = new EventTarget();

/** Asks in a dialog; resolves to whether it was agreed to. */
export function agreed(question, explanation, deed) {
    return new Promise((resolve) => {
        asking.dispatchEvent(new CustomEvent("asked", { detail: { question, explanation, deed, resolve } }));
    });
}

/** Where agreed() asks; the page has one. */
export function Confirmation() {
    const [asked, setAsked] = useState(null);
    useEffect(() => {
        const ask = (event) => setAsked(event.detail);
        asking.addEventListener("asked", ask);
        return () => asking.removeEventListener("asked", ask);
    }, []);
    if (!asked) return null;
    const answer = (yes) => (asked.resolve(yes), setAsked(null));
    return html`<${Dialog} title=${asked.question} onClose=${() => answer(false)}>
        <p>${asked.explanation}</p>
        <div class="choices">
            <button type="button" onClick=${() => answer(false)}>Cancel</button>
            <button type="button" class="deed" onClick=${() => answer(true)}>${asked.deed}</button>
        </div>
    <//>`;
}

/** A dialog over the page while it is drawn; Escape closes it. */
export function Dialog({ title, onClose, children }) {
    const place = useRef(null);
    useEffect(() => {
        const dialog = place.current;
        dialog.showModal();
        return () => dialog.close();
    }, []);
    return html`<dialog ref=${place} aria-labelledby="dialog-title" onClose=${onClose}>
        <h2 id="dialog-title">${title}</h2>
        ${children}
    </dialog>`;
}
