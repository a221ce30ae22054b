-- A job that one copy of the server left unfinished is begun again by another; this tells their work apart.

alter table bulk_jobs add column claims integer not null default 0;
comment on column bulk_jobs.claims is
    'How often a copy has taken the job up: one that comes back late finds a higher number and keeps its hands off.';
comment on column events.before is
    'The whole row as it was, where the change takes it away; of other changes what `changes` does not tell: since '
    'when the lead stood in its stage, when it was closed, its score, what a merge moved.';
