-- Who a lead names is looked up once for a statement instead of two or three times for each of its leads, which took
-- PostgreSQL a quarter of its time for a file of 100,000. Foreign keys guard against two things; that people go is
-- refused where people are kept, so only strangers remain.
alter table leads
    drop constraint leads_assigned_to_fkey,
    drop constraint leads_assigned_engineer_fkey,
    drop constraint leads_created_by_fkey;

create function refuse_strangers() returns trigger language plpgsql as $$
begin
    if exists (
        select from (
            select assigned_to as id from new_rows
            union select assigned_engineer from new_rows
            union select created_by from new_rows
        ) person
        where id is not null and not exists (select from users where users.id = person.id)
    ) then
        raise foreign_key_violation using message = 'a lead names a person who is not there';
    end if;
    return null;
end
$$;

create function refuse_stranger() returns trigger language plpgsql as $$
begin
    if exists (
        select from unnest(array[new.assigned_to, new.assigned_engineer, new.created_by]) as person (id)
        where id is not null and not exists (select from users where users.id = person.id)
    ) then
        raise foreign_key_violation using message = 'a lead names a person who is not there';
    end if;
    return null;
end
$$;

create trigger people_are_there after insert on leads
    referencing new table as new_rows for each statement execute function refuse_strangers();
-- Most changes are about something else and do not come here.
create trigger people_stay_there after update on leads for each row
    when ((new.assigned_to, new.assigned_engineer, new.created_by)
        is distinct from (old.assigned_to, old.assigned_engineer, old.created_by))
    execute function refuse_stranger();

comment on trigger people_are_there on leads is 'What foreign keys to users would say, for all leads of a statement.';
comment on trigger people_stay_there on leads is 'The same of a lead that comes to others.';
