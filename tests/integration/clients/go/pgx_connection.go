package main

import (
	"github.com/jackc/pgx/v5"
)

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
