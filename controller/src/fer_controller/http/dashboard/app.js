import { get, sentence, signals, token } from "./api.js";
import { emotions } from "./emotions.js";
import { fleet } from "./fleet.js";
import { models } from "./models.js";
import { clock, find, makeTables, say } from "./page.js";
import { rollouts } from "./rollouts.js";

const VIEWS = { fleet, emotions, rollouts, models };
const FIRST = "fleet";
const IN_ADDRESS = "#token=";

let me = null;
let open = null;

makeTables();
find("sign-in").onsubmit = (event) => (event.preventDefault(), signIn(find("token").value.trim()));
find("sign-out").onclick = () => (token.forget(), location.reload());
window.addEventListener("hashchange", () => (takeFromAddress(), route()));
signals.addEventListener("refused", (event) => signOut(event.detail));
signals.addEventListener("trouble", (event) => tellTrouble(event.detail));
takeFromAddress();
if (token.get()) signIn(token.get());
else signOut("");

/**
 * A link may bring the token, and the view, behind its hash, which is sent to nobody; it leaves the address at once.
 * Who is signed in stays who they are: a stranger's link makes nobody work under a stranger's name.
 */
function takeFromAddress() {
    if (!location.hash.startsWith(IN_ADDRESS)) return;
    const [text, ...view] = location.hash.slice(IN_ADDRESS.length).split("/");
    if (!token.get()) token.set(text);
    history.replaceState(null, "", `#${view.join("/")}`);
}

async function signIn(text) {
    token.set(text);
    say(find("sign-in-note"), "Signing in …");
    try {
        me = await get("/v1/me");
    } catch (error) {
        if (error.status !== 401) signOut(sentence(error));
        return;
    }
    find("token").value = "";
    find("who").textContent = [me.name, me.role, me.selector].filter(Boolean).join(", ");
    show(true);
    route();
}

function signOut(why) {
    token.forget();
    me = null;
    leave();
    show(false);
    say(find("sign-in-note"), why);
    find("token").focus();
}

function show(signedIn) {
    find("sign-in").hidden = signedIn;
    for (const part of document.querySelectorAll(".signed-in")) part.hidden = !signedIn;
    for (const view of document.querySelectorAll(".view")) view.hidden = true;
}

function route() {
    if (!me) return;
    leave();
    const [wanted, id] = location.hash.slice(1).split("/");
    const name = Object.hasOwn(VIEWS, wanted) ? wanted : FIRST;
    open = VIEWS[name];
    document.title = `${open.title} · Light-FER Fleet`;
    for (const view of document.querySelectorAll(".view")) view.hidden = view.id !== `${name}-view`;
    for (const link of document.querySelectorAll("nav a")) {
        link.ariaCurrent = link.hash === `#${name}` ? "page" : null;
    }
    open.open(me, id);
}

/** What a silent controller would say is unknown; each look that is answered paints its part anew. */
function tellTrouble({ text = "", silent = false, sinceMs } = {}) {
    say(find("notice"), text);
    if (!silent) return;
    const since = sinceMs ? `unknown since ${clock(sinceMs).text}` : "unknown: the controller has not answered yet";
    for (const headline of document.querySelectorAll("[data-headline]")) say(headline, since);
}

function leave() {
    open?.close();
    open = null;
}
