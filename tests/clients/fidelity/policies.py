"""Random policies by attribute."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from databricks.sdk.service.catalog import (
    ColumnMaskOptions,
    FunctionArgument,
    MatchColumn,
    PolicyInfo,
    PolicyType,
    RowFilterOptions,
    SecurableType,
)

from fidelity.hostile import COLUMNS, literal, some
from fidelity.tables import MASKABLE

EVERYBODY = "account users"


@dataclass(frozen=True)
class NewPolicy:
    """A policy that is to be made. It never binds who clones, to whom what it hides would not be told."""

    rng: Random
    text: Callable[[], str]
    # Makes a function of what its parameters are, what it returns and its body; its full name.
    function: Callable[[str, str, str], str]
    # Tags that are there.
    tags: Sequence[tuple[str, str]]
    # Users and groups that who clones is not among.
    principals: Sequence[str]
    # A group that who clones is in.
    exempt: str

    def on(self, kind: SecurableType, securable: str, name: str) -> PolicyInfo:
        """As it is asked for on a catalog, schema or table."""
        columns = self.columns()
        policy = PolicyInfo(
            name=name,
            on_securable_type=kind,
            on_securable_fullname=securable,
            for_securable_type=SecurableType.TABLE,
            policy_type=PolicyType.POLICY_TYPE_ROW_FILTER,
            to_principals=some(self.rng, self.principals, 2),
            except_principals=some(self.rng, self.principals, 2),
            when_condition=self.condition() if self.chance() else None,
            match_columns=columns,
            comment=self.text() if self.chance() else None,
        )
        if not policy.to_principals or self.chance():
            policy.to_principals.append(EVERYBODY)
            policy.except_principals.append(self.exempt)
        using = self.arguments([column.alias or "" for column in columns])
        more = [f"p{index} STRING" for index in range(len(using))]
        if columns and self.chance(0.7):
            kind_of_column = self.rng.choice(("STRING", *MASKABLE))
            function = self.function(", ".join([f"x {kind_of_column}", *more]), kind_of_column, "NULL")
            policy.policy_type = PolicyType.POLICY_TYPE_COLUMN_MASK
            policy.column_mask = ColumnMaskOptions(function, columns[0].alias or "", using)
        else:
            function = self.function(", ".join(more), "BOOLEAN", self.rng.choice(("false", "true")))
            policy.row_filter = RowFilterOptions(function, using)
        return policy

    def columns(self) -> list[MatchColumn]:
        aliases = some(self.rng, COLUMNS, 2)
        return [MatchColumn(alias=alias, condition=self.condition()) for alias in aliases]

    def arguments(self, aliases: Sequence[str]) -> list[FunctionArgument]:
        if self.chance():
            return []
        if aliases[1:] and self.chance():
            return [FunctionArgument(alias=aliases[1])]
        return [FunctionArgument(constant=literal(self.text()))]

    def condition(self) -> str:
        """A condition on tags that somebody may have."""
        key, value = self.rng.choice(self.tags)
        other, _ = self.rng.choice(self.tags)
        return self.rng.choice((
            f"has_tag({literal(key)})",
            f"has_tag_value({literal(key)}, {literal(value)})",
            f"hasTag({literal(key)}) OR NOT has_tag({literal(other)})",
            f"NOT (has_tag({literal(key)}) AND has_tag_value({literal(other)}, {literal(self.text())}))",
        ))

    def chance(self, probability: float = 0.5) -> bool:
        return self.rng.random() < probability
