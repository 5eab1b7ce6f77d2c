package pgsidecar.clients;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** JDBC, whether the connection is the client's own or one that a pool lends for each piece of work. */
abstract class JdbcClient implements Client {
    interface Work<T> {
        T on(Connection connection) throws Exception;
    }

    private Connection transaction;

    abstract Connection acquire() throws SQLException;

    abstract void release(Connection connection) throws SQLException;

    abstract boolean autocommit();

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
    public List<Object> row(String sql, Object... parameters) throws Exception {
        return work(connection -> row(connection, sql, parameters));
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

    /** pgjdbc forgets its statements after DDL of its own, and heals 0A000 unless that has ended a transaction. */
    @Override
    public boolean refusedAfterDdl(boolean byAnother) {
        return byAnother && !autocommit();
    }

    @Override
    public void beyond(Report report) throws Exception {
        new Types(this, report).run();
        new JdbcBatch(this, report).run();
        new JdbcCursor(this, report).run();
        new JdbcCopy(this, report).run();
        new JdbcMetadata(this, report).run();
        new Ddl(this, report).run();
    }

    static List<Object> row(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters)) {
            ResultSet rows = statement.executeQuery();
            List<List<Object>> found = new ArrayList<>();
            while (rows.next()) {
                List<Object> row = new ArrayList<>();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    Object value = rows.getObject(column);
                    row.add(value instanceof Array array ? array.getArray() : value);
                }
                found.add(row);
            }
            return Client.only(found);
        }
    }

    static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
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
