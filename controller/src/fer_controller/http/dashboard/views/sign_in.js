import { html, useState } from "../html.js";

/** Asks for a token. */
export function SignIn({ note, signIn }) {
    const [typed, setTyped] = useState("");
    const submit = (event) => (event.preventDefault(), signIn(typed.trim()));
    return html`<form id="sign-in" onSubmit=${submit}>
        <h1>Sign in</h1>
        <label>Token <input
            type="password" autocomplete="off" spellcheck=${false} required autofocus value=${typed}
            onInput=${(event) => setTyped(event.target.value)} /></label>
        <button class="deed">Sign in</button>
        <p class="bad" role="status" aria-live="polite">${note}</p>
        <p class="hint">A token comes from <code>fer-controller operators add NAME --role viewer</code>, on the
            controller’s machine. The page does not keep it: the browser stays signed in, in every tab, by a cookie.</p>
    </form>`;
}
