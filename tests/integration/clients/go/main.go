// clients PROGRAM [OPTION]: programs that use PostgreSQL drivers for Go with their default settings.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const patience = 10 * time.Second

var background = context.Background()

// programs: each takes the words behind its name.
var programs = map[string]func(options []string) *checks{
	"pgx": pgxProgram, "pgxpool": pgxpoolProgram, "stdlib": stdlibProgram, "pq": pqProgram,
	"gorm": gormProgram, "bun": bunProgram, "sqlx": sqlxProgram,
}

func main() {
	if len(os.Args) < 2 || programs[os.Args[1]] == nil || copyName == "" {
		fmt.Fprintln(os.Stderr, "usage: CLIENT_COPY=a clients pgx|pgxpool|stdlib|pq|gorm|bun|sqlx [OPTION]")
		os.Exit(2)
	}
	programs[os.Args[1]](os.Args[2:]).report()
}

func beginTogether() {
	fmt.Println("ready")
	_, err := bufio.NewReader(os.Stdin).ReadString('\n')
	must(err)
}

// known ends the program at a word that it does not know.
func known(options []string, words ...string) {
	for _, option := range options {
		if !slices.Contains(words, option) {
			must(fmt.Errorf("no option %s; there are %s", option, strings.Join(words, ", ")))
		}
	}
}

// beside is a connection for what another client does at the same time.
func beside(work func(other *pgx.Conn) error) error {
	config, err := pgx.ParseConfig("")
	if err != nil {
		return err
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	other, err := pgx.ConnectConfig(background, config)
	if err != nil {
		return err
	}
	defer other.Close(background)
	return work(other)
}

func executeBeside(sql string) error {
	return beside(func(other *pgx.Conn) error {
		_, err := other.Exec(background, sql)
		return err
	})
}

// awaitSleep waits until a query with this word in it sleeps, or ctx ends since the query has ended before.
func awaitSleep(ctx context.Context, word string) error {
	return beside(func(other *pgx.Conn) error {
		deadline := time.Now().Add(patience)
		for ; time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			var sleeping bool
			err := other.QueryRow(background, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"+
				" AND wait_event = 'PgSleep' AND query LIKE '%' || $1 || '%')", word).Scan(&sleeping)
			if err != nil || sleeping {
				return err
			}
		}
		return fmt.Errorf("no query with %s in it sleeps", word)
	})
}

// sleeper is a query that ends only when it is cancelled, and the word by which it is known.
func sleeper(kind string) (sql, word string) {
	word = "sleep_" + kind + "_" + copyName
	return "SELECT pg_sleep($1) AS " + word, word
}
