// slonik_client.js

import { createPool, sql } from "slonik";
import { z } from "zod";

import { COPY, Checks, needed, run } from "./checks.js";
import { SERVER_URL } from "./server.js";
import { commonOf, pieces } from "./statements.js";
import { CREATE_TYPES, USUAL, storeOf, typesOf } from "./types.js";

/** Slonik is for Node.js 24; this is what an older one lacks. */
Promise.withResolvers ??= function () {
    const resolvers = {};
    resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
    return resolvers;
};

const checks = new Checks("slonik", "slonik", "pg");
const db = await needed(checks, () => createPool(SERVER_URL));

class Client {
    constructor(on) {
        this.on = on;
    }

    async rows(template, ...values) {
        return [...await this.on.any(sql.unsafe(pieces(template), ...values))];
    }

    value(template, ...values) {
        return this.on.oneFirst(sql.unsafe(pieces(template), ...values));
    }

    async execute(template, ...values) {
        await this.on.query(sql.unsafe(pieces(template), ...values));
    }

    transaction(step) {
        return this.on.transaction((inside) => step(new Client(inside)));
    }
}

/** Slonik has a way of its own for each of these: numbers, milliseconds and marked parameters. */
const moment = USUAL.i[1];
const others = {
    c: ["int8", "1099511627776", 1099511627776n],
    d: ["numeric", 12.5],
    f: ["bytea", sql.binary(Buffer.from([0, 255])), Buffer.from([0, 255])],
    h: ["date", sql.date(new Date(2024, 1, 29)), "2024-02-29"],
    i: ["timestamptz", sql.timestamp(moment), moment.getTime()],
    k: ["jsonb", sql.jsonb({ a: [1] }), { a: [1] }],
    l: ["int4[]", sql.array([1, null, 3], "int4"), [1, null, 3]],
    m: ["text[]", sql.array(["x", "y,z"], "text"), ["x", "y,z"]],
};

async function batch() {
    const table = sql.identifier([`batch_${COPY}`]);
    for (let turn = 0; turn < 3; turn++) {
        const rows = Array.from({ length: 300 }, (_, n) => [turn, `row ${n}`]);
        await db.query(sql.unsafe`INSERT INTO ${table} (turn, title)
            SELECT * FROM ${sql.unnest(rows, ["int4", "text"])}`);
        const titles = await db.anyFirst(sql.type(z.object({ title: z.string() }))`
            SELECT title FROM ${table} WHERE turn = ${turn}`);
        checks.equal("batch", "rows", new Set(titles).size, 300);
    }
}

async function cursor() {
    for (let turn = 0; turn < 3; turn++) {
        let count = 0;
        await db.stream(sql.unsafe`SELECT generate_series(1, ${350 + turn}::int4) AS n`, (stream) => {
            stream.on("data", ({ data: { n } }) => count += n > 0);
        });
        checks.equal("cursor", "streamed", count, 350 + turn);
    }
}

/** Slonik resets a connection by DISCARD ALL when it comes back to the pool. */
async function reset() {
    for (let turn = 0; turn < 4; turn++) {
        const values = await Promise.all([1, 2, 3, 4, 5, 6].map((n) =>
            db.oneFirst(sql.unsafe`SELECT ${n}::int4 + ${turn}::int4`)));
        checks.equal("reset", "at once", values.map((value) => value - turn), [1, 2, 3, 4, 5, 6]);
        await checks.expect("reset", "rolled back", "22012", () => db.transaction(async (outer) => {
            await outer.query(sql.unsafe`INSERT INTO ${sql.identifier([`common_${COPY}`])} VALUES (-1)`);
            await outer.transaction((nested) => nested.query(sql.unsafe`SELECT ${turn}::int4 / 0`));
        }));
        checks.equal("reset", "nothing is left",
            await db.exists(sql.unsafe`SELECT 1 FROM ${sql.identifier([`common_${COPY}`])} WHERE id < ${0}`), false);
        await db.connect(async (one) => {
            for (const n of [1, 2]) checks.equal("reset", "one connection", await one.oneFirst(sql.unsafe`SELECT ${n}::int4`), n);
        });
    }
}

const create = [`CREATE TABLE common_${COPY} (id int4)`, CREATE_TYPES, `CREATE TABLE batch_${COPY} (turn int4, title text)`];

await run(checks, {
    setUp: async () => { for (const statement of create) await new Client(db).execute(statement); },
    groups: [commonOf(checks, new Client(db)), typesOf(checks, storeOf(new Client(db)), others), batch, cursor, reset],
    tearDown: () => db.end(),
});
