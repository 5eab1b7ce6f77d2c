package pgsidecar.clients;

import java.util.concurrent.Callable;

/** Checks of one kind, and the table of this copy that they use. */
abstract class Group {
    static final int TIMES = 7;  // often enough for pgjdbc to name a statement

    final Client client;
    final String table;
    private final Report report;
    private final String name;

    Group(Client client, Report report, String name) {
        this.client = client;
        this.report = report;
        this.name = name;
        table = name + "_" + Environment.COPY;
    }

    final void check(String what, Object expected, Callable<?> actual) {
        report.check(name, what, expected, actual);
    }

    final void checkError(String what, String sqlState, Callable<?> action) {
        report.checkError(name, what, sqlState, action);
    }

    final void create(String columns) {
        check("create the table", true, () -> {
            client.execute("create table " + table + " (" + columns + ")");
            return true;
        });
    }
}
