import { html, useRef, useState } from "../../html.js";
import { Dialog } from "../../parts/dialog.js";

const COPIED = "Copied.";
const BY_HAND = "This browser copies only where the page comes over TLS: press Ctrl+C.";

/** A token, once: it stands nowhere but here, and is gone when this is closed. */
export function MadeToken({ operator, role, token, onClose }) {
    const field = useRef(null);
    const [said, setSaid] = useState("");
    const copy = async () => {
        field.current.select();
        const done = await navigator.clipboard?.writeText(token).then(() => true, () => false);
        setSaid(done ? COPIED : BY_HAND);
    };
    return html`<${Dialog} title="The token of ${operator}, ${role}" onClose=${onClose}>
        <p>It is not shown again; only its hash is stored. Hand it over where nobody else reads it.</p>
        <label>Token <input ref=${field} class="token" readonly autofocus value=${token} /></label>
        <p class="hint" role="status" aria-live="polite">${said}</p>
        <div class="choices">
            <button type="button" class="deed" onClick=${copy}>Copy</button>
            <button type="button" onClick=${onClose}>Close</button>
        </div>
    <//>`;
}
