import { change } from "../../address.js";
import { html, useEffect, useState } from "../../html.js";

const EXAMPLES = { selector: "site=lab" };

/** A filter: one of its choices, or what is typed, with what may be typed offered; wrong says why it is refused. */
export function Field({ name, title, description, choices, value, offered = [], wrong }) {
    const told = `filter-${name}-wrong`;
    const about = {
        value, title: description, onChange: (event) => change({ [name]: event.target.value.trim(), before: "" }),
        ...(wrong ? { "aria-invalid": "true", "aria-describedby": told } : {}),
    };
    return html`<div class="field">
        <label>${title} ${choices
            ? html`<${Chosen} about=${about} choices=${choices} />`
            : html`<${Typed} about=${about} name=${name} offered=${offered} />`}</label>
        ${wrong && html`<p class="bad" role="alert" id=${told}>${wrong}</p>`}
    </div>`;
}

const Chosen = ({ about, choices }) => html`<select ...${about}>
    ${["", ...choices].map((each) => html`<option key=${each} value=${each} selected=${each === about.value}>
        ${each || "any"}</option>`)}
</select>`;

/** What is typed stays while other things are drawn anew, and counts once the field is left or Enter pressed. */
function Typed({ about: { value, ...about }, name, offered }) {
    const [typed, setTyped] = useState(value);
    useEffect(() => setTyped(value), [value]);
    const offers = offered.length > 0 ? `filter-${name}-offers` : null;
    return html`<input ...${about} value=${typed} onInput=${(event) => setTyped(event.target.value)} list=${offers}
            placeholder=${EXAMPLES[name] ?? "any"} autocomplete="off" spellcheck=${false} />
        ${offers && html`<datalist id=${offers}>${offered.map((each) => html`<option key=${each} value=${each} />`)}</datalist>`}`;
}
