package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

const pgxModule = "github.com/jackc/pgx/v5"

var pgxModes = map[string]pgx.QueryExecMode{
	"cache_statement": pgx.QueryExecModeCacheStatement, "cache_describe": pgx.QueryExecModeCacheDescribe,
	"describe_exec": pgx.QueryExecModeDescribeExec, "exec": pgx.QueryExecModeExec,
	"simple_protocol": pgx.QueryExecModeSimpleProtocol,
}

var pgxColumns = []column{
	same("int2", int16(-7)), same("int4", int32(70000)), same("int8", int64(1)<<40), same("float8", 0.125),
	same("numeric", pgtype.Numeric{Int: big.NewInt(1234), Exp: -2, Valid: true}), same("text", "grün"),
	same("bytea", []byte{0, 255}), same("bool", true), same("date", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)),
	same("timestamptz", time.Date(2024, 1, 2, 3, 4, 5, 6000, time.UTC)),
	same("uuid", pgtype.UUID{Bytes: [16]byte{15: 5}, Valid: true}),
	{"jsonb", `{"a": [1]}`, map[string]any{"a": []any{1.0}}}, same("int4[]", []int32{1, 2, 3}),
	same("text[]", []string{"x", "y,z"}), same("text", (*string)(nil)),
}

// pgxQuerier: *pgx.Conn, *pgxpool.Pool, *pgxpool.Conn, pgx.Tx.
type pgxQuerier interface {
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
	Begin(ctx context.Context) (pgx.Tx, error)
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
}

type pgxClient struct{ on pgxQuerier }

func (client pgxClient) row(into []any, sql string, arguments ...any) error {
	return client.on.QueryRow(background, sql, arguments...).Scan(into...)
}

func (client pgxClient) execute(sql string, arguments ...any) (int64, error) {
	tag, err := client.on.Exec(background, sql, arguments...)
	return tag.RowsAffected(), err
}

func (client pgxClient) transaction(work func(client) error) error {
	return pgx.BeginFunc(background, client.on, func(inside pgx.Tx) error { return work(pgxClient{inside}) })
}

// pgxPreparing prepares each statement by a name of its own at its first use.
type pgxPreparing struct {
	pgxClient
	connection *pgx.Conn
	names      map[string]string
}

func (client pgxPreparing) name(sql string) (string, error) {
	if _, there := client.names[sql]; !there {
		client.names[sql] = fmt.Sprintf("statement_%d", len(client.names))
	}
	_, err := client.connection.Prepare(background, client.names[sql], sql) // does nothing where it is prepared
	return client.names[sql], err
}

func (client pgxPreparing) row(into []any, sql string, arguments ...any) error {
	name, err := client.name(sql)
	if err != nil {
		return err
	}
	return client.pgxClient.row(into, name, arguments...)
}

func (client pgxPreparing) execute(sql string, arguments ...any) (int64, error) {
	name, err := client.name(sql)
	if err != nil {
		return 0, err
	}
	return client.pgxClient.execute(name, arguments...)
}

func (client pgxPreparing) transaction(work func(client) error) error {
	return pgx.BeginFunc(background, client.on, func(inside pgx.Tx) error {
		return work(pgxPreparing{pgxClient{inside}, client.connection, client.names})
	})
}

// pgxProgram takes the mode in which queries are executed, or "prepare".
func pgxProgram(options []string) *checks {
	known(options, append(slices.Sorted(maps.Keys(pgxModes)), "prepare")...)
	c := newChecks("pgx", pgxModule)
	config, err := pgx.ParseConfig("")
	must(err)
	option := "cache_statement"
	if len(options) > 0 {
		option = options[0]
	}
	if mode, there := pgxModes[option]; there {
		config.DefaultQueryExecMode = mode
	}
	connection, err := pgx.ConnectConfig(background, config)
	must(err)
	createPgxTables(connection)
	beginTogether()
	if option == "prepare" {
		preparing := pgxPreparing{pgxClient{connection}, connection, map[string]string{}}
		common(c, preparing)
		types(c, preparing, pgxColumns)
		pgxPrepared(c, connection)
	} else {
		common(c, pgxClient{connection})
		types(c, pgxClient{connection}, pgxColumns)
		pgxDdl(c, connection, option)
	}
	cursor(c, pgxClient{connection})
	rollback(c, pgxClient{connection})
	aborted(c, pgxClient{connection})
	pgxNested(c, connection)
	pgxRows(c, connection)
	evicted(c, pgxClient{connection})
	pgxBatch(c, connection)
	pgxPipeline(c, connection)
	pgxCopy(c, connection)
	pgxIntrospection(c, connection)
	pgxCancel(c, config)
	pgxReset(c, config)
	must(connection.Close(background))
	return c
}

