#include "proxy/check/trial.hpp"

namespace pgsidecar::check {

namespace {

void run(connection& session, const std::string& sql) {
    session.prepare("", sql);
    session.execute("");
}

std::string tables_in(const trial_ground& on) {
    return on.connect()
        .query("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = '" + on.own_name +
               "'::regnamespace")
        .value();
}

}  // namespace

/// As Alembic and others run one: DDL by the extended protocol in one transaction.
outcome migrates(const trial_ground& on) {
    const std::string author = on.table("author"), book = on.table("book");
    connection session = on.connect();
    session.query("BEGIN");
    run(session, "CREATE TABLE " + author + " (id int PRIMARY KEY, name text NOT NULL)");
    run(session, "CREATE TABLE " + book + " (id int PRIMARY KEY, author int REFERENCES " + author + ")");
    run(session, "ALTER TABLE " + book + " ADD COLUMN title text");
    run(session, "CREATE INDEX ON " + book + " (author)");
    session.query("COMMIT");
    expect(tables_in(on), "2", "counting the tables of a migration");

    session.query("BEGIN");
    run(session, "CREATE TABLE " + on.table("undone") + " (id int)");
    session.query("ROLLBACK");
    expect(tables_in(on), "2", "counting the tables after a migration that was rolled back");
    return {"2 tables, a column and an index in one transaction, seen by another connection; one undone"};
}

outcome creates_reads_updates_deletes(const trial_ground& on) {
    const std::string table = on.table("item");
    const std::string insert = on.statement("insert"), update = on.statement("update"),
                      remove = on.statement("delete"), select = on.statement("select");
    connection writer = on.connect(), reader = on.connect();
    run(writer, "CREATE TABLE " + table + " (id int PRIMARY KEY, name text)");
    writer.prepare(insert, "INSERT INTO " + table + " VALUES ($1, $2) RETURNING id");
    writer.prepare(update, "UPDATE " + table + " SET name = $2 WHERE id = $1 RETURNING name");
    writer.prepare(remove, "DELETE FROM " + table + " WHERE id = $1 RETURNING id");
    reader.prepare(select, "SELECT string_agg(id || name, ' ' ORDER BY id) FROM " + table);

    for (const char* id : {"1", "2", "3"}) expect(writer.execute(insert, {id, "x"}).value(), id, "INSERT");
    expect(reader.execute(select).value(), "1x 2x 3x", "SELECT after INSERT");
    writer.query("BEGIN");
    expect(writer.execute(update, {"2", "y"}).value(), "y", "UPDATE");
    expect(writer.execute(remove, {"3"}).value(), "3", "DELETE");
    writer.query("COMMIT");
    expect(reader.execute(select).value(), "1x 2y", "SELECT after UPDATE and DELETE");
    writer.query("BEGIN");
    writer.execute(insert, {"4", "z"});
    writer.query("ROLLBACK");
    expect(reader.execute(select).value(), "1x 2y", "SELECT after ROLLBACK");
    return {"INSERT, SELECT, UPDATE, DELETE with parameters, from two connections, one transaction undone"};
}

/// What a driver with a statement cache expects of a server, and heals itself on.
outcome tells_changed_columns(const trial_ground& on) {
    const std::string table = on.table("changing");
    connection session = on.connect(), other = on.connect();
    run(session, "CREATE TABLE " + table + " AS SELECT 1 AS a");
    const std::string all = on.statement("all");
    session.prepare(all, "SELECT * FROM " + table);
    expect(session.execute(all).value(), "1", "SELECT");
    run(other, "ALTER TABLE " + table + " ADD COLUMN b int DEFAULT 2");
    expect_failure("0A000", "a statement whose columns have changed", [&] { session.execute(all); });
    session.query("DEALLOCATE " + all);
    session.prepare(all, "SELECT * FROM " + table);
    expect(session.execute(all).value(0, 1), "2", "SELECT after preparing again");
    return {"a column more is told as 0A000, and preparing again helps"};
}

}  // namespace pgsidecar::check
