package pgsidecar.clients;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/** `Main CLIENT [SETTING…]`: prints `ready`, waits for a line, checks, and prints one line of JSON. */
final class Main {
    public static void main(String[] arguments) throws Exception {
        List<String> settings = Arrays.asList(arguments).subList(1, arguments.length);
        Report report = new Report();
        Client client = connect(report, opener(arguments[0], settings));
        System.out.println("ready");
        System.in.read();
        String version = "unknown";
        if (client != null) {
            version = client.version();
            report.use(client);
            new Common(client, report).run();
            beyond(client, report);
        }
        System.out.println(report.json(String.join(" ", arguments), version));
        System.exit(0);  // some drivers leave threads behind
    }

    private static Callable<Client> opener(String name, List<String> settings) {
        return switch (name) {
            case "pgjdbc" -> () -> new PgJdbc(settings);
            case "hikari" -> Hikari::new;
            case "hibernate" -> Hibernate::new;
            case "r2dbc" -> R2dbc::new;
            case "vertx" -> () -> new Vertx(settings.contains("cached"));
            default -> throw new IllegalArgumentException("no such client: " + name);
        };
    }

    private static void beyond(Client client, Report report) {
        try (client) {
            client.beyond(report);
        } catch (Exception error) {
            report.error("beyond", "what is no check", error);
        }
    }

    private static Client connect(Report report, Callable<Client> open) {
        try {
            return open.call();
        } catch (Throwable error) {
            report.error("connection", "connect", error);
            return null;
        }
    }

    private Main() {}
}
