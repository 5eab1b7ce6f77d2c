// libpq_client params|named|unnamed|pipeline: how a parametrised statement is sent.
#include "checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS = 10, ROUNDS = 3, LONGEST = 160 };

static const char *mode;
static PGconn *connection;

static PGresult *prepare(const char *name, const char *sql) {
    return PQprepare(connection, name, sql, 0, NULL);
}

static PGresult *execute(const char *name, int count, const char *const *values) {
    return PQexecPrepared(connection, name, count, values, NULL, NULL, 0);
}

// Prepares on the first use, under a name or, each time, without one.
static PGresult *run_prepared(const char *name, const char *sql, int first_use, int count, const char *const *values) {
    if (first_use || !*name) {
        PGresult *prepared = prepare(name, sql);
        if (PQresultStatus(prepared) != PGRES_COMMAND_OK) return prepared;
        PQclear(prepared);
    }
    return execute(name, count, values);
}

static PGresult *next_of_pipeline(void) {
    PGresult *result = PQgetResult(connection);
    if (PQresultStatus(result) != PGRES_PIPELINE_SYNC) {
        PGresult *end = PQgetResult(connection);
        if (end) PQclear(end);
    }
    return result;
}

// The statement between two others, in one pipeline, prepared in it on the first use.
static PGresult *run_in_pipeline(const char *name, const char *sql, int first_use, int count,
                                 const char *const *values) {
    PGresult *result = NULL;
    int answers = 3 + first_use;
    PQenterPipelineMode(connection);
    PQsendQueryParams(connection, "SELECT 1", 0, NULL, NULL, NULL, NULL, 0);
    if (first_use) PQsendPrepare(connection, name, sql, 0, NULL);
    PQsendQueryPrepared(connection, name, count, values, NULL, NULL, 0);
    PQsendQueryParams(connection, "SELECT 2", 0, NULL, NULL, NULL, NULL, 0);
    PQpipelineSync(connection);
    for (int i = 0; i < answers; i++) {
        PGresult *answer = next_of_pipeline();
        int failed = PQresultStatus(answer) == PGRES_FATAL_ERROR;
        if (!result && (failed || i == answers - 2)) result = answer;
        else PQclear(answer);
    }
    PQclear(next_of_pipeline());
    PQexitPipelineMode(connection);
    return result;
}

static PGresult *run(const char *name, const char *sql, int first_use, int count, const char *const *values) {
    if (strcmp(mode, "params") == 0) return PQexecParams(connection, sql, count, NULL, values, NULL, NULL, 0);
    if (strcmp(mode, "pipeline") == 0) return run_in_pipeline(name, sql, first_use, count, values);
    return run_prepared(strcmp(mode, "unnamed") == 0 ? "" : name, sql, first_use, count, values);
}

static void value(const char *name, const char *sql, int first_use, int count, const char *const *values,
                  const char *expected) {
    PGresult *result = run(name, sql, first_use, count, values);
    if (check_status(sql, result, PGRES_TUPLES_OK)) check_text(sql, PQgetvalue(result, 0, 0), expected);
    PQclear(result);
}

static void statement(int round, int k, int own) {
    char name[32], sql[LONGEST], argument[32], expected[LONGEST];
    int offset = own ? 1000 * (copy_name() - 'a' + 1) + k : k;
    const char *const values[2] = {argument, "2"};
    snprintf(name, sizeof name, "statement_%d", 2 * k + own);
    if (k % 2) {
        snprintf(sql, sizeof sql, "SELECT $1::text || ' and %d'", offset);
        snprintf(argument, sizeof argument, "round %d", round);
        snprintf(expected, sizeof expected, "round %d and %d", round, offset);
    } else {
        snprintf(argument, sizeof argument, "%d", round);
        snprintf(sql, sizeof sql, "SELECT $1::int4 * 1000000 + %s %d", k % 4 ? "" : "$2::int4 * 100000 +", offset);
        snprintf(expected, sizeof expected, "%d", round * 1000000 + (k % 4 ? 0 : 200000) + offset);
    }
    value(name, sql, round == 0, k % 4 ? 1 : 2, values, expected);
}

static void command(const char *sql) {
    PGresult *result = PQexec(connection, sql);
    check_status(sql, result, PGRES_COMMAND_OK);
    PQclear(result);
}

static void transaction(void) {
    char insert[LONGEST], count[LONGEST];
    const char *const one[1] = {"1"}, *const zero[1] = {"0"};
    snprintf(insert, sizeof insert, "INSERT INTO common_%c VALUES ($1::int4)", copy_name());
    snprintf(count, sizeof count, "SELECT count(*) FROM common_%c WHERE id >= $1::int4", copy_name());
    PQclear(PQexec(connection, "BEGIN"));
    for (int i = 0; i < 3; i++) {
        PGresult *result = run("insert", insert, i == 0, 1, one);
        if (PQresultStatus(result) != PGRES_COMMAND_OK) check_error("insert", result, NULL);
        PQclear(result);
    }
    value("count", count, 1, 1, one, "3");
    PQclear(PQexec(connection, "COMMIT"));
    value("count", count, 0, 1, one, "3");
    PGresult *result = run("divide", "SELECT 1 / $1::int4", 1, 1, zero);
    check_error("division by zero", result, "22012");
    PQclear(result);
    value("recovery", "SELECT $1::int4 + 41", 1, 1, one, "42");
}

