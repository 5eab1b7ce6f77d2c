package pgsidecar.clients;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.Driver;

/** pgjdbc with one connection. Settings are properties of its URL, and `autocommit=false`. */
final class PgJdbc extends JdbcClient {
    private static final int ROUNDS = 12;  // past the threshold of 5 by which it names a statement
    private static final String OFF = "autocommit=false";

    private final boolean autocommit;
    private final String url;
    private Connection connection;

    PgJdbc(List<String> settings) throws SQLException {
        autocommit = !settings.contains(OFF);
        url = Environment.url(settings.stream().filter(setting -> !setting.equals(OFF)).toArray(String[]::new));
        connect();
    }

    @Override
    public String version() {
        return Client.versionOf(Driver.class);
    }

    @Override
    public int rounds() {
        return ROUNDS;
    }

    @Override
    Connection acquire() {
        return connection;
    }

    @Override
    void release(Connection unused) {}

    @Override
    boolean autocommit() {
        return autocommit;
    }

    @Override
    public boolean recover() throws SQLException {
        if (connection.isClosed()) {
            super.recover();
            connect();
            return true;
        }
        return super.recover();
    }

    @Override
    public void beyond(Report report, String copy) {
        super.beyond(report, copy);
        new JdbcCancel(this, report).run();
        if (url.contains("autosave=always")) {
            new JdbcAutosave(this, report, "autosave_" + copy).run();
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private void connect() throws SQLException {
        connection = DriverManager.getConnection(url);
        connection.setAutoCommit(autocommit);
    }
}
