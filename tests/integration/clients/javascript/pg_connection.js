// A client of the checks on a connection of pg, in the ways in which pg runs a statement.

import pg from "pg";
import Cursor from "pg-cursor";
import QueryStream from "pg-query-stream";

import { Names } from "./names.js";
import { numbered } from "./statements.js";

/** Each runs a statement to its end and gives its rows. */
export const WAYS = {
    unnamed: () => async (connection, text, values) => (await connection.query(text, values)).rows,

    named: () => {
        const names = new Names();
        return async (connection, text, values) =>
            (await connection.query({ name: names.of(text), text, values })).rows;
    },

    cursor: () => async (connection, text, values) => {
        const cursor = connection.query(new Cursor(text, values));
        const rows = [];
        try {
            for (let read = await cursor.read(5); read.length > 0; read = await cursor.read(5)) rows.push(...read);
        } finally {
            await cursor.close();
        }
        return rows;
    },

    "query-stream": () => async (connection, text, values) => {
        const rows = [];
        for await (const row of connection.query(new QueryStream(text, values))) rows.push(row);
        return rows;
    },
};

export class PgConnection {
    #connection;
    #way;

    constructor(connection, way) {
        this.#connection = connection;
        this.#way = way;
    }

    rows(template, ...values) {
        return this.#way(this.#connection, numbered(template), values);
    }

    async value(template, ...values) {
        return (await this.rows(template, ...values))[0].value;
    }

    execute = this.rows;

    async transaction(step) {
        await this.#connection.query("BEGIN");
        try {
            await step(this);
        } catch (error) {
            await this.#connection.query("ROLLBACK");
            throw error;
        }
        await this.#connection.query("COMMIT");
    }
}

export function connect(checks, options) {
    const connection = new pg.Client(options);
    connection.on("error", checks.lost);
    return connection.connect().then(() => connection);
}
