// Where the server is, for clients that do not look at the environment themselves.

const { PGHOST: host, PGPORT, PGUSER: user, PGDATABASE: database } = process.env;

export const SERVER = { host, port: Number(PGPORT), user, database };
export const SERVER_URL = `postgresql://${user}@${host}:${PGPORT}/${database}?sslmode=disable`;
