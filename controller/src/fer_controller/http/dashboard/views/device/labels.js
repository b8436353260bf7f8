import { post } from "../../api.js";
import { html, useState } from "../../html.js";
import { useDeed } from "../../parts/deed.js";

const TITLE = "title";

/** How people call a device, and its labels; operators may change them. */
export function Labels({ name, labels, operator, again }) {
    const [deed, begin] = useDeed();
    const change = (words) => begin(async () => {
        await post("/v1/labels", { devices: [name], ...words });
        again();
    });
    const entitle = (text) => change(text.trim() ? { labels: [`${TITLE}=${text}`] } : { remove: [TITLE] });
    const set = (text) => change({ labels: text.split(/[\s,]+/).filter(Boolean) });
    const pairs = Object.entries(labels).filter(([key]) => key !== TITLE).sort();
    return html`<section>
        <h2>Title and labels</h2>
        ${!pairs.length && html`<p class="hint">It has no labels.</p>`}
        <ul class="labels">${pairs.map(([key, value]) => html`<li key=${key}>
            <code>${key}=${value}</code>
            ${operator && html`<button type="button" aria-label="Remove ${key}" disabled=${deed.busy}
                onClick=${() => change({ remove: [key] })}>×</button>`}
        </li>`)}</ul>
        ${operator && html`
            <${Asking} label="Label" deed="Set" placeholder="site=lab" busy=${deed.busy} required onGive=${set} />
            <${Asking} key=${labels[TITLE]} label="Title" deed="Rename" placeholder="Door, second floor" busy=${deed.busy}
                first=${labels[TITLE]} onGive=${entitle} />
            <p class="hint">Its name, ${name}, stays: it is its identity.</p>`}
        ${deed.failed && html`<p class="bad" role="alert">${deed.said}</p>`}
    </section>`;
}

/** A field of one line and its button; what was taken leaves the field, unless it began with something. */
function Asking({ label, deed, placeholder, busy, required = false, first = "", onGive }) {
    const [typed, setTyped] = useState(first);
    const give = async (event) => {
        event.preventDefault();
        if ((await onGive(typed)) && required) setTyped("");
    };
    return html`<form class="choices" onSubmit=${give}>
        <label>${label} <input size="14" placeholder=${placeholder} required=${required} autocomplete="off"
            spellcheck=${false} value=${typed} onInput=${(event) => setTyped(event.target.value)} /></label>
        <button disabled=${busy}>${deed}</button>
    </form>`;
}
