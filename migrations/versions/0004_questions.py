"""The question of a survey that a mention answers."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

TABLES = ('mention', 'mention_version')


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column('question', sa.String(length=300), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('question')
