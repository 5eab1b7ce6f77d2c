"""vertx-pg-client: the classes of its test jar, run by Maven's Surefire."""
from __future__ import annotations

import shutil
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path

from .suite import Outcome, Run, Suite, call, fetch_with

PROJECT = Path(__file__).with_name("vertx")
PACKAGE = "io.vertx.tests.pgclient."
FREE_ROLE = """DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'saslscram') THEN
                 DROP OWNED BY saslscram; END IF; END $$"""  # which create-postgres.sql makes anew
ENDED = "(the run, which did not come to its end)"


@dataclass
class JavaSuite(Suite):
    classes: tuple[str, ...] = ()

    def recipe(self) -> object:
        return self.version, (PROJECT / "pom.xml").read_text()

    def fetch(self) -> None:
        shutil.copyfile(PROJECT / "pom.xml", self.folder / "pom.xml")
        fetch_with(self._maven("test", "-Dtest=NoneOfThem", "-Dsurefire.failIfNoSpecifiedTests=false"), self.folder)
        fetch_with(self._maven("dependency:unpack-dependencies", "-DincludeArtifactIds=vertx-pg-client",
                               "-DincludeClassifiers=tests", f"-DoutputDirectory={self.folder / 'tests'}"), self.folder)

    def database_sql(self) -> tuple[str, ...]:
        return FREE_ROLE, (self.folder / "tests" / "create-postgres.sql").read_text()

    def run(self, run: Run) -> Outcome:
        reports = run.directory / "reports"
        tests = sorted(run.names - {ENDED}) if run.names is not None else [PACKAGE + name for name in self.classes]
        status = call(self._maven("test", f"-Dtest={','.join(tests)}", f"-Dconnection.uri={run.dsn()}",
                                  f"-Dreports={reports}"),
                      log=run.log, cwd=self.folder, limit=self.limit)
        outcome = Outcome()
        for report in reports.glob("TEST-*.xml"):
            for case in xml.parse(report).iter("testcase"):
                name = f"{case.get('classname')}#{case.get('name')}"
                if case.find("skipped") is None:
                    outcome.add(name, case.find("failure") is None and case.find("error") is None)
        if status is None:
            outcome.add(ENDED, False)
        return outcome

    def _maven(self, *arguments: str) -> list[str]:
        return ["mvn", "-B", "-q", f"-Dvertx.version={self.version}", *arguments]
