"""The command line of bench/run."""

from __future__ import annotations

import argparse

import pytest

from bench.arguments import loads, settings
from bench.loads.catalogue import LOADS
from bench.report.docs import TITLES
from bench.report.plots import PLOTS


def test_loads_are_run_in_their_own_order():
    first, second = list(LOADS)[:2]
    assert loads(f"{second},{first}") == [first, second]
    with pytest.raises(argparse.ArgumentTypeError, match="no load 'nonsense'"):
        loads(f"{first},nonsense")


def test_settings_are_keys_and_values():
    assert settings("a.b=1,c=2=3") == (("a.b", "1"), ("c", "2=3"))
    for wrong in ("a", "a=", "=1", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            settings(wrong)


def test_every_load_says_what_it_is_and_every_plot_has_a_title():
    assert [name for name, load in LOADS.items() if not load.__doc__] == []
    assert TITLES.keys() == PLOTS.keys()