func createPgxTables(connection *pgx.Conn) {
	for _, sql := range []string{
		"CREATE TABLE common_%s (id int4)", "CREATE TABLE changed_%s (a int4)", "INSERT INTO changed_%s VALUES (1)",
		"CREATE TABLE batch_%s (id int4 PRIMARY KEY, a text)", "CREATE TABLE copied_%s (id int4 PRIMARY KEY, a text)",
		"CREATE TYPE pair_%s AS (x int4, y text)", "CREATE TYPE mood_%s AS ENUM ('sad', 'glad')",
	} {
		_, err := connection.Exec(background, fmt.Sprintf(sql, copyName))
		must(err)
	}
}

func readChanged(on pgxQuerier, sql string) (string, error) {
	rows, _ := on.Query(background, sql, 1)
	found, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
	return fmt.Sprint(found), err
}

// pgxDdl: what pgx has kept of a statement is out of date at its next use. That use fails or not, by the mode;
// then pgx has forgotten it.
func pgxDdl(c *checks, connection *pgx.Conn, mode string) {
	read := func() (any, error) {
		return readChanged(connection, "SELECT * FROM changed_"+copyName+" WHERE a = $1")
	}
	outdated := map[string]string{"cache_statement": resultTypeChanged}[mode]
	for range 2 {
		c.value("ddl", "before", "[1]", read)
	}
	for _, change := range []struct{ sql, shown string }{
		{"ALTER TABLE changed_%s ADD b text DEFAULT 'new'", "[1 new]"},
		{"ALTER TABLE changed_%s ALTER a TYPE int8", "[1 new]"},
	} {
		c.guard("ddl", change.sql, func() error { return executeBeside(fmt.Sprintf(change.sql, copyName)) })
		if outdated != "" {
			c.expect("ddl", "outdated: "+change.sql, outdated, func() error {
				_, err := read()
				return err
			})
		}
		for range 2 {
			c.value("ddl", change.sql, change.shown, read)
		}
	}
}

// pgxPrepared: a statement that has been prepared by name fails until it is prepared anew.
func pgxPrepared(c *checks, connection *pgx.Conn) {
	name, sql := "changed", "SELECT * FROM changed_"+copyName+" WHERE a = $1"
	prepare := func() error {
		_, err := connection.Prepare(background, name, sql)
		return err
	}
	read := func() (any, error) { return readChanged(connection, name) }
	c.guard("ddl", "prepare", prepare)
	for range 2 {
		c.value("ddl", "before", "[1]", read)
	}
	c.guard("ddl", "alter", func() error {
		return executeBeside("ALTER TABLE changed_" + copyName + " ADD b text DEFAULT 'new'")
	})
	for range 2 {
		c.expect("ddl", "outdated", resultTypeChanged, func() error {
			_, err := read()
			return err
		})
	}
	c.guard("ddl", "deallocate", func() error { return connection.Deallocate(background, name) })
	c.guard("ddl", "prepare again", prepare)
	c.value("ddl", "after", "[1 new]", read)
	c.guard("ddl", "deallocate all", func() error { return connection.DeallocateAll(background) })
	c.guard("ddl", "prepare at last", prepare)
	c.value("ddl", "after all", "[1 new]", read)
}

