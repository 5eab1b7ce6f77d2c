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
const pipelined = { pipeline: words.includes("pipeline") };
const PACKAGES = { cursor: ["pg-cursor", "pg"], "query-stream": ["pg-query-stream", "pg"] }[how] ?? ["pg"];
const checks = new Checks(PACKAGES[0], ...PACKAGES);
const way = WAYS[how]();
const connection = await needed(checks, () => connect(checks, pipelined));
const other = await needed(checks, () => connect(checks));
const client = new PgConnection(connection, way);

async function batch() {
    for (let turn = 0; turn < 4; turn++) {
        const sent = Array.from({ length: 50 }, (_, n) =>
            client.value("SELECT CAST({} AS int4) + CAST({} AS int4) AS value", n, turn));
        checks.equal("batch", "many at once", await Promise.all(sent), sent.map((_, n) => n + turn));
        const answers = await Promise.allSettled([3, 0, 4].map((n) =>
            client.value("SELECT CAST({} AS int4) / CAST({} AS int4) AS value", 12, n)));
        checks.equal("batch", "an error among them", answers.map(({ value, reason }) => value ?? reason.code),
            [4, "22012", 3]);
    }
    const pool = new pg.Pool({ max: 6, ...pipelined });
    pool.on("error", checks.lost);
    const both = ["SELECT {}::int4 * 10 + 1 AS value", `SELECT {}::int4 * 10 + ${COPY.charCodeAt(0)} AS value`];
    const ask = async (template, n) => {
        const lent = await pool.connect();
        return new PgConnection(lent, way).value(template, n).finally(() => lent.release());
    };
    for (let turn = 0; turn < 4; turn++) {
        const values = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(both[n % 2], n)));
        checks.equal("batch", "many of a pool", values, values.map((_, n) => n * 10 + (n % 2 ? COPY.charCodeAt(0) : 1)));
    }
    await pool.end();
}

async function binary() {
    const name = how === "named" ? { name: "in_binary" } : {};
    for (let turn = 0; turn < 4; turn++) {
        const { rows } = await connection.query({
            ...name, text: "SELECT $1::int4 AS a, $2::text AS b, $3::bool AS c", values: [turn, COPY, true], binary: turn % 2 === 0,
        });
        checks.equal("types", "binary and text", rows, [{ a: turn, b: COPY, c: true }]);
    }
}

/** What fails when it is parsed has no name left, and what follows is as ever. */
async function errors() {
    const missing = `SELECT a AS value FROM missing_${COPY} WHERE a = {}`;
    for (let turn = 0; turn < 2; turn++) {
        for (const n of [1, 2]) await checks.expect("common", `no table, ${n}`, "42P01", () => client.value(missing, n));
        await other.query(`CREATE TABLE missing_${COPY} AS SELECT 1 AS a`);
        checks.equal("common", "a table at last", await client.value(missing, 1), 1);
        await other.query(`DROP TABLE missing_${COPY}`);
        await checks.expect("common", "no table again", "42P01", () => client.value(missing, 1));
        await checks.expect("common", "not a number", "22P02", () => client.value("SELECT {}::int4 AS value", "x"));
        checks.equal("common", "a number", await client.value("SELECT {}::int4 AS value", "7"), 7);
        await checks.expect("common", "syntax", "42601", () => client.value(`SELEC {}`, 1));
    }
    await checks.expect("common", "an aborted transaction", "25P02", () => client.transaction(async () => {
        await checks.expect("common", "in a transaction", "22012", () => client.value("SELECT 1 / {}::int4 AS value", 0));
        await client.value("SELECT {}::int4 AS value", "7");
    }));
    checks.equal("common", "after it", await client.value("SELECT {}::int4 AS value", "8"), 8);
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
        const paged = await connection.query({ text: "SELECT generate_series(1, $1::int4) AS n", values: [25 + turn], rows: 10 });
        checks.equal("cursor", "by pages", paged.rows.map(({ n }) => n), Array.from({ length: 25 + turn }, (_, n) => n + 1));
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
        await checks.expect("copy", "bad data", "22P02", () =>
            pipeline(Readable.from(["x\ty\n"]), connection.query(copyFrom(`COPY copied_${COPY} FROM STDIN`))));
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
    const column = `SELECT b AS value FROM changed_${COPY} WHERE a = {}`;
    checks.equal("ddl", "a column", await client.value(column, 1), "new");
    await other.query(`ALTER TABLE changed_${COPY} DROP b`);
    for (const turn of [1, 2]) await checks.expect("ddl", `column dropped, ${turn}`, "42703", () => client.value(column, 1));
    await other.query(`ALTER TABLE changed_${COPY} ADD b text DEFAULT 'back'`);
    checks.equal("ddl", "column again", await client.value(column, 1), "back");
    await other.query(`DROP TABLE changed_${COPY}; CREATE TABLE changed_${COPY} AS SELECT 1::int8 AS a, 'other'::text AS b`);
    checks.equal("ddl", "another table of the name", await client.value(column, 1), "other");
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

const groups = pipelined.pipeline ? [binary, errors, batch, ddl, reset] : [binary, errors, batch, cursor, copy, ddl, cancel, reset];

await run(checks, {
    setUp: () => other.query(`
        CREATE TABLE common_${COPY} (id int4); ${CREATE_TYPES}; CREATE TABLE copied_${COPY} (a int4, b text);
        CREATE TABLE changed_${COPY} (a int4)`),
    groups: [commonOf(checks, client), typesOf(checks, storeOf(client)), ...groups],
    tearDown: () => Promise.all([connection.end(), other.end()]),
});
