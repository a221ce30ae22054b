//! What the server asks PostgreSQL, written for pgbench: the floor of each scenario.
//!
//! The statements stand in `service`, in leads/{list, stretch, store, row, tallies, write}.rs and events/mod.rs; the same
//! ones in the same transactions belong here. `guard` tells when they no longer are.

use super::load::CONNECTIONS;

/// `COLUMNS` of leads/row.rs.
pub const COLUMNS: &str = "id, name, email, phone, company, status, source, value, assigned_to, \
    assigned_engineer, assigned_product, product_ids, notes, priority, score, score_is_set, \
    engineering_progress, engineering_notes, blocked_reason, follow_up_at, follow_up_note, lost_reason, position, \
    version, created_by, created_via, last_contacted_at, stage_entered_at, closed_at, created_at, updated_at";

pub const NEWEST_FIRST: &str = "created_at desc, id desc";

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

/// The same for a word with many hits: `ids` holds those of a page, `last` the moment of the last one, `as_of` the number
/// of the transaction up to which they are known.
pub fn searched_among(pattern: &str, ids: &str, last: &str) -> String {
    format!(
        "with since as materialized (select array(select lead_id from events where xid >= (select :as_of::xid8) and \
lead_id is not null and kind <> 'lead.follow_up_due' limit 1001) as changed) select {COLUMNS} from leads where \
id = any(:{ids}::bigint[] || (select changed from since)) and (select cardinality(changed) from since) <= 1000 and \
(created_at, id) >= (:{last}::timestamptz, 0) and deleted_at is null and search like :{pattern} \
order by {NEWEST_FIRST} limit :rows;\n"
    )
}

pub fn one(leads: u32) -> String {
    format!("\\set id random(1, {leads})\nselect {COLUMNS} from leads where id = :id and deleted_at is null;\n")
}

/// `INPUT` of leads/store.rs.
const INPUT: &str = "name text, email text, phone text, company text, status lead_status, source text, value numeric, \
    \"assignedTo\" bigint, \"assignedEngineer\" bigint, \"assignedProduct\" bigint, products bigint[], \
    notes text, priority lead_priority, score smallint, \"engineeringProgress\" smallint, \"engineeringNotes\" text, \
    \"blockedReason\" text, \"followUpAt\" timestamptz, \"followUpNote\" text, \"lostReason\" text";

pub fn create() -> String {
    format!(
        "\\set n random(1, 1000000000)
begin;
insert into leads (name, email, phone, company, status, source, value, assigned_to, assigned_engineer, \
assigned_product, product_ids, notes, priority, score, score_is_set, scored_at, engineering_progress, engineering_notes, \
blocked_reason, follow_up_at, follow_up_note, lost_reason, created_by, created_via, stage_entered_at, \
closed_at, created_at, updated_at) \
select n.name, n.email, n.phone, n.company, n.status, n.source, n.value, n.\"assignedTo\", \
n.\"assignedEngineer\", n.\"assignedProduct\", n.products, n.notes, n.priority, \
 coalesce(n.score, n.\"computedScore\"), n.score is not null, case when n.score is null then now() end, \
n.\"engineeringProgress\", n.\"engineeringNotes\", n.\"blockedReason\", n.\"followUpAt\", n.\"followUpNote\", \
n.\"lostReason\", 1, 'rest', now(), case when n.status in ('won', 'lost') then now() end, now(), now() \
from jsonb_to_recordset(jsonb_build_array(jsonb_build_object('name', 'Bench Lead ' || :n, \
'email', 'bench.' || :n || '@bench.example', 'phone', '+1 206 555 0123', 'company', 'Bench & Sons ' || :n, \
'status', 'new', 'source', 'Website', 'value', 1200.50, 'notes', :notes::text, 'priority', 'high', \
'engineeringProgress', 0, 'products', '[]'::jsonb, 'computedScore', 30))) \
 as n({INPUT}, \"computedScore\" smallint) returning {COLUMNS} \\gset
{}commit;
",
        event("lead.created", ":changes")
    )
}

