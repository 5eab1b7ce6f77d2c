package main

import (
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func pgxBatch(c *checks, connection *pgx.Conn) {
	for turn := range 3 {
		batch, found := &pgx.Batch{}, []int64{}
		for n := range 10 {
			batch.Queue("INSERT INTO batch_"+copyName+" VALUES ($1, $2)", turn*10+n, "batch")
			batch.Queue(fmt.Sprintf("SELECT CAST($1 AS int4) * 2 + %d", n), n).QueryRow(func(row pgx.Row) error {
				found = append(found, 0)
				return row.Scan(&found[len(found)-1])
			})
		}
		c.guard("batch", "sent", func() error { return connection.SendBatch(background, batch).Close() })
		c.equal("batch", "values", found, []int64{0, 3, 6, 9, 12, 15, 18, 21, 24, 27})
		c.number("batch", "rows", int64(10*turn+10), pgxClient{connection}, "SELECT count(*) FROM batch_"+copyName)
	}
	for range 2 {
		failing := &pgx.Batch{}
		failing.Queue("INSERT INTO batch_"+copyName+" VALUES ($1, $2)", 100, "batch")
		failing.Queue("SELECT 1 / CAST($1 AS int4)", 0)
		failing.Queue("INSERT INTO batch_"+copyName+" VALUES ($1, $2)", 101, "batch")
		c.expect("batch", "division by zero", divisionByZero, func() error {
			return connection.SendBatch(background, failing).Close()
		})
		c.number("batch", "nothing of it", 30, pgxClient{connection}, "SELECT count(*) FROM batch_"+copyName)
	}
}

// pgxPipeline prepares, executes and closes statements without waiting, an error between two Syncs.
func pgxPipeline(c *checks, connection *pgx.Conn) {
	for range 2 {
		c.guard("pipeline", "sent", func() error {
			pipeline := connection.PgConn().StartPipeline(background)
			pipeline.SendPrepare("piped", "SELECT CAST($1 AS int4) + 1", nil)
			for n := range 3 {
				pipeline.SendQueryPrepared("piped", [][]byte{fmt.Append(nil, n)}, nil, nil)
			}
			pipeline.SendPipelineSync()
			pipeline.SendQueryParams("SELECT 1 / CAST($1 AS int4)", [][]byte{[]byte("0")}, nil, nil, nil)
			pipeline.SendPipelineSync()
			pipeline.SendQueryPrepared("piped", [][]byte{[]byte("41")}, nil, nil)
			pipeline.SendDeallocate("piped")
			if err := pipeline.Sync(); err != nil {
				return err
			}
			found := pipelineResults(pipeline)
			c.equal("pipeline", "results", found, []string{"prepared", "1", "2", "3", "sync", divisionByZero, "sync",
				"42", "closed", "sync"})
			return pipeline.Close()
		})
	}
}

func pipelineResults(pipeline *pgconn.Pipeline) (found []string) {
	for range 10 {
		results, err := pipeline.GetResults()
		switch results := results.(type) {
		case *pgconn.StatementDescription:
			found = append(found, "prepared")
		case *pgconn.ResultReader:
			read := results.Read()
			err = read.Err
			if err == nil {
				found = append(found, string(read.Rows[0][0]))
			}
		case *pgconn.PipelineSync:
			found = append(found, "sync")
		case *pgconn.CloseComplete:
			found = append(found, "closed")
		}
		if err != nil {
			found = append(found, sqlstate(err))
		}
	}
	return found
}
