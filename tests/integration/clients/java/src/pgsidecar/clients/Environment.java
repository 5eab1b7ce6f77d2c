package pgsidecar.clients;

/** Where the server is, and which of the two copies this is. */
final class Environment {
    static final String HOST = get("PGHOST");
    static final int PORT = Integer.parseInt(get("PGPORT"));
    static final String USER = get("PGUSER");
    static final String DATABASE = get("PGDATABASE");
    static final String COPY = get("CLIENT_COPY");

    static String url(String... properties) {
        String all = properties.length == 0 ? "" : "&" + String.join("&", properties);
        return "jdbc:postgresql://" + HOST + ":" + PORT + "/" + DATABASE + "?user=" + USER + "&sslmode=disable"
            + all;
    }

    private static String get(String name) {
        String value = System.getenv(name);
        if (value == null) {
            throw new IllegalStateException("the environment variable " + name + " is not set");
        }
        return value;
    }

    private Environment() {}
}
