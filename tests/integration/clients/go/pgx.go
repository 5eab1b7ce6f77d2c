package main

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
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
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
	Begin(ctx context.Context) (pgx.Tx, error)
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
	for _, group := range pgxGroups(option) {
		if connection.IsClosed() {
			if connection, err = pgx.ConnectConfig(background, config); err != nil {
				c.failed("connection", "made anew", "connection", err)
				return c
			}
		}
		group(c, connection)
	}
	connection.Close(background)
	pgxCancel(c, config)
	pgxReset(c, config)
	return c
}

// pgxGroups: a connection that was lost is made anew before each.
func pgxGroups(option string) []func(*checks, *pgx.Conn) {
	adapt := func(connection *pgx.Conn) client { return pgxClient{connection} }
	ddl := func(c *checks, connection *pgx.Conn) { pgxDdl(c, connection, option) }
	if option == "prepare" {
		names := map[string]string{}
		adapt = func(connection *pgx.Conn) client { return pgxPreparing{pgxClient{connection}, connection, names} }
		ddl = pgxDdlPrepared
	}
	var groups []func(*checks, *pgx.Conn)
	for _, group := range []func(*checks, client){common, cursor, rollback, aborted, evicted} {
		groups = append(groups, func(c *checks, connection *pgx.Conn) { group(c, adapt(connection)) })
	}
	return append(groups, func(c *checks, connection *pgx.Conn) { types(c, adapt(connection), pgxColumns) },
		ddl, pgxNested, pgxRows, pgxBatch, pgxPipeline, pgxCopy, pgxIntrospection)
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
