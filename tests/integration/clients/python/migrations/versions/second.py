import os

import sqlalchemy as sa
from alembic import op

revision, down_revision = "second", "first"
TABLE = f"book_{os.environ['CLIENT_COPY']}"


def upgrade():
    op.add_column(TABLE, sa.Column("price", sa.Integer))
    op.alter_column(TABLE, "title", type_=sa.String(50))
    op.get_bind().execute(sa.text(f"UPDATE {TABLE} SET price = length(title) * :factor"), {"factor": 10})
    op.create_index(f"{TABLE}_title", TABLE, ["title"])


def downgrade():
    op.drop_index(f"{TABLE}_title")
    op.drop_column(TABLE, "price")
    op.alter_column(TABLE, "title", type_=sa.String(20))
