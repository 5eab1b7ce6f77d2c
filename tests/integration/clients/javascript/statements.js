// The checks that all programs have in common. A statement is a template of which {} are the parameters.

import { COPY } from "./checks.js";

const ROUNDS = 3, STATEMENTS = 10;
const DIVISION_BY_ZERO = "22012";

/** The pieces of a template as the function of a tagged template gets them. */
export function pieces(template) {
    const strings = template.split("{}");
    Object.defineProperty(strings, "raw", { value: Object.freeze([...strings]) });
    return Object.freeze(strings);
}

export function numbered(template) {
    let number = 0;
    return template.replaceAll("{}", () => `$${++number}`);
}

/** Template, arguments for a round and value for a round; every second one is of this copy alone. */
function* statements() {
    const own = 1000 * (1 + COPY.charCodeAt(0));
    for (let k = 0; k < STATEMENTS; k++) {
        for (const offset of [k, own + k]) yield k % 2 ? text(offset) : integer(k, offset);
    }
}

function integer(k, offset) {
    if (k % 4 === 0) {
        return [`SELECT CAST({} AS int4) * 10000000 + CAST({} AS int4) * 1000000 + ${offset} AS value`,
                (turn) => [turn, 2], (turn) => turn * 10000000 + 2000000 + offset];
    }
    return [`SELECT CAST({} AS int4) * 1000000 + ${offset} AS value`, (turn) => [turn],
            (turn) => turn * 1000000 + offset];
}

function text(offset) {
    return [`SELECT CAST({} AS text) || ' and ${offset}' AS value`, (turn) => [`round ${turn}`],
            (turn) => `round ${turn} and ${offset}`];
}

/**
 * The group "common". A client has value(template, ...arguments), execute(template, ...arguments) and
 * transaction(step), which gives the step a client of this kind.
 */
export function commonOf(checks, client) {
    return async function common() {
        const value = (name, on, template, parameters, expected) => checks.guard("common", name, async () =>
            checks.equal("common", name, await on.value(template, ...parameters), expected));

        for (let turn = 1; turn <= ROUNDS; turn++) {
            for (const [template, parameters, expected] of statements()) {
                await value(template, client, template, parameters(turn), expected(turn));
            }
        }
        const count = `SELECT CAST(count(*) AS int4) AS value FROM common_${COPY} WHERE id >= CAST({} AS int4)`;
        const committed = await checks.guard("common", "transaction", () => client.transaction(async (inside) => {
            for (const number of [1, 2, 3]) {
                await inside.execute(`INSERT INTO common_${COPY} VALUES (CAST({} AS int4))`, number);
            }
            await value("rows seen inside", inside, count, [1], 3);
        }));
        if (committed) await value("commit seen", client, count, [2], 2);
        await checks.expect("common", "division by zero", DIVISION_BY_ZERO, () =>
            client.value("SELECT 1 / CAST({} AS int4) AS value", 0));
        await value("recovery", client, "SELECT CAST({} AS int4) + 1 AS value", [41], 42);
    };
}
