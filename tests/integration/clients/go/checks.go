package main

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

var copyName = os.Getenv("CLIENT_COPY")

// counts: right, wrong, errors.
type counts [3]int

// checks is what a program reports.
type checks struct {
	client, version string
	groups          map[string]*counts
	errors          map[string]int
	first           []string
}

func newChecks(client, module string) *checks {
	return &checks{client, versionOf(module), map[string]*counts{}, map[string]int{}, []string{}}
}

func versionOf(module string) string {
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, used := range build.Deps {
			if used.Path == module {
				return used.Version[len("v"):]
			}
		}
	}
	return "unknown"
}

func (c *checks) counts(group string) *counts {
	if c.groups[group] == nil {
		c.groups[group] = &counts{}
	}
	return c.groups[group]
}

func (c *checks) equal(group, name string, got, expected any) {
	if reflect.DeepEqual(inOneZone(got), inOneZone(expected)) {
		c.counts(group)[0]++
		return
	}
	c.counts(group)[1]++
	c.first = append(c.first, fmt.Sprintf("%s, %s: %#v, not %#v", group, name, got, expected))
}

// inOneZone: a time is the same in every zone.
func inOneZone(value any) any {
	if at, ok := value.(time.Time); ok {
		return at.UTC()
	}
	return value
}

func (c *checks) failed(group, name, kind string, err error) {
	c.counts(group)[2]++
	c.errors[kind]++
	c.first = append(c.first, fmt.Sprintf("%s, %s: %.200v", group, name, err))
}

// guard: an error or a panic counts one error.
func (c *checks) guard(group, name string, step func() error) (passed bool) {
	err := recovered(step)
	if err != nil {
		c.failed(group, name, kindOf(err), err)
	}
	return err == nil
}

// expect: an error with this SQLSTATE is right.
func (c *checks) expect(group, name, state string, step func() error) {
	c.guard(group, name, func() error {
		err := recovered(step)
		if err == nil {
			c.equal(group, name, "no error", state)
		} else if sqlstate(err) == state {
			c.equal(group, name, state, state)
		} else {
			return err
		}
		return nil
	})
}

// atOnce runs the step of each worker beside those of the others; what fails counts when all have ended.
func (c *checks) atOnce(group string, workers int, step func(worker int) error) {
	failed := make([]error, workers)
	var all sync.WaitGroup
	for worker := range workers {
		all.Add(1)
		go func() {
			defer all.Done()
			failed[worker] = recovered(func() error { return step(worker) })
		}()
	}
	all.Wait()
	for worker, err := range failed {
		c.guard(group, fmt.Sprintf("worker %d", worker), func() error { return err })
	}
}

func recovered(step func() error) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	return step()
}

func sqlstate(err error) string {
	var standard interface{ SQLState() string } // pgx, lib/pq
	if errors.As(err, &standard) {
		return standard.SQLState()
	}
	var fields interface{ Field(byte) string } // pgdriver
	if errors.As(err, &fields) {
		return fields.Field('C')
	}
	return ""
}

func kindOf(err error) string {
	if state := sqlstate(err); state != "" {
		return state
	}
	for _, lost := range []error{pgconn.ErrConnClosed, driver.ErrBadConn, net.ErrClosed, io.EOF, io.ErrUnexpectedEOF,
		syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, lost) {
			return "connection"
		}
	}
	return "other"
}

func (c *checks) report() {
	var sum counts
	for _, found := range c.groups {
		for n := range sum {
			sum[n] += found[n]
		}
	}
	line, err := json.Marshal(map[string]any{
		"client": c.client, "version": c.version, "right": sum[0], "wrong": sum[1],
		"errors": c.errors, "first": c.first[:min(len(c.first), 5)], "groups": c.groups})
	must(err)
	fmt.Println(string(line))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
