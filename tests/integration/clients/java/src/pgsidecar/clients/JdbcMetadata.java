package pgsidecar.clients;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.util.ArrayList;
import java.util.List;

/** What JDBC tells of tables, and of a statement before it runs. */
final class JdbcMetadata extends JdbcGroup {
    JdbcMetadata(JdbcClient client, Report report) {
        super(client, report, "introspection");
    }

    void run() {
        create("id int4 primary key, i2 int2, t text");
        on("columns", List.of("id", "i2", "t"), connection -> {
            List<String> names = new ArrayList<>();
            ResultSet rows = connection.getMetaData().getColumns(null, "public", table, null);
            while (rows.next()) {
                names.add(rows.getString("COLUMN_NAME"));
            }
            return names;
        });
        on("primary key", "id", connection -> {
            ResultSet rows = connection.getMetaData().getPrimaryKeys(null, "public", table);
            rows.next();
            return rows.getString("COLUMN_NAME");
        });
        on("statement before it runs", "int2 t int4", connection -> {
            String sql = "select i2, t from " + table + " where id = ?";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                ResultSetMetaData columns = statement.getMetaData();
                return columns.getColumnTypeName(1) + " " + columns.getColumnName(2) + " "
                    + statement.getParameterMetaData().getParameterTypeName(1);
            }
        });
    }
}
