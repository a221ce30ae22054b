-- What reads history: timelines of one lead by time, and machines that follow all of it. And what is due to whom.

-- By time rather than by id: what a merge brings along has new ids and keeps its moments.
drop index events_lead_idx;
create index events_lead_idx on events (lead_id, at desc, id desc) where lead_id is not null;

-- Of two transactions that run at once, the one with the later number may take the earlier id and commit last. So a
-- reader that remembered an id alone could pass a row it never saw; in the order of (xid, id) none appears behind it.
create index events_order_idx on events (xid, id);

-- What is due to one person, first things first: their day, and every list of theirs by follow-up.
create index leads_due_idx on leads (assigned_to, follow_up_at, id)
    where deleted_at is null and follow_up_at is not null;
create index leads_delivery_due_idx on leads (assigned_engineer, follow_up_at, id)
    where deleted_at is null and follow_up_at is not null and assigned_engineer is not null;
