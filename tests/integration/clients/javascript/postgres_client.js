// postgres_client.js [begin] [prepare=false]

import { setTimeout as wait } from "node:timers/promises";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import postgres from "postgres";

import { COPY, Checks, run } from "./checks.js";
import { PostgresJs } from "./postgres_js.js";
import { commonOf, pieces } from "./statements.js";
import { CREATE_TYPES, storeOf, typesOf } from "./types.js";

const words = process.argv.slice(2);
const options = words.includes("prepare=false") ? { prepare: false } : {};
const checks = new Checks("postgres.js", "postgres");
const sql = postgres(options);
const other = postgres({ ...options, max: 1 });

/** Every statement in a transaction of its own. */
class InBegin extends PostgresJs {
    rows(template, ...values) {
        return this.sql.begin((inside) => new PostgresJs(inside).rows(template, ...values));
    }
}

const client = words.includes("begin") ? new InBegin(sql) : new PostgresJs(sql);

/** One connection has many statements under way; the second of two has its Parse behind the first one's Sync. */
async function batch() {
    const one = postgres({ ...options, max: 1 });
    for (let turn = 0; turn < 4; turn++) {
        const sent = Array.from({ length: 50 }, (_, n) => one`SELECT ${n}::int4 + ${turn}::int4 AS value`);
        checks.equal("batch", "many at once", (await Promise.all(sent)).map(([{ value }]) => value),
            sent.map((_, n) => n + turn));
        const answers = await Promise.allSettled([3, 0, 4].map((n) => one`SELECT 12 / ${n}::int4 AS value`));
        checks.equal("batch", "an error among them",
            answers.map(({ value, reason }) => value?.[0].value ?? reason.code), [4, "22012", 3]);
        const mixed = [0, 1, 2].map((n) => one(pieces(`SELECT {}::text || ' of ${turn}, ${n}' AS value`), "turn"));
        checks.equal("batch", "new statements", (await Promise.all(mixed)).map(([{ value }]) => value),
            [0, 1, 2].map((n) => `turn of ${turn}, ${n}`));
    }
    const both = ["SELECT {}::int4 * 10 + 1 AS value", `SELECT {}::int4 * 10 + ${COPY.charCodeAt(0)} AS value`];
    for (let turn = 0; turn < 4; turn++) {
        const values = await Promise.all(Array.from({ length: 60 }, (_, n) => client.value(both[n % 2], n)));
        checks.equal("batch", "many of a pool", values, values.map((_, n) => n * 10 + (n % 2 ? COPY.charCodeAt(0) : 1)));
    }
    await one.end();
}

/** Errors while a statement is prepared, which postgres.js ends by a Sync of its own, among others that are under way. */
async function errors() {
    const one = postgres({ ...options, max: 1 });
    const missing = one(`missing_${COPY}`);
    const ask = (n) => one`SELECT ${n}::int4 AS value`;
    for (let turn = 0; turn < 3; turn++) {
        const answers = await Promise.allSettled([
            ask(1), one`SELECT a FROM ${missing} WHERE a = ${turn}`, ask(2), one`SELEC ${turn}`, ask(3), ask("x"), ask(4),
            one`SELECT a FROM ${missing}`, ask(5)]);
        checks.equal("common", "errors among others", answers.map(({ value, reason }) => value?.[0].value ?? reason.code),
            [1, "42P01", 2, "42601", 3, "22P02", 4, "42P01", 5]);
        await other`CREATE TABLE ${missing} AS SELECT ${turn}::int4 AS a`;
        checks.equal("common", "a table at last", [...await one`SELECT a FROM ${missing} WHERE a = ${turn}`], [{ a: turn }]);
        await other`DROP TABLE ${missing}`;
        await checks.expect("common", "no table again", "42P01", () => one`SELECT a FROM ${missing} WHERE a = ${turn}`);
    }
    await one.begin(async (inside) => {
        await checks.expect("common", "in a savepoint", "22012", () => inside.savepoint((nested) => nested`SELECT 1 / ${0}::int4`));
        checks.equal("common", "after it", (await inside`SELECT ${8}::int4 AS value`)[0].value, 8);
    });
    await checks.expect("common", "an aborted transaction", "22012", () => one.begin(async (inside) => {
        await inside`SELECT 1 / ${0}::int4`.catch(() => {});
        await checks.expect("common", "in it", "25P02", () => inside`SELECT ${7}::int4`);
    }));
    await one.end();
}

async function cursor() {
    for (let turn = 0; turn < 3; turn++) {
        const found = [];
        for await (const rows of sql`SELECT generate_series(${turn}::int4, 120) AS n`.cursor(50)) found.push(rows.length);
        checks.equal("cursor", "iterated", found.reduce((sum, count) => sum + count), 121 - turn);
        let left = 0;
        await sql`SELECT generate_series(1, ${1000 + turn}::int4) AS n`.cursor(10, (rows) => {
            left += rows.length;
            return sql.CLOSE;
        });
        checks.equal("cursor", "left early", left, 10);
        await sql.begin(async (inside) => {
            let sum = 0;
            await inside`SELECT generate_series(1, ${turn}::int4) AS n`.cursor(2, (rows) => {
                for (const { n } of rows) sum += n;
            });
            checks.equal("cursor", "in a transaction", sum, turn * (turn + 1) / 2);
        });
        let each = 0;
        await sql`SELECT generate_series(1, ${30 + turn}::int4) AS n`.forEach(() => each++);
        checks.equal("cursor", "forEach", each, 30 + turn);
    }
}

