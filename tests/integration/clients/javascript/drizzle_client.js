// drizzle_client.js node-postgres|postgres-js

import { eq, like, sql } from "drizzle-orm";
import * as t from "drizzle-orm/pg-core";

import { COPY, Checks, run } from "./checks.js";
import { SERVER_URL } from "./server.js";
import { commonOf, pieces } from "./statements.js";
import { CREATE_TYPES, TYPES_TABLE, typesOf } from "./types.js";

const driver = process.argv[2];
const { drizzle } = await import(`drizzle-orm/${driver}`);
const checks = new Checks("drizzle", "drizzle-orm", driver === "postgres-js" ? "postgres" : "pg");

const types = t.pgTable(TYPES_TABLE, {
    turn: t.integer().primaryKey(), a: t.smallint(), b: t.integer(), c: t.bigint({ mode: "bigint" }),
    d: t.numeric(), e: t.text(),
    f: t.customType({ dataType: () => "bytea" })(), g: t.boolean(), h: t.date(), i: t.timestamp({ withTimezone: true }), j: t.uuid(),
    k: t.jsonb(), l: t.integer().array(), m: t.text().array(), n: t.text(),
});
const people = t.pgTable(`person_${COPY}`, {
    id: t.serial().primaryKey(), name: t.text().notNull().unique(), balance: t.integer(),
});
const letters = t.pgTable(`letter_${COPY}`, { id: t.serial().primaryKey(), subject: t.text(), personId: t.integer() });
const db = drizzle(SERVER_URL);

/** The two drivers give their own results. */
const rowsOf = (result) => [...result.rows ?? result];

class Client {
    constructor(on) {
        this.on = on;
    }

    async value(template, ...values) {
        return rowsOf(await this.execute(template, ...values))[0].value;
    }

    execute(template, ...values) {
        return this.on.execute(sql(pieces(template), ...values));
    }

    transaction(step) {
        return this.on.transaction((inside) => step(new Client(inside)));
    }
}

const store = {
    insert: (row) => db.insert(types).values(row),
    find: async (turn) => (await db.select().from(types).where(eq(types.turn, turn)))[0],
    update: (turn, row) => db.update(types).set(row).where(eq(types.turn, turn)),
    remove: (turn) => db.delete(types).where(eq(types.turn, turn)),
};

const others = {
    c: ["int8", 1099511627776n],
    h: ["date", "2024-02-29"],
    l: ["int4[]", [1, -2, 3]],
};

async function relations() {
    for (let turn = 0; turn < 3; turn++) {
        const name = `${COPY} ${turn}`;
        const [{ id }] = await db.insert(people).values({ name, balance: 1 }).returning({ id: people.id });
        await db.insert(letters).values([{ subject: "one", personId: id }, { subject: "two", personId: id }]);
        const joined = await db.select({ name: people.name, subject: letters.subject }).from(people)
            .leftJoin(letters, eq(letters.personId, people.id)).where(eq(people.id, id)).orderBy(letters.id);
        checks.equal("relations", "joined", joined, [{ name, subject: "one" }, { name, subject: "two" }]);
        await checks.expect("relations", "unique", "23505", () => db.insert(people).values({ name }));
        const merged = await db.insert(people).values({ name, balance: 5 })
            .onConflictDoUpdate({ target: people.name, set: { balance: sql`${people.balance} + ${turn}` } }).returning();
        checks.equal("relations", "merged", merged, [{ id, name, balance: 1 + turn }]);
        checks.equal("relations", "count", await db.$count(letters, eq(letters.personId, id)), 2);
    }
}

/** Statements that the program prepares, which node-postgres gets under their names. */
async function batch() {
    const insert = db.insert(letters).values({ subject: sql.placeholder("subject") }).prepare("insert_letter");
    const find = db.select({ subject: letters.subject }).from(letters).where(like(letters.subject, sql.placeholder("text")))
        .orderBy(letters.id).prepare(`find_${COPY}`);
    for (let turn = 0; turn < 4; turn++) {
        const subjects = Array.from({ length: 30 }, (_, n) => `${turn} prepared ${n}`);
        for (const subject of subjects) await insert.execute({ subject });
        const found = await find.execute({ text: `${turn} prepared %` });
        checks.equal("batch", "prepared", found.map(({ subject }) => subject), subjects);
        const sums = await Promise.all([1, 2, 3, 4, 5, 6].map((n) =>
            new Client(db).value("SELECT {}::int4 + {}::int4 AS value", n, turn)));
        checks.equal("batch", "at once", sums.map((value) => value - turn), [1, 2, 3, 4, 5, 6]);
    }
}

async function reset() {
    for (let turn = 0; turn < 3; turn++) {
        await checks.expect("reset", "rolled back", "22012", () => db.transaction(async (outer) => {
            await outer.insert(letters).values({ subject: "gone" });
            await outer.transaction((nested) => nested.execute(sql`SELECT ${turn}::int4 / 0`));
        }));
        checks.equal("reset", "nothing is left", await db.$count(letters, eq(letters.subject, "gone")), 0);
    }
}

const create = [`CREATE TABLE common_${COPY} (id int4)`, CREATE_TYPES,
    `CREATE TABLE person_${COPY} (id serial PRIMARY KEY, name text NOT NULL UNIQUE, balance int4)`,
    `CREATE TABLE letter_${COPY} (id serial PRIMARY KEY, subject text, "personId" int4)`];

await run(checks, {
    setUp: async () => { for (const statement of create) await db.execute(statement); },
    groups: [commonOf(checks, new Client(db)), typesOf(checks, store, others), relations, batch, reset],
    tearDown: () => db.$client.end(),
});
