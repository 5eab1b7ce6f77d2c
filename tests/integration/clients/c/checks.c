#include "checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_GROUPS = 8, MOST_STATES = 32, FIRST = 5, LONGEST = 240 };

static struct { const char *name; int counts[3]; } groups[MOST_GROUPS];
static struct { char code[8]; int count; } states[MOST_STATES];
static char first[FIRST][LONGEST];
static int group_count, state_count, first_count, current;

void group(const char *name) {
    for (current = 0; current < group_count; current++)
        if (strcmp(groups[current].name, name) == 0) return;
    if (group_count == MOST_GROUPS) abort();
    groups[group_count++].name = name;
}

static void count(enum outcome outcome, const char *name, const char *got, const char *expected) {
    groups[current].counts[outcome]++;
    if (outcome == RIGHT || first_count == FIRST) return;
    snprintf(first[first_count++], LONGEST, "%s, %s: %s, not %s", groups[current].name, name, got, expected);
}

static void count_state(const char *code) {
    for (int i = 0; i < state_count; i++)
        if (strcmp(states[i].code, code) == 0) {
            states[i].count++;
            return;
        }
    if (state_count == MOST_STATES) abort();
    snprintf(states[state_count].code, sizeof states[0].code, "%s", code);
    states[state_count++].count = 1;
}

void check_text(const char *name, const char *got, const char *expected) {
    count(strcmp(got, expected) == 0 ? RIGHT : WRONG, name, got, expected);
}

void check_int(const char *name, long got, long expected) {
    char texts[2][32];
    snprintf(texts[0], sizeof texts[0], "%ld", got);
    snprintf(texts[1], sizeof texts[1], "%ld", expected);
    check_text(name, texts[0], texts[1]);
}

void check_error(const char *name, const PGresult *result, const char *expected) {
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (code == NULL) code = PQresultStatus(result) == PGRES_FATAL_ERROR || result == NULL ? "other" : "none";
    if (expected && strcmp(code, "none") == 0) {
        count(WRONG, name, "no error", expected);
    } else if (expected && strcmp(code, expected) == 0) {
        count(RIGHT, name, code, expected);
    } else {
        count(ERROR, name, PQresultErrorMessage(result), "a result");
        count_state(code);
    }
}

int check_status(const char *name, const PGresult *result, ExecStatusType expected) {
    if (PQresultStatus(result) == expected) return 1;
    check_error(name, result, NULL);
    return 0;
}

void begin_together(void) {
    char line[16];
    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) exit(1);
}

char copy_name(void) {
    const char *name = getenv("CLIENT_COPY");
    return name ? name[0] : 'a';
}

static void print_string(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        putchar((unsigned char)*text < ' ' ? ' ' : *text);
    }
    putchar('"');
}

void report(const char *client) {
    int totals[3] = {0};
    for (int i = 0; i < group_count; i++)
        for (int k = 0; k < 3; k++) totals[k] += groups[i].counts[k];
    int version = PQlibVersion();
    printf("{\"client\":\"%s\",\"version\":\"%d.%d\",\"right\":%d,\"wrong\":%d,\"errors\":{", client, version / 10000,
           version % 10000, totals[RIGHT], totals[WRONG]);
    for (int i = 0; i < state_count; i++) printf("%s\"%s\":%d", i ? "," : "", states[i].code, states[i].count);
    printf("},\"first\":[");
    for (int i = 0; i < first_count; i++) {
        if (i) putchar(',');
        print_string(first[i]);
    }
    printf("],\"groups\":{");
    for (int i = 0; i < group_count; i++)
        printf("%s\"%s\":[%d,%d,%d]", i ? "," : "", groups[i].name, groups[i].counts[0], groups[i].counts[1],
               groups[i].counts[2]);
    puts("}}");
}
