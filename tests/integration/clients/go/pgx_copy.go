package main

import (
	"bytes"
	"fmt"

	"github.com/jackc/pgx/v5"
)

func pgxCopy(c *checks, connection *pgx.Conn) {
	rows := func(from, to int) pgx.CopyFromSource {
		return pgx.CopyFromSlice(to-from, func(n int) ([]any, error) {
			return []any{from + n, fmt.Sprint("row ", from+n)}, nil
		})
	}
	table, columns := pgx.Identifier{"copied_" + copyName}, []string{"id", "a"}
	for turn := range 3 {
		c.value("copy", "in", int64(500), func() (any, error) {
			return connection.CopyFrom(background, table, columns, rows(turn*500, turn*500+500))
		})
		c.expect("copy", "unique violation", "23505", func() error {
			_, err := connection.CopyFrom(background, table, columns, rows(turn*500+499, turn*500+600))
			return err
		})
		c.number("copy", "rows", int64(500*turn+500), pgxClient{connection}, "SELECT count(*) FROM copied_"+copyName)
	}
	c.value("copy", "out", "0\trow 0\n1\trow 1\n", func() (any, error) {
		var out bytes.Buffer
		_, err := connection.PgConn().CopyTo(background, &out,
			"COPY (SELECT * FROM copied_"+copyName+" WHERE id < 2 ORDER BY id) TO STDOUT")
		return out.String(), err
	})
}
