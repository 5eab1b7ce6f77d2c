// Names of prepared statements.

/** The name of a statement is told by its place, so that both copies have the same names for different texts. */
export class Names {
    #names = new Map();

    of(text) {
        if (!this.#names.has(text)) this.#names.set(text, `statement_${this.#names.size}`);
        return this.#names.get(text);
    }
}
