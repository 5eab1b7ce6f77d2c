"""The verdict of a comparison, and the readers of what the runners write."""
from pathlib import Path

import pytest

from . import django_suite, go_suite
from .judge import ExpectedError, judge, lost, read_expected
from .suite import Outcome


def outcome(passed="", failed=""):
    return Outcome(set(passed.split()), set(failed.split()))


def test_what_passes_directly_alone_is_unlisted():
    verdict = judge([outcome("a b"), outcome("b")], [outcome("a", "b"), outcome("", "b")], set())
    assert verdict.unlisted == {"b"} and verdict.failed == 1


def test_a_test_that_does_not_run_has_not_passed():
    assert lost(outcome("a b"), outcome("a")) == {"b"}


def test_a_listed_test_that_passes_fails_the_run():
    verdict = judge([outcome("a b"), outcome("b")], [outcome("a b"), outcome("b")], {"b"})
    assert verdict.unneeded == {"b"} and verdict.failed == 1


def test_a_listed_test_that_fails_is_as_it_should_be():
    assert judge([outcome("a b")], [outcome("a", "b")], {"b"}).failed == 0


def test_a_test_that_fails_directly_too_says_nothing():
    assert judge([outcome("a", "b")], [outcome("a", "b")], set()).failed == 0


def test_another_result_in_the_second_run_is_flaky():
    verdict = judge([outcome("a b"), outcome("b")], [outcome("a", "b"), outcome("b")], set())
    assert verdict.flaky == {"b"} and verdict.failed == 0


def test_a_failure_in_the_second_direct_run_is_flaky():
    verdict = judge([outcome("a b"), outcome("", "b")], [outcome("a", "b"), outcome("", "b")], set())
    assert verdict.flaky == {"b"} and verdict.failed == 0


def test_a_listed_test_that_does_not_exist_fails_a_whole_run_only():
    assert judge([outcome("a")], [outcome("a")], {"b"}).gone == {"b"}
    assert judge([outcome("a")], [outcome("a")], {"b"}, whole=False).failed == 0


def test_a_line_without_a_feature_is_refused(tmp_path):
    file = tmp_path / "x.expected"
    file.write_text("# a remark\nt[a # b]  # LISTEN\n")
    assert read_expected(file) == {"t[a # b]": "LISTEN"}
    file.write_text("test\n")
    with pytest.raises(ExpectedError, match="x.expected:1"):
        read_expected(file)


def test_a_go_test_that_never_ends_fails_and_parents_are_left_out():
    text = "=== RUN   TestA\n=== RUN   TestA/x\n    --- FAIL: TestA/x (0.0s)\n--- FAIL: TestA (0.0s)\n=== RUN   TestB\n" \
           "=== RUN   TestC\n--- SKIP: TestC (0.0s)\n"
    assert go_suite.read_outcomes(text) == {"TestA/x": False, "TestB": False}


def test_django_names():
    text = "test_a (basic.tests.T.test_a)\nA docstring ... ok\ntest_b (basic.tests.T.test_b) ... FAIL\n" \
           "test_c (basic.tests.T.test_c) ... skipped 'x'\n"
    read = django_suite.read_outcomes(text, ended=True)
    assert (read.passed, read.failed) == ({"basic.tests.T.test_a"}, {"basic.tests.T.test_b"})


@pytest.mark.parametrize("version", ["2.0.58"])
def test_sqlalchemy_loses_with_asyncpg_only_what_it_loses_without_prepared_statements(version):
    def listed(driver):
        return set(read_expected(Path(__file__).with_name(f"sqlalchemy-{version}-{driver}.expected")))

    of_asyncpg_alone = {name for name in listed("asyncpg") if name.startswith("test/dialect/postgresql/test_async_pg.py")}
    assert listed("asyncpg") - of_asyncpg_alone <= listed("psycopg2")
