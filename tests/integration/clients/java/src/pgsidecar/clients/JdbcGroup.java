package pgsidecar.clients;

/** Checks by JDBC. */
abstract class JdbcGroup extends Group {
    private final JdbcClient jdbc;

    JdbcGroup(JdbcClient client, Report report, String name) {
        super(client, report, name);
        jdbc = client;
    }

    final void on(String what, Object expected, JdbcClient.Work<?> work) {
        check(what, expected, () -> jdbc.work(work));
    }

    final void errorOn(String what, String sqlState, JdbcClient.Work<?> work) {
        checkError(what, sqlState, () -> jdbc.work(work));
    }
}
