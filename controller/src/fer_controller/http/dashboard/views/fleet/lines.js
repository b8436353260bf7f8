import { changes } from "../../changes.js";
import { useEffect, useState } from "../../html.js";

/** Lines as they were asked for, with what the controller told of them since; again() asks where that is too much. */
export function useLines(lines, again) {
    const [newer, setNewer] = useState({ of: lines, told: new Map() });
    useEffect(() => {
        const take = ({ detail: { changed, gone, more } }) => {
            if (more || gone.length) again();
            setNewer(({ of, told }) => ({ of, told: new Map([...told, ...changed.map((line) => [line.device, line])]) }));
        };
        setNewer({ of: lines, told: new Map() });
        changes.addEventListener("devices", take);
        return () => changes.removeEventListener("devices", take);
    }, [lines]);
    return newer.of === lines ? lines.map((line) => ({ ...line, ...newer.told.get(line.device) })) : lines;
}
