package main

import (
	"fmt"

	"github.com/jackc/pgx/v5"
)

func readChanged(on *pgx.Conn, sql string) (string, error) {
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

// pgxDdlPrepared: a statement that has been prepared by name fails until it is prepared anew.
func pgxDdlPrepared(c *checks, connection *pgx.Conn) {
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
