package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// sqlQuerier: *sql.DB, *sql.Conn, *sql.Tx, and what frameworks wrap around them.
type sqlQuerier interface {
	QueryRowContext(ctx context.Context, query string, arguments ...any) *sql.Row
	ExecContext(ctx context.Context, query string, arguments ...any) (sql.Result, error)
}

// sqlClient is a pool or, where db is nil, a transaction of one.
type sqlClient struct {
	on sqlQuerier
	db *sql.DB
}

func (client sqlClient) row(into []any, query string, arguments ...any) error {
	return client.on.QueryRowContext(background, query, arguments...).Scan(into...)
}

func (client sqlClient) execute(query string, arguments ...any) (int64, error) {
	return affected(client.on.ExecContext(background, query, arguments...))
}

func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (client sqlClient) transaction(work func(client) error) error {
	return inTransaction(client.db, func(tx *sql.Tx) error { return work(sqlClient{on: tx}) })
}

func inTransaction(db *sql.DB, work func(*sql.Tx) error) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// sqlPreparing prepares each statement at its first use; a transaction takes the statements of its pool.
type sqlPreparing struct {
	db         *sql.DB
	tx         *sql.Tx
	statements map[string]*sql.Stmt
}

func (client sqlPreparing) statement(query string) (*sql.Stmt, error) {
	statement := client.statements[query]
	if statement == nil {
		var err error
		if statement, err = client.db.Prepare(query); err != nil {
			return nil, err
		}
		client.statements[query] = statement
	}
	if client.tx != nil {
		return client.tx.Stmt(statement), nil
	}
	return statement, nil
}

func (client sqlPreparing) row(into []any, query string, arguments ...any) error {
	statement, err := client.statement(query)
	if err != nil {
		return err
	}
	return statement.QueryRow(arguments...).Scan(into...)
}

func (client sqlPreparing) execute(query string, arguments ...any) (int64, error) {
	statement, err := client.statement(query)
	if err != nil {
		return 0, err
	}
	return affected(statement.Exec(arguments...))
}

func (client sqlPreparing) transaction(work func(client) error) error {
	return inTransaction(client.db, func(tx *sql.Tx) error {
		return work(sqlPreparing{client.db, tx, client.statements})
	})
}

func createSqlTables(db *sql.DB) {
	for _, create := range []string{
		"CREATE TABLE common_%s (id int4)", "CREATE TABLE changed_%s (a int4)", "INSERT INTO changed_%s VALUES (1)",
		"CREATE TABLE copied_%s (id int4 PRIMARY KEY, a text)",
	} {
		_, err := db.Exec(fmt.Sprintf(create, copyName))
		must(err)
	}
}

