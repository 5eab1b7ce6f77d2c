package pgsidecar.clients;

import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** Types, batches, cursors, COPY and metadata by JDBC; often enough for pgjdbc to name its statements. */
final class JdbcChecks {
    private static final int TIMES = 7;

    private final JdbcClient client;
    private final Report report;
    private final String copy;

    JdbcChecks(JdbcClient client, Report report, String copy) {
        this.client = client;
        this.report = report;
        this.copy = copy;
    }

    void run() {
        types("types_" + copy);
        batch("batch_" + copy);
        cursor();
        copy("copied_" + copy);
        introspection("types_" + copy);
    }

    private void types(String table) {
        report.check("types", "create", true, () -> {
            client.execute("create table " + table + " (id int4 primary key, i2 int2, i8 int8, n numeric(20,5), t text,"
                + " v varchar(20), y bytea, f bool, z timestamptz, d date, u uuid, j jsonb, a int4[], s text[], r float8)");
            return true;
        });
        for (int id = 1; id <= TIMES; id++) {
            int key = id;
            report.check("types", "insert " + key, 1, () -> client.work(connection -> insert(connection, table, key)));
            report.check("types", "select " + key, row(key), () -> client.work(connection -> select(connection, table, key)));
            report.check("types", "update " + key, "after " + key, () -> {
                client.execute("update " + table + " set t = ? where id = ?", "after " + key, key);
                return client.value("select t from " + table + " where id = ?", key);
            });
            report.check("types", "nulls " + key, Arrays.asList(null, null, null), () -> client.work(connection -> nulls(connection, key)));
        }
        report.check("types", "delete", (long) TIMES - 1, () -> {
            client.execute("delete from " + table + " where id = ?", 1);
            return client.value("select count(*) from " + table);
        });
    }

    private static List<Object> row(int id) {
        return List.of((short) (id + 1), (1L << 40) + id, new BigDecimal("12345.67890"), "text ü " + id, "varchar " + id,
            "bytes", id % 2 == 0, OffsetDateTime.of(2024, 5, id, 1, 2, 3, 0, ZoneOffset.UTC), Date.valueOf("2024-05-0" + id),
            new UUID(1, id), "{\"k\": " + id + "}", "[1, null, " + id + "]", "[x, y" + id + "]", id / 4.0);
    }

