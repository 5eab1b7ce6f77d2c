"""The profiles: each makes a script from a random generator and the script's number."""

from . import copies, ddl, drivers, hostile, leaving, pipelines, resets, shapes, sql_prepare, torn

PROFILES = {
    "drivers": drivers.generate,
    "hostile": hostile.generate,
    "sql": sql_prepare.generate,
    "copy": copies.generate,
    "ddl": ddl.generate,
    "shapes": shapes.generate,
    "pipelines": pipelines.generate,
    "torn": torn.generate,
    "leaving": leaving.generate,
    "resets": resets.generate,
}
