import { html, useEffect, useRef, useState } from "../html.js";

export const NEEDED = "needed";
const REASON_CHARACTERS = 200;
const asking = new EventTarget();

/**
 * Asks in a dialog; resolves to {reason} where it was agreed to, and to null where not. What can't be undone asks for a
 * name to be typed; what others will wonder about asks for a reason, which may be left empty unless it is NEEDED.
 */
export function agreed(question, explanation, deed, { typed = "", reasoned = false } = {}) {
    return new Promise((resolve) => {
        asking.dispatchEvent(new CustomEvent("asked", { detail: { question, explanation, deed, typed, reasoned, resolve } }));
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
    const answer = (given) => (asked.resolve(given), setAsked(null));
    return html`<${Dialog} title=${asked.question} onClose=${() => answer(null)}>
        <${Question} ...${asked} answer=${answer} />
    <//>`;
}

function Question({ explanation, deed, typed, reasoned, answer }) {
    const [text, setText] = useState("");
    const [reason, setReason] = useState("");
    const submit = (event) => (event.preventDefault(), answer({ reason }));
    return html`<form onSubmit=${submit}>
        <p>${explanation}</p>
        ${reasoned && html`<label class="typed">Why, for the audit log <input maxlength=${REASON_CHARACTERS} required=${reasoned === NEEDED}
            value=${reason} onInput=${(event) => setReason(event.target.value)} /></label>`}
        ${typed && html`<label class="typed">Type ${typed} to go on <input
            autocomplete="off" spellcheck=${false} value=${text} onInput=${(event) => setText(event.target.value)} /></label>`}
        <div class="choices">
            <button type="button" onClick=${() => answer(null)}>Cancel</button>
            <button class="deed" disabled=${text.trim() !== typed}>${deed}</button>
        </div>
    </form>`;
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
