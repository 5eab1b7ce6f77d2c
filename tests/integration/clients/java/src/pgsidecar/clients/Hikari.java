package pgsidecar.clients;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/** HikariCP over pgjdbc, both with their defaults: a statement outside a transaction borrows a connection. */
final class Hikari extends JdbcClient {
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
    public Client another() {
        return new Hikari();
    }

    @Override
    public void beyond(Report report) throws Exception {
        super.beyond(report);
        new Reset(report).run();
    }

    @Override
    public void close() {
        pool.close();
    }

    /** What a user has left behind is not there for the next one. */
    private final class Reset extends JdbcGroup {
        Reset(Report report) {
            super(Hikari.this, report, "reset");
        }

        void run() {
            create("a int4");
            check("a transaction left open is undone on return", 0L, () -> {
                try (Connection connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                    prepare(connection, "insert into " + table + " values (?)", 1).executeUpdate();
                }
                return value("select count(*) from " + table + " where a = ?", 1);
            });
            on("the next user has autocommit", true, Connection::getAutoCommit);
            check("isolation level of one transaction", "serializable", () -> {
                try (Connection connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                    prepare(connection, "set transaction isolation level serializable").execute();
                    return row(connection, "select current_setting(?)", "transaction_isolation").get(0);
                }
            });
            check("the next user has the default", "read committed",
                  () -> value("select current_setting(?)", "transaction_isolation"));
        }
    }
}