static void common(void) {
    group("common");
    for (int round = 0; round < ROUNDS; round++)
        for (int k = 0; k < STATEMENTS; k++) {
            statement(round, k, 0);
            statement(round, k, 1);
        }
    transaction();
}

// COPY in, COPY out, and a result row by row.
static void copy(void) {
    char sql[LONGEST], *line = NULL;
    group("copy");
    snprintf(sql, sizeof sql, "COPY copied_%c FROM STDIN", copy_name());
    PQclear(PQexec(connection, sql));
    for (int i = 0; i < 100; i++) {
        int length = snprintf(sql, sizeof sql, "%d\n", i);
        PQputCopyData(connection, sql, length);
    }
    PQputCopyEnd(connection, NULL);
    PGresult *result = PQgetResult(connection);
    if (check_status("in", result, PGRES_COMMAND_OK)) check_text("in", PQcmdTuples(result), "100");
    PQclear(result);
    PQclear(PQgetResult(connection));
    snprintf(sql, sizeof sql, "COPY (SELECT sum(a) FROM copied_%c) TO STDOUT", copy_name());
    PQclear(PQexec(connection, sql));
    while (PQgetCopyData(connection, &line, 0) > 0) {
        check_text("out", line, "4950\n");
        PQfreemem(line);
    }
    result = PQgetResult(connection);
    check_status("out", result, PGRES_COMMAND_OK);
    PQclear(result);
    PQclear(PQgetResult(connection));
}

static void cursor(void) {
    int rows = 0;
    group("cursor");
    PQsendQueryParams(connection, "SELECT generate_series(1, 250)", 0, NULL, NULL, NULL, NULL, 0);
    PQsetSingleRowMode(connection);
    for (PGresult *result; (result = PQgetResult(connection)) != NULL; PQclear(result))
        if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) rows += atoi(PQgetvalue(result, 0, 0)) == rows + 1;
    check_int("row by row", rows, 250);
}

static void introspection(void) {
    PGresult *result = prepare("described", "SELECT $1::int4, $2::text");
    group("introspection");
    check_status("prepare", result, PGRES_COMMAND_OK);
    PQclear(result);
    result = PQdescribePrepared(connection, "described");
    if (check_status("describe", result, PGRES_COMMAND_OK)) {
        check_int("parameters", PQnparams(result), 2);
        check_int("type of the first", PQparamtype(result, 0), 23);
        check_int("type of the second column", PQftype(result, 1), 25);
    }
    PQclear(result);
}

// The plan of a prepared statement has another result after ALTER TABLE.
static void ddl(void) {
    char sql[LONGEST];
    group("ddl");
    snprintf(sql, sizeof sql, "SELECT * FROM copied_%c WHERE a = $1", copy_name());
    const char *const seven[1] = {"7"};
    PQclear(prepare("changing", sql));
    PGresult *result = execute("changing", 1, seven);
    if (check_status("before", result, PGRES_TUPLES_OK)) check_int("columns", PQnfields(result), 1);
    PQclear(result);
    snprintf(sql, sizeof sql, "ALTER TABLE copied_%c ADD b text", copy_name());
    command(sql);
    result = execute("changing", 1, seven);
    check_error("column added", result, "0A000");
    PQclear(result);
    snprintf(sql, sizeof sql, "ALTER TABLE copied_%c DROP b", copy_name());
    command(sql);
}

static void cancel(void) {
    char message[256];
    group("cancel");
    PQsendQueryParams(connection, "SELECT pg_sleep(30)", 0, NULL, NULL, NULL, NULL, 0);
    PGconn *other = PQconnectdb("");
    PQclear(PQexec(other, "SELECT pg_sleep(0.5)"));  // until the statement runs
    PQfinish(other);
    PGcancel *request = PQgetCancel(connection);
    check_int("sent", PQcancel(request, message, sizeof message), 1);
    PQfreeCancel(request);
    PGresult *result = PQgetResult(connection);
    check_error("statement ended", result, "57014");
    PQclear(result);
    PQclear(PQgetResult(connection));
    value("recovery", "SELECT $1::int4 + 41", 0, 1, (const char *const[]){"1"}, "42");
}

int main(int argc, char **argv) {
    char sql[LONGEST];
    mode = argc > 1 ? argv[1] : "params";
    connection = PQconnectdb("");
    if (PQstatus(connection) != CONNECTION_OK) {
        fputs(PQerrorMessage(connection), stderr);
        return 1;
    }
    snprintf(sql, sizeof sql, "CREATE TABLE common_%c (id int4); CREATE TABLE copied_%c (a int4)", copy_name(), copy_name());
    PQclear(PQexec(connection, sql));
    begin_together();
    common();
    copy();
    cursor();
    introspection();
    ddl();
    cancel();
    PQfinish(connection);
    report("libpq");
}