// pgxNested: a transaction within another is a savepoint.
func pgxNested(c *checks, connection *pgx.Conn) {
	insert := "INSERT INTO common_" + copyName + " VALUES ($1)"
	for turn := range 3 {
		id := 3000 + turn
		c.guard("nested", "outer", func() error {
			return pgxClient{connection}.transaction(func(outer client) error {
				if _, err := outer.execute(insert, id); err != nil {
					return err
				}
				c.expect("nested", "inner", divisionByZero, func() error {
					return outer.transaction(func(inner client) error {
						if _, err := inner.execute(insert, id); err != nil {
							return err
						}
						_, err := value[int64](inner, "SELECT 1 / CAST($1 AS int4)", 0)
						return err
					})
				})
				return outer.transaction(func(inner client) error {
					_, err := inner.execute(insert, id)
					return err
				})
			})
		})
		c.number("nested", "rows", 2, pgxClient{connection}, "SELECT count(*) FROM common_"+copyName+" WHERE id = $1", id)
	}
}

// pgxRows leaves rows unread.
func pgxRows(c *checks, connection *pgx.Conn) {
	for turn := range 3 {
		c.value("rows", "first", int64(turn), func() (any, error) {
			rows, err := connection.Query(background, "SELECT n::int8 FROM generate_series($1::int4, 5000) AS n", turn)
			if err != nil {
				return nil, err
			}
			defer rows.Close()
			rows.Next()
			var found int64
			err = rows.Scan(&found)
			return found, err
		})
		c.number("rows", "next query", int64(turn), pgxClient{connection}, "SELECT CAST($1 AS int4)", turn)
	}
}

func pgxBatch(c *checks, on pgxQuerier) {
	for turn := range 3 {
		batch, found := &pgx.Batch{}, []int64{}
		for n := range 10 {
			batch.Queue("INSERT INTO batch_"+copyName+" VALUES ($1, $2)", turn*10+n, "batch")
			batch.Queue(fmt.Sprintf("SELECT CAST($1 AS int4) * 2 + %d", n), n).QueryRow(func(row pgx.Row) error {
				found = append(found, 0)
				return row.Scan(&found[len(found)-1])
			})
		}
		c.guard("batch", "sent", func() error { return on.SendBatch(background, batch).Close() })
		c.equal("batch", "values", found, []int64{0, 3, 6, 9, 12, 15, 18, 21, 24, 27})
		c.number("batch", "rows", int64(10*turn+10), pgxClient{on}, "SELECT count(*) FROM batch_"+copyName)
	}
	for range 2 {
		failing := &pgx.Batch{}
		failing.Queue("INSERT INTO batch_"+copyName+" VALUES ($1, $2)", 100, "batch")
		failing.Queue("SELECT 1 / CAST($1 AS int4)", 0)
		failing.Queue("INSERT INTO batch_"+copyName+" VALUES ($1, $2)", 101, "batch")
		c.expect("batch", "division by zero", divisionByZero, func() error {
			return on.SendBatch(background, failing).Close()
		})
		c.number("batch", "nothing of it", 30, pgxClient{on}, "SELECT count(*) FROM batch_"+copyName)
	}
}

// pgxPipeline prepares, executes and closes statements without waiting, an error between two Syncs.
func pgxPipeline(c *checks, connection *pgx.Conn) {
	for range 2 {
		c.guard("pipeline", "sent", func() error {
			pipeline := connection.PgConn().StartPipeline(background)
			pipeline.SendPrepare("piped", "SELECT CAST($1 AS int4) + 1", nil)
			for n := range 3 {
				pipeline.SendQueryPrepared("piped", [][]byte{fmt.Append(nil, n)}, nil, nil)
			}
			pipeline.SendPipelineSync()
			pipeline.SendQueryParams("SELECT 1 / CAST($1 AS int4)", [][]byte{[]byte("0")}, nil, nil, nil)
			pipeline.SendPipelineSync()
			pipeline.SendQueryPrepared("piped", [][]byte{[]byte("41")}, nil, nil)
			pipeline.SendDeallocate("piped")
			if err := pipeline.Sync(); err != nil {
				return err
			}
			found := pipelineResults(pipeline)
			c.equal("pipeline", "results", found, []string{"prepared", "1", "2", "3", "sync", divisionByZero, "sync",
				"42", "closed", "sync"})
			return pipeline.Close()
		})
	}
}

