package pgsidecar.clients;

/**
 * The checks of every client: statements whose texts both copies share, statements of this copy alone, a transaction,
 * and errors. All texts of a kind have the same shape, so that only the value tells one from the other.
 */
final class Common {
    private static final String GROUP = "common";
    private static final int STATEMENTS = 10;

    static void run(Client client, Report report, String copy) {
        for (int round = 0; round < client.rounds(); round++) {
            for (int statement = 0; statement < STATEMENTS; statement++) {
                parametrised(client, report, "all", 0, statement, round);
                parametrised(client, report, copy, copy.equals("a") ? 1000 : 2000, statement, round);
            }
        }
        transaction(client, report, "common_" + copy);
        errors(client, report, "common_" + copy);
    }

    private static void parametrised(Client client, Report report, String owner, int offset, int statement, int round) {
        String name = "statement " + statement + " of " + owner + " in round " + round;
        int number = offset + statement;
        if (statement % 2 == 0) {
            String sql = "select ?::int4 * 10000 + ?::int4 + " + number;
            report.check(GROUP, name, round * 10000 + 5000 + number, () -> client.value(sql, round, 5000));
        } else {
            String sql = "select ?::text || ' " + owner + number + " ' || ?::text";
            report.check(GROUP, name, "x" + round + " " + owner + number + " y",
                         () -> client.value(sql, "x" + round, "y"));
        }
    }

    private static void transaction(Client client, Report report, String table) {
        report.check(GROUP, "create the table", true, () -> {
            client.execute("create table " + table + " (a int4 primary key, b text)");
            return true;
        });
        for (int round = 0; round < client.rounds(); round++) {
            int key = round * 2;
            report.check(GROUP, "rows seen in transaction " + round, key + 2L, () -> {
                client.begin();
                client.execute("insert into " + table + " values (?, ?)", key, "first");
                client.execute("insert into " + table + " values (?, ?)", key + 1, "second");
                return client.value("select count(*) from " + table + " where a >= ?", 0);
            });
            report.check(GROUP, "commit " + round + " seen", "second", () -> {
                client.commit();
                return client.value("select b from " + table + " where a = ?", key + 1);
            });
        }
    }

    private static void errors(Client client, Report report, String table) {
        for (int round = 0; round < client.rounds(); round++) {
            int value = round + 1;
            report.checkError(GROUP, "division by zero", "22012", () -> client.value("select 6 / ?::int4", 0));
            report.check(GROUP, "the same statement after the error", 6 / value,
                         () -> client.value("select 6 / ?::int4", value));
            report.checkError(GROUP, "unique violation in a transaction", "23505", () -> {
                client.begin();
                client.execute("insert into " + table + " values (?, ?)", 1000, "undone");
                client.execute("insert into " + table + " values (?, ?)", 0, "twice");
                client.commit();
                return "committed";
            });
            report.check(GROUP, "the transaction is undone", 0L,
                         () -> client.value("select count(*) from " + table + " where a = ?", 1000));
        }
    }

    private Common() {}
}
