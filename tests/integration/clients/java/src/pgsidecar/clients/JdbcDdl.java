package pgsidecar.clients;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A table changes under a statement that is used often. pgjdbc prepares it anew when the server refuses it (0A000) in
 * autocommit; in a transaction that is lost, so the error is raised and the next transaction succeeds.
 */
final class JdbcDdl {
    private static final int TIMES = 7;

    private final JdbcClient client;
    private final Report report;
    private final String table;

    JdbcDdl(JdbcClient client, Report report, String table) {
        this.client = client;
        this.report = report;
        this.table = table;
    }

    void run() {
        report.check("ddl", "create", true, () -> {
            client.execute("create table " + table + " (a int4, b varchar(5))");
            client.execute("insert into " + table + " values (?, ?)", 1, "x");
            return true;
        });
        read("as created", "1 x");
        change("add column c int4 default 7", "1 x 7");
        change("alter column a type text using 'text ' || a", "text 1 x 7");
        change("alter column b type varchar(9)", "text 1 x 7");
        change("drop column c", "text 1 x");
    }

    private void change(String action, String row) {
        report.check("ddl", action, true, () -> {
            client.execute("alter table " + table + " " + action);
            return true;
        });
        report.check("ddl", "first use after " + action, client.refusedAfterDdl() ? "0A000" : row, () -> {
            try {
                return read();
            } catch (SQLException error) {
                if (!"0A000".equals(error.getSQLState())) {
                    throw error;
                }
                return error.getSQLState();
            }
        });
        read("after " + action, row);
    }

    private void read(String when, String row) {
        for (int time = 0; time < TIMES; time++) {
            report.check("ddl", when, row, this::read);
        }
    }

    private String read() throws Exception {
        return client.work(this::read);
    }

    private String read(Connection connection) throws SQLException {
        String sql = "select * from " + table + " where b = ?";
        try (PreparedStatement statement = JdbcClient.prepare(connection, sql, "x"); ResultSet row = statement.executeQuery()) {
            row.next();
            StringBuilder columns = new StringBuilder(row.getString(1));
            for (int column = 2; column <= row.getMetaData().getColumnCount(); column++) {
                columns.append(' ').append(row.getString(column));
            }
            return columns.toString();
        }
    }
}
