// kysely_client.js

import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import Cursor from "pg-cursor";

import { COPY, Checks, run } from "./checks.js";
import { commonOf, pieces } from "./statements.js";
import { CREATE_TYPES, TYPES_TABLE, typesOf } from "./types.js";

const checks = new Checks("kysely", "kysely", "pg");
const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool(), cursor: Cursor }) });

class Client {
    constructor(on) {
        this.on = on;
    }

    async value(template, ...values) {
        return (await this.execute(template, ...values)).rows[0].value;
    }

    execute(template, ...values) {
        return sql(pieces(template), ...values).execute(this.on);
    }

    transaction(step) {
        return this.on.transaction().execute((inside) => step(new Client(inside)));
    }
}

const store = {
    insert: (row) => db.insertInto(TYPES_TABLE).values(row).execute(),
    find: (turn) => db.selectFrom(TYPES_TABLE).selectAll().where("turn", "=", turn).executeTakeFirst(),
    update: (turn, row) => db.updateTable(TYPES_TABLE).set(row).where("turn", "=", turn).execute(),
    remove: (turn) => db.deleteFrom(TYPES_TABLE).where("turn", "=", turn).execute(),
};

async function introspection() {
    for (let turn = 0; turn < 2; turn++) {
        const name = `made_${COPY}_${turn}`; // not dropped: getTables() of the other copy fails of a table that goes
        await db.schema.createTable(name).addColumn("id", "serial", (column) => column.primaryKey())
            .addColumn("title", "varchar(40)", (column) => column.notNull().unique()).execute();
        await db.schema.alterTable(name).addColumn("price", "numeric").execute();
        const found = (await db.introspection.getTables()).find((table) => table.name === name);
        checks.equal("introspection", "columns",
            found?.columns.map((column) => [column.name, column.dataType, column.isNullable, column.isAutoIncrementing]),
            [["id", "int4", false, true], ["title", "varchar", false, false], ["price", "numeric", true, false]]);
        const inserted = await db.insertInto(name).values([{ title: "one" }, { title: "two" }]).returning("id").execute();
        checks.equal("introspection", "returning", inserted, [{ id: 1 }, { id: 2 }]);
        await checks.expect("introspection", "unique", "23505", () => db.insertInto(name).values({ title: "one" }).execute());
        const merged = await db.insertInto(name).values({ title: "one", price: "3.50" })
            .onConflict((conflict) => conflict.column("title").doUpdateSet({ price: "3.50" })).returning("price").execute();
        checks.equal("introspection", "merged", merged, [{ price: "3.50" }]);
    }
}

async function cursor() {
    const series = (last) => db.selectFrom(sql`generate_series(1, ${last}::int4)`.as("n")).select("n");
    for (let turn = 0; turn < 3; turn++) {
        let count = 0;
        for await (const { n } of series(350 + turn).stream(100)) count += n > 0;
        checks.equal("cursor", "streamed", count, 350 + turn);
        for await (const { n } of series(100 + turn).stream(10)) if (n === 15) break;
        checks.equal("cursor", "after one that is left early", await series(2).execute(), [{ n: 1 }, { n: 2 }]);
    }
}

async function reset() {
    for (let turn = 0; turn < 3; turn++) {
        const values = await Promise.all([1, 2, 3, 4, 5, 6].map((n) =>
            sql`SELECT ${n}::int4 + ${turn}::int4 AS value`.execute(db)));
        checks.equal("reset", "at once", values.map(({ rows: [{ value }] }) => value - turn), [1, 2, 3, 4, 5, 6]);
        await checks.expect("reset", "rolled back", "22012", () => db.transaction().execute(async (inside) => {
            await inside.insertInto(`common_${COPY}`).values({ id: -1 }).execute();
            await sql`SELECT ${turn}::int4 / 0`.execute(inside);
        }));
        checks.equal("reset", "nothing is left",
            await db.selectFrom(`common_${COPY}`).selectAll().where("id", "<", 0).execute(), []);
        await db.connection().execute(async (one) => {
            const { rows } = await sql`SELECT ${COPY}::text AS value`.execute(one);
            checks.equal("reset", "one connection", rows, [{ value: COPY }]);
        });
    }
}

await run(checks, {
    setUp: () => sql.raw(`CREATE TABLE common_${COPY} (id int4); ${CREATE_TYPES}`).execute(db),
    groups: [commonOf(checks, new Client(db)), typesOf(checks, store), introspection, cursor, reset],
    tearDown: () => db.destroy(),
});
