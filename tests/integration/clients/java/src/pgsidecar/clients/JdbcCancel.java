package pgsidecar.clients;

import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A statement is cancelled by another thread, or by the timeout set on it; the connection stays usable. */
final class JdbcCancel {
    private static final String SLEEP = "select pg_sleep(?)";

    private final JdbcClient client;
    private final Report report;

    JdbcCancel(JdbcClient client, Report report) {
        this.client = client;
        this.report = report;
    }

    void run() {
        report.checkError("cancel", "by another thread", "57014", () -> client.work(connection -> {
            try (PreparedStatement statement = JdbcClient.prepare(connection, SLEEP, 20.0)) {
                CompletableFuture.runAsync(() -> cancel(statement),
                                           CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS));
                return statement.execute();
            }
        }));
        report.check("cancel", "usable afterwards", 5, () -> client.value("select ?::int4 + 1", 4));
        report.checkError("cancel", "by its timeout", "57014", () -> client.work(connection -> {
            try (PreparedStatement statement = JdbcClient.prepare(connection, SLEEP, 20.0)) {
                statement.setQueryTimeout(1);
                return statement.execute();
            }
        }));
        report.check("cancel", "usable after the timeout", 6, () -> client.value("select ?::int4 + 1", 5));
    }

    private static void cancel(Statement statement) {
        try {
            statement.cancel();
        } catch (java.sql.SQLException error) {
            throw new IllegalStateException(error);
        }
    }
}
