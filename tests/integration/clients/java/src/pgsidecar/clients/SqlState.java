package pgsidecar.clients;

import io.r2dbc.spi.R2dbcException;
import io.vertx.pgclient.PgException;
import java.sql.SQLException;

final class SqlState {
    /** The SQLSTATE of an error or of what caused it, else "other". */
    static String of(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String state = own(cause);
            if (state != null) {
                return state;
            }
        }
        return "other";
    }

    private static String own(Throwable error) {
        if (error instanceof SQLException sql) {
            return sql.getSQLState();
        }
        if (error instanceof R2dbcException r2dbc) {
            return r2dbc.getSqlState();
        }
        return error instanceof PgException vertx ? vertx.getSqlState() : null;
    }

    private SqlState() {}
}
