package pgsidecar.clients;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlResult;
import io.r2dbc.postgresql.api.PostgresqlStatement;
import io.r2dbc.postgresql.codec.Json;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** r2dbc-postgresql with one connection and its defaults: named statements, kept for ever. */
final class R2dbc implements Client {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private PostgresqlConnection connection;

    R2dbc() {
        connect();
    }

    @Override
    public String version() {
        return Client.versionOf(PostgresqlConnectionFactory.class);
    }

    @Override
    public List<Object> row(String sql, Object... parameters) {
        return Client.only(statement(sql, parameters).execute()
            .concatMap(result -> result.map(R2dbc::columns)).collectList().block(LIMIT));
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
    public Client another() {
        return new R2dbc();
    }

    @Override
    public boolean refusedAfterDdl(boolean byAnother) {
        return false;
    }

    @Override
    public Object bytes(byte[] bytes) {
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public void beyond(Report report) throws Exception {
        new Types(this, report).run();
        new Ddl(this, report).run();
        new Batch(report).run();
        new Copy(report).run();
        new Cancel(this, report).run("by cancelRequest", () -> {
            Mono.delay(Duration.ofMillis(500)).then(Mono.defer(connection::cancelRequest)).subscribe();
            return value(Cancel.SLEEP, Cancel.SECONDS);
        });
    }

    @Override
    public void close() {
        connection.close().block(LIMIT);
    }

    private PostgresqlStatement statement(String sql, Object... parameters) {
        PostgresqlStatement statement = connection.createStatement(Client.number(sql, "$"));
        for (int index = 0; index < parameters.length; index++) {
            if (parameters[index] == null) {
                statement.bindNull(index, String.class);
            } else {
                statement.bind(index, parameters[index]);
            }
        }
        return statement;
    }

    private static List<Object> columns(Row row, RowMetadata metadata) {
        return IntStream.range(0, metadata.getColumnMetadatas().size()).mapToObj(row::get)
            .map(value -> value instanceof Json json ? json.asString() : value)
            .collect(Collectors.toCollection(ArrayList::new));
    }

    private static List<Object> firsts(Flux<PostgresqlResult> results) {
        return results.concatMap(result -> result.map((row, metadata) -> row.get(0))).collectList()
            .block(LIMIT);
    }

    private void connect() {
        connection = new PostgresqlConnectionFactory(PostgresqlConnectionConfiguration.builder()
            .host(Environment.HOST).port(Environment.PORT).username(Environment.USER)
            .database(Environment.DATABASE).build()).create().block(LIMIT);
    }

    private final class Batch extends Group {
        Batch(Report report) {
            super(R2dbc.this, report, "batch");
        }

        void run() {
            create("a int4, b text");
            for (int time = 1; time <= TIMES; time++) {
                int round = time;
                check("one statement with three bindings " + round, 3L, () ->
                    statement("insert into " + table + " values (?, ?)", round, "x")
                        .add().bind(0, round).bind(1, "y").add().bind(0, round).bind(1, "z").execute()
                        .flatMap(PostgresqlResult::getRowsUpdated).reduce(0L, Long::sum).block(LIMIT));
                String rows = "select string_agg(b, ',' order by b) from " + table + " where a = ?";
                check("rows " + round, "x,y,z", () -> value(rows, round));
            }
            check("texts", List.of(1, 2),
                  () -> firsts(connection.createBatch().add("select 1").add("select 2").execute()));
            check("fetch size 3", List.of(1, 2, 3, 4, 5, 6, 7, 8),
                  () -> firsts(statement("select n from generate_series(1, ?) n", 8).fetchSize(3).execute()));
        }
    }

    private final class Copy extends Group {
        Copy(Report report) {
            super(R2dbc.this, report, "copy");
        }

        void run() {
            create("a int4, b text");
            Flux<ByteBuf> lines = Flux.just("8\tx\n", "8\ty\n")
                .map(line -> Unpooled.copiedBuffer(line, StandardCharsets.UTF_8));
            check("in", 2L, () -> connection.copyIn("copy " + table + " from stdin", lines).block(LIMIT));
            check("rows", 2L, () -> value("select count(*) from " + table + " where a = ?", 8));
        }
    }
}
