// The usual types: what goes in and what comes out, in the drivers' own ways, which `others` names.

import { COPY } from "./checks.js";

const USUAL = {
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

export const typesTable = `types_${COPY}`;
export const createTypes =
    `CREATE TABLE ${typesTable} (turn int4, ${Object.entries(USUAL).map(([name, [type]]) => `${name} ${type}`).join(", ")})`;

/** The group "types"; a client has rows(template, ...arguments), too. */
export function typesOf(checks, client, others = {}) {
    const usual = { ...USUAL, ...others };
    const names = Object.keys(usual).join(", ");
    const given = Object.values(usual).map(([, value]) => value);

    return async function types() {
        for (let turn = 0; turn < 4; turn++) {
            await client.execute(`INSERT INTO ${typesTable} (turn, ${names})
                VALUES (${turn}, ${given.map(() => "{}").join(", ")})`, ...given);
            const [row] = await client.rows(`SELECT ${names} FROM ${typesTable} WHERE turn = {}`, turn);
            for (const [name, [type, value, seen = value]] of Object.entries(usual)) {
                checks.equal("types", type, row?.[name], seen);
            }
            await client.execute(`UPDATE ${typesTable} SET e = {} WHERE turn = {}`, COPY, turn);
            checks.equal("types", "update",
                await client.value(`SELECT e AS value FROM ${typesTable} WHERE turn = {}`, turn), COPY);
            await client.execute(`DELETE FROM ${typesTable} WHERE turn = {}`, turn);
            checks.equal("types", "delete", await client.rows(`SELECT e FROM ${typesTable} WHERE turn = {}`, turn), []);
        }
    };
}
