-- One request may have written a hundred thousand events. In a hash index they are one chain, which every further one
-- walks from its beginning; a b-tree keeps them packed and finds its place at once.
drop index events_request_idx;
create index events_request_idx on events (request_id) where request_id is not null;

-- What happened to a lead is found by the lead; by entity only the rest is looked for.
drop index events_entity_idx;
create index events_entity_idx on events (entity, entity_id, id desc) where lead_id is null;
