-- What someone should know although they did not do it: the bell.

create table notifications (
    id bigint generated always as identity primary key,
    user_id bigint not null references users (id) on delete cascade,
    kind text not null check (kind in ('assigned', 'won', 'blocked', 'follow_up_due')),
    lead_id bigint references leads (id) on delete cascade,
    leads integer not null default 1 check (leads > 0),
    event_id bigint not null references events (id),
    actor_id bigint references users (id),
    due_at timestamptz,
    at timestamptz not null,
    read_at timestamptz
);
comment on column notifications.lead_id is 'The lead; null when one change was about several.';
comment on column notifications.leads is 'How many leads that one change was about.';
comment on column notifications.event_id is 'What happened; for several leads, to the last of them.';
comment on column notifications.due_at is 'The follow-up that is due; each is told once.';
create index notifications_user_idx on notifications (user_id, id desc);
create index notifications_unread_idx on notifications (user_id) where read_at is null;
create index notifications_event_idx on notifications (event_id);
create index notifications_lead_idx on notifications (lead_id);
create unique index notifications_due_key on notifications (user_id, lead_id, due_at) where kind = 'follow_up_due';