/// Writes every column back as it was read, as the server does; each connection has leads of its own.
pub fn update(leads: u32) -> String {
    let read = format!("select {COLUMNS} from leads where id = any(array[:id::bigint]) order by id \\gset\n");
    format!(
        "\\set n random(1, 1000000000)
\\set id 1 + :client_id + {CONNECTIONS} * random(0, {last})
begin;
select {COLUMNS} from leads where id = any(array[:id::bigint]) and deleted_at is null order by id for update \\gset
update leads set version = version + 1, name = n.name, email = n.email, phone = n.phone, company = n.company, \
status = n.status, source = n.source, value = n.value, assigned_to = n.\"assignedTo\", \
assigned_engineer = n.\"assignedEngineer\", assigned_product = n.\"assignedProduct\", product_ids = n.products, notes = n.notes, \
priority = n.priority, score = coalesce(n.score, n.\"computedScore\", leads.score), \
score_is_set = n.score is not null, engineering_progress = n.\"engineeringProgress\", \
engineering_notes = n.\"engineeringNotes\", blocked_reason = n.\"blockedReason\", follow_up_at = n.\"followUpAt\", \
follow_up_note = n.\"followUpNote\", lost_reason = n.\"lostReason\", stage_entered_at = n.\"stageEnteredAt\", \
closed_at = n.\"closedAt\", last_contacted_at = n.\"lastContactedAt\", scored_at = case when n.score is null then now() end, updated_at = now() \
from jsonb_to_recordset(jsonb_build_array({whole})) as n(id bigint, {INPUT}, \"stageEnteredAt\" timestamptz, \
\"closedAt\" timestamptz, \"lastContactedAt\" timestamptz, \"computedScore\" smallint) where leads.id = n.id;
{event}{read}commit;
",
        last = u64::from(leads) / CONNECTIONS - 1,
        whole = whole_lead(),
        event = event(
            "lead.updated",
            "jsonb_build_object('notes', jsonb_build_object('from', :notes::text, 'to', :n::text))"
        )
    )
}

/// The lead that was read, as JSON; pgbench has an empty text where there was no value.
fn whole_lead() -> String {
    let columns = [
        ("name", "name"),
        ("email", "email"),
        ("phone", "phone"),
        ("company", "company"),
        ("status", "status"),
        ("source", "source"),
        ("value", "value"),
        ("assignedTo", "assigned_to"),
        ("assignedEngineer", "assigned_engineer"),
        ("assignedProduct", "assigned_product"),
        ("priority", "priority"),
        ("engineeringProgress", "engineering_progress"),
        ("engineeringNotes", "engineering_notes"),
        ("blockedReason", "blocked_reason"),
        ("followUpAt", "follow_up_at"),
        ("followUpNote", "follow_up_note"),
        ("lostReason", "lost_reason"),
        ("stageEnteredAt", "stage_entered_at"),
        ("closedAt", "closed_at"),
        ("lastContactedAt", "last_contacted_at"),
    ];
    let pairs: Vec<String> =
        columns.iter().map(|(key, column)| format!("'{key}', nullif(:{column}::text, '')")).collect();
    format!(
        "jsonb_build_object('id', :id::bigint, 'products', to_jsonb(:product_ids::bigint[]), 'computedScore', 30, 'notes', 'Called again, ' || :n, {})",
        pairs.join(", ")
    )
}

fn event(kind: &str, changes: &str) -> String {
    format!(
        "insert into events (at, actor_id, door, request_id, kind, entity, entity_id, lead_id, changes, before) \
select now(), 1, 'rest', '0123456789abcdef', unnest(array['{kind}']), unnest(array['lead']), \
unnest(array[:id::bigint]), unnest(array[:id::bigint]), unnest(array[{changes}::jsonb]), unnest(array[null::jsonb]);\n"
    )
}
