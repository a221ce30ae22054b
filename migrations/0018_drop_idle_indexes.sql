-- Nothing is looked up by these yet, and each costs every write; a query that wants one brings it.
drop index events_actor_idx;
drop index interactions_user_idx;
