package pgsidecar.clients;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A table changes under a statement that is used often: by the client itself, whose driver may then forget what
 * it has prepared, and by another one, after which the server refuses the statement (0A000).
 */
final class Ddl extends Group {
    Ddl(Client client, Report report) {
        super(client, report, "ddl");
    }

    void run() throws Exception {
        create("a int4, b varchar(5)");
        check("fill", "x", () -> {
            client.execute("insert into " + table + " values (?, ?)", 1, "x");
            return client.value("select b from " + table + " where a = ?", 1);
        });
        read("as created", 1, "x");
        try (Client other = client.another()) {
            change(other, "add column c int4 default 7", 1, "x", 7);
            change(client, "alter column c set data type int8", 1, "x", 7L);
            change(other, "alter column a type text using 'text ' || a", "text 1", "x", 7L);
            change(other, "alter column b type varchar(9)", "text 1", "x", 7L);
            change(client, "drop column c", "text 1", "x");
        }
    }

    private void change(Client by, String action, Object... row) {
        check(action, true, () -> {
            by.execute("alter table " + table + " " + action);
            return true;
        });
        if (client.refusedAfterDdl(by != client)) {
            checkError("refused after " + action, "0A000", this::read);
        }
        read("after " + action, row);
    }

    private void read(String when, Object... row) {
        check(when, Collections.nCopies(TIMES, List.of(row)), () -> {
            List<Object> rows = new ArrayList<>();
            for (int time = 0; time < TIMES; time++) {
                rows.add(read());
            }
            return rows;
        });
    }

    private List<Object> read() throws Exception {
        return client.row(query(), "x");
    }

    private String query() {
        return "select * from " + table + " where b = ?";
    }
}
