package pgsidecar.clients;

import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** COPY in both directions. */
final class JdbcCopy extends JdbcGroup {
    private static final String ROWS = "1\tx\n2\t\\N\n3\tz\n";

    JdbcCopy(JdbcClient client, Report report) {
        super(client, report, "copy");
    }

    void run() {
        create("a int4, b text");
        String in = "copy " + table + " from stdin";
        on("in", 3L, connection -> manager(connection).copyIn(in, new StringReader(ROWS)));
        on("out", ROWS, connection -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            manager(connection).copyOut("copy " + table + " to stdout", out);
            return out.toString(StandardCharsets.UTF_8);
        });
        errorOn("bad data", "22P02",
                connection -> manager(connection).copyIn(in, new StringReader("x\ty\n")));
        check("after bad data", 3L, () -> client.value("select count(*) from " + table + " where a > ?", 0));
    }

    private static CopyManager manager(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }
}
