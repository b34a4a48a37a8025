"""Rules and contracts: the one mechanism by which every stage says what its table promises.

Belongs here: what a rule is, splitting a frame by rules, and deriving a Pandera model from the column registry and a
stage's rules. Does not belong here: any particular rule (they stand in each stage's `contract.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandera.polars as pa
import polars as pl

from catalog_assets.vocabulary.columns import Table


@dataclass(frozen=True)
class Rule:
    """A named promise about a row.

    `name` is the reason code in quarantine, `holds` an expression that is true where the row is good (null counts as
    bad), `message` says in one sentence what is wrong and what to do.
    """

    name: str
    holds: pl.Expr
    message: str

    def ok(self) -> pl.Expr:
        """The rule as a Boolean column that is never null."""
        return self.holds.fill_null(False)


def filter_result(frame: pl.DataFrame, rules: Iterable[Rule], id_column: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a frame by rules.

    Returns the good rows, and one row (id_column, rule, message) for each bad row and each rule that it breaks.
    """
    rules = tuple(rules)
    if not rules:
        return frame, pl.DataFrame(schema={id_column: pl.String, "rule": pl.String, "message": pl.String})
    verdicts = frame.select(pl.col(id_column), *(rule.ok().alias(rule.name) for rule in rules))
    good = verdicts.select(pl.all_horizontal(rule.name for rule in rules)).to_series()
    broken = [
        verdicts.filter(~pl.col(rule.name)).select(
            id_column, pl.lit(rule.name).alias("rule"), pl.lit(rule.message).alias("message")
        )
        for rule in rules
    ]
    return frame.filter(good), pl.concat(broken)


def contract(table: Table, rules: Iterable[Rule]) -> type[pa.DataFrameModel]:
    """The Pandera model of a table: its columns and types from the registry, its values by the stage's rules.

    Validate an eager frame with `lazy=True`: on a LazyFrame Pandera checks no values.
    """
    rules = tuple(rules)
    namespace: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": f"{table.name}: {table.grain}.",
        "__annotations__": {name: column.dtype for name, column in table.columns.items()},
    }
    for name, column in table.columns.items():
        namespace[name] = pa.Field(nullable=column.nullable, description=column.meaning)
    namespace["Config"] = type("Config", (), {"strict": True, "unique": list(table.key)})
    for rule in rules:
        namespace[f"rule_{rule.name}"] = _pandera_check(rule)
    title = "".join(part.capitalize() for part in table.name.split("_"))
    model = type(title, (pa.DataFrameModel,), namespace)
    _KEPT[model] = _keeping(table, rules)
    return model


_KEPT: dict[type[pa.DataFrameModel], Callable[[pl.DataFrame], bool]] = {}
"""For each model, whether a frame keeps it."""


def _keeping(table: Table, rules: tuple[Rule, ...]) -> Callable[[pl.DataFrame], bool]:
    """All that the model says, as one query: Pandera asks for each column and rule by itself, which for the small
    partitions of most days takes longer than to compute them. Floats that may not be null may not be NaN either."""
    full = [_full(name, column.dtype) for name, column in table.columns.items() if not column.nullable]
    whole = pl.all_horizontal(*full, *(rule.ok().all() for rule in rules))

    def keeps(frame: pl.DataFrame) -> bool:
        if dict(frame.schema) != dict(table.schema):
            return False
        return bool(frame.select(whole).item()) and frame.n_unique(list(table.key)) == frame.height

    return keeps


def _full(name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    here = pl.col(name).is_not_null()
    return (here & pl.col(name).is_not_nan() if dtype.is_float() else here).all()


def _pandera_check(rule: Rule) -> Any:
    def check(cls: type[pa.DataFrameModel], data: Any) -> pl.LazyFrame:
        lazy: pl.LazyFrame = data.lazyframe
        return lazy.select(rule.ok())

    return pa.dataframe_check(check, name=rule.name, description=rule.message)


def violations(model: type[pa.DataFrameModel], frame: pl.DataFrame) -> pl.DataFrame:
    """Rules and columns of the contract that the frame breaks: (check, column, rows), empty where all holds. Pandera
    says what is broken; that nothing is, which is the rule, is found without it."""
    schema = {"check": pl.String, "column": pl.String, "rows": pl.UInt32}
    if _KEPT[model](frame):
        return pl.DataFrame(schema=schema)
    try:
        model.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
        # Pandera names the model here, and the column that is missing or strange only as the case.
        misses = pl.col("check").is_in(["column_in_schema", "column_in_dataframe"])
        column = pl.when(misses).then("failure_case").otherwise("column").cast(pl.String).alias("column")
        by = (pl.col("check").cast(pl.String), column)
        return cases.group_by(by).len("rows").sort("check", "column")
    return pl.DataFrame(schema=schema)
