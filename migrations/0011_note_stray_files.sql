-- Files that may lie in the object store without an attachment: noted before a file is stored, and when its attachment
-- goes. Sweeping reads this instead of listing the store, so it never touches a file of another database.

create table stray_files (
    key text primary key,
    noted_at timestamptz not null default now()
);
comment on table stray_files is 'Keys in the object store that no attachment holds, or not yet.';
create index stray_files_noted_idx on stray_files (noted_at);

-- A trigger, since attachments also go when their lead is purged.
create function note_stray_file() returns trigger language plpgsql as $$
begin
    insert into stray_files (key) values (old.file_path) on conflict (key) do nothing;
    return null;
end
$$;
create trigger lead_attachments_leave_files after delete on lead_attachments
    for each row execute function note_stray_file();
