-- Two files that are brought in at once would not see each other's leads, and the same person in both would become two.
-- Those that run beside the oldest wait for it; who has them finds them taken away.
update bulk_jobs set state = 'queued', leased_until = null, claims = claims + 1
    where state = 'running' and input #>> '{}' = 'import'
        and id > (select min(id) from bulk_jobs where state = 'running' and input #>> '{}' = 'import');
create unique index bulk_jobs_import_key on bulk_jobs ((input #>> '{}'))
    where state = 'running' and input #>> '{}' = 'import';
