package main

import (
	"errors"
	"fmt"
)

// cursor fetches what a cursor of a transaction has, some rows at a time, each by a query of one value.
func cursor(c *checks, on client) {
	for turn := range 3 {
		c.guard("cursor", "declared", func() error {
			return on.transaction(func(inside client) error {
				name := "cursor_" + copyName
				if _, err := inside.execute("DECLARE " + name + " CURSOR FOR SELECT generate_series(1, 6)"); err != nil {
					return err
				}
				for expected := int64(1); expected <= 6; expected += 2 {
					found, err := value[int64](inside, "FETCH 1 FROM "+name)
					if err != nil {
						return err
					}
					c.equal("cursor", "fetched", found, expected)
					if _, err := inside.execute("MOVE 1 FROM " + name); err != nil {
						return err
					}
				}
				_, err := inside.execute("CLOSE " + name)
				return err
			})
		})
		c.expect("cursor", fmt.Sprintf("gone with its transaction, %d", turn), "34000", func() error {
			_, err := on.execute("FETCH 1 FROM cursor_" + copyName)
			return err
		})
	}
}

// rollback leaves nothing behind of a transaction that has failed.
func rollback(c *checks, on client) {
	given := errors.New("given up")
	for range 3 {
		err := on.transaction(func(inside client) error {
			if _, err := inside.execute("INSERT INTO common_"+copyName+" VALUES ($1)", 1000); err != nil {
				return err
			}
			return given
		})
		c.equal("rollback", "error passed on", errors.Is(err, given), true)
		c.number("rollback", "nothing left", 0, on,
			"SELECT count(*) FROM common_"+copyName+" WHERE id = CAST($1 AS int4)", 1000)
	}
}

// aborted: what a driver has prepared in a transaction that fails stays prepared.
func aborted(c *checks, on client) {
	for turn := range 3 {
		sql := fmt.Sprintf("SELECT CAST($1 AS int4) + %d", 1000*int(copyName[0])+turn)
		expected := int64(1000*int(copyName[0]) + turn + 1)
		c.expect("aborted", "transaction", divisionByZero, func() error {
			return on.transaction(func(inside client) error {
				if _, err := value[int64](inside, "SELECT count(*) FROM common_"+copyName); err != nil {
					return err
				}
				found, err := value[int64](inside, sql, 1)
				if err != nil {
					return err
				}
				c.equal("aborted", "inside", found, expected)
				_, err = value[int64](inside, "SELECT 1 / CAST($1 AS int4)", 0)
				return err
			})
		})
		for range 2 {
			c.number("aborted", "afterwards", expected, on, sql, 1)
		}
	}
}

// evicted: more statements than a driver keeps, and the first of them again.
func evicted(c *checks, on client) {
	const kept = 512 // by pgx
	for turn := range 2 {
		c.value("evicted", "right answers", kept+40, func() (any, error) {
			right := 0
			for n := range kept + 40 {
				found, err := value[int64](on, fmt.Sprintf("SELECT CAST($1 AS int4) * 1000 + %d", n), turn)
				if err != nil {
					return nil, err
				}
				if found == int64(turn*1000+n) {
					right++
				}
			}
			return right, nil
		})
	}
}
