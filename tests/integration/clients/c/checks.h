// What a program reports, and where its connection leads: libpq reads PGHOST and the rest itself.
#pragma once

#include <libpq-fe.h>

enum outcome { RIGHT, WRONG, ERROR };

// Chooses the group in which the next checks are counted.
void group(const char *name);

void check_text(const char *name, const char *got, const char *expected);
void check_int(const char *name, long got, long expected);

// Counts an error and keeps its SQLSTATE; with `expected` that SQLSTATE is what is right.
void check_error(const char *name, const PGresult *result, const char *expected);

// Whether the result has the status; otherwise counts an error.
int check_status(const char *name, const PGresult *result, ExecStatusType expected);

void begin_together(void);
void report(const char *client);
char copy_name(void);
