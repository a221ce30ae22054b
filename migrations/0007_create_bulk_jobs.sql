-- Changes of many leads that run in the background, and what undo looks for.

create table bulk_jobs (
    id bigint generated always as identity primary key,
    created_by bigint references users (id),
    door door not null,
    request_id text not null,
    input jsonb not null,
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    rows_total bigint not null default 0,
    rows_done bigint not null default 0,
    rows_changed bigint not null default 0,
    rows_failed bigint not null default 0,
    failures jsonb not null default '[]',
    failure text,
    cancel_requested boolean not null default false,
    leased_until timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    finished_at timestamptz
);
comment on table bulk_jobs is 'Changes of more leads than a request waits for.';
comment on column bulk_jobs.request_id is 'The request whose events these are: what undo takes back.';
comment on column bulk_jobs.leased_until is 'A copy of the server works on it until then; later another may take it over.';
create index bulk_jobs_creator_idx on bulk_jobs (created_by, id desc);
create index bulk_jobs_open_idx on bulk_jobs (id) where state in ('queued', 'running');

-- Undo takes back everything one request did.
create index events_request_idx on events using hash (request_id);

-- Interactions of the last month count towards a lead's score; the index that lists them finds them.
alter table lead_attachments add constraint lead_attachments_path_key unique (file_path);
