// sequelize_client.js

import { DataTypes, Op, QueryTypes, Sequelize } from "sequelize";

import { COPY, Checks, run } from "./checks.js";
import { SERVER } from "./server.js";
import { commonOf, numbered } from "./statements.js";
import { TYPES_TABLE, typesOf } from "./types.js";

const checks = new Checks("sequelize", "sequelize", "pg");
const { user, ...server } = SERVER;
const db = new Sequelize({ dialect: "postgres", username: user, ...server, logging: false });
const options = { timestamps: false, freezeTableName: true };

const Row = db.define(TYPES_TABLE, {
    turn: { type: DataTypes.INTEGER, primaryKey: true },
    a: DataTypes.SMALLINT, b: DataTypes.INTEGER, c: DataTypes.BIGINT, d: DataTypes.DECIMAL(10, 2), e: DataTypes.TEXT,
    f: DataTypes.BLOB, g: DataTypes.BOOLEAN, h: DataTypes.DATEONLY, i: DataTypes.DATE(6), j: DataTypes.UUID,
    k: DataTypes.JSONB, l: DataTypes.ARRAY(DataTypes.INTEGER), m: DataTypes.ARRAY(DataTypes.TEXT), n: DataTypes.TEXT,
}, options);
const Person = db.define(`person_${COPY}`, {
    name: { type: DataTypes.STRING, unique: true },
    mood: DataTypes.ENUM("sad", "happy"),
}, options);
const Letter = db.define(`letter_${COPY}`, { subject: DataTypes.STRING }, options);
Person.hasMany(Letter, { as: "letters", foreignKey: "personId" });
Letter.belongsTo(Person, { as: "person", foreignKey: "personId" });

class Client {
    constructor(transaction) {
        this.transactionOrNone = transaction ? { transaction } : {};
    }

    async value(template, ...bind) {
        const rows = await db.query(numbered(template), { bind, type: QueryTypes.SELECT, ...this.transactionOrNone });
        return rows[0].value;
    }

    execute(template, ...bind) {
        return db.query(numbered(template), { bind, ...this.transactionOrNone });
    }

    transaction(step) {
        return db.transaction((transaction) => step(new Client(transaction)));
    }
}

const store = {
    insert: (row) => Row.create(row),
    find: async (turn) => (await Row.findByPk(turn))?.get(),
    update: (turn, row) => Row.update(row, { where: { turn } }),
    remove: (turn) => Row.destroy({ where: { turn } }),
};

async function relations() {
    for (let turn = 0; turn < 3; turn++) {
        const made = await Person.create(
            { name: `${COPY} ${turn}`, mood: "sad", letters: [{ subject: "one" }, { subject: "two" }] }, { include: ["letters"] });
        const read = await Person.findOne(
            { where: { name: `${COPY} ${turn}` }, include: ["letters"], order: [["letters", "subject"]] });
        checks.equal("relations", "included", read.letters.map(({ subject }) => subject), ["one", "two"]);
        await read.letters[0].update({ subject: "changed" });
        checks.equal("relations", "updated", await Letter.count({ where: { subject: "changed", personId: made.id } }), 1);
        await checks.expect("relations", "unique", "23505", () => Person.create({ name: `${COPY} ${turn}` }));
        const [found, created] = await Person.findOrCreate({ where: { name: `${COPY} ${turn}` } });
        checks.equal("relations", "findOrCreate", [found.mood, created], ["sad", false]);
        const [, isNew] = await Person.findOrCreate({ where: { name: `new ${COPY} ${turn}` }, defaults: { mood: "happy" } });
        checks.equal("relations", "created", isNew, true);
        const [upserted] = await Person.upsert({ id: made.id, name: `${COPY} ${turn}`, mood: "happy" });
        checks.equal("relations", "upserted", upserted.mood, "happy");
    }
}

async function batch() {
    for (let turn = 0; turn < 3; turn++) {
        await Letter.bulkCreate(Array.from({ length: 300 }, (_, n) => ({ subject: `bulk ${turn}, ${n}` })));
        checks.equal("batch", "rows", await Letter.count({ where: { subject: { [Op.like]: `bulk ${turn}, %` } } }), 300);
        const sums = await Promise.all([1, 2, 3, 4, 5, 6].map((n) =>
            new Client().value("SELECT {}::int4 + {}::int4 AS value", n, turn)));
        checks.equal("batch", "at once", sums.map((value) => value - turn), [1, 2, 3, 4, 5, 6]);
    }
}

/** Tables made from the models, altered to fit them, and looked at. */
async function introspection() {
    const tables = await db.getQueryInterface().showAllTables();
    for (const { tableName } of [Row, Person, Letter]) {
        checks.equal("introspection", "showAllTables", tables.includes(tableName), true);
    }
    for (let turn = 0; turn < 2; turn++) {
        await db.getQueryInterface().addColumn(Letter.tableName, "sent", { type: DataTypes.DATEONLY });
        const { id, sent, personId } = await db.getQueryInterface().describeTable(Letter.tableName);
        checks.equal("introspection", "describeTable", [id.primaryKey, sent.type, personId.allowNull], [true, "DATE", true]);
        await db.getQueryInterface().removeColumn(Letter.tableName, "sent");
        await Person.sync({ alter: true });
        const { mood } = await db.getQueryInterface().describeTable(Person.tableName);
        checks.equal("introspection", "enum", mood.special, ["sad", "happy"]);
        const indexes = await db.getQueryInterface().showIndex(Person.tableName);
        checks.equal("introspection", "showIndex", indexes.some(({ primary }) => primary), true);
    }
}

async function reset() {
    for (let turn = 0; turn < 3; turn++) {
        await checks.expect("reset", "rolled back", "22012", () => db.transaction(async (transaction) => {
            await Letter.create({ subject: "gone" }, { transaction });
            await new Client(transaction).execute("SELECT {}::int4 / 0", turn);
        }));
        checks.equal("reset", "nothing is left", await Letter.count({ where: { subject: "gone" } }), 0);
    }
}

await run(checks, {
    setUp: async () => {
        await db.query(`CREATE TABLE common_${COPY} (id int4)`);
        for (const model of [Row, Person, Letter]) await model.sync();
    },
    groups: [commonOf(checks, new Client()), typesOf(checks, store, { h: ["date", "2024-02-29"] }), relations, batch,
             introspection, reset],
    tearDown: () => db.close(),
});
