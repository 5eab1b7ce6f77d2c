import os

import sqlalchemy as sa
from alembic import op

revision, down_revision = "first", None
TABLE = f"book_{os.environ['CLIENT_COPY']}"


def upgrade():
    table = op.create_table(TABLE, sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(20)))
    op.bulk_insert(table, [{"title": "one"}, {"title": "two"}])


def downgrade():
    op.drop_table(TABLE)