    private static int insert(Connection connection, String table, int id) throws SQLException {
        List<Object> row = row(id);
        String sql = "insert into " + table + " values (?,?,?,?,?,?,?,?,?,?,?,?::jsonb,?,?,?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, id);
            for (int column = 2; column <= 15; column++) {
                statement.setObject(column, row.get(column - 2));
            }
            statement.setBytes(7, "bytes".getBytes(StandardCharsets.UTF_8));
            statement.setArray(13, connection.createArrayOf("int4", new Integer[] {1, null, id}));
            statement.setArray(14, connection.createArrayOf("text", new String[] {"x", "y" + id}));
            return statement.executeUpdate();
        }
    }

    private static List<Object> select(Connection connection, String table, int id) throws SQLException {
        try (PreparedStatement statement = JdbcClient.prepare(connection, "select * from " + table + " where id = ?", id);
             ResultSet row = statement.executeQuery()) {
            row.next();
            return List.of(row.getShort(2), row.getLong(3), row.getBigDecimal(4), row.getString(5), row.getString(6),
                new String(row.getBytes(7), StandardCharsets.UTF_8), row.getBoolean(8), row.getObject(9, OffsetDateTime.class),
                row.getDate(10), row.getObject(11), row.getString(12), Arrays.toString((Object[]) row.getArray(13).getArray()),
                Arrays.toString((Object[]) row.getArray(14).getArray()), row.getDouble(15));
        }
    }

    private static List<Object> nulls(Connection connection, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select ?::int4, ?::text, ?::numeric where ? > 0")) {
            statement.setNull(1, Types.INTEGER);
            statement.setNull(2, Types.VARCHAR);
            statement.setNull(3, Types.NUMERIC);
            statement.setInt(4, id);
            ResultSet row = statement.executeQuery();
            row.next();
            return Arrays.asList(row.getObject(1), row.getObject(2), row.getObject(3));
        }
    }

    private void batch(String table) {
        report.check("batch", "create", true, () -> {
            client.execute("create table " + table + " (id serial, a int4, b text)");
            return true;
        });
        for (int time = 1; time <= TIMES; time++) {
            int round = time;
            report.check("batch", "prepared batch " + round, List.of(1, 1, 1, 1), () -> client.work(connection -> {
                String sql = "insert into " + table + " (a, b) values (?, ?)";
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    for (int row = 0; row < 4; row++) {
                        statement.setInt(1, round);
                        statement.setString(2, "row " + row);
                        statement.addBatch();
                    }
                    return Arrays.stream(statement.executeBatch()).map(count -> count == Statement.SUCCESS_NO_INFO ? 1 : count)
                        .boxed().toList();
                }
            }));
            report.check("batch", "rows of batch " + round, "row 0,row 1,row 2,row 3",
                () -> client.value("select string_agg(b, ',' order by id) from " + table + " where a = ?", round));
            report.check("batch", "batch of texts " + round, List.of(1, 4), () -> client.work(connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.addBatch("insert into " + table + " (a, b) values (" + -round + ", 'text')");
                    statement.addBatch("update " + table + " set b = b || '!' where a = " + round);
                    return Arrays.stream(statement.executeBatch()).boxed().toList();
                }
            }));
            report.check("batch", "generated key " + round, round * 6, () -> client.work(connection -> {
                String sql = "insert into " + table + " (a, b) values (?, 'key')";
                try (PreparedStatement statement = connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
                    statement.setInt(1, 1000 + round);
                    statement.executeUpdate();
                    ResultSet keys = statement.getGeneratedKeys();
                    keys.next();
                    return keys.getInt("id");
                }
            }));
        }
    }

    private void cursor() {
        for (int time = 1; time <= TIMES; time++) {
            int last = time * 5;
            report.check("cursor", "fetch size 3 of " + last, last * (last + 1) / 2, () -> client.work(connection -> {
                boolean autocommit = connection.getAutoCommit();
                connection.setAutoCommit(false);
                String sql = "select n from generate_series(1, ?) n";
                try (PreparedStatement statement = JdbcClient.prepare(connection, sql, last)) {
                    statement.setFetchSize(3);
                    int sum = 0;
                    for (ResultSet rows = statement.executeQuery(); rows.next(); ) {
                        sum += rows.getInt(1);
                    }
                    connection.commit();
                    return sum;
                } finally {
                    connection.setAutoCommit(autocommit);
                }
            }));
        }
    }

    private void copy(String table) {
        report.check("copy", "in", 3L, () -> client.work(connection -> {
            JdbcClient.prepare(connection, "create table " + table + " (a int4, b text)").execute();
            return manager(connection).copyIn("copy " + table + " from stdin", new StringReader("1\tx\n2\t\\N\n3\tz\n"));
        }));
        report.check("copy", "out", "1\tx\n2\t\\N\n3\tz\n", () -> client.work(connection -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            manager(connection).copyOut("copy " + table + " to stdout", out);
            return out.toString(StandardCharsets.UTF_8);
        }));
        report.checkError("copy", "bad data", "22P02", () -> client.work(
            connection -> manager(connection).copyIn("copy " + table + " from stdin", new StringReader("x\ty\n"))));
        report.check("copy", "after bad data", 3L, () -> client.value("select count(*) from " + table + " where a > ?", 0));
    }

    private static CopyManager manager(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }

    private void introspection(String table) {
        report.check("introspection", "columns", List.of("id", "i2", "i8"), () -> client.work(connection -> {
            List<String> names = new ArrayList<>();
            for (ResultSet rows = connection.getMetaData().getColumns(null, "public", table, null); rows.next(); ) {
                names.add(rows.getString("COLUMN_NAME"));
            }
            return names.subList(0, 3);
        }));
        report.check("introspection", "primary key", "id", () -> client.work(connection -> {
            ResultSet rows = connection.getMetaData().getPrimaryKeys(null, "public", table);
            rows.next();
            return rows.getString("COLUMN_NAME");
        }));
        report.check("introspection", "statement before it runs", "int2 t int4", () -> client.work(connection -> {
            String sql = "select i2, t from " + table + " where id = ?";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                return statement.getMetaData().getColumnTypeName(1) + " " + statement.getMetaData().getColumnName(2) + " "
                    + statement.getParameterMetaData().getParameterTypeName(1);
            }
        }));
    }
}
