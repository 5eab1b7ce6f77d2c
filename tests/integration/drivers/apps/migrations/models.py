"""Two states of a data model, told apart by $MODEL_STATE."""

import os

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}
)
grown = os.environ.get("MODEL_STATE") == "grown"

customer = sa.Table(
    "migrated_customer",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(80 if grown else 40), nullable=False),
    *([sa.Column("email", sa.String(120), unique=True)] if grown else [])
)

invoice = sa.Table(
    "migrated_invoice",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("customer_id", sa.ForeignKey("migrated_customer.id"), nullable=False, index=True),
    sa.Column("total", sa.Numeric(12, 2), nullable=False),
    sa.Column("issued", sa.DateTime(timezone=True), server_default=sa.func.now()),
    sa.Column("kind", sa.Enum("draft", "sent", name="migrated_kind"), nullable=False),
)