func pipelineResults(pipeline *pgconn.Pipeline) (found []string) {
	for range 10 {
		results, err := pipeline.GetResults()
		switch results := results.(type) {
		case *pgconn.StatementDescription:
			found = append(found, "prepared")
		case *pgconn.ResultReader:
			read := results.Read()
			err = read.Err
			if err == nil {
				found = append(found, string(read.Rows[0][0]))
			}
		case *pgconn.PipelineSync:
			found = append(found, "sync")
		case *pgconn.CloseComplete:
			found = append(found, "closed")
		}
		if err != nil {
			found = append(found, sqlstate(err))
		}
	}
	return found
}

func pgxCopy(c *checks, on pgxQuerier) {
	rows := func(from, to int) pgx.CopyFromSource {
		return pgx.CopyFromSlice(to-from, func(n int) ([]any, error) { return []any{from + n, fmt.Sprint("row ", from+n)}, nil })
	}
	table, columns := pgx.Identifier{"copied_" + copyName}, []string{"id", "a"}
	for turn := range 3 {
		c.value("copy", "in", int64(500), func() (any, error) {
			return on.CopyFrom(background, table, columns, rows(turn*500, turn*500+500))
		})
		c.expect("copy", "unique violation", "23505", func() error {
			_, err := on.CopyFrom(background, table, columns, rows(turn*500+499, turn*500+600))
			return err
		})
		c.number("copy", "rows", int64(500*turn+500), pgxClient{on}, "SELECT count(*) FROM copied_"+copyName)
	}
	c.value("copy", "out", "0\trow 0\n1\trow 1\n", func() (any, error) { return copiedOut(on) })
}

func copiedOut(on pgxQuerier) (string, error) {
	sink := &writer{}
	connection, there := on.(*pgx.Conn)
	if !there {
		lent, err := on.(*pgxpool.Pool).Acquire(background)
		if err != nil {
			return "", err
		}
		defer lent.Release()
		connection = lent.Conn()
	}
	_, err := connection.PgConn().CopyTo(background, sink,
		"COPY (SELECT * FROM copied_"+copyName+" WHERE id < 2 ORDER BY id) TO STDOUT")
	return string(sink.written), err
}

type writer struct{ written []byte }

func (w *writer) Write(data []byte) (int, error) {
	w.written = append(w.written, data...)
	return len(data), nil
}

// pgxIntrospection: pgx asks for the description of types that it does not know.
func pgxIntrospection(c *checks, connection *pgx.Conn) {
	c.guard("introspection", "types", func() error {
		loaded, err := connection.LoadTypes(background, []string{"pair_" + copyName, "mood_" + copyName})
		connection.TypeMap().RegisterTypes(loaded)
		return err
	})
	c.guard("introspection", "type", func() error {
		loaded, err := connection.LoadType(background, "_pair_"+copyName)
		if err == nil {
			connection.TypeMap().RegisterType(loaded)
		}
		return err
	})
	type pair struct {
		X int32
		Y string
	}
	for turn := range 6 {
		c.value("introspection", "composite", pair{int32(turn), "x"}, func() (any, error) {
			return value[pair](pgxClient{connection}, "SELECT ROW(CAST($1 AS int4), 'x')::pair_"+copyName, turn)
		})
		c.value("introspection", "array", []pair{{int32(turn), "x"}}, func() (any, error) {
			return value[[]pair](pgxClient{connection}, "SELECT ARRAY[ROW(CAST($1 AS int4), 'x')::pair_"+copyName+"]", turn)
		})
		c.value("introspection", "enum", "glad", func() (any, error) {
			return value[string](pgxClient{connection}, "SELECT CAST($1 AS mood_"+copyName+")", "glad")
		})
	}
}

// pgxCancel: by default a connection is closed when the context of its query ends. A cancel request, by hand or by
// the handler that pgx offers, leaves it usable.
func pgxCancel(c *checks, config *pgx.ConnConfig) {
	for range 2 {
		c.guard("cancel", "context", func() error { return cancelledByContext(c, config.Copy()) })
		c.guard("cancel", "request", func() error { return cancelledByRequest(c, config.Copy()) })
		c.guard("cancel", "handler", func() error { return cancelledByHandler(c, config.Copy()) })
	}
}

