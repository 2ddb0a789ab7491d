"""The set-based statements behind merges and their undoing. Each is one round trip for any number of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actor import Actor
from assay.db.bulk import among, as_json, update_rows
from assay.db.models import Entity, Merge
from assay.kinds import Kind, folded, identity_key
from assay.proposals.merge.edges import EDGE_TABLES, EdgeSet, EdgeTable
from assay.proposals.merge.fields import Values

Ids = Iterable[UUID]

_WORDS: Final = (
    *("title", "body", "title_key", "identity_key", "icon", "color", "keywords", "atom_type", "meta", "confidence"),
)
_VALUES: Final = "id, kind, title, body, icon, color, keywords, atom_type, meta, confidence, identity_key"


@dataclass(frozen=True, slots=True)
class Item:
    """A pending proposal or an entity as it stands."""

    id: UUID
    kind: Kind
    is_entity: bool
    is_live: bool
    merged_into: UUID | None
    values: Values

    @property
    def title(self) -> str:
        return str(self.values["title"])

    def __str__(self) -> str:
        return f"{self.kind if self.is_entity else 'proposal'} {self.id}"


@dataclass(frozen=True, slots=True)
class StoredMerge:
    """A merge that is in force."""

    id: int
    kind: Kind
    source_id: UUID
    of_entity: bool
    target_id: UUID
    changed: dict[str, dict[str, Any]]
    brought: dict[str, list[dict[str, Any]]]
    removed: dict[str, list[dict[str, Any]]]
    repointed: list[UUID]

    @property
    def source(self) -> str:
        return f"{self.kind if self.of_entity else 'proposal'} {self.source_id}"


async def items(session: AsyncSession, ids: Ids) -> dict[UUID, Item]:
    """The pending proposals and the entities, withdrawn ones too, of these ids."""
    # Raw: entities and proposals as one list.
    rows = await session.execute(
        text(f"""
        SELECT {_VALUES}, true AS is_entity, NOT archived AS is_live, merged_into_entity_id AS merged_into
        FROM entities WHERE id = ANY(:ids)
        UNION ALL
        SELECT {_VALUES}, false, true, NULL FROM proposals WHERE id = ANY(:ids) AND status = 'pending'
        ORDER BY is_live"""),
        {"ids": list(ids)},
    )
    found = {}
    for row in rows.mappings():
        values = dict(row)
        head = {name: values.pop(name) for name in ("id", "kind", "is_entity", "is_live", "merged_into")}
        found[row["id"]] = Item(**{**head, "kind": Kind(row["kind"])}, values=values)
    return found


async def survivors(session: AsyncSession, ids: Ids) -> dict[UUID, UUID]:
    """The entities that ids stand for: an entity for itself, what was merged away for where it went, a pending
    proposal for the entity that it repeats."""
    # Raw: a look-up for each row of an array, by LATERAL.
    rows = await session.execute(
        text("""
        SELECT given.id, coalesce(e.merged_into_entity_id, e.id) FROM unnest(CAST(:ids AS uuid[])) AS given (id)
        LEFT JOIN LATERAL (
            SELECT status, merged_into_entity_id, similarity_type, similar_entity_id FROM proposals
            WHERE id = given.id OFFSET 0) p ON true
        CROSS JOIN LATERAL (
            SELECT id, merged_into_entity_id FROM entities
            WHERE id = CASE p.status WHEN 'merged' THEN p.merged_into_entity_id
                WHEN 'pending' THEN CASE WHEN p.similarity_type <> 'update' THEN p.similar_entity_id END
                ELSE given.id END OFFSET 0) e"""),
        {"ids": list(ids)},
    )
    return dict(rows.tuples().all())


async def edge_sets(session: AsyncSession, moving: Ids, near: Ids) -> dict[str, EdgeSet]:
    """All filings and links of what moves, and those between what is near."""
    moving, near = list(moving), list(near)
    found = {}
    for table in EDGE_TABLES:
        rows = (await session.execute(text(_neighbourhood(table)), {"moving": moving, "near": near})).mappings().all()
        ends = {row[name] for row in rows for name in table.key[:2]} | set(near)
        # Raw: rows out of jsonb.
        owned = await session.scalars(
            text("""
            SELECT row FROM merges m, jsonb_array_elements(m.brought -> :name) AS row
            WHERE m.undone_at IS NULL AND m.target_id = ANY(:ends) AND (row ->> 'own')::bool"""),
            {"name": table.name, "ends": list(ends)},
        )
        found[table.name] = EdgeSet.of(table, rows, owned, await _ends_of_lists(session, table, ends))
    return found


# Raw: CTE and LATERAL, for one of several tables.
def _neighbourhood(table: EdgeTable) -> str:
    one, other = table.key[:2]
    return f"""
        WITH touching AS MATERIALIZED (
            SELECT * FROM {table.sql_name} WHERE {one} = ANY(:moving) OR {other} = ANY(:moving)
        ), near AS MATERIALIZED (
            SELECT {one} AS id FROM touching UNION SELECT {other} FROM touching
            UNION SELECT unnest(CAST(:near AS uuid[])))
        SELECT * FROM touching UNION
        SELECT r.* FROM near CROSS JOIN LATERAL (
            SELECT * FROM {table.sql_name} WHERE {other} = near.id OFFSET 0) r
        WHERE r.{one} IN (SELECT id FROM near OFFSET 0)"""


async def _ends_of_lists(session: AsyncSession, table: EdgeTable, ends: Ids) -> dict[UUID, int]:
    if "position" not in table.values:
        return {}
    one = table.key[0]
    # Raw: the end of an index for each row of an array, by LATERAL.
    rows = await session.execute(
        text(f"""
        SELECT given.id, last.position FROM unnest(CAST(:ends AS uuid[])) AS given (id) CROSS JOIN LATERAL (
            SELECT position FROM {table.sql_name} WHERE {one} = given.id
            ORDER BY {one} DESC, position DESC LIMIT 1) last"""),
        {"ends": list(ends)},
    )
    return dict(rows.tuples().all())


async def store(session: AsyncSession, found: Mapping[str, EdgeSet]) -> None:
    """Makes the tables as the edge_sets say."""
    for edge_set in found.values():
        table = edge_set.table
        keys = " AND ".join(f"{name} = gone.{name}" for name in table.key)
        columns = ", ".join((*table.key, *table.values))
        # Raw: rows as JSON, for one of several tables.
        await session.execute(
            text(f"""
            DELETE FROM {table.sql_name} WHERE ctid = ANY(ARRAY(
                SELECT r.place FROM jsonb_to_recordset(:rows) AS gone ({table.types}) CROSS JOIN LATERAL (
                    SELECT ctid AS place FROM {table.sql_name} WHERE {keys} OFFSET 0) r))"""),
            {"rows": as_json(edge_set.to_delete())},
        )
        await session.execute(
            text(f"""
            INSERT INTO {table.sql_name} ({columns})
            SELECT {columns} FROM jsonb_to_recordset(:rows) AS new ({table.types})"""),
            {"rows": as_json(edge_set.to_insert())},
        )


async def rewrite(session: AsyncSession, contents: Mapping[UUID, tuple[Kind, Values]]) -> None:
    """Gives entities other words. First all let go of their identity, so that two may exchange theirs."""
    rows = {
        str(entity): {
            **values,
            "title_key": folded(values["title"]),
            "identity_key": identity_key(kind, values["title"], values["body"]),
        }
        for entity, (kind, values) in contents.items()
    }
    let_go = update(Entity).where(among(Entity.id, contents)).values(identity_key=cast(Entity.id, Text))
    await session.execute(let_go.execution_options(synchronize_session=False))
    await update_rows(session, Entity, rows, _WORDS)


async def put_into(session: AsyncSession, targets: Mapping[UUID, UUID]) -> dict[UUID, list[UUID]]:
    """Archives entities and points them, and what was merged into them before, at their targets.

    Returns what was merged into each before.
    """
    parameters = {"ids": list(targets), "targets": as_json({str(key): value for key, value in targets.items()})}
    into = Entity.merged_into_entity_id
    repointed: dict[UUID, list[UUID]] = {}
    for entity, earlier in await session.execute(select(into, Entity.id).where(among(into, targets))):
        if entity:
            repointed.setdefault(entity, []).append(earlier)
    # Raw: the target of each out of jsonb.
    await session.execute(
        text("""
        UPDATE entities SET merged_into_entity_id = (CAST(:targets AS jsonb) ->> merged_into_entity_id::text)::uuid
        WHERE merged_into_entity_id = ANY(:ids)"""),
        parameters,
    )
    await session.execute(
        text("""
        UPDATE entities SET archived = true, merged_into_entity_id = (CAST(:targets AS jsonb) ->> id::text)::uuid
        WHERE id = ANY(:ids)"""),
        parameters,
    )
    return repointed


async def take_out(session: AsyncSession, merges: Sequence[StoredMerge]) -> None:
    """Brings entities back, and what was merged into them before with them."""
    back = {merge.source_id for merge in merges if merge.of_entity}
    earlier = {each: merge.source_id for merge in merges for each in merge.repointed if each not in back}
    # Raw: the target of each out of jsonb.
    await session.execute(
        text("""
        UPDATE entities SET merged_into_entity_id = (CAST(:earlier AS jsonb) ->> id::text)::uuid,
            archived = archived AND id <> ALL(CAST(:back AS uuid[]))
        WHERE id = ANY(CAST(:ids AS uuid[]))"""),
        {
            "back": list(back),
            "ids": [*back, *earlier],
            "earlier": as_json({str(key): value for key, value in earlier.items()}),
        },
    )


async def note_merges(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> dict[UUID, int]:
    """Stores what undoes merges, in their order. Returns their numbers by source."""
    columns = "kind, source_id, of_entity, target_id, choices, changed, brought, removed, repointed, merged_by_user_id"
    # Raw: rows as JSON.
    found = await session.execute(
        text(f"""
        INSERT INTO merges ({columns}, merged_at)
        SELECT {columns}, merged_at FROM jsonb_populate_recordset(NULL::merges, :rows) RETURNING source_id, id"""),
        {"rows": as_json(rows)},
    )
    return dict(found.tuples().all())


async def note_undone(session: AsyncSession, merges: Sequence[StoredMerge], actor: Actor, at: datetime) -> None:
    undone = update(Merge).where(among(Merge.id, (merge.id for merge in merges)))
    undone = undone.values(undone_at=at, undone_by_user_id=actor.user_id)
    await session.execute(undone.execution_options(synchronize_session=False))


_MERGES: Final = (
    *(Merge.id, Merge.kind, Merge.source_id, Merge.of_entity, Merge.target_id),
    *(Merge.changed, Merge.brought, Merge.removed, Merge.repointed),
)


async def merges_of(session: AsyncSession, sources: Ids, *, of_entity: bool) -> dict[UUID, StoredMerge]:
    """The merges in force by which these sources went."""
    found = await _merges(session, among(Merge.source_id, sources), Merge.of_entity == of_entity)
    return {merge.source_id: merge for merge in found}


async def merges_into(session: AsyncSession, targets: Ids) -> list[StoredMerge]:
    """The merges in force into these targets."""
    return await _merges(session, among(Merge.target_id, targets))


async def _merges(session: AsyncSession, *which: ColumnElement[bool]) -> list[StoredMerge]:
    rows = await session.execute(select(*_MERGES).where(Merge.undone_at.is_(None), *which).order_by(Merge.id))
    return [StoredMerge(**row) for row in rows.mappings()]


# Raw: LATERAL, for the last of many revisions of each.
HOW_ARCHIVED: Final = text("""
    SELECT e.id, u.name, CASE WHEN m.id IS NULL THEN 'reverted' ELSE 'merge' END,
        coalesce(m.merged_at, withdrawn.changed_at)
    FROM entities e
    LEFT JOIN merges m ON m.source_id = e.id AND m.of_entity AND m.undone_at IS NULL
    LEFT JOIN LATERAL (
        SELECT r.changed_by_user_id, r.changed_at FROM entity_revisions r
        WHERE r.entity_id = e.id AND r.change_type = 'reverted' ORDER BY r.number DESC LIMIT 1
    ) AS withdrawn ON true
    JOIN users u ON u.id = coalesce(m.merged_by_user_id, withdrawn.changed_by_user_id)
    WHERE e.id = ANY(:ids) AND e.archived""")
