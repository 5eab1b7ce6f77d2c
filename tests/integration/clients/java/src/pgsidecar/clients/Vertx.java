package pgsidecar.clients;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
    public List<Object> row(String sql, Object... parameters) throws Exception {
        return row(await(query(connection, sql, parameters)));
    }

    @Override
    public void execute(String sql, Object... parameters) throws Exception {
        await(query(connection, sql, parameters));
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
    public Client another() throws Exception {
        return new Vertx(cached);
    }

    @Override
    public boolean refusedAfterDdl(boolean byAnother) {
        return cached;
    }

    @Override
    public Object bytes(byte[] bytes) {
        return Buffer.buffer(bytes);
    }

    @Override
    public void beyond(Report report) throws Exception {
        new Types(this, report).run();
        new Ddl(this, report).run();
        new Batch(report).run();
        new Cancel(this, report).run("by cancelRequest", () -> {
            vertx.setTimer(500, timer -> connection.cancelRequest());
            return value(Cancel.SLEEP, Cancel.SECONDS);
        });
        new Reset(report).run();
    }

    @Override
    public void close() throws Exception {
        await(connection.close());
        await(vertx.close());
    }

    private static Future<RowSet<Row>> query(SqlClient client, String sql, Object... parameters) {
        return client.preparedQuery(Client.number(sql, "$")).execute(Tuple.from(parameters));
    }

    private static List<Object> row(RowSet<Row> rows) {
        List<List<Object>> found = new ArrayList<>();
        for (Row row : rows) {
            found.add(IntStream.range(0, row.size()).mapToObj(row::getValue)
                .collect(Collectors.toCollection(ArrayList::new)));
        }
        return Client.only(found);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private PgConnectOptions options() {
        PgConnectOptions options = new PgConnectOptions().setHost(Environment.HOST).setPort(Environment.PORT)
            .setUser(Environment.USER).setDatabase(Environment.DATABASE);
        options.setCachePreparedStatements(cached);
        return options;
    }

    private void connect() throws Exception {
        connection = await(PgConnection.connect(vertx, options()));
    }

    /** Batches, pipelines and cursors. */
    private final class Batch extends Group {
        Batch(Report report) {
            super(Vertx.this, report, "batch");
        }

        void run() {
            create("a int4, b text");
            for (int time = 1; time <= TIMES; time++) {
                int round = time;
                List<Tuple> batch = List.of(Tuple.of(round, "x"), Tuple.of(round, "y"), Tuple.of(round, "z"));
                String rows = "select string_agg(b, ',' order by b) from " + table + " where a = ?";
                check("rows of batch " + round, "x,y,z", () -> {
                    await(connection.preparedQuery("insert into " + table + " values ($1, $2)").executeBatch(batch));
                    return value(rows, round);
                });
                check("ten at once " + round, IntStream.range(round, round + 10).boxed().toList(),
                      () -> atOnce(round));
                check("cursor, two rows at a time " + round, List.of(1, 2, 3, 4, 5), this::cursor);
            }
        }

        private List<Object> atOnce(int start) throws Exception {
            List<Future<RowSet<Row>>> sent = new ArrayList<>();
            for (int number = 0; number < 10; number++) {
                sent.add(query(connection, "select cast(? as int4) + " + number, start));
            }
            List<Object> values = new ArrayList<>();
            for (Future<RowSet<Row>> query : sent) {
                values.add(row(await(query)).get(0));
            }
            return values;
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
    }

    /** A pool lends its connections again. */
    private final class Reset extends Group {
        Reset(Report report) {
            super(Vertx.this, report, "reset");
        }

        void run() {
            Pool pool = PgBuilder.pool().with(new PoolOptions().setMaxSize(2)).connectingTo(options())
                .using(vertx).build();
            for (int turn = 0; turn < 2 * TIMES; turn++) {
                int lent = turn;
                check("lent again", lent + 1,
                      () -> row(await(query(pool, "select cast(? as int4) + 1", lent))).get(0));
            }
            pool.close();
        }
    }
}
