package pgsidecar.clients;

/** What the common checks need of a driver. Statements are written with `?`, as JDBC has it. */
interface Client extends AutoCloseable {
    String version();

    int rounds();

    /** The first column of the only row. */
    Object value(String sql, Object... parameters) throws Exception;

    /** Runs a statement without rows. */
    void execute(String sql, Object... parameters) throws Exception;

    void begin() throws Exception;

    void commit() throws Exception;

    /** Makes the client usable after an error; true when that took a new connection. */
    boolean recover() throws Exception;

    /** Checks of what only this driver has. */
    void beyond(Report report, String copy);

    /** `?` as `$1`, `?1`… for the drivers that want a number. */
    static String number(String sql, String mark) {
        StringBuilder numbered = new StringBuilder();
        int parameters = 0;
        for (char letter : sql.toCharArray()) {
            numbered.append(letter == '?' ? mark + ++parameters : String.valueOf(letter));
        }
        return numbered.toString();
    }

    /** The version in the name of the jar that a class of the driver comes from. */
    static String versionOf(Class<?> driver) {
        String jar = driver.getProtectionDomain().getCodeSource().getLocation().getPath();
        return jar.replaceAll(".*/[A-Za-z0-9-]*?-(\\d[^/]*)\\.jar", "$1");
    }
}
