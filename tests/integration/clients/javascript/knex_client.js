// knex_client.js

import knex from "knex";

import { COPY, Checks, run } from "./checks.js";
import { SERVER } from "./server.js";
import { commonOf } from "./statements.js";
import { CREATE_TYPES, TYPES_TABLE, typesOf } from "./types.js";

const checks = new Checks("knex", "knex", "pg");
const db = knex({ client: "pg", connection: SERVER });

class Client {
    constructor(on) {
        this.on = on;
    }

    async value(template, ...values) {
        return (await this.execute(template, ...values)).rows[0].value;
    }

    execute(template, ...values) {
        return this.on.raw(template.replaceAll("{}", "?"), values);
    }

    transaction(step) {
        return this.on.transaction((inside) => step(new Client(inside)));
    }
}

const store = {
    insert: (row) => db(TYPES_TABLE).insert(row),
    find: (turn) => db(TYPES_TABLE).where({ turn }).first(),
    update: (turn, row) => db(TYPES_TABLE).where({ turn }).update(row),
    remove: (turn) => db(TYPES_TABLE).where({ turn }).del(),
};

/** A table made by the schema builder, and looked at. */
async function introspection() {
    const name = `made_${COPY}`;
    for (let turn = 0; turn < 2; turn++) {
        await db.schema.createTable(name, (table) => {
            table.increments("id");
            table.string("title", 40).notNullable().unique();
            table.jsonb("notes").defaultTo("{}");
        });
        checks.equal("introspection", "hasTable", await db.schema.hasTable(name), true);
        await db.schema.alterTable(name, (table) => table.decimal("price", 8, 2));
        checks.equal("introspection", "hasColumn", await db.schema.hasColumn(name, "price"), true);
        const { title, notes, price } = await db(name).columnInfo();
        checks.equal("introspection", "columnInfo", [title.type, title.maxLength, notes.type, price.type],
            ["character varying", 40, "jsonb", "numeric"]);
        const [{ id }] = await db(name).insert({ title: "one", price: "2.50" }).returning("id");
        checks.equal("introspection", "returning", id, 1);
        await checks.expect("introspection", "unique", "23505", () => db(name).insert({ title: "one" }));
        const merged = await db(name).insert({ title: "one", price: "3.50" }).onConflict("title").merge().returning("price");
        checks.equal("introspection", "merged", merged, [{ price: "3.50" }]);
        await db.schema.dropTable(name);
    }
}

async function batch() {
    await db.schema.createTable(`batch_${COPY}`, (table) => table.integer("turn").notNullable());
    await db.schema.alterTable(`batch_${COPY}`, (table) => table.text("title"));
    for (let turn = 0; turn < 3; turn++) {
        const rows = Array.from({ length: 300 }, (_, n) => ({ turn, title: `row ${n}` }));
        await db.batchInsert(`batch_${COPY}`, rows, 70);
        const counted = await db(`batch_${COPY}`).where({ turn }).countDistinct("title as n").first();
        checks.equal("batch", "rows", counted, { n: "300" });
        const sums = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) =>
            db.raw("SELECT CAST(? AS int4) + CAST(? AS int4) AS value", [n, turn])));
        checks.equal("batch", "at once", sums.map(({ rows: [{ value }] }) => value - turn), [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}

async function cursor() {
    for (let turn = 0; turn < 3; turn++) {
        let count = 0;
        for await (const { n } of db.select(db.raw("generate_series(1, CAST(? AS int4)) AS n", [350 + turn])).stream()) {
            count += n > 0;
        }
        checks.equal("cursor", "streamed", count, 350 + turn);
    }
}

async function reset() {
    for (let turn = 0; turn < 3; turn++) {
        await checks.expect("reset", "rolled back", "22012", () => db.transaction(async (inside) => {
            await inside(`batch_${COPY}`).insert({ turn: 100, title: "gone" });
            await inside.transaction((nested) => nested.raw("SELECT CAST(? AS int4) / 0", [turn]));
        }));
        checks.equal("reset", "nothing is left", await db(`batch_${COPY}`).where({ turn: 100 }), []);
    }
}

await run(checks, {
    setUp: () => db.raw(`CREATE TABLE common_${COPY} (id int4); ${CREATE_TYPES}`),
    groups: [commonOf(checks, new Client(db)), typesOf(checks, store), introspection, batch, cursor, reset],
    tearDown: () => db.destroy(),
});
