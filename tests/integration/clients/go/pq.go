package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
)

const pqModule = "github.com/lib/pq"

var pqColumns = []column{
	same("int2", int16(-7)), same("int4", int32(70000)), same("int8", int64(1)<<40), same("float8", 0.125),
	same("numeric", "12.50"), same("text", "grün"), same("bytea", []byte{0, 255}), same("bool", true),
	same("date", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)),
	same("timestamptz", time.Date(2024, 1, 2, 3, 4, 5, 6000, time.UTC)),
	same("uuid", "00000000-0000-0000-0000-000000000005"), same("jsonb", `{"a": [1]}`),
	same("int4[]", pq.Int64Array{1, 2, 3}), same("text[]", pq.StringArray{"x", "y,z"}), same("text", (*string)(nil)),
}

// pqProgram takes "prepare" (db.Prepare for each statement) or "binary_parameters".
func pqProgram(options []string) *checks {
	known(options, "prepare", "binary_parameters")
	c := newChecks("lib/pq", pqModule)
	var on client
	db := openPq(options)
	on = sqlClient{db, db}
	if len(options) > 0 && options[0] == "prepare" {
		on = sqlPreparing{db, nil, map[string]*sql.Stmt{}}
	}
	createSqlTables(db)
	beginTogether()
	common(c, on)
	types(c, on, pqColumns)
	cursor(c, sqlClient{db, db})
	rollback(c, on)
	aborted(c, on)
	sqlRows(c, db)
	together(c, sqlClient{db, db})
	sqlPrepared(c, db)
	pqCopy(c, db)
	sqlDdl(c, db, "")
	sqlDdlPrepared(c, db)
	sqlCancel(c, db, func(err error) bool { return sqlstate(err) == queryCanceled || errors.Is(err, context.Canceled) })
	sqlReset(c, func() *sql.DB { return openPq(options) })
	must(db.Close())
	return c
}

func openPq(options []string) *sql.DB {
	settings := ""
	if len(options) > 0 && options[0] == "binary_parameters" {
		settings = "binary_parameters=yes"
	}
	db, err := sql.Open("postgres", settings)
	must(err)
	return db
}

// pqCopy: lib/pq copies in, within a transaction, and not out.
func pqCopy(c *checks, db *sql.DB) {
	insert := func(from, to int) error {
		return inTransaction(db, func(tx *sql.Tx) error {
			stream, err := tx.Prepare(pq.CopyIn("copied_"+copyName, "id", "a"))
			if err != nil {
				return err
			}
			for n := from; n < to; n++ {
				if _, err := stream.Exec(n, fmt.Sprint("row ", n)); err != nil {
					return errors.Join(err, stream.Close())
				}
			}
			done, err := affected(stream.Exec())
			if err != nil {
				return errors.Join(err, stream.Close())
			}
			c.equal("copy", "in", done, int64(to-from))
			return stream.Close()
		})
	}
	for turn := range 3 {
		c.guard("copy", "transaction", func() error { return insert(turn*500, turn*500+500) })
		c.expect("copy", "unique violation", "23505", func() error { return insert(turn*500+499, turn*500+600) })
		c.number("copy", "rows", int64(500*turn+500), sqlClient{db, db}, "SELECT count(*) FROM copied_"+copyName)
		c.value("copy", "last row", fmt.Sprint("row ", turn*500+499), func() (any, error) {
			return value[string](sqlClient{db, db}, "SELECT a FROM copied_"+copyName+" WHERE id = $1", turn*500+499)
		})
	}
}
