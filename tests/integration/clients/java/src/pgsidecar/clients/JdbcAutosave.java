package pgsidecar.clients;

/** autosave=always: a failed statement does not abort its transaction. */
final class JdbcAutosave {
    private static final int TIMES = 7;

    private final JdbcClient client;
    private final Report report;
    private final String table;

    JdbcAutosave(JdbcClient client, Report report, String table) {
        this.client = client;
        this.report = report;
        this.table = table;
    }

    void run() {
        report.check("autosave", "create", true, () -> {
            client.execute("create table " + table + " (a int4 primary key)");
            return true;
        });
        for (int time = 1; time <= TIMES; time++) {
            int key = time * 10;
            report.check("autosave", "transaction with an error " + time, key + " 23505 " + (key + 1), () -> {
                client.begin();
                client.execute("insert into " + table + " values (?)", key);
                String state = refused(key);
                client.execute("insert into " + table + " values (?)", key + 1);
                client.commit();
                return client.value("select min(a) || ' " + state + " ' || max(a) from " + table + " where a >= ?", key);
            });
        }
    }

    private String refused(int key) throws Exception {
        try {
            client.execute("insert into " + table + " values (?)", key);
            return "none";
        } catch (java.sql.SQLException error) {
            return error.getSQLState();
        }
    }
}
