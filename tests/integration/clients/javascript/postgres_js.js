// A client of the checks on the tagged templates of postgres.js.

import { pieces } from "./statements.js";

export class PostgresJs {
    constructor(sql) {
        this.sql = sql;
    }

    async rows(template, ...values) {
        return [...await this.sql(pieces(template), ...values)];
    }

    async value(template, ...values) {
        return (await this.rows(template, ...values))[0].value;
    }

    async execute(template, ...values) {
        await this.rows(template, ...values);
    }

    transaction(step) {
        return this.sql.begin((inside) => step(new PostgresJs(inside)));
    }
}
