import { orderSentence } from "../api.js";
import { useRef, useState } from "../html.js";

/**
 * A deed that is done once at a time: [{busy, said, failed}, begin]. begin(deed) awaits it and keeps the sentence that
 * it returns, or what went wrong; it resolves to whether all went well.
 */
export function useDeed() {
    const [now, setNow] = useState({ busy: false, said: "", failed: false });
    const running = useRef(false);
    const begin = async (deed) => {
        if (running.current) return false;
        running.current = true;
        setNow({ busy: true, said: "", failed: false });
        const outcome = await deed().then(
            (said) => ({ said: said ?? "", failed: false }),
            (error) => ({ said: orderSentence(error), failed: true }),
        );
        running.current = false;
        setNow({ busy: false, ...outcome });
        return !outcome.failed;
    };
    return [now, begin];
}
