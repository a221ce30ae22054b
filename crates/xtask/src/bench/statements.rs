//! What the server asks PostgreSQL, written for pgbench: the floor of each scenario.
//!
//! The statements stand in `service`, in leads/{list, store, row, tallies}.rs and events.rs; the same ones in the same
//! transactions belong here. `guard` tells when they no longer are.

use super::load::CONNECTIONS;

/// `COLUMNS` of leads/row.rs.
const COLUMNS: &str = "id, name, email, phone, company, status, source, value, assigned_to, \
    assigned_engineer, assigned_product, \
    array(select product_id from lead_products where lead_id = leads.id order by 1) as products, \
    notes, priority, score, score_is_set, engineering_progress, engineering_notes, blocked_reason, follow_up_at, \
    follow_up_note, lost_reason, position, version, created_by, created_via, last_contacted_at, stage_entered_at, \
    closed_at, created_at, updated_at";

const NEWEST_FIRST: &str = "created_at desc, id desc";

/// `:rows` is the page and one more.
fn list(conditions: &str, order: &str) -> String {
    format!("select {COLUMNS} from leads where deleted_at is null{conditions} order by {order} limit :rows;\n")
}

pub fn first_page() -> String {
    list("", NEWEST_FIRST)
}

pub fn with_status() -> String {
    list(" and status = :status", NEWEST_FIRST)
}

pub fn by_value() -> String {
    list(" and value is not null", "value desc, id desc")
}

pub fn behind() -> String {
    list(" and (created_at, id) < (:place_at, :place_id)", NEWEST_FIRST)
}

pub fn with_total() -> String {
    format!("{}select coalesce(sum(leads), 0)::bigint from lead_tallies where true;\n", first_page())
}

/// `variable` holds the pattern.
pub fn searched(variable: &str) -> String {
    list(&format!(" and search like :{variable}"), NEWEST_FIRST)
}

pub fn one(leads: u32) -> String {
    format!("\\set id random(1, {leads})\nselect {COLUMNS} from leads where id = :id and deleted_at is null;\n")
}

pub fn create() -> String {
    format!(
        "\\set n random(1, 1000000000)
begin;
insert into leads (name, email, phone, company, status, source, value, assigned_to, assigned_engineer, \
assigned_product, notes, priority, score, score_is_set, engineering_progress, engineering_notes, \
blocked_reason, follow_up_at, follow_up_note, lost_reason, created_by, created_via, stage_entered_at, \
closed_at, created_at, updated_at) values ('Bench Lead ' || :n, 'bench.' || :n || '@bench.example', \
'+1 206 555 0123', 'Bench & Sons ' || :n, 'new', 'Website', 1200.50, null, null, null, :notes, 'high', 0, false, \
0, null, null, null, null, null, 1, 'rest', now(), null, now(), now()) returning {COLUMNS} \\gset
{}commit;
",
        event("lead.created", ":changes")
    )
}

/// Writes every column back as it was read, as the server does; each connection has leads of its own.
pub fn update(leads: u32) -> String {
    format!(
        "\\set n random(1, 1000000000)
\\set id 1 + :client_id + {CONNECTIONS} * random(0, {last})
begin;
select {COLUMNS} from leads where id = :id and deleted_at is null for update \\gset
update leads set version = version + 1, name = :name, email = nullif(:email, ''), phone = nullif(:phone, ''), \
company = nullif(:company, ''), status = :status, source = nullif(:source, ''), \
value = nullif(:value, '')::numeric, assigned_to = nullif(:assigned_to, '')::bigint, \
assigned_engineer = nullif(:assigned_engineer, '')::bigint, \
assigned_product = nullif(:assigned_product, '')::bigint, notes = 'Called again, ' || :n, priority = :priority, \
score = coalesce(nullif(:score, '')::smallint, score), score_is_set = :score_is_set, \
engineering_progress = :engineering_progress, engineering_notes = nullif(:engineering_notes, ''), \
blocked_reason = nullif(:blocked_reason, ''), follow_up_at = nullif(:follow_up_at, '')::timestamptz, \
follow_up_note = nullif(:follow_up_note, ''), lost_reason = nullif(:lost_reason, ''), \
stage_entered_at = :stage_entered_at, closed_at = nullif(:closed_at, '')::timestamptz, updated_at = now() \
where id = :id returning {COLUMNS} \\gset
{event}commit;
",
        last = u64::from(leads) / CONNECTIONS - 1,
        event = event(
            "lead.updated",
            "jsonb_build_object('notes', jsonb_build_object('from', :notes::text, 'to', :n::text))"
        )
    )
}

fn event(kind: &str, changes: &str) -> String {
    format!(
        "insert into events (at, actor_id, door, entity, entity_id, lead_id, kind, changes, before, request_id) \
values (now(), 1, 'rest', 'lead', :id, :id, '{kind}', {changes}, null, '0123456789abcdef');\n"
    )
}
