package pgsidecar.clients;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** setFetchSize: rows come by portions, in a transaction. */
final class JdbcCursor extends JdbcGroup {
    JdbcCursor(JdbcClient client, Report report) {
        super(client, report, "cursor");
    }

    void run() {
        for (int time = 1; time <= TIMES; time++) {
            int last = time * 5;
            on("fetch size 3 of " + last, last * (last + 1) / 2, connection -> {
                boolean autocommit = connection.getAutoCommit();
                connection.setAutoCommit(false);
                try {
                    int sum = sum(connection, last);
                    connection.commit();
                    return sum;
                } finally {
                    connection.setAutoCommit(autocommit);
                }
            });
        }
    }

    /** With another statement between two portions. */
    private static int sum(Connection connection, int last) throws SQLException {
        String sql = "select n from generate_series(1, ?) n";
        try (PreparedStatement statement = JdbcClient.prepare(connection, sql, last)) {
            statement.setFetchSize(3);
            int sum = 0;
            for (ResultSet rows = statement.executeQuery(); rows.next(); ) {
                sum += (Integer) JdbcClient.row(connection, "select cast(? as int4)", rows.getInt(1)).get(0);
            }
            return sum;
        }
    }
}
