package pgsidecar.clients;

import io.vertx.core.Future;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** vertx-pg-client with one connection; it keeps prepared statements only when asked to. */
final class Vertx implements Client {
    private final io.vertx.core.Vertx vertx = io.vertx.core.Vertx.vertx();
    private final boolean cached;
    private PgConnection connection;
    private Transaction transaction;

    Vertx(boolean cached) throws Exception {
        this.cached = cached;
        connect();
    }

    @Override
    public String version() {
        return Client.versionOf(PgConnection.class);
    }

    @Override
    public int rounds() {
        return 12;
    }

    @Override
    public Object value(String sql, Object... parameters) throws Exception {
        return value(await(query(sql, parameters)));
    }

    @Override
    public void execute(String sql, Object... parameters) throws Exception {
        await(query(sql, parameters));
    }

    @Override
    public void begin() throws Exception {
        transaction = await(connection.begin());
    }

    @Override
    public void commit() throws Exception {
        Transaction open = transaction;
        transaction = null;
        await(open.commit());
    }

    @Override
    public boolean recover() throws Exception {
        Transaction open = transaction;
        transaction = null;
        try {
            if (open != null) {
                await(open.rollback());
            }
            await(connection.query("select 1").execute());
            return false;
        } catch (Exception lost) {
            connect();
            return true;
        }
    }

    @Override
    public void beyond(Report report, String copy) {
        report.check("batch", "rows", "x,y,z", () -> {
            execute("create table batch_" + copy + " (a int4, b text)");
            await(connection.preparedQuery("insert into batch_" + copy + " values ($1, $2)")
                .executeBatch(List.of(Tuple.of(1, "x"), Tuple.of(2, "y"), Tuple.of(3, "z"))));
            return value("select string_agg(b, ',' order by a) from batch_" + copy + " where a < ?", 5);
        });
        for (int first = 0; first < 5; first++) {
            int start = first * 10;
            report.check("pipeline", "ten at once from " + start, sum(start), () -> pipelined(start));
        }
        report.check("cursor", "two rows at a time", List.of(1, 2, 3, 4, 5), this::cursor);
        report.checkError("cancel", "by cancelRequest", "57014", () -> {
            vertx.setTimer(500, timer -> connection.cancelRequest());
            return value("select pg_sleep(?)::text", 15.0);
        });
        report.check("cancel", "usable afterwards", 5, () -> value("select ?::int4 + 1", 4));
    }

    @Override
    public void close() throws Exception {
        await(connection.close());
        await(vertx.close());
    }

    private static int sum(int start) {
        return start * 10 + 45;
    }

    private int pipelined(int start) throws Exception {
        List<Future<RowSet<Row>>> queries = new ArrayList<>();
        for (int number = start; number < start + 10; number++) {
            queries.add(query("select ?::int4 + " + number % 10, start));
        }
        int sum = 0;
        for (Future<RowSet<Row>> query : queries) {
            sum += (Integer) value(await(query));
        }
        return sum;
    }

    private List<Integer> cursor() throws Exception {
        begin();
        PreparedStatement statement = await(connection.prepare("select n from generate_series(1, $1) n"));
        Cursor cursor = statement.cursor(Tuple.of(5));
        List<Integer> numbers = new ArrayList<>();
        do {
            await(cursor.read(2)).forEach(row -> numbers.add(row.getInteger(0)));
        } while (cursor.hasMore());
        await(cursor.close());
        await(statement.close());
        commit();
        return numbers;
    }

    private Future<RowSet<Row>> query(String sql, Object... parameters) {
        return connection.preparedQuery(Client.number(sql, "$")).execute(Tuple.from(parameters));
    }

    private static Object value(RowSet<Row> rows) {
        return rows.size() == 1 ? rows.iterator().next().getValue(0) : rows.size() + " rows";
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private void connect() throws Exception {
        PgConnectOptions options = new PgConnectOptions().setHost(Environment.HOST).setPort(Environment.PORT)
            .setUser(Environment.USER).setDatabase(Environment.DATABASE);
        options.setCachePreparedStatements(cached);
        connection = await(PgConnection.connect(vertx, options));
    }
}
