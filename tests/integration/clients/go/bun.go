package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
)

type bunClient struct{ on bun.IDB }

func (client bunClient) row(into []any, query string, arguments ...any) error {
	return client.on.NewRaw(questionMarks(query), arguments...).Scan(background, into...)
}

func (client bunClient) execute(query string, arguments ...any) (int64, error) {
	return affected(client.on.NewRaw(questionMarks(query), arguments...).Exec(background))
}

func (client bunClient) transaction(work func(client) error) error {
	return client.on.RunInTx(background, nil, func(_ context.Context, inside bun.Tx) error {
		return work(bunClient{inside})
	})
}

type film struct {
	ID     int64 `bun:",pk,autoincrement"`
	Title  string
	Year   *int16
	Made   time.Time
	Poster []byte
	Tags   []string       `bun:",array"`
	Cast   map[string]any `bun:"type:jsonb"`
}

// bunProgram takes the driver: "pgdriver", bun's own, or "pgx".
func bunProgram(options []string) *checks {
	known(options, "pgdriver", "pgx")
	c := newChecks("bun", "github.com/uptrace/bun")
	own := len(options) == 0 || options[0] == "pgdriver"
	pool := openBun(own)
	createSqlTables(pool)
	db := bun.NewDB(pool, pgdialect.New())
	table := "films_" + copyName
	_, err := db.NewCreateTable().Model((*film)(nil)).ModelTableExpr("?", bun.Ident(table)).Exec(background)
	must(err)
	beginTogether()
	on := bunClient{db}
	common(c, on)
	types(c, on, stdlibColumns)
	cursor(c, on)
	rollback(c, on)
	aborted(c, on)
	sqlRows(c, pool)
	together(c, on)
	sqlPrepared(c, pool)
	for turn := range 4 {
		c.guard("models", "models", func() error { return bunModels(c, db, turn) })
	}
	if own {
		pgdriverCopy(c, db)
		sqlDdl(c, pool, "")
	} else {
		stdlibCopy(c, pool)
		sqlDdl(c, pool, resultTypeChanged)
	}
	sqlReset(c, func() *sql.DB { return openBun(own) })
	must(db.Close())
	return c
}

func openBun(own bool) *sql.DB {
	if own { // which does not know PGSSLMODE
		return sql.OpenDB(pgdriver.NewConnector(pgdriver.WithInsecure(true)))
	}
	return openStdlib()
}

func bunModels(c *checks, db *bun.DB, turn int) error {
	table := bun.Ident("films_" + copyName)
	year, title := int16(1927), fmt.Sprint("film ", turn)
	made := []film{
		{Title: title, Year: &year, Made: time.Date(2024, 1, 2, 3, 4, 5, 6000, time.UTC), Poster: []byte{0, 255},
			Tags: []string{"x", "y,z"}, Cast: map[string]any{"a": []any{1.0}}},
		{Title: title + " again", Made: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)},
	}
	if _, err := db.NewInsert().Model(&made).ModelTableExpr("?", table).Exec(background); err != nil {
		return err
	}
	var found []film
	if err := db.NewSelect().Model(&found).ModelTableExpr("? AS film", table).Where("title LIKE ?", title+"%").
		Order("id").Scan(background); err != nil {
		return err
	}
	c.equal("models", "number", len(found), 2)
	c.equal("models", "id", found[0].ID, made[0].ID)
	c.equal("models", "year", *found[0].Year, year)
	c.equal("models", "no year", found[1].Year, (*int16)(nil))
	c.equal("models", "made", found[0].Made, made[0].Made)
	c.equal("models", "poster", found[0].Poster, made[0].Poster)
	c.equal("models", "tags", found[0].Tags, made[0].Tags)
	c.equal("models", "cast", found[0].Cast, made[0].Cast)
	changed, err := affected(db.NewUpdate().Model(&made[0]).ModelTableExpr("? AS film", table).
		Set("title = ?", "changed").WherePK().Exec(background))
	c.equal("models", "updated", changed, int64(1))
	if err != nil {
		return err
	}
	count, err := db.NewSelect().Model((*film)(nil)).ModelTableExpr("? AS film", table).
		Where("title = ?", "changed").Count(background)
	c.equal("models", "counted", int64(count), int64(1))
	if err != nil {
		return err
	}
	removed, err := affected(db.NewDelete().Model((*film)(nil)).ModelTableExpr("? AS film", table).
		Where("id IN (?)", bun.In([]int64{made[0].ID, made[1].ID})).Exec(background))
	c.equal("models", "deleted", removed, int64(2))
	return err
}

func pgdriverCopy(c *checks, db *bun.DB) {
	c.guard("copy", "connection", func() error {
		lent, err := db.Conn(background)
		if err != nil {
			return err
		}
		defer lent.Close()
		for turn := range 3 {
			var rows strings.Builder
			for n := turn * 500; n < turn*500+500; n++ {
				fmt.Fprintf(&rows, "%d\trow %d\n", n, n)
			}
			c.value("copy", "in", int64(500), func() (any, error) {
				return affected(pgdriver.CopyFrom(background, lent, strings.NewReader(rows.String()),
					"COPY copied_"+copyName+" FROM STDIN"))
			})
			var out bytes.Buffer
			c.value("copy", "out, rows", int64(2), func() (any, error) {
				return affected(pgdriver.CopyTo(background, lent, &out,
					"COPY (SELECT * FROM copied_"+copyName+" WHERE id < $1 ORDER BY id) TO STDOUT", int64(2)))
			})
			c.equal("copy", "out", out.String(), "0\trow 0\n1\trow 1\n")
		}
		return nil
	})
}
