-- The heart: one row per change, in the transaction of the change. Never updated, never deleted.

create table events (
    id bigint generated always as identity primary key,
    -- Ids are handed out before commit, so a later id can become visible first. A reader that follows the log
    -- stops below the oldest transaction still running: pg_snapshot_xmin(pg_current_snapshot()).
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default now(),
    actor_id bigint references users (id),
    door door not null,
    entity text not null,
    entity_id bigint not null,
    lead_id bigint,
    kind text not null,
    changes jsonb not null default '{}',
    before jsonb,
    request_id text
);
comment on column events.actor_id is 'Who; null for the system itself.';
comment on column events.door is 'Through which door: the pages, REST, MCP, an import, or the system.';
comment on column events.lead_id is 'The lead whose timeline shows this event; no foreign key, since history outlives the lead.';
comment on column events.kind is 'E.g. lead.created, lead.updated, lead.status_changed.';
comment on column events.changes is '{field: {"from": …, "to": …}} for every field that changed.';
comment on column events.before is 'The whole row as it was, where the change took it away.';
create index events_lead_idx on events (lead_id, id desc) where lead_id is not null;
create index events_entity_idx on events (entity, entity_id, id desc);
create index events_actor_idx on events (actor_id, id desc);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'events are append-only';
end
$$;
create trigger events_are_append_only before update or delete on events
    for each row execute function refuse_change();
