// What a program reports, and what all programs do first and last.

import { once } from "node:events";
import { readFileSync, writeSync } from "node:fs";
import { isDeepStrictEqual, inspect } from "node:util";

export const COPY = process.env.CLIENT_COPY;
const SQLSTATE = /^[0-9A-Z]{5}$/;
const LIMIT = 50_000; // milliseconds, below the time that a program is given: what hangs is to be told by name

export class Checks {
    #groups = {};
    #errors = {};
    #first = [];

    constructor(client, ...packages) {
        this.client = client;
        this.version = packages.map(versionOf).join(" with ");
    }

    equal(group, name, got, expected) {
        const right = isDeepStrictEqual(got, expected);
        this.#count(group, right ? 0 : 1);
        if (!right) this.#first.push(`${group}, ${name}: ${inspect(got)}, not ${inspect(expected)}`);
    }

    /** What is thrown inside counts one error; says whether nothing was. */
    async guard(group, name, step) {
        try {
            await step();
            return true;
        } catch (error) {
            this.fail(group, name, sqlstate(error) ?? "other", error);
            return false;
        }
    }

    /** An error with this SQLSTATE is right. */
    async expect(group, name, state, step) {
        try {
            await step();
        } catch (error) {
            const got = sqlstate(error);
            if (got === state) this.equal(group, name, got, state);
            else this.fail(group, name, got ?? "other", error);
            return;
        }
        this.equal(group, name, "no error", state);
    }

    fail(group, name, kind, error) {
        this.#count(group, 2);
        this.#errors[kind] = (this.#errors[kind] ?? 0) + 1;
        this.#first.push(`${group}, ${name}: ${error}`.slice(0, 300));
    }

    /** A driver tells of a lost connection by an event. */
    lost = (error) => this.fail("common", "connection", "connection", error);

    report() {
        const [right, wrong] = [0, 1].map((n) => Object.values(this.#groups).reduce((sum, counts) => sum + counts[n], 0));
        return { client: this.client, version: this.version, right, wrong, errors: this.#errors,
                 first: this.#first.slice(0, 5), groups: this.#groups };
    }

    #count(group, which) {
        (this.#groups[group] ??= [0, 0, 0])[which]++;
    }
}

/** Sets up, waits until all copies are ready, runs the groups and reports. A group that throws counts one error. */
export async function run(checks, { setUp, groups, tearDown }) {
    await needed(checks, setUp);
    writeSync(1, "ready\n");
    await once(process.stdin, "data");
    let under = "";
    setTimeout(() => {
        checks.fail(under, "group", "timeout", "it hangs");
        end(checks);
    }, LIMIT);
    for (const group of [...groups, tearDown]) {
        under = group.name;
        await checks.guard(under, "group", group);
    }
    end(checks);
}

/** What a program cannot do without: if it fails, only the report is left. */
export async function needed(checks, step) {
    let made;
    if (!await checks.guard("common", "set-up", async () => { made = await step(); })) end(checks);
    return made;
}

function end(checks) {
    writeSync(1, JSON.stringify(checks.report()) + "\n");
    process.exit(0); // whatever a driver still holds open
}

/** Frameworks wrap the driver's error, each in its own way. Node.js has codes of its own, which have no severity. */
export function sqlstate(error) {
    for (let cause = error; cause; cause = cause.cause ?? cause.driverError ?? cause.original) {
        const code = cause.severity ? cause.code : cause.originalCode ?? cause.meta?.driverAdapterError?.cause?.originalCode;
        if (SQLSTATE.test(code ?? "")) return code;
    }
    return undefined;
}

export function versionOf(name) {
    const manifest = new URL(`node_modules/${name}/package.json`, import.meta.url);
    return JSON.parse(readFileSync(manifest, "utf8")).version;
}
