package pgsidecar.clients;

import java.util.List;

/** What the checks that all clients share need of one. Statements are written with `?`, as JDBC has it. */
interface Client extends AutoCloseable {
    String version();

    /** The columns of the only row. */
    List<Object> row(String sql, Object... parameters) throws Exception;

    /** Runs a statement without rows. */
    void execute(String sql, Object... parameters) throws Exception;

    void begin() throws Exception;

    void commit() throws Exception;

    /** Makes the client usable after an error; true when that took a new connection. */
    boolean recover() throws Exception;

    /** A client like this one, with connections of its own. */
    Client another() throws Exception;

    /**
     * Whether the driver, directly on PostgreSQL, shows 0A000 when the table of a prepared statement has
     * changed, and works again thereafter; else it shows nothing of it.
     */
    boolean refusedAfterDdl(boolean byAnother);

    /** Checks of what only this driver has. */
    void beyond(Report report) throws Exception;

    /** The first column of the only row. */
    default Object value(String sql, Object... parameters) throws Exception {
        return row(sql, parameters).get(0);
    }

    /** Bytes as the driver takes them for a parameter. */
    default Object bytes(byte[] bytes) {
        return bytes;
    }

    /** `?` as `$1`, `?1`… for the drivers that want a number. */
    static String number(String sql, String mark) {
        StringBuilder numbered = new StringBuilder();
        int parameters = 0;
        for (char letter : sql.toCharArray()) {
            numbered.append(letter == '?' ? mark + ++parameters : String.valueOf(letter));
        }
        return numbered.toString();
    }

    static List<Object> only(List<List<Object>> rows) {
        return rows.size() == 1 ? rows.get(0) : List.of(rows.size() + " rows");
    }

    /** The version in the name of the jar that a class of the driver comes from. */
    static String versionOf(Class<?> driver) {
        String jar = driver.getProtectionDomain().getCodeSource().getLocation().getPath();
        return jar.replaceAll(".*/[A-Za-z0-9-]*?-(\\d[^/]*?)(\\.Final|\\.RELEASE)?\\.jar", "$1");
    }
}
