"""Versions of the tables that are not the log and cannot be computed from it, and the steps from one version to the next.

A set of tables is defined in one module and has one version, which is stored beside the tables and starts at 1. To change a
table, change its definition and add a step below it, numbered one higher than the last. A new column, index or table needs no
more than `extend`:

    METADATA = VersionedTables("sign-in")
    SESSION = sa.Table("session", METADATA, ..., sa.Column("place", sa.Text, nullable=False, server_default=""))

    @METADATA.step(2)
    def _where_a_session_began(connection: sa.Connection) -> None:
        extend(connection, SESSION)

Anything else is SQL that both databases understand, run with `connection.exec_driver_sql`. Opening a place runs the steps that it
has not had, in order and in one transaction, and compares every column with its definition. docs/how-to/change-a-table.md tells more.
"""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from ledger.log.places import creating
from ledger.log.store import LogUnavailable

Step = Callable[[sa.Connection], None]

VERSIONS = sa.Table(
    "table_versions",
    sa.MetaData(),
    sa.Column("tables", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
"""The version of each set of tables in this database. It says nothing about anyone, so erasing a member leaves it alone."""


class VersionedTables(sa.MetaData):
    """Tables that are created and upgraded together. `name` is stored with their version, so it never changes.

    `advice` is what a host can do when a table isn't as it is defined.
    """

    def __init__(self, name: str, *, advice: str = "Undo that change, or restore the last backup.") -> None:
        super().__init__()
        self.name = name
        self._advice = advice
        self._steps: list[Step] = []

    @property
    def version(self) -> int:
        """The version that this program reads and writes."""
        return len(self._steps) + 1

    def step(self, to: int) -> Callable[[Step], Step]:
        """Add the step that leads to a version. Two steps with one number are a mistake in the program."""
        if to != self.version + 1:
            raise ValueError(f"the next step of the tables of {self.name} is {self.version + 1}, not {to}")

        def add(step: Step) -> Step:
            self._steps.append(step)
            return step

        return add

    def open(self, engine: sa.Engine) -> None:
        """Create or upgrade the tables where that is needed. Several processes may do so at the same time.

        Raise LogUnavailable for tables of a newer version, and for a table or column that isn't as it is defined.
        """
        with engine.connect() as connection:
            is_current = self._is_current(connection)
        if not is_current:
            with creating(engine) as connection:
                if not self._is_current(connection):  # another process may have done it while we waited
                    self._upgrade(connection)
                    self._check(connection)

    def _is_current(self, connection: sa.Connection) -> bool:
        stored = self._stored_version(connection)
        if stored > self.version:
            raise LogUnavailable(
                "newer",
                f"The tables of {self.name} in {_where(connection)} have version {stored}, but this program reads version "
                f"{self.version}. Use the newer version of the program.",
            )
        if stored == self.version:
            self._check(connection)
        return stored == self.version

    def _stored_version(self, connection: sa.Connection) -> int:
        """Return the stored version; 0 if there is none."""
        if not sa.inspect(connection).has_table(VERSIONS.name):
            return 0
        return connection.scalar(sa.select(VERSIONS.c.version).where(VERSIONS.c.tables == self.name)) or 0

    def _upgrade(self, connection: sa.Connection) -> None:
        if self.tables.keys() & set(sa.inspect(connection).get_table_names()):
            # Tables from before versions were stored have version 1.
            for step in self._steps[max(0, self._stored_version(connection) - 1) :]:
                step(connection)
        else:
            self.create_all(connection)
        VERSIONS.create(connection, checkfirst=True)
        connection.execute(sa.delete(VERSIONS).where(VERSIONS.c.tables == self.name))
        connection.execute(sa.insert(VERSIONS).values(tables=self.name, version=self.version))

    def _check(self, connection: sa.Connection) -> None:
        for table in self.sorted_tables:
            if found := difference(connection, table):
                raise LogUnavailable("damaged", f"In {_where(connection)}, {found}. {self._advice}")


def extend(connection: sa.Connection, table: sa.Table) -> None:
    """Add the columns and indexes that a table lacks, or the whole table. A new column needs a `server_default`, or to be nullable."""
    found = sa.inspect(connection)
    if not found.has_table(table.name):
        table.create(connection)
        return
    present = {column["name"] for column in found.get_columns(table.name)}
    for column in table.columns:
        if column.name not in present:
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")
    for index in table.indexes:
        index.create(connection, checkfirst=True)


def difference(connection: sa.Connection, table: sa.Table) -> str:
    """Return what is different from a table's definition; empty if nothing is."""
    found = sa.inspect(connection)
    if not found.has_table(table.name):
        return f"the table “{table.name}” is missing"
    defined = {column.name: _column(connection, column.type, bool(column.nullable)) for column in table.columns}
    present = {
        column["name"]: _column(connection, column["type"], column["nullable"])
        for column in found.get_columns(table.name)
    }
    for name in sorted(defined.keys() | present.keys()):
        if name not in present:
            return f"the column “{name}” of the table “{table.name}” is missing"
        if name not in defined:
            return f"the table “{table.name}” has a column “{name}” that this program does not know"
        if present[name] != defined[name]:
            return f"the column “{name}” of the table “{table.name}” is {present[name]}, and should be {defined[name]}"
    return ""


def _column(connection: sa.Connection, kind: "sa.types.TypeEngine[object]", nullable: bool) -> str:
    return kind.compile(dialect=connection.dialect) + ("" if nullable else " NOT NULL")


def _where(connection: sa.Connection) -> str:
    return f"the database {connection.engine.url.database}"
