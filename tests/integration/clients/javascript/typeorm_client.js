// typeorm_client.js

import { DataSource, EntitySchema } from "typeorm";

import { COPY, Checks, run } from "./checks.js";
import { SERVER } from "./server.js";
import { commonOf, numbered } from "./statements.js";
import { TYPES_TABLE, USUAL, typesOf } from "./types.js";

const checks = new Checks("typeorm", "typeorm", "pg");

const usualColumns = Object.entries(USUAL).map(([name, [type]]) =>
    [name, { type: type.replace("[]", ""), array: type.endsWith("[]"), nullable: true }]);
const Row = new EntitySchema({
    name: "Row", tableName: TYPES_TABLE,
    columns: { turn: { type: "int4", primary: true }, ...Object.fromEntries(usualColumns) },
});
const Person = new EntitySchema({
    name: "Person", tableName: `person_${COPY}`,
    columns: {
        id: { type: "uuid", primary: true, generated: "uuid" },
        name: { type: String, unique: true },
        mood: { type: "enum", enum: ["sad", "happy"], default: "sad" },
        version: { type: Number, version: true },
    },
    relations: { letters: { type: "one-to-many", target: "Letter", inverseSide: "person", cascade: true } },
});
const Letter = new EntitySchema({
    name: "Letter", tableName: `letter_${COPY}`,
    columns: { id: { type: Number, primary: true, generated: true }, subject: { type: String } },
    relations: { person: { type: "many-to-one", target: "Person", inverseSide: "letters", nullable: true } },
});

const { user, ...server } = SERVER;
const db = new DataSource({ type: "postgres", username: user, ...server, entities: [Row, Person, Letter], uuidExtension: "pgcrypto",
                            installExtensions: false });

class Client {
    constructor(manager) {
        this.manager = manager;
    }

    async value(template, ...values) {
        return (await this.execute(template, ...values))[0].value;
    }

    execute(template, ...values) {
        return this.manager.query(numbered(template), values);
    }

    transaction(step) {
        return this.manager.transaction((inside) => step(new Client(inside)));
    }
}

const store = {
    insert: (row) => db.getRepository(Row).insert(row),
    find: (turn) => db.getRepository(Row).findOneBy({ turn }),
    update: (turn, row) => db.getRepository(Row).update({ turn }, row),
    remove: (turn) => db.getRepository(Row).delete({ turn }),
};

async function relations() {
    const people = db.getRepository(Person);
    for (let turn = 0; turn < 3; turn++) {
        const name = `${COPY} ${turn}`;
        await people.save({ name, letters: [{ subject: "one" }, { subject: "two" }] });
        const read = await people.findOne({ where: { name }, relations: { letters: true }, order: { letters: { id: "ASC" } } });
        checks.equal("relations", "loaded", read?.letters.map(({ subject }) => subject), ["one", "two"]);
        await people.save({ ...read, mood: "happy" });
        const again = await people.findOneByOrFail({ name });
        checks.equal("relations", "saved", [again.mood, again.version], ["happy", 2]);
        await checks.expect("relations", "unique", "23505", () => people.insert({ name }));
        const counted = await people.createQueryBuilder("p").innerJoin("p.letters", "l").where("p.name = :name", { name })
            .andWhere("l.subject IN (:...subjects)", { subjects: ["one", "two", "three"] })
            .select("CAST(count(*) AS int4)", "n").getRawOne();
        checks.equal("relations", "joined", counted, { n: 2 });
        await people.upsert({ name, mood: "sad" }, ["name"]);
        checks.equal("relations", "upserted", (await people.findOneBy({ name }))?.mood, "sad");
        const [page, total] = await db.getRepository(Letter).findAndCount({ where: { person: { name } }, take: 1 });
        checks.equal("relations", "findAndCount", [page.length, total], [1, 2]);
    }
}

async function batch() {
    for (let turn = 0; turn < 3; turn++) {
        await db.getRepository(Letter).save(Array.from({ length: 300 }, () => ({ subject: `bulk ${turn}` })), { chunk: 100 });
        checks.equal("batch", "rows", await db.getRepository(Letter).countBy({ subject: `bulk ${turn}` }), 300);
        const sums = await Promise.all([1, 2, 3, 4, 5, 6].map((n) =>
            new Client(db.manager).value("SELECT {}::int4 + {}::int4 AS value", n, turn)));
        checks.equal("batch", "at once", sums.map((value) => value - turn), [1, 2, 3, 4, 5, 6]);
    }
}

async function cursor() {
    for (let turn = 0; turn < 3; turn++) {
        let count = 0;
        for await (const { l_subject } of await db.getRepository(Letter).createQueryBuilder("l")
            .where("l.subject = :subject", { subject: `bulk ${turn}` }).stream()) count += l_subject === `bulk ${turn}`;
        checks.equal("cursor", "streamed", count, 300);
    }
}

/** Tables made from the entities, found to fit them, and altered. */
async function introspection() {
    const runner = db.createQueryRunner();
    for (let turn = 0; turn < 2; turn++) {
        const table = await runner.getTable(`person_${COPY}`);
        const seen = table.columns.map(({ name, type, isPrimary, isUnique }) => [name, type, isPrimary, isUnique]);
        checks.equal("introspection", "columns", seen, [["id", "uuid", true, false], ["name", "character varying", false, true],
            ["mood", "enum", false, false], ["version", "integer", false, false]]);
        const { upQueries } = await db.driver.createSchemaBuilder().log();
        checks.equal("introspection", "nothing to alter", upQueries, []);
        await runner.query(`ALTER TABLE letter_${COPY} DROP COLUMN subject`);
        await runner.query(`DELETE FROM letter_${COPY}`);
        await db.synchronize();
        checks.equal("introspection", "altered", await runner.hasColumn(`letter_${COPY}`, "subject"), true);
    }
    await runner.release();
}

async function reset() {
    for (let turn = 0; turn < 3; turn++) {
        await checks.expect("reset", "rolled back", "22012", () => db.transaction(async (outer) => {
            await outer.insert(Letter, { subject: "gone" });
            await outer.transaction((nested) => new Client(nested).execute("SELECT {}::int4 / 0", turn));
        }));
        checks.equal("reset", "nothing is left", await db.getRepository(Letter).countBy({ subject: "gone" }), 0);
    }
}

await run(checks, {
    setUp: async () => {
        await db.initialize();
        await db.synchronize();
        await db.query(`CREATE TABLE common_${COPY} (id int4)`);
    },
    groups: [commonOf(checks, new Client(db.manager)),
             typesOf(checks, store, { h: ["date", "2024-02-29"] }), relations, batch, cursor, introspection, reset],
    tearDown: () => db.destroy(),
});