async function copy() {
    const lines = Array.from({ length: 500 }, (_, n) => `${n}\trow ${n}\n`);
    const table = sql(`copied_${COPY}`);
    for (let turn = 0; turn < 3; turn++) {
        await pipeline(Readable.from(lines), await sql`COPY ${table} FROM STDIN`.writable());
        checks.equal("copy", "in",
            await client.value(`SELECT CAST(count(*) AS int4) AS value FROM copied_${COPY} WHERE a >= {}`, 0), 500);
        checks.equal("copy", "out",
            await text(await sql`COPY (SELECT * FROM ${table} ORDER BY a) TO STDOUT`.readable()), lines.join(""));
        await client.execute(`TRUNCATE copied_${COPY}`);
    }
}

/** postgres.js heals 0A000 by preparing the statement anew. */
async function ddl() {
    const one = postgres({ ...options, max: 1 });
    const all = () => one`SELECT * FROM ${one(`changed_${COPY}`)} WHERE a = ${1}`;
    const seen = async (name, row) => checks.equal("ddl", name, [...await all()], [row]);
    await seen("before", { a: 1 });
    await seen("again", { a: 1 });
    await other.unsafe(`ALTER TABLE changed_${COPY} ADD b text DEFAULT 'new'`);
    await seen("column added", { a: 1, b: "new" });
    await other.unsafe(`ALTER TABLE changed_${COPY} ALTER a TYPE int8`);
    await seen("type changed", { a: "1", b: "new" });
    await seen("again", { a: "1", b: "new" });
    const column = () => one`SELECT b FROM ${one(`changed_${COPY}`)} WHERE a = ${1}`;
    checks.equal("ddl", "a column", [...await column()], [{ b: "new" }]);
    await other.unsafe(`ALTER TABLE changed_${COPY} DROP b`);
    for (const turn of [1, 2]) await checks.expect("ddl", `column dropped, ${turn}`, "42703", column);
    await other.unsafe(`ALTER TABLE changed_${COPY} ADD b int4 DEFAULT 5`);
    checks.equal("ddl", "column of another type", [...await column()], [{ b: 5 }]);
    await other.unsafe(`DROP TABLE changed_${COPY}; CREATE TABLE changed_${COPY} AS SELECT 1::int8 AS a, 'other'::text AS b`);
    checks.equal("ddl", "another table of the name", [...await column()], [{ b: "other" }]);
    await one.end();
}

async function cancel() {
    for (let turn = 0; turn < 2; turn++) {
        await checks.expect("cancel", "statement ended", "57014", async () => {
            const query = sql`SELECT pg_sleep(${30}::float8)`;
            wait(300).then(() => query.cancel());
            await query;
        });
        checks.equal("cancel", "usable", await client.value("SELECT CAST({} AS int4) AS value", turn), turn);
    }
}

/** The pool lends a connection for each transaction and each reservation. */
async function reset() {
    for (let turn = 0; turn < 6; turn++) {
        const values = await Promise.all([1, 2, 3].map((n) => sql.begin(async (inside) => {
            await inside`INSERT INTO ${inside(`lent_${COPY}`)} VALUES (${turn}, ${n})`;
            return (await inside`SELECT ${n}::int4 + ${turn}::int4 AS value`)[0].value;
        })));
        checks.equal("reset", "transactions at once", values, [1 + turn, 2 + turn, 3 + turn]);
        const reserved = await sql.reserve();
        const [{ value }] = await reserved`SELECT sum(n)::int4 AS value FROM ${reserved(`lent_${COPY}`)} WHERE turn = ${turn}`;
        reserved.release();
        checks.equal("reset", "reserved", value, 6);
    }
}

/** ParameterDescription and RowDescription without an execution. */
async function introspection() {
    for (let turn = 0; turn < 3; turn++) {
        const { types, columns } = await sql`SELECT a, ${"x"}::text AS b FROM ${sql(`copied_${COPY}`)} WHERE a = ${1}`.describe();
        checks.equal("introspection", "parameters", types, [25, 23]);
        checks.equal("introspection", "columns", columns.map(({ name, type }) => [name, type]), [["a", 23], ["b", 25]]);
    }
}

const others = {
    h: ["date", new Date(Date.UTC(2024, 1, 29))],
    l: ["int4[]", [1, -2, 3]], // for NULL in an array of numbers postgres.js has NaN
};

await run(checks, {
    setUp: () => other.unsafe(`
        CREATE TABLE common_${COPY} (id int4); ${CREATE_TYPES}; CREATE TABLE copied_${COPY} (a int4, b text);
        CREATE TABLE changed_${COPY} (a int4); INSERT INTO changed_${COPY} VALUES (1);
        CREATE TABLE lent_${COPY} (turn int4, n int4)`),
    groups: [commonOf(checks, client), typesOf(checks, storeOf(client), others),
             errors, batch, cursor, copy, ddl, cancel, reset, introspection],
    tearDown: () => Promise.all([sql.end(), other.end()]),
});