func cancelledByContext(c *checks, config *pgx.ConnConfig) error {
	connection, err := pgx.ConnectConfig(background, config)
	if err != nil {
		return err
	}
	err = sleepCancelled("context", func(ctx context.Context, sql string) error {
		_, err := connection.Exec(ctx, sql, 30)
		return err
	})
	c.equal("cancel", "context, error", errors.Is(err, context.Canceled), true)
	c.equal("cancel", "context, closed", connection.IsClosed(), true)
	return connection.Close(background)
}

func cancelledByRequest(c *checks, config *pgx.ConnConfig) error {
	connection, err := pgx.ConnectConfig(background, config)
	if err != nil {
		return err
	}
	defer connection.Close(background)
	c.expect("cancel", "request, error", queryCanceled, func() error {
		return cancelledOnceAsleep("request", func() error { return connection.PgConn().CancelRequest(background) },
			func(sql string) error {
				_, err := connection.Exec(background, sql, 30)
				return err
			})
	})
	c.number("cancel", "request, usable", 42, pgxClient{connection}, "SELECT CAST($1 AS int4) + 1", 41)
	return nil
}

func cancelledByHandler(c *checks, config *pgx.ConnConfig) error {
	config.BuildContextWatcherHandler = func(connection *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: connection, DeadlineDelay: patience}
	}
	connection, err := pgx.ConnectConfig(background, config)
	if err != nil {
		return err
	}
	defer connection.Close(background)
	c.expect("cancel", "handler, error", queryCanceled, func() error {
		return sleepCancelled("handler", func(ctx context.Context, sql string) error {
			_, err := connection.Exec(ctx, sql, 30)
			return err
		})
	})
	c.number("cancel", "handler, usable", 42, pgxClient{connection}, "SELECT CAST($1 AS int4) + 1", 41)
	return nil
}

// sleepCancelled ends the context of a query once it sleeps, and returns what the query shows.
func sleepCancelled(kind string, query func(ctx context.Context, sql string) error) error {
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	end := func() error {
		cancel()
		return nil
	}
	return cancelledOnceAsleep(kind, end, func(sql string) error { return query(ctx, sql) })
}

func cancelledOnceAsleep(kind string, cancel func() error, query func(sql string) error) error {
	sql, word := sleeper(kind)
	waiting, ended := context.WithCancel(background)
	watched := make(chan error, 1)
	go func() {
		err := awaitSleep(waiting, word)
		if err == nil {
			err = cancel()
		}
		watched <- err
	}()
	shown := query(sql)
	ended()
	if err := <-watched; err != nil {
		return fmt.Errorf("%w (%w)", err, shown)
	}
	return shown
}

// pgxReset takes connections from a pool and returns them, one of them within a transaction: the pool closes that.
func pgxReset(c *checks, of *pgx.ConnConfig) {
	config, err := pgxpool.ParseConfig("pool_max_conns=2")
	must(err)
	config.ConnConfig.DefaultQueryExecMode = of.DefaultQueryExecMode
	pool, err := pgxpool.NewWithConfig(background, config)
	must(err)
	defer pool.Close()
	for turn := range 14 {
		c.guard("reset", "lent", func() error {
			lent, err := pool.Acquire(background)
			if err != nil {
				return err
			}
			defer lent.Release()
			c.number("reset", "lent again", int64(turn+1), pgxClient{lent}, "SELECT CAST($1 AS int4) + 1", turn)
			if turn != 7 {
				return nil
			}
			open, err := lent.Begin(background)
			if err != nil {
				return err
			}
			_, err = pgxClient{open}.execute("INSERT INTO common_"+copyName+" VALUES ($1)", 2000)
			return err
		})
	}
	c.number("reset", "nothing left", 0, pgxClient{pool}, "SELECT count(*) FROM common_"+copyName+" WHERE id = $1", 2000)
}
