package pgsidecar.clients;

import java.util.concurrent.Callable;

/** A statement is cancelled; the connection stays usable. */
final class Cancel extends Group {
    static final String SLEEP = "select cast(pg_sleep(?) as text)";
    static final double SECONDS = 20;

    Cancel(Client client, Report report) {
        super(client, report, "cancel");
    }

    /** The action runs SLEEP and has it cancelled. */
    void run(String how, Callable<?> action) {
        checkError(how, "57014", action);
        check("usable afterwards", 5, () -> {
            Thread.sleep(300);  // PostgreSQL signals a process twice; the second one can meet the next statement
            return client.value("select cast(? as int4) + 1", 4);
        });
    }
}
