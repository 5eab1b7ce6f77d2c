package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func pgxpoolProgram(options []string) *checks {
	known(options)
	c := newChecks("pgxpool", pgxModule)
	pool, err := pgxpool.New(background, "")
	must(err)
	must(pool.AcquireFunc(background, func(lent *pgxpool.Conn) error {
		createPgxTables(lent.Conn())
		return nil
	}))
	beginTogether()
	common(c, pgxClient{pool})
	types(c, pgxClient{pool}, pgxColumns)
	rollback(c, pgxClient{pool})
	aborted(c, pgxClient{pool})
	for _, group := range []func(*checks, *pgx.Conn){pgxBatch, pgxPipeline, pgxCopy, pgxNested} {
		c.guard("reset", "lent to a group", func() error {
			return pool.AcquireFunc(background, func(lent *pgxpool.Conn) error {
				group(c, lent.Conn())
				return nil
			})
		})
	}
	together(c, pgxClient{pool})
	for range 2 {
		pgxpoolCancel(c, pool)
	}
	pgxReset(c, pool.Config().ConnConfig)
	pool.Close()
	return c
}

// pgxReset takes connections from a pool and returns them, one of them within a transaction: the pool closes that.
func pgxReset(c *checks, of *pgx.ConnConfig) {
	config, err := pgxpool.ParseConfig("pool_max_conns=2")
	must(err)
	config.ConnConfig.DefaultQueryExecMode = of.DefaultQueryExecMode
	pool, err := pgxpool.NewWithConfig(background, config)
	must(err)
	defer pool.Close()
	for turn := range 14 {
		c.guard("reset", "lent", func() error {
			lent, err := pool.Acquire(background)
			if err != nil {
				return err
			}
			defer lent.Release()
			c.number("reset", "lent again", int64(turn+1), pgxClient{lent}, "SELECT CAST($1 AS int4) + 1", turn)
			if turn != 7 {
				return nil
			}
			open, err := lent.Begin(background)
			if err != nil {
				return err
			}
			_, err = pgxClient{open}.execute("INSERT INTO common_"+copyName+" VALUES ($1)", 2000)
			return err
		})
	}
	c.number("reset", "nothing left", 0, pgxClient{pool}, "SELECT count(*) FROM common_"+copyName+" WHERE id = $1", 2000)
}
func pgxpoolCancel(c *checks, pool *pgxpool.Pool) {
	err := sleepCancelled("pool", func(ctx context.Context, sql string) error {
		return pool.QueryRow(ctx, sql, 30).Scan(new(any))
	})
	c.equal("cancel", "error", errors.Is(err, context.Canceled), true)
	err = pool.AcquireFunc(background, func(lent *pgxpool.Conn) error {
		return pgx.BeginFunc(background, lent, func(inside pgx.Tx) error {
			return sleepCancelled("inside", func(ctx context.Context, sql string) error {
				_, err := inside.Exec(ctx, sql, 30)
				return err
			})
		})
	})
	c.equal("cancel", "error in a transaction", errors.Is(err, context.Canceled), true)
	c.number("cancel", "usable", 42, pgxClient{pool}, "SELECT CAST($1 AS int4) + 1", 41)
}

// together: several goroutines use a pool at once, each with texts of its own beside a common one.
func together(c *checks, on client) {
	const workers, uses = 4, 25
	found := [workers][]int64{}
	c.atOnce("together", workers, func(worker int) error {
		for use := range uses {
			own, err := value[int64](on, fmt.Sprintf("SELECT CAST($1 AS int4) * 100 + %d", worker), use)
			if err != nil {
				return err
			}
			shared, err := value[int64](on, "SELECT CAST($1 AS int4) * 7", use)
			if err != nil {
				return err
			}
			found[worker] = append(found[worker], own, shared)
		}
		return nil
	})
	for worker := range workers {
		for n, got := range found[worker] {
			use := n / 2
			c.equal("together", "value", got, []int64{int64(use*100 + worker), int64(use * 7)}[n%2])
		}
	}
}
