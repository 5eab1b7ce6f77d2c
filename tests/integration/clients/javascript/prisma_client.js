// prisma_client.js [named]

import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "@prisma/client";

import { COPY, Checks, run } from "./checks.js";
import { Names } from "./names.js";
import { SERVER } from "./server.js";
import { commonOf, pieces } from "./statements.js";
import { CREATE_TYPES, TYPES_TABLE, typesOf } from "./types.js";

const SCHEMA = `copy_${COPY}`; // the tables have the names that schema.prisma gives them
const names = new Names();
const named = process.argv[2] === "named" ? { statementNameGenerator: ({ sql }) => names.of(sql) } : {};
const checks = new Checks("prisma", "@prisma/client", "pg");
const db = new PrismaClient({ adapter: new PrismaPg(SERVER, { schema: SCHEMA, ...named }) });

class Client {
    constructor(on) {
        this.on = on;
    }

    async value(template, ...values) {
        return (await this.on.$queryRaw(pieces(template), ...values))[0].value;
    }

    execute(template, ...values) {
        return this.on.$executeRaw(pieces(template), ...values);
    }

    transaction(step) {
        return this.on.$transaction((inside) => step(new Client(inside)));
    }
}

const store = {
    insert: (data) => db.row.create({ data }),
    find: (turn) => db.row.findUnique({ where: { turn } }),
    update: (turn, data) => db.row.update({ where: { turn }, data }),
    remove: (turn) => db.row.delete({ where: { turn } }),
};

const others = {
    c: ["int8", 1099511627776n],
    d: ["numeric", new Prisma.Decimal("12.5")],
    f: ["bytea", new Uint8Array([0, 255])],
    h: ["date", new Date(Date.UTC(2024, 1, 29))],
    l: ["int4[]", [1, -2, 3]],
};

async function relations() {
    for (let turn = 0; turn < 4; turn++) {
        const name = `${COPY} ${turn}`;
        const made = await db.person.create({
            data: { name, letters: { create: [{ subject: "one" }, { subject: "two" }] } }, include: { letters: true },
        });
        checks.equal("relations", "created", made.letters.map(({ subject }) => subject), ["one", "two"]);
        const read = await db.person.findUnique(
            { where: { name }, include: { letters: { orderBy: { id: "desc" } }, _count: true } });
        checks.equal("relations", "included", [read.letters.map(({ subject }) => subject), read._count.letters],
            [["two", "one"], 2]);
        await checks.expect("relations", "unique", "23505", () => db.person.create({ data: { name } }));
        const upserted = await db.person.upsert({ where: { name }, create: { name }, update: { balance: { increment: turn } } });
        checks.equal("relations", "upserted", upserted.balance, turn);
        const { count } = await db.letter.updateMany({ where: { person: { name } }, data: { subject: "changed" } });
        checks.equal("relations", "updateMany", count, 2);
        const { _sum } = await db.person.aggregate({ _sum: { balance: true }, where: { name: { startsWith: `${COPY} ` } } });
        checks.equal("relations", "aggregate", _sum.balance, turn * (turn + 1) / 2);
        const groups = await db.letter.groupBy({ by: ["subject"], where: { personId: made.id }, _count: { _all: true } });
        checks.equal("relations", "groupBy", groups, [{ subject: "changed", _count: { _all: 2 } }]);
    }
}

async function batch() {
    for (let turn = 0; turn < 3; turn++) {
        const subject = `bulk ${turn}`;
        await db.letter.createMany({ data: Array.from({ length: 300 }, () => ({ subject })) });
        const [rows, first, none] = await db.$transaction([
            db.letter.count({ where: { subject } }),
            db.letter.findFirst({ where: { subject }, select: { subject: true } }),
            db.letter.findFirst({ where: { subject: "none" } }),
        ]);
        checks.equal("batch", "in one transaction", [rows, first, none], [300, { subject }, null]);
        const sums = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => db.$queryRaw`SELECT ${n}::int4 + ${turn}::int4 AS value`));
        checks.equal("batch", "at once", sums.map(([{ value }]) => value - turn), [1, 2, 3, 4, 5, 6]);
    }
}

async function reset() {
    for (let turn = 0; turn < 3; turn++) {
        await checks.expect("reset", "rolled back", "22012", () => db.$transaction(async (inside) => {
            await inside.letter.create({ data: { subject: "gone" } });
            await inside.$queryRaw`SELECT ${turn}::int4 / 0`;
        }, { isolationLevel: "Serializable" }));
        checks.equal("reset", "nothing is left", await db.letter.count({ where: { subject: "gone" } }), 0);
    }
}

const create = [`CREATE TABLE common_${COPY} (id int4)`, `CREATE SCHEMA ${SCHEMA}`,
    CREATE_TYPES.replace(TYPES_TABLE, `${SCHEMA}.types`),
    `CREATE TABLE ${SCHEMA}.people (id serial PRIMARY KEY, name text NOT NULL UNIQUE, balance int4 NOT NULL DEFAULT 0)`,
    `CREATE TABLE ${SCHEMA}.letters (id serial PRIMARY KEY, subject text NOT NULL,
        "personId" int4 REFERENCES ${SCHEMA}.people)`];

await run(checks, {
    setUp: async () => { for (const statement of create) await db.$executeRawUnsafe(statement); },
    groups: [commonOf(checks, new Client(db)), typesOf(checks, store, others), relations, batch, reset],
    tearDown: () => db.$disconnect(),
});
