#include "proxy/sql/plain_statement.hpp"

#include <gtest/gtest.h>

#include "proxy/sql/text_to_parse.hpp"
#include "proxy/statements/text_pool.hpp"

namespace pgsidecar::test {
namespace {

const std::vector<std::string> plain = {
    "select 1",
    "SELECT * FROM t",
    "select t.*, s.a from only s.t as t(a, b)",
    "table t",
    "values ($1, 'x;y'), (2, 'z')",
    "select 1;",
    "/* what for */ select 1 -- this",
    "select $1::int, cast($2 as varchar(10)), $3::mood, $4::public.citext, date '2020-01-01', '1'::text[]",
    "select a from t where b = $1 and not (c < 2 or d is null) and e is distinct from f and g is not true",
    "select a from t where b in (1, 2) and c not in (select d from u) and e = any($1) and f > all(select 1)",
    "select a from t where b between 1 and 2 or c not between symmetric 3 and 4",
    "select a from t where b like $1 and c not ilike 'x' escape '!' and d similar to 'y' and e ~* 'z'",
    "select a from t where exists (select 1 from u where u.a = t.a)",
    "select a from t where (b, c) = (1, 2) or row(b, c) < row($1, $2)",
    "select -a + +b - c * d / e % f ^ g || h, a operator(pg_catalog.+) b, a -> 'b' #>> '{c}', a @> b, a <@ b",
    "select a && b, a <> b, a <= b, a >= b, a << b, a | b, a & b, a # b, ~a, @ a, a ?| b, a <-> b",
    "select a collate \"C\", b[1], c[2:3], (d).e, (f).*, array[1, 2], array(select 1), array[[1], [2]]",
    "select case a when 1 then 2 else 3 end, case when a then b end, coalesce(a, b), nullif(a, b)",
    "select greatest(1, 2), least(1, 2)",
    "select current_date, current_timestamp(3), localtime, current_user, session_user, current_schema, user",
    "select extract(year from a), a at time zone 'UTC', overlay(a placing b from 1), position(a in b)",
    "select substring(a from 1 for 2), trim(both 'x' from a), (a, b) overlaps (c, d), collation for (a)",
    "select lower(a), pg_catalog.upper(b), count(*), now(), random(), gen_random_uuid(), clock_timestamp()",
    "select make_interval(days => 1), concat_ws(',', variadic a), current_setting('x'), version()",
    "select count(distinct a) filter (where b), string_agg(a, ',' order by b), percentile_cont(0.5) within "
    "group "
    "(order by a) from t",
    "select row_number() over w, sum(a) over (partition by b order by c rows between 1 preceding and current "
    "row) "
    "from t window w as (order by d)",
    "select distinct on (a) a, b from t group by rollup (a, b), grouping sets ((a), ()) having grouping(a) = "
    "1 "
    "order by a using <, b desc nulls last limit 10 offset $1",
    "select a from t order by a fetch first 3 rows with ties",
    "select a from t join u on t.b = u.b left join v using (c) cross join w natural join x",
    "select a from t, lateral (select b from u where u.c = t.c) s, unnest($1::int[]) with ordinality x(a, b)",
    "select * from generate_series(1, 10), rows from (json_to_record($1) as (a int), unnest($2))",
    "select * from json_to_recordset($1) as x(a int, b text collate \"C\")",
    "select 1 union all select 2 except (select 3 intersect values (4)) order by 1",
    "with a as (select 1), b(c) as materialized (values (1)) select * from a, b",
    "with recursive a as (select 1 union all select n + 1 from a) search depth first by n set o cycle n set "
    "c "
    "using p select * from a",
    "select xmlelement(name a, xmlattributes(b as c)), xmlforest(d), xmlserialize(content e as text)",
    "select * from xmltable('/a' passing b columns c int path 'd' default 1)",
    "select a from t for update",
    "select a from t for no key update of t skip locked",
    "select a from pg_catalog.pg_class where relname = $1 and pg_table_is_visible(oid)",
    "select pg_catalog.format_type(a, b), col_description(c, 1), obj_description(c, 'pg_class')",
    "select 'nextval(''s'')', \"nextval\" from t as setval",
    "show all",
    "SHOW TRANSACTION ISOLATION LEVEL",
};

const std::vector<std::string> not_plain = {
    // statements that write, or that do not read
    "insert into t values (1) returning a",
    "update t set a = 1 returning a",
    "delete from t returning a",
    "merge into t using u on t.a = u.a when matched then delete",
    "select 1 into t",
    "select 1 into temp t",
    "create table t as select 1",
    "explain analyze select 1",
    "execute s",
    "fetch all from c",
    "call p()",
    "do 'begin end'",
    "begin",
    "set a = 1",
    "copy t to stdout",
    "select 1; delete from t",
    // anywhere
    "with a as (insert into t values (1) returning a) select * from a",
    "select 1 where exists (with a as (delete from t returning a) select 1 from a)",
    "select * from t tablesample system (1)",
    "select * from (select nextval('s')) x",
    "select 1 union select 2 union select nextval('s')",
    "values (1), (nextval('s'))",
    "select case when a then nextval('s') end from t",
    "select a from t where a > nextval('s')",
    "select a from t join u on t.a = setval('s', 1)",
    "select a from t order by f(a)",
    "select a from t group by f(a)",
    "select a from t having f(a)",
    "select a from t limit f(1)",
    "select a from t offset f(1)",
    "select distinct on (f(a)) a from t",
    "select count(*) filter (where f(a)) from t",
    "select string_agg(a, b order by f(a)) from t",
    "select sum(a) over (order by f(a)) from t",
    "select sum(a) over (rows f(1) preceding) from t",
    "select sum(a) over w from t window w as (partition by f(a))",
    "select lower(f(a)) from t",
    "select a in (f(1)) from t",
    "select a[f(1)] from t",
    "select (f(a)).b from t",
    "select array[f(1)]",
    "select row(1, f(2))",
    "select coalesce(a, f(1))",
    "select greatest(a, f(1))",
    "select f(a)::int from t",
    "select f(a) collate \"C\" from t",
    "select f(a) is null from t",
    "select make_interval(days => f(1))",
    "select xmlelement(name a, f(b))",
    "select * from xmltable('/a' passing f(b) columns c int)",
    "select * from xmltable('/a' passing b columns c int default f(1))",
    "select * from f(1)",
    "select * from rows from (unnest($1), f(1))",
    "select * from t, lateral (select f(t.a)) x",
    "with a as (select f(1)) select * from a",
    "with recursive a as (select 1 union select 2) cycle b set c to f(1) default 2 using d select * from a",
    // functions
    "select nextval('s')",
    "select pg_catalog.nextval('s')",
    "select set_config('a', 'b', false)",
    "select pg_advisory_lock(1)",
    "select pg_notify('a', 'b')",
    "select lo_create(1)",
    "select query_to_xml('delete from t', true, true, '')",
    "select ts_rewrite('a', 'delete from t')",
    "select pg_sleep(1)",
    "select setseed(0.5)",
    "select my_function(1)",
    "select public.lower(a)",
    "select db.pg_catalog.lower(a)",
    "select pg_catalog(a)",
    "select pg_catalog.pg_catalog(a)",
    "select \"Lower\"(a)",
    "select \"lower\"\"\"(a)",
    // operators
    "select a <=> b",
    "select a operator(public.+) b",
    "select a operator(public.=) any (select 1)",
    "select a = any (select 1) or a <=> any (select 1)",
    "select a from t order by a using public.<",
    // what the grammar of 15 does not know, or nobody
    "select * from json_table('{}', '$' columns (a int path '$'))",
    "selec 1",
    "select 'a",
    "select \"\"",
};

TEST(PlainStatement, OnlyReads) {
    for (const std::string& sql : plain) EXPECT_TRUE(is_plain(sql)) << sql;
}

TEST(PlainStatement, MayHaveAnEffect) {
    for (const std::string& sql : not_plain) EXPECT_FALSE(is_plain(sql)) << sql;
}

TEST(PlainStatement, IsNotTooLong) {
    const auto of_size = [](std::size_t size) { return "select '" + std::string(size - 9, 'x') + "'"; };
    EXPECT_TRUE(is_plain(of_size(max_parsed_size)));
    EXPECT_FALSE(is_plain(of_size(max_parsed_size + 1)));
}

std::string repeated(std::string_view what, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += what;
    return out;
}

/// As deep as a text that is not too costly can be.
TEST(PlainStatement, MayBeDeep) {
    const std::size_t levels = 950;
    EXPECT_TRUE(is_plain("select 1" + repeated("+1", levels)));
    EXPECT_TRUE(is_plain("select array" + repeated("[", levels) + "1" + repeated("]", levels)));
    EXPECT_FALSE(is_plain("select " + repeated("- ", levels) + "f()"));
    EXPECT_TRUE(is_plain("select " + repeated("(select ", 600) + "1" + repeated(")", 600)));
    EXPECT_FALSE(is_plain("select " + repeated("++", levels)));
}

TEST(PlainStatement, IsLookedAtWhenAsked) {
    text_pool pool;
    EXPECT_EQ(pool.intern("select 1", {})->effect(), statement_effect::none);
    EXPECT_EQ(pool.intern("select nextval('s')", {})->effect(), statement_effect::undone);
}

}  // namespace
}  // namespace pgsidecar::test
