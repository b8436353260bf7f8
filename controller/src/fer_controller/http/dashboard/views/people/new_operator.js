import { nowMs, post } from "../../api.js";
import { html, useState } from "../../html.js";
import { useDeed } from "../../parts/deed.js";
import { Outcome } from "../../parts/outcome.js";
import { Given } from "./given.js";

const DAY_MS = 86_400_000;
const LIVES = [["", "never"], ["30", "in 30 days"], ["90", "in 90 days"], ["365", "in a year"]];

/** Adds an operator; made({operator, role, token}) is told of their token. */
export function NewOperator({ made, again }) {
    const [deed, begin] = useDeed();
    const [open, setOpen] = useState(false);
    const add = (event) => {
        event.preventDefault();
        const { days, ...given } = Object.fromEntries(new FormData(event.target));
        begin(async () => {
            made(await post("/v1/operators", { ...given, expires_at: days ? inDays(days) : null }));
            setOpen(false);
            again();
        });
    };
    return html`<details class="panel" open=${open} onToggle=${(event) => setOpen(event.target.open)}>
        <summary>New operator</summary>
        ${open && html`<form class="fields" aria-busy=${deed.busy} onSubmit=${add}>
            <div class="field">
                <label>Name <input name="operator" required autocomplete="off" spellcheck=${false}
                    aria-describedby="name-hint" /></label>
                <small id="name-hint">As the audit log names them.</small>
            </div>
            <${Given} role="viewer" />
            <div class="field"><label>Expires <select name="days">
                ${LIVES.map(([value, title]) => html`<option key=${value} value=${value}>${title}</option>`)}
            </select></label></div>
            <div><button class="deed" disabled=${deed.busy}>Make a token</button></div>
        </form>`}
        <${Outcome} ...${deed} doing="Making a token …" />
    </details>`;
}

const inDays = (days) => new Date(nowMs() + days * DAY_MS).toISOString();
