package pgsidecar.clients;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/** HikariCP over pgjdbc, both with their defaults: each statement outside a transaction borrows a connection. */
final class Hikari extends JdbcClient {
    private static final int ROUNDS = 12;

    private final HikariDataSource pool;

    Hikari() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(Environment.url());
        pool = new HikariDataSource(config);
    }

    @Override
    public String version() {
        return Client.versionOf(HikariDataSource.class);
    }

    @Override
    public int rounds() {
        return ROUNDS;
    }

    @Override
    Connection acquire() throws SQLException {
        return pool.getConnection();
    }

    @Override
    void release(Connection connection) throws SQLException {
        connection.close();
    }

    @Override
    boolean autocommit() {
        return true;
    }

    @Override
    public void beyond(Report report, String copy) {
        super.beyond(report, copy);
        report.check("reset", "a transaction left open is undone on return", 0L, () -> {
            execute("create table reset_" + copy + " (a int4)");
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                prepare(connection, "insert into reset_" + copy + " values (?)", 1).executeUpdate();
            }
            return value("select count(*) from reset_" + copy + " where a = ?", 1);
        });
        report.check("reset", "the next user has autocommit", true, () -> work(Connection::getAutoCommit));
        report.check("reset", "isolation level of one transaction", "serializable", () -> {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                prepare(connection, "set transaction isolation level serializable").execute();
                return value(connection, "select current_setting(?)", "transaction_isolation");
            }
        });
        report.check("reset", "the next user has the default", "read committed",
                     () -> value("select current_setting(?)", "transaction_isolation"));
    }

    @Override
    public void close() {
        pool.close();
    }
}
