DO $$
BEGIN
    FOR i IN 1..9 LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS bench_%s AS SELECT n AS id, n %% 100 AS next, md5(n::text) AS text'
                       ' FROM generate_series(1, 200) n', i);
        EXECUTE format('CREATE UNIQUE INDEX IF NOT EXISTS bench_%s_id ON bench_%s (id)', i, i);
        EXECUTE format('ANALYZE bench_%s', i);
    END LOOP;
END
$$;
