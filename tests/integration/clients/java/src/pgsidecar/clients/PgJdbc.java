package pgsidecar.clients;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.Driver;

/** pgjdbc with one connection. Settings are properties of its URL, and `autocommit=false`. */
final class PgJdbc extends JdbcClient {
    private static final String OFF = "autocommit=false";

    private final List<String> settings;
    private final boolean autocommit;
    private final String url;
    private Connection connection;

    PgJdbc(List<String> settings) throws SQLException {
        this.settings = settings;
        autocommit = !settings.contains(OFF);
        url = Environment.url(
            settings.stream().filter(setting -> !setting.equals(OFF)).toArray(String[]::new));
        connect();
    }

    @Override
    public String version() {
        return Client.versionOf(Driver.class);
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
    public boolean refusedAfterDdl(boolean byAnother) {
        return super.refusedAfterDdl(byAnother) && !url.contains("autosave");
    }

    @Override
    public Client another() throws SQLException {
        return new PgJdbc(settings);
    }

    @Override
    public void beyond(Report report) throws Exception {
        super.beyond(report);
        new JdbcCancel(this, report).run();
        if (settings.contains("autosave=always")) {
            new JdbcAutosave(this, report).run();
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
