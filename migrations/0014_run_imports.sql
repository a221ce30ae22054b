-- Imports: a file, what is known of it, and the job that reads it. How far it is stands with the job.

alter table import_jobs
    drop column state,
    drop column rows_done,
    drop column failure,
    drop column leased_until,
    drop column version,
    drop column mapping,
    drop column finished_at,
    alter column created_by drop not null,
    alter column file_path drop not null;
alter table import_jobs rename column options to settings;
alter table import_jobs
    add column size_bytes bigint not null default 0 check (size_bytes >= 0),
    add column format text not null default 'csv' check (format in ('csv', 'xlsx')),
    add column sheets jsonb not null default '[]',
    add column columns jsonb not null default '[]',
    add column unknown jsonb not null default '[]',
    add column step text not null default 'check' check (step in ('check', 'run', 'revert')),
    add column job_id bigint not null references bulk_jobs (id),
    add column run_request_id text,
    add column kept jsonb not null default '[]',
    add column kept_total bigint not null default 0,
    add constraint import_jobs_path_key unique (file_path);
comment on table import_jobs is 'Files of leads that are brought in.';
comment on column import_jobs.file_path is 'Key in the object store; null once the file was cleared away.';
comment on column import_jobs.settings is 'How the file is read, what its columns are, and what happens to duplicates.';
comment on column import_jobs.columns is 'Headers of the file with some of their values.';
comment on column import_jobs.unknown is 'Values that name nothing known: field, value, in how many rows.';
comment on column import_jobs.step is 'What job_id does or did last: the dry run, the writing, the taking back.';
comment on column import_jobs.run_request_id is 'The request of the events that the writing recorded: what a revert takes back.';
comment on column import_jobs.kept is 'Leads that a revert left, and why: the first of them.';
create index import_jobs_job_idx on import_jobs (job_id);

create table import_rows (
    import_id bigint not null,
    row_no integer not null,
    outcome text not null check (outcome in ('created', 'updated', 'skipped', 'failed')),
    lead_id bigint,
    name text not null,
    email text not null,
    detail text not null,
    problems jsonb,
    primary key (import_id, row_no)
);
comment on table import_rows is
    'What becomes of each row of a file; of the last dry run until leads are written. No foreign key: imports stay, and '
    'looking that up for each of a hundred thousand rows takes as long as writing them.';
comment on column import_rows.row_no is 'In the file, from 1, its header counted.';
comment on column import_rows.lead_id is
    'The lead it made or changed, or that is in its way; no foreign key, since the report outlives the lead.';
create index import_rows_outcome_idx on import_rows (import_id, outcome, row_no) where outcome <> 'created';

-- As with attachments, whoever takes the file's key away leaves it to the sweep.
create function note_stray_import() returns trigger language plpgsql as $$
begin
    insert into stray_files (key) values (old.file_path) on conflict (key) do nothing;
    return null;
end
$$;
create trigger import_jobs_leave_files after update of file_path or delete on import_jobs
    for each row when (old.file_path is not null) execute function note_stray_import();

-- A job that gets on may be taken up again any number of times; only one that never does is given up.
alter table bulk_jobs add column tries integer not null default 0;
comment on column bulk_jobs.tries is 'How often a copy has taken the job up since it last got on.';