// sqlPrepared: one statement, used by several goroutines, is prepared on each connection that they take.
func sqlPrepared(c *checks, db *sql.DB) {
	statement, err := db.Prepare("SELECT CAST($1 AS int4) * 3, CAST($2 AS text) || '" + copyName + "'")
	if !c.guard("prepared", "prepare", func() error { return err }) {
		return
	}
	const workers, uses = 4, 20
	found := [workers][]string{}
	c.atOnce("prepared", workers, func(worker int) error {
		for use := range uses {
			var number int64
			var text string
			if err := statement.QueryRow(use, fmt.Sprint(worker)).Scan(&number, &text); err != nil {
				return err
			}
			found[worker] = append(found[worker], fmt.Sprint(number, text))
		}
		return nil
	})
	for worker := range workers {
		for use, got := range found[worker] {
			c.equal("prepared", "values", got, fmt.Sprintf("%d%d%s", use*3, worker, copyName))
		}
	}
	c.guard("prepared", "close", statement.Close)
	c.guard("prepared", "closed in a transaction", func() error {
		return inTransaction(db, func(tx *sql.Tx) error {
			for turn := range 3 {
				own, err := tx.Prepare("SELECT CAST($1 AS int4) + 1")
				if err != nil {
					return err
				}
				var number int64
				if err := own.QueryRow(turn).Scan(&number); err != nil {
					return err
				}
				c.equal("prepared", "in a transaction", number, int64(turn+1))
				if err := own.Close(); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// sqlDdl: `outdated` is what a driver shows once when the columns of a statement that it keeps have changed.
func sqlDdl(c *checks, db *sql.DB, outdated string) {
	query := "SELECT * FROM changed_" + copyName + " WHERE a = $1"
	c.value("ddl", "before", "1", func() (any, error) { return shown(db.Query(query, 1)) })
	c.value("ddl", "before", "1", func() (any, error) { return shown(db.Query(query, 1)) })
	for _, change := range []string{"ADD b text DEFAULT 'new'", "ALTER a TYPE int8"} {
		c.guard("ddl", change, func() error { return executeBeside("ALTER TABLE changed_" + copyName + " " + change) })
		if outdated != "" {
			c.expect("ddl", "outdated: "+change, outdated, func() error {
				_, err := shown(db.Query(query, 1))
				return err
			})
		}
		c.value("ddl", change, "1 new", func() (any, error) { return shown(db.Query(query, 1)) })
		c.value("ddl", change+", again", "1 new", func() (any, error) { return shown(db.Query(query, 1)) })
	}
}

// sqlDdlPrepared: a statement prepared by hand fails for ever, and a new one does not.
func sqlDdlPrepared(c *checks, db *sql.DB) {
	query := "SELECT * FROM changed_" + copyName + " WHERE a = $1"
	old, err := db.Prepare(query)
	if !c.guard("ddl", "prepare", func() error { return err }) {
		return
	}
	c.value("ddl", "prepared", "1 new", func() (any, error) { return shown(old.Query(1)) })
	c.guard("ddl", "add", func() error { return executeBeside("ALTER TABLE changed_" + copyName + " ADD c int4 DEFAULT 7") })
	for range 2 {
		c.expect("ddl", "outdated", resultTypeChanged, func() error {
			_, err := shown(old.Query(1))
			return err
		})
	}
	c.guard("ddl", "close", old.Close)
	c.value("ddl", "prepared anew", "1 new 7", func() (any, error) {
		fresh, err := db.Prepare(query)
		if err != nil {
			return nil, err
		}
		defer fresh.Close()
		return shown(fresh.Query(1))
	})
}

// sqlRows leaves rows unread.
func sqlRows(c *checks, db *sql.DB) {
	for turn := range 3 {
		c.value("rows", "first", int64(turn), func() (any, error) {
			rows, err := db.Query("SELECT n::int8 FROM generate_series($1::int4, 5000) AS n", turn)
			if err != nil {
				return nil, err
			}
			rows.Next()
			var found int64
			err = rows.Scan(&found)
			return found, errors.Join(err, rows.Close())
		})
		c.number("rows", "next query", int64(turn), sqlClient{db, db}, "SELECT CAST($1 AS int4)", turn)
	}
}

// shown: the values of all rows.
func shown(rows *sql.Rows, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var found []string
	for rows.Next() {
		values, into := make([]string, len(columns)), make([]any, len(columns))
		for n := range values {
			into[n] = &values[n]
		}
		if err := rows.Scan(into...); err != nil {
			return "", err
		}
		found = append(found, values...)
	}
	return strings.Join(found, " "), rows.Err()
}

// sqlCancel: the connection of a query whose context has ended is closed, and the pool makes another.
func sqlCancel(c *checks, db *sql.DB, expected func(error) bool) {
	for range 2 {
		err := sleepCancelled("query", func(ctx context.Context, query string) error {
			_, err := db.ExecContext(ctx, query, 30)
			return err
		})
		c.equal("cancel", fmt.Sprint("error: ", err), expected(err), true)
		err = sleepCancelled("tx", func(ctx context.Context, query string) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			defer tx.Rollback()
			_, err = tx.ExecContext(ctx, query, 30)
			return err
		})
		c.equal("cancel", "a transaction ended", err != nil, true)
		c.number("cancel", "usable", 42, sqlClient{db, db}, "SELECT CAST($1 AS int4) + 1", 41)
	}
}

// sqlReset takes connections from a small pool and returns them.
func sqlReset(c *checks, open func() *sql.DB) {
	db := open()
	defer db.Close()
	db.SetMaxOpenConns(2)
	for turn := range 14 {
		c.guard("reset", "lent", func() error {
			lent, err := db.Conn(background)
			if err != nil {
				return err
			}
			defer lent.Close()
			found, err := value[int64](sqlClient{on: lent}, "SELECT CAST($1 AS int4) + 1", turn)
			c.equal("reset", "lent again", found, int64(turn+1))
			return err
		})
		c.guard("reset", "ping", db.Ping)
	}
}
