#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "proxy/sql/plain_statement.hpp"
#include "proxy/sql/sql_grammar.hpp"

/// What applications send (tests/integration/corpus), and how much of it is plain.
namespace pgsidecar::test {
namespace {

struct recorded {
    std::string source, text;
};

std::vector<recorded> statements() {
    std::vector<recorded> out;
    std::ifstream file(PGSIDECAR_CORPUS);
    for (std::string line; std::getline(file, line);) {
        const auto entry = nlohmann::json::parse(line);
        out.push_back({entry.at("source"), entry.at("text")});
    }
    return out;
}

bool is_select(const std::string& sql) {
    const auto tree = parse_sql(sql);
    if (!tree) return false;
    const auto& nodes = tree->nodes();
    const auto first =
        std::find_if(nodes.begin(), nodes.end(), [](const sql_node& n) { return n.name == "stmt"; });
    return first != nodes.end() && tree->first_in(*first)->name == "SelectStmt";
}

/// What makes a SELECT of the corpus not plain.
const std::vector<std::string> effects = {
    "nextval(",
    "setval(",
    "set_config(",
    "pg_advisory_",
    "pg_try_advisory_",
    "pg_notify(",
    "shop.next_number(",
    "TABLESAMPLE",
    "WITH moved AS \n(DELETE",
    "with taken as (update",
};

bool has_a_known_effect(const std::string& sql) {
    return std::any_of(effects.begin(), effects.end(), [&](const std::string& effect) {
        return std::search(sql.begin(), sql.end(), effect.begin(), effect.end(),
                           [](char a, char b) { return std::tolower(a) == std::tolower(b); }) != sql.end();
    });
}

TEST(Corpus, EveryStatementIsInTheGrammar) {
    for (const recorded& r : statements()) EXPECT_TRUE(parse_sql(r.text)) << r.text;
}

TEST(Corpus, SelectsArePlainButForTheirEffects) {
    for (const recorded& r : statements()) {
        if (!is_select(r.text)) continue;
        EXPECT_EQ(is_plain(r.text), !has_a_known_effect(r.text)) << r.text;
    }
}

TEST(Corpus, WhatWritesIsNotPlain) {
    for (const recorded& r : statements()) {
        if (is_select(r.text)) continue;
        EXPECT_EQ(is_plain(r.text), r.text.starts_with("show ")) << r.text;
    }
}

TEST(Corpus, MostSelectsArePlain) {
    struct count {
        int selects = 0, plain = 0;
    };
    std::map<std::string, count> counts;
    for (const recorded& r : statements()) {
        if (!is_select(r.text)) continue;
        ++counts[r.source].selects;
        counts[r.source].plain += is_plain(r.text);
    }
    for (const auto& [source, n] : counts) {
        RecordProperty(source, std::to_string(n.plain) + " of " + std::to_string(n.selects));
        std::cout << source << ": " << n.plain << " of " << n.selects << " SELECTs are plain\n";
        EXPECT_GE(n.plain * 100, n.selects * 80) << source;
    }
    EXPECT_EQ(counts.size(), 5U);
}

}  // namespace
}  // namespace pgsidecar::test
