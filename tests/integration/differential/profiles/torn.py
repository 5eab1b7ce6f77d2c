"""Scripts of the other profiles, every write torn into pieces of 1 to 7 bytes."""

import dataclasses
import random

from ..script import Script
from . import copies, ddl, drivers, hostile, pipelines, shapes, sql_prepare

LARGEST = 6000  # bytes; a longer script takes too many pieces


def generate(rng: random.Random, number: int) -> Script:
    while True:
        script = rng.choice([copies, ddl, drivers, hostile, pipelines, shapes, sql_prepare]).generate(rng, number)
        if sum(len(m.body) + 5 for step in script.steps for m in step.messages) <= LARGEST:
            return dataclasses.replace(script, pieces=number + 1)
