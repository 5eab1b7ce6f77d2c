package pgsidecar.clients;

import java.sql.SQLException;

/** autosave=always: a failed statement does not abort its transaction. */
final class JdbcAutosave extends JdbcGroup {
    JdbcAutosave(JdbcClient client, Report report) {
        super(client, report, "autosave");
    }

    void run() {
        create("a int4 primary key");
        for (int time = 1; time <= TIMES; time++) {
            int key = time * 10;
            check("transaction with an error " + time, key + " 23505 " + (key + 1), () -> {
                client.begin();
                insert(key);
                String state = refused(key);
                insert(key + 1);
                client.commit();
                String sql = "select min(a) || ' " + state + " ' || max(a) from " + table + " where a >= ?";
                return client.value(sql, key);
            });
        }
    }

    private void insert(int key) throws Exception {
        client.execute("insert into " + table + " values (?)", key);
    }

    private String refused(int key) throws Exception {
        try {
            insert(key);
            return "none";
        } catch (SQLException error) {
            return error.getSQLState();
        }
    }
}
