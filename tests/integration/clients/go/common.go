package main

import "fmt"

const (
	rounds, statements = 3, 10
	divisionByZero     = "22012"
	queryCanceled      = "57014"
	resultTypeChanged  = "0A000"
)

// client is what the drivers have in common: a connection, a pool of them, or a transaction.
type client interface {
	row(into []any, sql string, arguments ...any) error
	execute(sql string, arguments ...any) (rows int64, err error)
	transaction(work func(client) error) error
}

func value[T any](on client, sql string, arguments ...any) (found T, err error) {
	err = on.row([]any{&found}, sql, arguments...)
	return found, err
}

func (c *checks) value(group, name string, expected any, find func() (any, error)) {
	c.guard(group, name, func() error {
		found, err := find()
		if err == nil {
			c.equal(group, name, found, expected)
		}
		return err
	})
}

// number compares what a query finds.
func (c *checks) number(group, name string, expected int64, on client, sql string, arguments ...any) {
	c.value(group, name, expected, func() (any, error) { return value[int64](on, sql, arguments...) })
}

// common has half of its statements with texts that all copies share, half with texts of this copy alone.
func common(c *checks, on client) {
	own := 1000 * (1 + int(copyName[0]))
	for turn := 1; turn <= rounds; turn++ {
		for k := range statements {
			for _, offset := range []int{k, own + k} {
				if k%2 == 0 {
					integer(c, on, turn, k, offset)
				} else {
					text(c, on, turn, offset)
				}
			}
		}
	}
	commonTransaction(c, on)
	c.expect("common", "division by zero", divisionByZero, func() error {
		_, err := value[int64](on, "SELECT 1 / CAST($1 AS int4)", 0)
		return err
	})
	c.number("common", "recovery", 42, on, "SELECT CAST($1 AS int4) + 1", 41)
}

func integer(c *checks, on client, turn, k, offset int) {
	if k%4 == 0 {
		sql := fmt.Sprintf("SELECT CAST($1 AS int4) * 10000000 + CAST($2 AS int4) * 1000000 + %d", offset)
		c.number("common", sql, int64(turn*10000000+2000000+offset), on, sql, turn, 2)
		return
	}
	sql := fmt.Sprintf("SELECT CAST($1 AS int4) * 1000000 + %d", offset)
	c.number("common", sql, int64(turn*1000000+offset), on, sql, turn)
}

func text(c *checks, on client, turn, offset int) {
	sql := fmt.Sprintf("SELECT CAST($1 AS text) || ' and %d'", offset)
	c.value("common", sql, fmt.Sprintf("round %d and %d", turn, offset), func() (any, error) {
		return value[string](on, sql, fmt.Sprintf("round %d", turn))
	})
}

func commonTransaction(c *checks, on client) {
	table := "common_" + copyName
	count := "SELECT count(*) FROM " + table + " WHERE id >= CAST($1 AS int4)"
	committed := c.guard("common", "transaction", func() error {
		return on.transaction(func(inside client) error {
			for id := 1; id <= 3; id++ {
				if _, err := inside.execute("INSERT INTO "+table+" VALUES ($1)", id); err != nil {
					return err
				}
			}
			found, err := value[int64](inside, count, 1)
			if err == nil {
				c.equal("common", "rows seen inside", found, int64(3))
			}
			return err
		})
	})
	if committed {
		c.number("common", "commit seen", 2, on, count, 2)
	}
}
