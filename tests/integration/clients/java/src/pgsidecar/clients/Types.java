package pgsidecar.clients;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Rows with the usual types are written, read, changed and deleted. */
final class Types extends Group {
    Types(Client client, Report report) {
        super(client, report, "types");
    }

    void run() {
        create("id int4 primary key, i2 int2, i8 int8, n numeric(20,5), t text, v varchar(20), y bytea, f bool,"
            + " z timestamptz, d date, u uuid, j jsonb, a int4[], s text[], r float8, e text");
        for (int id = 1; id <= TIMES; id++) {
            row(id);
        }
        check("delete", (long) TIMES - 1, () -> {
            client.execute("delete from " + table + " where id = ?", 1);
            return client.value("select count(*) from " + table);
        });
    }

    private void row(int id) {
        check("insert and select " + id, expected(id), () -> {
            client.execute("insert into " + table + " values"
                + " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, cast(cast(? as text) as jsonb), ?, ?, ?, ?)", values(id));
            List<Object> row = client.row("select * from " + table + " where id = ?", id);
            return row.stream().map(Types::plain).toList();
        });
        check("update " + id, "after " + id, () -> {
            client.execute("update " + table + " set t = ?, e = ? where id = ?", "after " + id, null, id);
            return client.value("select t from " + table + " where id = ? and e is null", id);
        });
    }

    private Object[] values(int id) {
        return new Object[] {
            id, (short) (id + 1), (1L << 40) + id, new BigDecimal("12345.67890"), "text ü " + id, "varchar " + id,
            client.bytes(("bytes " + id).getBytes(StandardCharsets.UTF_8)), id % 2 == 0,
            OffsetDateTime.of(2024, 5, id, 1, 2, 3, 0, ZoneOffset.UTC), LocalDate.of(2024, 5, id),
            new UUID(1, id), "{\"k\": " + id + "}", new Integer[] {1, id}, new String[] {"x", "y" + id}, id / 4.0,
            null};
    }

    private static List<String> expected(int id) {
        return List.of(
            "" + id, "" + (id + 1), "" + ((1L << 40) + id), "12345.67890", "text ü " + id, "varchar " + id,
            "bytes " + id, "" + (id % 2 == 0),
            "2024-05-0" + id + "T01:02:03Z", "2024-05-0" + id,
            new UUID(1, id).toString(), "{\"k\":" + id + "}", "[1, " + id + "]", "[x, y" + id + "]", "" + id / 4.0,
            "null");
    }

    /** The same text for the different classes in which drivers return a value; they differ in jsonb's spaces. */
    private static String plain(Object value) {
        if (value instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        if (value instanceof ByteBuffer bytes) {
            return StandardCharsets.UTF_8.decode(bytes).toString();
        }
        if (value instanceof Timestamp time) {
            return time.toInstant().toString();
        }
        if (value instanceof OffsetDateTime time) {
            return time.toInstant().toString();
        }
        if (value instanceof Object[] array) {
            return Arrays.toString(array);
        }
        return String.valueOf(value).replace("{\"k\": ", "{\"k\":");
    }
}
