package pgsidecar.clients;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

/** Batches of one prepared statement and of texts, and generated keys. */
final class JdbcBatch extends JdbcGroup {
    JdbcBatch(JdbcClient client, Report report) {
        super(client, report, "batch");
    }

    void run() {
        create("id serial, a int4, b text");
        for (int time = 1; time <= TIMES; time++) {
            int round = time;
            on("prepared batch " + round, List.of(1, 1, 1, 1), connection -> prepared(connection, round));
            String rows = "select string_agg(b, ',' order by id) from " + table + " where a = ?";
            check("rows of batch " + round, "row 0,row 1,row 2,row 3", () -> client.value(rows, round));
            on("batch of texts " + round, List.of(1, 4), connection -> texts(connection, round));
            on("generated key " + round, round * 6, connection -> generatedKey(connection, round));
        }
    }

    private List<Integer> prepared(Connection connection, int round) throws SQLException {
        String sql = "insert into " + table + " (a, b) values (?, ?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int row = 0; row < 4; row++) {
                statement.setInt(1, round);
                statement.setString(2, "row " + row);
                statement.addBatch();
            }
            return Arrays.stream(statement.executeBatch())
                .map(count -> count == Statement.SUCCESS_NO_INFO ? 1 : count).boxed().toList();
        }
    }

    private List<Integer> texts(Connection connection, int round) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.addBatch("insert into " + table + " (a, b) values (" + -round + ", 'text')");
            statement.addBatch("update " + table + " set b = b || '!' where a = " + round);
            return Arrays.stream(statement.executeBatch()).boxed().toList();
        }
    }

    private int generatedKey(Connection connection, int round) throws SQLException {
        String sql = "insert into " + table + " (a, b) values (?, 'key')";
        int keysWanted = Statement.RETURN_GENERATED_KEYS;
        try (PreparedStatement statement = connection.prepareStatement(sql, keysWanted)) {
            statement.setInt(1, 1000 + round);
            statement.executeUpdate();
            ResultSet keys = statement.getGeneratedKeys();
            keys.next();
            return keys.getInt("id");
        }
    }
}
