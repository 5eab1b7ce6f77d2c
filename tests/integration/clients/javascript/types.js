// Rows of the usual types: made, read, changed and deleted.

import { COPY } from "./checks.js";

/** Type, value that goes in and, where it differs, value that comes out. */
export const USUAL = {
    a: ["int2", -7],
    b: ["int4", 70000],
    c: ["int8", "1099511627776"],
    d: ["numeric", "12.50"],
    e: ["text", "grün"],
    f: ["bytea", Buffer.from([0, 255])],
    g: ["bool", true],
    h: ["date", "2024-02-29", new Date(2024, 1, 29)],
    i: ["timestamptz", new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 6))],
    j: ["uuid", "00000000-0000-0000-0000-000000000005"],
    k: ["jsonb", { a: [1] }],
    l: ["int4[]", [1, null, 3]],
    m: ["text[]", ["x", "y,z"]],
    n: ["text", null],
};

export const TYPES_TABLE = `types_${COPY}`;
export const CREATE_TYPES = `CREATE TABLE ${TYPES_TABLE} (turn int4 PRIMARY KEY,
    ${Object.entries(USUAL).map(([name, [type]]) => `${name} ${type}`).join(", ")})`;

/**
 * The group "types". A store has insert(row), find(turn), which gives a row or undefined or null, update(turn, row)
 * and remove(turn). `others` has columns that are different in this client.
 */
export function typesOf(checks, store, others = {}) {
    const columns = Object.entries({ ...USUAL, ...others });
    const given = Object.fromEntries(columns.map(([name, [, value]]) => [name, value]));

    return async function types() {
        for (let turn = 0; turn < 4; turn++) {
            await store.insert({ turn, ...given });
            const row = await store.find(turn);
            for (const [name, [type, value, seen = value]] of columns) {
                checks.equal("types", type, row?.[name], seen);
            }
            await store.update(turn, { e: COPY, b: turn });
            const { b, e } = await store.find(turn) ?? {};
            checks.equal("types", "updated", [b, e], [turn, COPY]);
            await store.remove(turn);
            checks.equal("types", "removed", await store.find(turn) ?? null, null);
        }
    };
}

/** A store on a client that has rows(template, ...arguments), too. */
export function storeOf(client) {
    return {
        insert: (row) => client.execute(`INSERT INTO ${TYPES_TABLE} (${Object.keys(row).join(", ")})
            VALUES (${Object.keys(row).map(() => "{}").join(", ")})`, ...Object.values(row)),
        find: async (turn) => (await client.rows(`SELECT * FROM ${TYPES_TABLE} WHERE turn = {}`, turn))[0],
        update: (turn, row) => client.execute(`UPDATE ${TYPES_TABLE}
            SET ${Object.keys(row).map((name) => `${name} = {}`).join(", ")} WHERE turn = {}`, ...Object.values(row), turn),
        remove: (turn) => client.execute(`DELETE FROM ${TYPES_TABLE} WHERE turn = {}`, turn),
    };
}
