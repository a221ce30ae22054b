-- Two files that are brought in at once would not see each other's leads, and the same person in both would become two.
create unique index bulk_jobs_import_key on bulk_jobs ((input #>> '{}'))
    where state = 'running' and input #>> '{}' = 'import';
