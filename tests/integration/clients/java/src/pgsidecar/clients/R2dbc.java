package pgsidecar.clients;

import io.netty.buffer.Unpooled;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlStatement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** r2dbc-postgresql with one connection and its defaults: named statements, kept for ever. */
final class R2dbc implements Client {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private PostgresqlConnection connection;

    R2dbc() {
        connect();
    }

    @Override
    public String version() {
        return Client.versionOf(PostgresqlConnectionFactory.class);
    }

    @Override
    public int rounds() {
        return 12;
    }

    @Override
    public Object value(String sql, Object... parameters) {
        List<Object> values = values(statement(sql, parameters));
        return values.size() == 1 ? values.get(0) : values.size() + " rows";
    }

    @Override
    public void execute(String sql, Object... parameters) {
        statement(sql, parameters).execute().flatMap(result -> result.getRowsUpdated()).then().block(LIMIT);
    }

    @Override
    public void begin() {
        connection.beginTransaction().block(LIMIT);
    }

    @Override
    public void commit() {
        connection.commitTransaction().block(LIMIT);
    }

    @Override
    public boolean recover() {
        try {
            connection.rollbackTransaction().block(LIMIT);
            return false;
        } catch (RuntimeException lost) {
            connect();
            return true;
        }
    }

    @Override
    public void beyond(Report report, String copy) {
        batch(report, "batch_" + copy);
        report.check("cursor", "fetch size 3", List.of(1, 2, 3, 4, 5, 6, 7, 8),
                     () -> values(statement("select n from generate_series(1, ?) n", 8).fetchSize(3)));
        report.check("copy", "in", 2L, () -> connection.copyIn("copy batch_" + copy + " from stdin",
            Flux.just("8\tx\n", "8\ty\n").map(line -> Unpooled.copiedBuffer(line, StandardCharsets.UTF_8))).block(LIMIT));
        report.check("copy", "rows", 2L, () -> value("select count(*) from batch_" + copy + " where a = ?", 8));
        ddl(report, "ddl_" + copy);
        report.checkError("cancel", "by cancelRequest", "57014", () -> {
            Mono.delay(Duration.ofMillis(500)).then(Mono.defer(connection::cancelRequest)).subscribe();
            return value("select pg_sleep(?)::text", 15.0);
        });
        report.check("cancel", "usable afterwards", 5, () -> value("select ?::int4 + 1", 4));
    }

    @Override
    public void close() {
        connection.close().block(LIMIT);
    }

    private void batch(Report report, String table) {
        report.check("batch", "one statement with three bindings", 3L, () -> {
            execute("create table " + table + " (a int4, b text)");
            return statement("insert into " + table + " values (?, ?)", 1, "x").add().bind(0, 2).bind(1, "y").add()
                .bind(0, 3).bind(1, "z").execute().flatMap(result -> result.getRowsUpdated()).reduce(0L, Long::sum)
                .block(LIMIT);
        });
        report.check("batch", "rows", "x,y,z",
                     () -> value("select string_agg(b, ',' order by a) from " + table + " where a < ?", 5));
        report.check("batch", "texts", List.of(1, 2), () -> connection.createBatch().add("select 1").add("select 2").execute()
            .concatMap(result -> result.map((row, metadata) -> row.get(0))).collectList().block(LIMIT));
    }

    /** The driver has no remedy for 0A000: it is raised for as long as the statement is kept. */
    private void ddl(Report report, String table) {
        String sql = "select * from " + table + " where a = ?";
        report.check("ddl", "before", 1, () -> {
            execute("create table " + table + " (a int4)");
            execute("insert into " + table + " values (?)", 1);
            return value(sql, 1);
        });
        report.checkError("ddl", "after ADD COLUMN", "0A000", () -> {
            execute("alter table " + table + " add column b text");
            return value(sql, 1);
        });
        report.check("ddl", "a new text", 1, () -> value(sql + " and true", 1));
    }

    private List<Object> values(PostgresqlStatement statement) {
        return statement.execute().concatMap(result -> result.map((row, metadata) -> row.get(0))).collectList().block(LIMIT);
    }

    private PostgresqlStatement statement(String sql, Object... parameters) {
        PostgresqlStatement statement = connection.createStatement(Client.number(sql, "$"));
        for (int index = 0; index < parameters.length; index++) {
            statement.bind(index, parameters[index]);
        }
        return statement;
    }

    private void connect() {
        connection = new PostgresqlConnectionFactory(PostgresqlConnectionConfiguration.builder().host(Environment.HOST)
            .port(Environment.PORT).username(Environment.USER).database(Environment.DATABASE).build()).create().block(LIMIT);
    }
}
