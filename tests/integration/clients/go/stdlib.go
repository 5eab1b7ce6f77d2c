package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

var stdlibColumns = []column{
	same("int2", int16(-7)), same("int4", int32(70000)), same("int8", int64(1)<<40), same("float8", 0.125),
	same("numeric", "12.50"), same("text", "grün"), same("bytea", []byte{0, 255}), same("bool", true),
	same("date", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)),
	same("timestamptz", time.Date(2024, 1, 2, 3, 4, 5, 6000, time.UTC)),
	same("uuid", "00000000-0000-0000-0000-000000000005"), same("jsonb", `{"a": [1]}`),
	same("int4[]", "{1,NULL,3}"), same("text[]", `{x,"y,z"}`), same("text", (*string)(nil)),
}

// stdlibProgram: pgx behind database/sql.
func stdlibProgram(options []string) *checks {
	known(options)
	c := newChecks("pgx stdlib", pgxModule)
	db := openStdlib()
	createSqlTables(db)
	beginTogether()
	on := sqlClient{db, db}
	common(c, on)
	types(c, on, stdlibColumns)
	cursor(c, on)
	rollback(c, on)
	aborted(c, on)
	sqlRows(c, db)
	together(c, on)
	evicted(c, on)
	sqlPrepared(c, db)
	stdlibCopy(c, db)
	sqlDdl(c, db, resultTypeChanged)
	sqlDdlPrepared(c, db)
	sqlCancel(c, db, func(err error) bool { return errors.Is(err, context.Canceled) })
	sqlReset(c, openStdlib)
	must(db.Close())
	return c
}

func openStdlib() *sql.DB {
	db, err := sql.Open("pgx", "")
	must(err)
	return db
}

// stdlibCopy: database/sql knows no COPY, but lends the connection of pgx.
func stdlibCopy(c *checks, db *sql.DB) {
	c.guard("copy", "lent", func() error {
		lent, err := db.Conn(background)
		if err != nil {
			return err
		}
		defer lent.Close()
		return lent.Raw(func(driver any) error {
			pgxCopy(c, driver.(*stdlib.Conn).Conn())
			return nil
		})
	})
}
