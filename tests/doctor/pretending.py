"""A portal in memory, for what the sandbox never does."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reconciler.doctor.bench import Bench
from reconciler.event import LiveEvent, Value
from reconciler.portal import Hit, Portal, Token
from tests.doctor.probing import SPECIMEN
from tests.hubspot.clocks import Sleeper


@dataclass
class Pretended:
    """A portal with at most one event, which takes every write as it is sent."""

    account_type: str | None = "SANDBOX"
    held: dict[str, Value] | None = None
    number: int = 0
    requests: int = 0
    app_id: int | None = 1001
    writes: list[str] = field(default_factory=list)
    address: str = "/events/probe"

    def account(self) -> Portal:
        return Portal(77, self.account_type, "UTC", "2026-03", None)

    def token(self) -> Token:
        return Token(self.app_id, None)

    def find(self) -> LiveEvent | None:
        if self.held is None:
            return None
        fields = {name: value for name, value in self.held.items() if value is not None}
        return LiveEvent(replace(SPECIMEN.identity, object_id=str(self.number)), self.app_id, fields)

    def is_listed(self, pages: int) -> bool | None:
        return pages > 0 and self.held is not None

    def search(self, text: str) -> Hit | None:
        return Hit(1001, SPECIMEN.identity) if text and self.held is not None else None

    def upsert(self, fields: Mapping[str, Value]) -> bool:
        self.writes.append("upsert")
        self.number += self.held is None
        self.held = dict(fields)
        return True

    def edit(self, fields: Mapping[str, Value]) -> None:
        self.writes.append("edit")
        self.held = {**(self.held or {}), **fields}

    def edit_beside_former(self, fields: Mapping[str, Value]) -> bool | None:
        if self.number < 2:
            return None
        self.edit(fields)
        return True

    def edit_with_null(self, fields: Mapping[str, Value], empty: str) -> None:
        self.edit({**fields, empty: None})

    def patch(self, fields: Mapping[str, Value]) -> None:
        self.edit(fields)

    def archive(self) -> None:
        self.writes.append("archive")
        self.held = None


def bench_of(portal: Pretended) -> Bench:
    """Return a bench on which waiting takes no time."""
    return Bench(portal, Sleeper().clock)
