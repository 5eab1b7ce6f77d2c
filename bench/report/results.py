"""results.json: everything that a run has measured."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measure.cell import Cell


@dataclass
class Results:
    machine: dict[str, str]
    effort: dict[str, Any]
    cells: list[Cell] = field(default_factory=list)

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n")

    @staticmethod
    def read(file: Path) -> Results:
        told = json.loads(file.read_text())
        return Results(told["machine"], told["effort"], [Cell(**cell) for cell in told["cells"]])

    def of(self, load: str, target: str | None = None) -> list[Cell]:
        """Those of one target or of all."""
        return [cell for cell in self.cells if cell.load == load and target in (None, cell.target)]

    def find(self, load: str, target: str, **parameters: Any) -> Cell | None:
        for cell in self.of(load, target):
            if parameters.items() <= cell.parameters.items():
                return cell
        return None
