package pgsidecar.clients;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** JDBC, whether the connection is the client's own or one that a pool lends for each piece of work. */
abstract class JdbcClient implements Client {
    interface Work<T> {
        T on(Connection connection) throws Exception;
    }

    private Connection transaction;

    abstract Connection acquire() throws SQLException;

    abstract void release(Connection connection) throws SQLException;

    abstract boolean autocommit();

    /** Whether the driver shows 0A000 after DDL, and does not heal it. */
    boolean refusedAfterDdl() {
        return !autocommit();
    }

    /** Runs it in the open transaction, else commits it. */
    final <T> T work(Work<T> work) throws Exception {
        if (transaction != null) {
            return work.on(transaction);
        }
        Connection connection = acquire();
        try {
            T result = work.on(connection);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            return result;
        } catch (Exception error) {
            if (!connection.isClosed() && !connection.getAutoCommit()) {
                connection.rollback();
            }
            throw error;
        } finally {
            release(connection);
        }
    }

    @Override
    public Object value(String sql, Object... parameters) throws Exception {
        return work(connection -> value(connection, sql, parameters));
    }

    @Override
    public void execute(String sql, Object... parameters) throws Exception {
        work(connection -> {
            try (PreparedStatement statement = prepare(connection, sql, parameters)) {
                return statement.executeUpdate();
            }
        });
    }

    @Override
    public void begin() throws SQLException {
        transaction = acquire();
        transaction.setAutoCommit(false);
    }

    @Override
    public void commit() throws SQLException {
        transaction.commit();
        endTransaction();
    }

    @Override
    public boolean recover() throws SQLException {
        if (transaction != null && !transaction.isClosed()) {
            transaction.rollback();
            endTransaction();
        }
        transaction = null;
        return false;
    }

    @Override
    public void beyond(Report report, String copy) {
        new JdbcChecks(this, report, copy).run();
        new JdbcDdl(this, report, "ddl_" + copy).run();
    }

    static Object value(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters); ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
                return "no row";
            }
            Object value = rows.getObject(1);
            return rows.next() ? "more than one row" : value;
        }
    }

    static PreparedStatement prepare(Connection connection, String sql, Object... parameters) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int index = 0; index < parameters.length; index++) {
            statement.setObject(index + 1, parameters[index]);
        }
        return statement;
    }

    private void endTransaction() throws SQLException {
        transaction.setAutoCommit(autocommit());
        release(transaction);
        transaction = null;
    }
}
