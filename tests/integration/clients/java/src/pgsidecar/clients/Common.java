package pgsidecar.clients;

/**
 * The checks of every client: statements whose texts both copies share, statements of this copy alone, a
 * transaction, and errors. All texts of a kind have the same shape: only the value tells one from the other.
 */
final class Common extends Group {
    private static final int ROUNDS = 12;  // past the threshold of 5 by which pgjdbc names a statement
    private static final int STATEMENTS = 10;

    Common(Client client, Report report) {
        super(client, report, "common");
    }

    void run() {
        int own = Environment.COPY.equals("a") ? 1000 : 2000;
        for (int round = 0; round < ROUNDS; round++) {
            for (int statement = 0; statement < STATEMENTS; statement++) {
                parametrised("all", statement, round);
                parametrised(Environment.COPY, own + statement, round);
            }
        }
        create("a int4 primary key, b text");
        for (int round = 0; round < ROUNDS; round++) {
            transaction(round * 2);
        }
        for (int value = 1; value <= ROUNDS; value++) {
            error(value);
        }
    }

    private void parametrised(String owner, int number, int round) {
        String name = "statement " + number + " of " + owner + " in round " + round;
        if (number % 2 == 0) {
            String sql = "select cast(? as int4) * 10000 + cast(? as int4) + " + number;
            check(name, round * 10000 + 5000 + number, () -> client.value(sql, round, 5000));
        } else {
            String sql = "select cast(? as text) || ' " + owner + number + " ' || cast(? as text)";
            check(name, "x" + round + " " + owner + number + " y", () -> client.value(sql, "x" + round, "y"));
        }
    }

    private void transaction(int key) {
        check("rows seen in the transaction of " + key, key + 2L, () -> {
            client.begin();
            client.execute("insert into " + table + " values (?, ?)", key, "first");
            client.execute("insert into " + table + " values (?, ?)", key + 1, "second");
            return client.value("select count(*) from " + table + " where a >= ?", 0);
        });
        check("commit of " + key + " seen", "second", () -> {
            client.commit();
            return client.value("select b from " + table + " where a = ?", key + 1);
        });
    }

    private void error(int value) {
        checkError("division by zero", "22012", () -> client.value("select 6 / cast(? as int4)", 0));
        check("the same statement after the error", 6 / value,
              () -> client.value("select 6 / cast(? as int4)", value));
        checkError("unique violation in a transaction", "23505", () -> {
            client.begin();
            client.execute("insert into " + table + " values (?, ?)", 1000, "undone");
            client.execute("insert into " + table + " values (?, ?)", 0, "twice");
            client.commit();
            return "committed";
        });
        check("the transaction is undone", 0L,
              () -> client.value("select count(*) from " + table + " where a = ?", 1000));
    }
}
