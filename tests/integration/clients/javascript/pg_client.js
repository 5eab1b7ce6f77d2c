// pg_client.js unnamed|named|cursor|query-stream [pipeline]

import { setTimeout as wait } from "node:timers/promises";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import Cursor from "pg-cursor";

import { COPY, Checks, needed, run } from "./checks.js";
import { PgConnection, WAYS, connect } from "./pg_connection.js";
import { commonOf } from "./statements.js";
import { CREATE_TYPES, storeOf, typesOf } from "./types.js";

const [, , how, ...words] = process.argv;
const options = { pipeline: words.includes("pipeline") };
const PACKAGES = { cursor: ["pg-cursor", "pg"], "query-stream": ["pg-query-stream", "pg"] }[how] ?? ["pg"];
const checks = new Checks(PACKAGES[0], ...PACKAGES);
const way = WAYS[how]();
const connection = await needed(checks, () => connect(checks, options));
const other = await needed(checks, () => connect(checks));
const client = new PgConnection(connection, way);

async function batch() {
    for (let turn = 0; turn < 4; turn++) {
        const sent = Array.from({ length: 50 }, (_, n) => client.value("SELECT CAST({} AS int4) + CAST({} AS int4) AS value", n, turn));
        checks.equal("batch", "many at once", await Promise.all(sent), sent.map((_, n) => n + turn));
        const answers = await Promise.allSettled([3, 0, 4].map((n) =>
            client.value("SELECT CAST({} AS int4) / CAST({} AS int4) AS value", 12, n)));
        checks.equal("batch", "an error among them", answers.map(({ value, reason }) => value ?? reason.code),
            [4, "22012", 3]);
    }
}

async function cursor() {
    for (let turn = 0; turn < 3; turn++) {
        await client.transaction(async () => {
            const opened = connection.query(new Cursor("SELECT generate_series($1::int4, 50) AS n", [turn]));
            const numbers = async (count) => (await opened.read(count)).map(({ n }) => n);
            checks.equal("cursor", "first", await numbers(3), [turn, turn + 1, turn + 2]);
            checks.equal("cursor", "second", await numbers(2), [turn + 3, turn + 4]);
            checks.equal("cursor", "rest", (await numbers(100)).length, 46 - turn);
            await opened.close();
        });
        const left = connection.query(new Cursor("SELECT generate_series(1, $1::int4) AS n", [1000 + turn]));
        checks.equal("cursor", "left early", (await left.read(10)).length, 10);
        await left.close();
    }
}

async function copy() {
    const lines = Array.from({ length: 500 }, (_, n) => `${n}\trow ${n}\n`);
    for (let turn = 0; turn < 3; turn++) {
        await pipeline(Readable.from(lines), connection.query(copyFrom(`COPY copied_${COPY} FROM STDIN`)));
        checks.equal("copy", "in",
            await client.value(`SELECT CAST(count(*) AS int4) AS value FROM copied_${COPY} WHERE a >= {}`, 0), 500);
        checks.equal("copy", "out",
            await text(connection.query(copyTo(`COPY (SELECT * FROM copied_${COPY} ORDER BY a) TO STDOUT`))),
            lines.join(""));
        await client.execute(`TRUNCATE copied_${COPY}`);
    }
}

/** A named statement stays what it was: pg does not prepare it anew. */
async function ddl() {
    const all = `SELECT * FROM changed_${COPY} WHERE a = {}`;
    const insert = `INSERT INTO changed_${COPY} (a) VALUES ({})`;
    const changed = async (name, rows) => {
        if (how !== "named") checks.equal("ddl", name, await client.rows(all, 1), rows);
        else for (const turn of [1, 2]) await checks.expect("ddl", `${name}, ${turn}`, "0A000", () => client.rows(all, 1));
        checks.equal("ddl", `${name}, a new statement`, await client.rows(`${all} /* ${name} */`, 1), rows);
    };
    await client.execute(insert, 1);
    checks.equal("ddl", "before", await client.rows(all, 1), [{ a: 1 }]);
    await other.query(`ALTER TABLE changed_${COPY} ADD b text DEFAULT 'new'`);
    await changed("column added", [{ a: 1, b: "new" }]);
    await other.query(`ALTER TABLE changed_${COPY} ALTER a TYPE int8`);
    await changed("type changed", [{ a: "1", b: "new" }]);
    const big = "1099511627776";
    if (how === "named") await checks.expect("ddl", "a parameter's type stays", "22003", () => client.execute(insert, big));
    else await client.execute(insert, big);
    await client.execute(insert, 2);
    checks.equal("ddl", "inserted", await client.rows(`SELECT a FROM changed_${COPY} ORDER BY a`),
        ["1", "2", ...(how === "named" ? [] : [big])].map((a) => ({ a })));
}

async function cancel() {
    for (let turn = 0; turn < 2; turn++) {
        await checks.expect("cancel", "statement ended", "57014", () => new Promise((resolve, reject) => {
            const query = new pg.Query({ text: "SELECT pg_sleep($1)", values: [30] },
                (error, result) => error ? reject(error) : resolve(result));
            connection.query(query);
            wait(300).then(() => new pg.Client().cancel(connection, query));
        }));
        checks.equal("cancel", "usable", await client.value("SELECT CAST({} AS int4) AS value", turn), turn);
    }
}

async function reset() {
    const pool = new pg.Pool({ max: 2 });
    pool.on("error", checks.lost);
    for (let turn = 0; turn < 6; turn++) {
        const lent = await Promise.all([pool.connect(), pool.connect()]);
        for (const one of lent) {
            checks.equal("reset", "lent again",
                await new PgConnection(one, way).value("SELECT CAST({} AS int4) + 1 AS value", turn), turn + 1);
        }
        for (const one of lent) one.release();
        checks.equal("reset", "of the pool", (await pool.query("SELECT $1::text AS value", [COPY])).rows[0].value, COPY);
    }
    await pool.end();
}

const groups = options.pipeline ? [batch, ddl, reset] : [batch, cursor, copy, ddl, cancel, reset];

await run(checks, {
    setUp: () => other.query(`
        CREATE TABLE common_${COPY} (id int4); ${CREATE_TYPES}; CREATE TABLE copied_${COPY} (a int4, b text);
        CREATE TABLE changed_${COPY} (a int4)`),
    groups: [commonOf(checks, client), typesOf(checks, storeOf(client)), ...groups],
    tearDown: () => Promise.all([connection.end(), other.end()]),
});
