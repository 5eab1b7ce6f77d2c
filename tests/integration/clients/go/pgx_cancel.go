package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

// pgxCancel: by default a connection is closed when the context of its query ends. A cancel request, by hand or by
// the handler that pgx offers, leaves it usable.
func pgxCancel(c *checks, config *pgx.ConnConfig) {
	for range 2 {
		c.guard("cancel", "context", func() error { return cancelledByContext(c, config.Copy()) })
		c.guard("cancel", "request", func() error { return cancelledByRequest(c, config.Copy()) })
		c.guard("cancel", "handler", func() error { return cancelledByHandler(c, config.Copy()) })
	}
}

func cancelledByContext(c *checks, config *pgx.ConnConfig) error {
	connection, err := pgx.ConnectConfig(background, config)
	if err != nil {
		return err
	}
	err = sleepCancelled("context", func(ctx context.Context, sql string) error {
		_, err := connection.Exec(ctx, sql, 30)
		return err
	})
	c.equal("cancel", "context, error", errors.Is(err, context.Canceled), true)
	c.equal("cancel", "context, closed", connection.IsClosed(), true)
	return connection.Close(background)
}

func cancelledByRequest(c *checks, config *pgx.ConnConfig) error {
	connection, err := pgx.ConnectConfig(background, config)
	if err != nil {
		return err
	}
	defer connection.Close(background)
	c.expect("cancel", "request, error", queryCanceled, func() error {
		return cancelledOnceAsleep("request", func() error { return connection.PgConn().CancelRequest(background) },
			func(sql string) error {
				_, err := connection.Exec(background, sql, 30)
				return err
			})
	})
	c.number("cancel", "request, usable", 42, pgxClient{connection}, "SELECT CAST($1 AS int4) + 1", 41)
	return nil
}

func cancelledByHandler(c *checks, config *pgx.ConnConfig) error {
	config.BuildContextWatcherHandler = func(connection *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: connection, DeadlineDelay: patience}
	}
	connection, err := pgx.ConnectConfig(background, config)
	if err != nil {
		return err
	}
	defer connection.Close(background)
	c.expect("cancel", "handler, error", queryCanceled, func() error {
		return sleepCancelled("handler", func(ctx context.Context, sql string) error {
			_, err := connection.Exec(ctx, sql, 30)
			return err
		})
	})
	c.number("cancel", "handler, usable", 42, pgxClient{connection}, "SELECT CAST($1 AS int4) + 1", 41)
	return nil
}

// sleepCancelled ends the context of a query once it sleeps, and returns what the query shows.
func sleepCancelled(kind string, query func(ctx context.Context, sql string) error) error {
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	end := func() error {
		cancel()
		return nil
	}
	return cancelledOnceAsleep(kind, end, func(sql string) error { return query(ctx, sql) })
}

func cancelledOnceAsleep(kind string, cancel func() error, query func(sql string) error) error {
	sql, word := sleeper(kind)
	waiting, ended := context.WithCancel(background)
	watched := make(chan error, 1)
	go func() {
		err := awaitSleep(waiting, word)
		if err == nil {
			err = cancel()
		}
		watched <- err
	}()
	shown := query(sql)
	ended()
	if err := <-watched; err != nil {
		return fmt.Errorf("%w (%w)", err, shown)
	}
	return shown
}
