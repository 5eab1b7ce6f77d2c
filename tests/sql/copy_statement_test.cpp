#include "proxy/sql/copy_statement.hpp"

#include <gtest/gtest.h>

#include "query_reads.hpp"

namespace pgsidecar {
namespace {

TEST(CopyStatement, FromStdin) {
    for (const char* sql :
         {"COPY t FROM STDIN", "copy t from stdin;",
          " \n;copy s.\"T\" (a, b) from stdin with (format csv, null '') ;; ", "copy binary t from stdin",
          "COPY t FROM STDIN WHERE a > 1", "/* app */ copy t from stdin -- end", "copy t from stdout",
          "copy t(\"from\") from stdin delimiters ';'",
          "copy t from stdin (on_error ignore, log_verbosity verbose, reject_limit 3)"})
        EXPECT_TRUE(is_copy_from_stdin(sql)) << sql;
}

TEST(CopyStatement, AnythingElse) {
    for (const char* sql :
         {"", ";", "COPY t TO STDOUT", "copy t to stdin", "copy (select 1 from stdin) to stdout",
          "copy t from '/stdin'", "copy t from program 'cat' -- stdin", "copy t from stdin; select 1",
          "select 1; copy t from stdin", "copy t from stdin; copy t from stdin", "copyx t from stdin",
          "-- copy t from stdin", "select * from stdin", "copy t from \"stdin\"", "copy t from 'stdin"})
        EXPECT_FALSE(is_copy_from_stdin(sql)) << sql;
}

}  // namespace
}  // namespace pgsidecar
