package pgsidecar.clients;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Cancelled by another thread, or by the timeout set on the statement. */
final class JdbcCancel {
    private interface How {
        void on(Statement statement) throws SQLException;
    }

    private final JdbcClient client;
    private final Cancel cancel;

    JdbcCancel(JdbcClient client, Report report) {
        this.client = client;
        cancel = new Cancel(client, report);
    }

    void run() {
        cancelled("by another thread", statement -> CompletableFuture.runAsync(
            () -> cancel(statement), CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS)));
        cancelled("by its timeout", statement -> statement.setQueryTimeout(1));
    }

    private void cancelled(String name, How how) {
        cancel.run(name, () -> client.work(connection -> {
            try (PreparedStatement statement = JdbcClient.prepare(connection, Cancel.SLEEP, Cancel.SECONDS)) {
                how.on(statement);
                return statement.execute();
            }
        }));
    }

    private static void cancel(Statement statement) {
        try {
            statement.cancel();
        } catch (SQLException error) {
            throw new IllegalStateException(error);
        }
    }
}
