-- The board: a rank for every lead inside its column, and what the leads of a column are worth.

create function board_rank(entered_at timestamptz, n bigint) returns text
language sql stable parallel safe as $$
    select lpad(to_hex(9007199254740992 - (extract(epoch from entered_at) * 1000000)::bigint), 14, '0') || to_hex(n) || '8'
$$;
comment on function board_rank is
    'Where a lead stands in a column that it has just entered: on top, and never where another one does. Its end leaves '
    'room below it: between two ranks there is always a third.';

-- What tells leads apart that come at the same moment.
create sequence lead_ranks;

alter table leads alter column position set default board_rank(now(), nextval('lead_ranks'));
comment on column leads.position is
    'Rank inside a board column: one row is written per move. Entering a column ranks on top of it.';

-- By trigger rather than by use case, so that no way to change a status can forget it.
create function rank_lead() returns trigger language plpgsql as $$
begin
    new.position := board_rank(new.stage_entered_at, nextval('lead_ranks'));
    return new;
end
$$;
create trigger rank_moved before update of status on leads
    for each row when (new.status is distinct from old.status and new.position = old.position)
    execute function rank_lead();

update leads set position = board_rank(stage_entered_at, nextval('lead_ranks'));
-- Ranks that many moves to one place have made long are shortened in the background.
create index leads_long_rank_idx on leads (status) where deleted_at is null and length(position) > 40;

-- Who has how much left to deliver is asked under a lock, with every win.
create index leads_delivery_idx on leads (assigned_engineer) include (engineering_progress)
    where status = 'won' and deleted_at is null and engineering_progress < 100;
create index leads_won_idx on leads (assigned_engineer, stage_entered_at) where status = 'won' and deleted_at is null;

alter table lead_tallies add column value numeric(24, 2) not null default 0;
comment on table lead_tallies is
    'Sums to the number of leads that are not deleted and to what they are worth, for every combination of these '
    'columns. Each change adds rows of its own (+1, -1) instead of updating one that others wait for; a worker folds '
    'them together.';

create or replace function tally_leads_inserted() returns trigger language plpgsql as $$
begin
    insert into lead_tallies (status, assigned_to, assigned_engineer, created_by, leads, value)
    select status, assigned_to, assigned_engineer, created_by, count(*), coalesce(sum(value), 0) from new_rows
    where deleted_at is null group by 1, 2, 3, 4;
    return null;
end
$$;

create or replace function tally_leads_updated() returns trigger language plpgsql as $$
begin
    insert into lead_tallies (status, assigned_to, assigned_engineer, created_by, leads, value)
    select status, assigned_to, assigned_engineer, created_by, sum(n), sum(worth) from (
        select status, assigned_to, assigned_engineer, created_by, 1 as n, coalesce(value, 0) as worth
        from new_rows where deleted_at is null
        union all
        select status, assigned_to, assigned_engineer, created_by, -1, -coalesce(value, 0)
        from old_rows where deleted_at is null
    ) change group by 1, 2, 3, 4 having sum(n) <> 0 or sum(worth) <> 0;
    return null;
end
$$;

create or replace function tally_leads_deleted() returns trigger language plpgsql as $$
begin
    insert into lead_tallies (status, assigned_to, assigned_engineer, created_by, leads, value)
    select status, assigned_to, assigned_engineer, created_by, -count(*), -coalesce(sum(value), 0) from old_rows
    where deleted_at is null group by 1, 2, 3, 4;
    return null;
end
$$;

-- What is there already, counted anew: the old rows know no value.
delete from lead_tallies;
insert into lead_tallies (status, assigned_to, assigned_engineer, created_by, leads, value)
select status, assigned_to, assigned_engineer, created_by, count(*), coalesce(sum(value), 0) from leads
where deleted_at is null group by 1, 2, 3, 4;
