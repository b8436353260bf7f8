import { takeToken } from "./address.js";
import { get, isSilence, post, remove, sentence, signals } from "./api.js";
import { follow } from "./changes.js";
import { useEffect, useState } from "./html.js";
import { kept } from "./kept.js";

const SESSION = "/v1/session";
const BEGAN = "signed-in";

/**
 * Who is signed in: {me, note, signIn, signOut}. me is undefined until that is known, null where nobody is; note says
 * why. The browser keeps a cookie that no script sees, so that a new tab is signed in, too.
 *
 * A link may bring a token, but who is signed in stays who they are: a stranger's link makes nobody work under a
 * stranger's name.
 */
export function useSession() {
    const [{ me, note }, setSession] = useState({ note: "" });
    const leave = (why) => setSession({ me: null, note: why });
    const end = (why) => (kept.set(BEGAN, false), leave(why));
    const enter = (found) => (kept.set(BEGAN, true), setSession({ me: found, note: "" }));
    const signIn = (text) => {
        setSession(({ me: before }) => ({ me: before, note: "Signing in …" }));
        return post(SESSION, { token: text }).then(enter, (error) => leave(sentence(error)));
    };
    const signOut = () => remove(SESSION).then(() => end(""), (error) => leave(sentence(error)));
    useEffect(() => {
        const ending = new AbortController();
        signals.addEventListener("refused", (event) => end(event.detail), { signal: ending.signal });
        begin(enter, leave, signIn);
        return () => ending.abort();
    }, []);
    useEffect(() => {
        const take = () => {
            const brought = takeToken();
            if (!me && brought) signIn(brought);
        };
        window.addEventListener("hashchange", take);
        return () => window.removeEventListener("hashchange", take);
    }, [me]);
    useEffect(() => (me ? follow() : undefined), [me]);
    return { me, note, signIn, signOut };
}

/** Whoever was signed in before still is; otherwise a token that a link brings opens the page. */
async function begin(enter, leave, signIn) {
    const brought = takeToken();
    const { found, error } = kept.get(BEGAN, false) ? await whoIsThere() : {};
    if (found) enter(found);
    else if (error && isSilence(error)) leave(sentence(error));
    else if (brought) await signIn(brought);
    else leave(error ? sentence(error) : "");
}

const whoIsThere = () => get("/v1/me").then((found) => ({ found }), (error) => ({ error }));
