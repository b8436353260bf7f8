import { useAddress } from "./address.js";
import { html, render, useEffect, useState } from "./html.js";
import { signals } from "./live.js";
import { Confirmation } from "./parts/dialog.js";
import { ROUTES, routed } from "./routes.js";
import { useSession } from "./session.js";
import { SignIn } from "./views/sign_in.js";

function Page() {
    const address = useAddress();
    const { me, note, signIn, signOut } = useSession();
    const { name, view } = routed(address);
    useEffect(() => {
        document.title = `${address.id || view.title} · Light-FER Fleet`;
    }, [view, address.id]);
    return html`
        <${Header} me=${me} open=${name} signOut=${signOut} />
        <${Notice} />
        <main>
            ${me && html`<${view.View} key=${`${name}/${address.id}`} me=${me} ...${address} />`}
            ${me === null && html`<${SignIn} note=${note} signIn=${signIn} />`}
        </main>
        <${Confirmation} />`;
}

function Header({ me, open, signOut }) {
    return html`<header>
        <strong class="brand">Light-FER Fleet</strong>
        ${me && html`
            <nav aria-label="Views">${Object.entries(ROUTES).map(([name, { all: { title, Count } }]) => html`<a
                key=${name} href="#${name}" aria-current=${name === open ? "page" : null}>
                ${title}${Count && html` <${Count} />`}</a>`)}</nav>
            <div class="account">
                <span>${[me.name, me.role, me.selector].filter(Boolean).join(", ")}</span>
                <button type="button" onClick=${signOut}>Sign out</button>
            </div>`}
    </header>`;
}

/** What is wrong with the controller, for as long as it is. */
function Notice() {
    const [trouble, setTrouble] = useState(null);
    useEffect(() => {
        const tell = (event) => setTrouble(event.detail);
        signals.addEventListener("trouble", tell);
        return () => signals.removeEventListener("trouble", tell);
    }, []);
    return html`<p class="notice" role="status" aria-live="polite" hidden=${!trouble}>${trouble?.text}</p>`;
}

render(html`<${Page} />`, document.getElementById("page"));
