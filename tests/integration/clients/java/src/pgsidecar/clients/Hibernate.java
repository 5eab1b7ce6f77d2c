package pgsidecar.clients;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.query.CommonQueryContract;

/** Hibernate ORM over pgjdbc, with its own pool of connections: one session for each piece of work. */
final class Hibernate implements Client {
    private static final String SCHEMA = "hibernate_" + Environment.COPY;

    private final SessionFactory factory;
    private Session transaction;

    Hibernate() {
        factory = new Configuration().addAnnotatedClass(Item.class)
            .setProperty("hibernate.connection.url", Environment.url())
            .setProperty("hibernate.default_schema", SCHEMA).buildSessionFactory();
    }

    @Override
    public String version() {
        return Client.versionOf(SessionFactory.class);
    }

    @Override
    public List<Object> row(String sql, Object... parameters) {
        return inSession(session -> Arrays.asList(bind(
            session.createNativeQuery(Client.number(sql, "?"), Object[].class), parameters).getSingleResult()));
    }

    @Override
    public void execute(String sql, Object... parameters) {
        inSession(session ->
            bind(session.createNativeMutationQuery(Client.number(sql, "?")), parameters).executeUpdate());
    }

    @Override
    public void begin() {
        transaction = factory.openSession();
        transaction.beginTransaction();
    }

    @Override
    public void commit() {
        Session open = transaction;
        transaction = null;
        try (open) {
            open.getTransaction().commit();
        }
    }

    @Override
    public boolean recover() {
        Session open = transaction;
        transaction = null;
        if (open != null) {
            try (open) {
                open.getTransaction().rollback();
            }
        }
        return false;
    }

    @Override
    public Client another() {
        return new Hibernate();
    }

    @Override
    public boolean refusedAfterDdl(boolean byAnother) {
        return byAnother;
    }

    @Override
    public void beyond(Report report) throws Exception {
        report.check("introspection", "the schema is made and found valid", true, () -> {
            factory.getSchemaManager().exportMappedObjects(true);
            factory.getSchemaManager().validateMappedObjects();
            return true;
        });
        for (int round = 1; round <= 8; round++) {
            entities(report, round);
        }
        String names = "select i.name from Item i where i.size <= :size order by i.size";
        report.check("types", "all rows by HQL", List.of("changed 1", "changed 2", "changed 3"), () -> inSession(
            session -> session.createSelectionQuery(names, String.class).setParameter("size", 3L).list()));
        String delete = "delete from Item i where i.size > :size";
        report.check("batch", "rows removed by HQL", 8, () -> inSession(
            session -> session.createMutationQuery(delete).setParameter("size", 0L).executeUpdate()));
        new Ddl(this, report).run();
    }

    @Override
    public void close() {
        factory.close();
    }

    private void entities(Report report, int round) {
        UUID id = new UUID(7, round);
        report.check("types", "insert " + round, true, () -> inSession(session -> {
            session.persist(new Item(id, "name " + round, round));
            return true;
        }));
        report.check("types", "find " + round, new Item(id, "name " + round, round).toString(),
                     () -> inSession(session -> session.find(Item.class, id).toString()));
        report.check("types", "update " + round, "changed " + round, () -> {
            inSession(session -> session.find(Item.class, id).name = "changed " + round);
            return inSession(session -> session.find(Item.class, id).name);
        });
    }

    private static <Q extends CommonQueryContract> Q bind(Q query, Object... parameters) {
        for (int index = 0; index < parameters.length; index++) {
            query.setParameter(index + 1, parameters[index]);
        }
        return query;
    }

    private <T> T inSession(java.util.function.Function<Session, T> work) {
        return transaction != null ? work.apply(transaction) : factory.fromTransaction(work::apply);
    }

    @jakarta.persistence.Entity(name = "Item")
    static class Item {
        @jakarta.persistence.Id
        UUID id;
        String name;
        long size;
        boolean flag;
        @jakarta.persistence.Column(precision = 12, scale = 3)
        BigDecimal price;
        Instant created;
        byte[] content;
        String[] tags;

        Item() {}

        Item(UUID id, String name, int number) {
            this.id = id;
            this.name = name;
            size = number;
            flag = number % 2 == 0;
            price = new BigDecimal(number + ".125");
            created = Instant.ofEpochSecond(1_700_000_000L + number);
            content = new byte[] {1, (byte) number};
            tags = new String[] {"x", "y" + number};
        }

        @Override
        public String toString() {
            return List.of(id, name, size, flag, price, created, content[1], tags[1]).toString();
        }
    }
}
