package pgsidecar.clients;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** Counts checks that were right, wrong or raised, and prints them as one line of JSON. */
final class Report {
    private static final int FIRST = 5;

    private static final class Group {
        int right;
        int wrong;
        int errors;
    }

    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final Map<String, Integer> errors = new TreeMap<>();
    private final List<String> first = new ArrayList<>();
    private Client client;

    /** The client that is made usable again after each error. */
    void use(Client recovered) {
        client = recovered;
    }

    void check(String group, String name, Object expected, Callable<?> actual) {
        try {
            Object value = actual.call();
            if (Objects.deepEquals(expected, value)) {
                group(group).right++;
            } else {
                group(group).wrong++;
                note(group + ", " + name + ": " + text(value) + " instead of " + text(expected));
            }
        } catch (Throwable error) {
            error(group, name, error);
        }
    }

    /** The statement has to fail with this SQLSTATE. */
    void checkError(String group, String name, String sqlState, Callable<?> action) {
        check(group, name, sqlState, () -> {
            try {
                return "no error, but " + text(action.call());
            } catch (Exception error) {
                String state = SqlState.of(error);
                if (!state.equals(sqlState)) {
                    throw error;
                }
                recover();
                return state;
            }
        });
    }

    void error(String group, String name, Throwable error) {
        group(group).errors++;
        errors.merge(SqlState.of(error), 1, Integer::sum);
        note(group + ", " + name + ": " + error);
        recover();
    }

    String json(String name, String version) {
        int right = groups.values().stream().mapToInt(group -> group.right).sum();
        int wrong = groups.values().stream().mapToInt(group -> group.wrong).sum();
        return "{\"client\":" + quote(name) + ",\"version\":" + quote(version) + ",\"right\":" + right
            + ",\"wrong\":" + wrong + ",\"errors\":" + object(errors, String::valueOf) + ",\"first\":"
            + first.stream().map(Report::quote).collect(Collectors.joining(",", "[", "]")) + ",\"groups\":"
            + object(groups, group -> "[" + group.right + "," + group.wrong + "," + group.errors + "]") + "}";
    }

    private void recover() {
        try {
            if (client != null && client.recover()) {
                errors.merge("connection", 1, Integer::sum);
            }
        } catch (Exception failed) {
            errors.merge("connection", 1, Integer::sum);
            note("recovery: " + failed);
        }
    }

    private Group group(String name) {
        return groups.computeIfAbsent(name, unused -> new Group());
    }

    private void note(String what) {
        if (first.size() < FIRST) {
            first.add(what);
        }
    }

    private static String text(Object value) {
        return value instanceof Object[] array ? List.of(array).toString() : String.valueOf(value);
    }

    private static <T> String object(Map<String, T> map, java.util.function.Function<T, String> value) {
        return map.entrySet().stream()
            .map(entry -> quote(entry.getKey()) + ":" + value.apply(entry.getValue()))
            .collect(Collectors.joining(",", "{", "}"));
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char letter : text.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                quoted.append('\\').append(letter);
            } else if (letter < ' ') {
                quoted.append(String.format("\\u%04x", (int) letter));
            } else {
                quoted.append(letter);
            }
        }
        return quoted.append('"').toString();
    }
}
