const PREFIX = "fer-controller.";

/** What a browser keeps of a person's taste, such as chosen columns; never who they are. */
export const kept = {
    get: (name, otherwise) => JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise,
    set: (name, value) => localStorage.setItem(PREFIX + name, JSON.stringify(value)),
};
