package main

import (
	"fmt"
	"reflect"
	"strings"
)

// column: what is sent, and what is read back into a variable of the type of `expected`.
type column struct {
	kind               string
	argument, expected any
}

func same(kind string, value any) column { return column{kind, value, value} }

// types creates, reads, updates and deletes a row with a column of each of these types.
func types(c *checks, on client, columns []column) {
	names, places, kinds := make([]string, len(columns)), make([]string, len(columns)), make([]string, len(columns))
	arguments := make([]any, len(columns))
	for n, column := range columns {
		names[n], places[n], arguments[n] = fmt.Sprintf("c%d", n), fmt.Sprintf("$%d", n+2), column.argument
		kinds[n] = names[n] + " " + column.kind
	}
	table := "types_" + copyName
	c.guard("types", "create", func() error {
		_, err := on.execute(fmt.Sprintf("CREATE TABLE %s (turn int4, %s)", table, strings.Join(kinds, ", ")))
		return err
	})
	insert := fmt.Sprintf("INSERT INTO %s (turn, %s) VALUES ($1, %s)", table, strings.Join(names, ", "),
		strings.Join(places, ", "))
	read := fmt.Sprintf("SELECT %s FROM %s WHERE turn = $1", strings.Join(names, ", "), table)
	for turn := range 6 {
		c.one(on, "insert", insert, append([]any{turn}, arguments...)...)
		c.one(on, "update", "UPDATE "+table+" SET turn = turn + $1 WHERE turn = $2", 100, turn)
		c.guard("types", "read", func() error { return readColumns(c, on, read, turn+100, columns) })
		c.one(on, "delete", "DELETE FROM "+table+" WHERE turn = $1", turn+100)
	}
}

// one row is what the statement has to touch.
func (c *checks) one(on client, name, sql string, arguments ...any) {
	c.value("types", name, int64(1), func() (any, error) { return on.execute(sql, arguments...) })
}

func readColumns(c *checks, on client, read string, turn int, columns []column) error {
	into := make([]any, len(columns))
	for n, column := range columns {
		into[n] = reflect.New(reflect.TypeOf(column.expected)).Interface()
	}
	if err := on.row(into, read, turn); err != nil {
		return err
	}
	for n, column := range columns {
		c.equal("types", column.kind, reflect.ValueOf(into[n]).Elem().Interface(), column.expected)
	}
	return nil
}
