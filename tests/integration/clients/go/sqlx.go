package main

import (
	"database/sql"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// sqlxClient reads single values with Get and executes by sqlx's own way.
type sqlxClient struct {
	on interface {
		Get(into any, query string, arguments ...any) error
		sqlx.Execer
		sqlx.Queryer
	}
	db *sqlx.DB
}

func (client sqlxClient) row(into []any, query string, arguments ...any) error {
	if len(into) == 1 {
		return client.on.Get(into[0], query, arguments...)
	}
	return client.on.QueryRowx(query, arguments...).Scan(into...)
}

func (client sqlxClient) execute(query string, arguments ...any) (int64, error) {
	return affected(client.on.Exec(query, arguments...))
}

func (client sqlxClient) transaction(work func(client) error) error {
	tx, err := client.db.Beginx()
	if err != nil {
		return err
	}
	if err := work(sqlxClient{on: tx}); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

type item struct {
	Id   int
	Name string
	Note *string
}

// sqlxProgram takes the driver: "postgres" (lib/pq) or "pgx".
func sqlxProgram(options []string) *checks {
	known(options, "postgres", "pgx")
	c := newChecks("sqlx", "github.com/jmoiron/sqlx")
	driver, columns := "postgres", pqColumns
	if len(options) > 0 && options[0] == "pgx" {
		driver, columns = "pgx", stdlibColumns
	}
	db, err := sqlx.Connect(driver, "")
	must(err)
	createSqlTables(db.DB)
	db.MustExec("CREATE TABLE items_" + copyName + " (id int4 PRIMARY KEY, name text, note text)")
	beginTogether()
	on := sqlxClient{db, db}
	common(c, on)
	types(c, on, columns)
	cursor(c, on)
	rollback(c, on)
	aborted(c, on)
	sqlRows(c, db.DB)
	together(c, on)
	for turn := range 3 {
		sqlxNamed(c, db, turn*10)
		sqlxPrepared(c, db, turn*10)
	}
	sqlDdl(c, db.DB, map[string]string{"pgx": resultTypeChanged}[driver])
	sqlReset(c, func() *sql.DB { return sqlx.MustOpen(driver, "").DB })
	must(db.Close())
	return c
}

// sqlxNamed: parameters by name, of one row and of several, and lists.
func sqlxNamed(c *checks, db *sqlx.DB, first int) {
	table := "items_" + copyName
	note := "noted"
	items := []item{{first, "first", nil}, {first + 1, "second", &note}, {first + 2, "third", &note}}
	insert := "INSERT INTO " + table + " (id, name, note) VALUES (:id, :name, :note)"
	c.value("named", "one", int64(1), func() (any, error) { return affected(db.NamedExec(insert, items[0])) })
	c.value("named", "several", int64(2), func() (any, error) { return affected(db.NamedExec(insert, items[1:])) })
	c.value("named", "list", items, func() (any, error) {
		query, arguments, err := sqlx.In("SELECT * FROM "+table+" WHERE id IN (?) ORDER BY id",
			[]int{first, first + 1, first + 2})
		if err != nil {
			return nil, err
		}
		var found []item
		err = db.Select(&found, db.Rebind(query), arguments...)
		return found, err
	})
	c.value("named", "map", items[1:], func() (any, error) {
		var found []item
		rows, err := db.NamedQuery("SELECT * FROM "+table+" WHERE id > :after AND id < :before ORDER BY id",
			map[string]any{"after": first, "before": first + 10})
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		err = sqlx.StructScan(rows, &found)
		return found, err
	})
}

// sqlxPrepared: one statement of each kind, used several times.
func sqlxPrepared(c *checks, db *sqlx.DB, first int) {
	table := "items_" + copyName
	c.guard("prepared", "named", func() error {
		named, err := db.PrepareNamed("SELECT name FROM " + table + " WHERE id = :id")
		if err != nil {
			return err
		}
		defer named.Close()
		for n, expected := range []string{"first", "second", "third"} {
			var name string
			if err := named.Get(&name, map[string]any{"id": first + n}); err != nil {
				return err
			}
			c.equal("prepared", "named", name, expected)
		}
		return nil
	})
	c.guard("prepared", "positions", func() error {
		plain, err := db.Preparex("SELECT * FROM " + table + " WHERE id = $1")
		if err != nil {
			return err
		}
		defer plain.Close()
		for n := range 3 {
			var found item
			if err := plain.Get(&found, first+n); err != nil {
				return err
			}
			c.equal("prepared", fmt.Sprint("item ", n), found.Id, first+n)
		}
		return nil
	})
}
