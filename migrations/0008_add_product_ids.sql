-- What reading and finding leads costs: products with the row, duplicates by a part of the number; and when a score
-- was computed.

alter table leads
    add column product_ids bigint[] not null default '{}',
    add column scored_at timestamptz;
comment on column leads.product_ids is
    'The ids in lead_products, sorted. Kept here because a page of fifty leads would look them up fifty times.';
comment on column leads.scored_at is
    'When the score was computed: its recency points count from here. Null for one set by hand or not computed yet.';

-- Not a change of the leads that anybody counts.
alter table leads disable trigger tally_updated;
update leads set product_ids = have.ids
from (select lead_id, array_agg(product_id order by product_id) as ids from lead_products group by lead_id) have
where have.lead_id = leads.id;
alter table leads enable trigger tally_updated;

-- By trigger rather than by use case, so that no way to write products can forget it. Who writes the lead as well sets
-- both in that order, and nothing is left to do here but a look.
create function keep_product_ids() returns trigger language plpgsql as $$
declare
    changed bigint[];
begin
    if tg_op = 'INSERT' then
        select array_agg(distinct lead_id) into changed from new_rows;
    elsif tg_op = 'DELETE' then
        select array_agg(distinct lead_id) into changed from old_rows;
    else
        select array_agg(distinct lead_id) into changed
        from (select lead_id from old_rows union all select lead_id from new_rows) both_rows;
    end if;
    update leads set product_ids = have.ids
    from unnest(changed) as one (lead_id),
        lateral (select array(
            select product_id from lead_products p where p.lead_id = one.lead_id order by 1)) have (ids)
    where leads.id = one.lead_id and leads.product_ids <> have.ids;
    return null;
end
$$;

create trigger product_ids_inserted after insert on lead_products
    referencing new table as new_rows for each statement execute function keep_product_ids();
create trigger product_ids_updated after update on lead_products
    referencing old table as old_rows new table as new_rows for each statement execute function keep_product_ids();
create trigger product_ids_deleted after delete on lead_products
    referencing old table as old_rows for each statement execute function keep_product_ids();

-- The filter by product: along the default sort for a common one, from here for a rare one. It takes the place of the
-- index on the main product, which no filter asks for.
create index leads_product_ids_idx on leads using gin (product_ids);
drop index leads_product_idx;

-- The same phone is written with and without its country code: the last nine digits tell.
drop index leads_phone_key_idx;
create index leads_phone_key_idx on leads (right(regexp_replace(phone, '\D', '', 'g'), 9)) where phone is not null;
