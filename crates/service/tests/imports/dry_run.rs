//! What becomes of rows, before and when it happens.

use domain::{
    Money,
    events::Door,
    imports::ImportField,
    imports::{ImportState, ImportStep, RowOutcome, UnknownValue},
    leads::{LeadInput, LeadPriority, LeadQuery, LeadStatus},
};
use serde_json::json;
use service::{Actor, Clock, Crm, Database, Error};
use testkit::{TestCrm, named};

use super::{all_leads, bring, check, counts, lead_named, rows, send};

const FILE: &str = "Full Name,E-mail Address,Phone Number,Lead Status,Amount,Lead Owner,Follow-up date,Shoe size\n\
    Maya Okafor,maya@okafor.io,+1 206 555 0142,Qualified,\"$12,500.00\",ali@example.com,2026-12-01,42\n\
    Noor Haddad,noor@,555,In Progress,12k,ali@example.com,soon,\n\
    ,nobody@x.io,,,,,,\n\
    Tomás Ruiz,MAYA@okafor.io,,,,,,\n";

#[sqlx::test(migrations = "../../migrations")]
async fn a_dry_run_counts_every_row_and_writes_none(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = check(&ada, FILE, json!({})).await;
    assert_eq!(import.state, ImportState::Checked);
    assert_eq!((counts(&import), import.rows_total), ([1, 0, 1, 2], Some(4)));
    let rows = rows(&ada, &import).await;
    let outcomes: Vec<(i64, RowOutcome)> = rows.iter().map(|row| (row.row, row.outcome)).collect();
    use RowOutcome::{Created, Failed, Skipped};
    assert_eq!(outcomes, [(2, Created), (3, Failed), (4, Failed), (5, Skipped)]);
    let problems: Vec<(&str, &str, &str)> =
        rows[1].problems.iter().map(|p| (p.column.as_str(), p.value.as_str(), p.message.as_str())).collect();
    assert_eq!(
        problems,
        [
            ("Amount", "12k", "is no amount"),
            ("Follow-up date", "soon", "is no date that can be read"),
            ("E-mail Address", "noor@", "is not a valid e-mail address"),
        ]
    );
    assert_eq!(
        (rows[2].problems[0].column.as_str(), rows[2].problems[0].message.as_str()),
        ("Full Name", "is required")
    );
    assert_eq!(rows[3].detail, "Row 2 has this e-mail");
    assert!(all_leads(&crm.crm).await.is_empty());
    let failed = ada.imports().rows(import.id, Some(Failed), 0, 1).await.unwrap();
    assert_eq!((failed.items.len(), failed.next), (1, Some(3)));
    let rest = ada.imports().rows(import.id, Some(Failed), 3, 1).await.unwrap();
    assert_eq!((rest.items[0].row, rest.next), (4, None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_the_dry_run_shows_is_what_happens(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = check(&ada, FILE, json!({})).await;
    ada.imports().run(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let done = ada.imports().find(import.id).await.unwrap();
    assert_eq!((done.state, counts(&done)), (ImportState::Done, counts(&import)));
    let lead = lead_named(&crm, "Maya Okafor").await;
    assert_eq!(lead.status, LeadStatus::Qualified);
    assert_eq!(lead.value, Some(Money::from_cents(1_250_000)));
    assert_eq!(
        (lead.assigned_to, lead.created_by, lead.created_via),
        (Some(crm.ali.id), Some(crm.ada.id), Door::Import)
    );
    assert_eq!(lead.follow_up_at, Some(time::macros::datetime!(2026-12-01 9:00 UTC)));
    let written = rows(&ada, &done).await;
    assert_eq!(written[0].lead, Some(lead.id));
    let timeline = ada.leads().history(lead.id, None, 200).await.unwrap();
    assert_eq!(timeline.items.len(), 1, "its history begins with the import");
    assert_eq!(timeline.items[0].door, Door::Import);
    assert!(matches!(ada.imports().run(import.id).await, Err(Error::Conflict { .. })), "once is enough");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_duplicate_is_skipped_updated_or_made_again(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let there = LeadInput {
        email: Some("maya@okafor.io".into()),
        phone: Some("+1 (206) 555-0142".into()),
        company: Some("Okafor Dental".into()),
        ..named("Maya Okafor")
    };
    let there = ada.leads().create(there).await.unwrap();
    let file = "name,email,phone,company,value\nM. Okafor,Maya@Okafor.IO,,,900\nMaya,,206.555.0142,,\n";
    let skipped = bring(&ada, file, json!({})).await;
    assert_eq!(counts(&skipped), [0, 0, 2, 0]);
    assert_eq!(rows(&ada, &skipped).await[0].detail, "Maya Okafor has this e-mail");
    let updated = bring(&ada, file, json!({"onDuplicate": "update"})).await;
    assert_eq!(counts(&updated), [0, 2, 0, 0]);
    let lead = ada.leads().find(there.id).await.unwrap();
    assert_eq!((lead.name.as_str(), lead.value), ("Maya", Some(Money::from_cents(90_000))), "row by row");
    assert_eq!(lead.company.as_deref(), Some("Okafor Dental"), "a blank cell says nothing");
    assert_eq!(lead.version, there.version + 1, "one write for all of its rows");
    let made = bring(&ada, file, json!({"onDuplicate": "create"})).await;
    assert_eq!(counts(&made), [2, 0, 0, 0]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_dry_run_shows_what_it_read_as_people_write_it(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let there = LeadInput { email: Some("lena@x.io".into()), value: Some(Money::from_cents(260_000)), ..named("Lena") };
    ada.leads().create(there).await.unwrap();
    let file = "email,value,name,notes\n\"Lena <lena@x.io>, lena.private@x.io\",900.5,,\"called\r\ntwice\"\n";
    let import = check(&ada, file, json!({"onDuplicate": "update"})).await;
    let row = rows(&ada, &import).await.remove(0);
    assert_eq!((row.outcome, row.email.as_str()), (RowOutcome::Updated, "lena@x.io"));
    assert_eq!(row.detail, "notes none → called\r\ntwice, value 2600.00 → 900.50");
    assert_eq!(import.columns[3].samples, ["called twice"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_people_with_one_number_stay_two(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let office = Some("+1 206 555 0142".to_owned());
    let maya = LeadInput { email: Some("maya@okafor.io".into()), phone: office.clone(), ..named("Maya") };
    let maya = ada.leads().create(maya).await.unwrap();
    let file =
        "name,email,phone\nTomas,tomas@okafor.io,2065550142\nLena,lena@okafor.io,2065550142\nMaya O.,,2065550142\n";
    // Whoever gives no e-mail may be the first of them in the file.
    for (choice, expected) in [("skip", [2, 0, 1, 0]), ("update", [2, 1, 0, 0])] {
        assert_eq!(counts(&check(&ada, file, json!({"onDuplicate": choice})).await), expected, "{choice}");
    }
    let import = bring(&ada, file, json!({"onDuplicate": "update"})).await;
    assert_eq!(rows(&ada, &import).await[2].detail, "Goes into row 2, which has this phone");
    assert_eq!(ada.leads().find(maya.id).await.unwrap().version, maya.version);
    assert_eq!(lead_named(&crm, "Lena").await.email.as_deref(), Some("lena@okafor.io"));
    let other = Some("+1 206 555 0199".to_owned());
    ada.leads().create(LeadInput { phone: other, ..named("Front desk") }).await.unwrap();
    let file = "name,email,phone\nNoor,noor@x.io,2065550199\nZoe,zoe@x.io,2065550199\nNoor H.,noor@x.io,\n";
    for step in [ImportStep::Check, ImportStep::Run] {
        let import = send(&ada, "leads.csv", file, json!({"onDuplicate": "update"}), step).await.unwrap();
        assert_eq!(counts(&import), [1, 2, 0, 0], "the lead without an e-mail is the first one's: {step:?}");
    }
    assert_eq!(lead_named(&crm, "Noor H.").await.email.as_deref(), Some("noor@x.io"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn duplicates_within_the_file_count_the_same_before_and_after(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    // More rows than one stretch holds, so that duplicates meet within one and across two.
    let mut file = String::from("name,email,phone,notes\n");
    for n in 0..2_500 {
        file.push_str(&format!("Lead {n},lead{}@x.io,,\n", n % 2_100));
    }
    file.push_str("Again,lead7@x.io,0049 30 901820,last\nAnother,,+49 (30) 901820,by phone\nNew,new@x.io,,\n");
    for (choice, expected) in
        [("skip", [2_102, 0, 401, 0]), ("update", [2_101, 402, 0, 0]), ("create", [2_503, 0, 0, 0])]
    {
        let import = check(&ada, &file, json!({"onDuplicate": choice})).await;
        assert_eq!(counts(&import), expected, "{choice}, before");
    }
    let import = bring(&ada, &file, json!({"onDuplicate": "update"})).await;
    assert_eq!(counts(&import), [2_101, 402, 0, 0]);
    let total = ada.leads().count(&LeadQuery::default()).await.unwrap();
    assert_eq!(total, 2_101);
    let lead = lead_named(&crm, "Another").await;
    assert_eq!((lead.email.as_deref(), lead.notes.as_deref()), (Some("lead7@x.io"), Some("by phone")));
}

#[sqlx::test(migrations = "../../migrations")]
async fn unknown_values_are_told_once_each_and_can_be_given_a_meaning(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let file = "name,owner,status,priority\nA,Bob,Thinking,hot\nB,bob,Thinking,\nC,amy,new,\nD,Zoe,,\n";
    let import = check(&ada, file, json!({})).await;
    assert_eq!(counts(&import), [1, 0, 0, 3]);
    let unknown = |field, value: &str, rows| UnknownValue { field, value: value.into(), rows };
    assert_eq!(
        import.unknown,
        [
            unknown(ImportField::Status, "Thinking", 2),
            unknown(ImportField::AssignedTo, "Bob", 2),
            unknown(ImportField::AssignedTo, "Zoe", 1),
        ]
    );
    let meant = json!({"values": {
        "assignedTo": {"Bob": "ali@example.com", "Zoe": ""},
        "status": {"Thinking": "proposal"},
    }});
    ada.imports().configure(import.id, meant).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let import = ada.imports().find(import.id).await.unwrap();
    assert_eq!((counts(&import), import.unknown.len()), ([4, 0, 0, 0], 0));
    ada.imports().run(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let (a, b, c, d) = (
        lead_named(&crm, "A").await,
        lead_named(&crm, "B").await,
        lead_named(&crm, "C").await,
        lead_named(&crm, "D").await,
    );
    assert_eq!((a.assigned_to, a.status, a.priority), (Some(crm.ali.id), LeadStatus::Proposal, LeadPriority::High));
    assert_eq!((b.assigned_to, c.assigned_to, d.assigned_to), (Some(crm.ali.id), Some(crm.amy.id), None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn names_of_people_who_left_are_given_a_meaning_where_a_lead_would_get_them(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ada = crm.acting(&crm.ada);
    let old = LeadInput { email: Some("old@x.io".into()), assigned_to: Some(crm.amy.id), ..named("Old") };
    ada.leads().create(old).await.unwrap();
    sqlx::query("update users set is_active = false where id = $1").bind(crm.amy.id).execute(&pool).await.unwrap();
    let file = "name,email,owner\nOld,old@x.io,amy\nA,a@x.io,Amy\nB,b@x.io,amy\nC,c@x.io,ali\n";
    let import = check(&ada, file, json!({"onDuplicate": "update"})).await;
    assert_eq!(counts(&import), [1, 0, 1, 2], "whoever has a lead keeps it");
    assert_eq!(import.unknown, [UnknownValue { field: ImportField::AssignedTo, value: "Amy".into(), rows: 2 }]);
    let meant = json!({"values": {"assignedTo": {"Amy": "ali"}}});
    ada.imports().configure(import.id, meant).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let import = ada.imports().find(import.id).await.unwrap();
    assert_eq!((counts(&import), import.unknown.len()), ([3, 1, 0, 0], 0));
    let gone = "insert into products (name, price, is_active, deleted_at) values ('Old bot', '1', false, now())";
    sqlx::query(gone).execute(&pool).await.unwrap();
    let import = check(&ada, "name,product\nD,Old bot\nE,old bot\n", json!({})).await;
    assert_eq!(import.unknown, [UnknownValue { field: ImportField::Product, value: "Old bot".into(), rows: 2 }]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn products_that_mean_nothing_leave_those_of_the_lead(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ada = crm.acting(&crm.ada);
    let made = "insert into products (name, price, is_active) values ('Voice Agent', '1', true) returning id";
    let sold: domain::ProductId = sqlx::query_scalar(made).fetch_one(&pool).await.unwrap();
    let input = LeadInput { email: Some("m@x.io".into()), products: vec![sold], ..named("Maya") };
    ada.leads().create(input).await.unwrap();
    for cell in [";", "Foo; Bar"] {
        let meant = json!({"onDuplicate": "update", "values": {"products": {"Foo": "", "Bar": ""}}});
        let import = bring(&ada, &format!("email,products\nm@x.io,{cell}\n"), meant).await;
        assert_eq!(counts(&import), [0, 0, 1, 0], "{cell}");
        assert_eq!(lead_named(&crm, "Maya").await.products, [sold], "{cell}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn agents_import_within_their_rights_and_scope(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let (ali, amy) = (crm.acting(&crm.ali), crm.acting(&crm.amy));
    let theirs = LeadInput { email: Some("x@x.io".into()), ..named("Amy's") };
    amy.leads().create(theirs).await.unwrap();
    let file = "name,email,engineer,progress\nMine,a@x.io,,\nNot seen,x@x.io,,\nDone,b@x.io,eve,50\n";
    let import = bring(&ali, file, json!({})).await;
    assert_eq!(counts(&import), [2, 0, 0, 1], "what one may not see is no duplicate of one's own");
    let problems = &rows(&ali, &import).await[2].problems;
    let columns: Vec<&str> = problems.iter().map(|problem| problem.column.as_str()).collect();
    assert_eq!(columns, ["engineer", "progress"]);
    assert_eq!(lead_named(&crm, "Mine").await.assigned_to, Some(crm.ali.id));
    assert!(matches!(amy.imports().find(import.id).await, Err(Error::NotFound)));
    assert!(amy.imports().list(50, None).await.unwrap().items.is_empty());
    assert_eq!(crm.acting(&crm.ada).imports().list(50, None).await.unwrap().items.len(), 1);
    let eve = send(&crm.acting(&crm.eve), "leads.csv", file, json!({}), ImportStep::Check).await;
    assert!(matches!(eve, Err(Error::Forbidden { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_export_that_comes_back_changes_nothing(pool: sqlx::PgPool) {
    let crm = Crm::new(Database::over(pool), Clock::fake(testkit::NOON));
    crm.fill_with_demo(150, "siwaht-demo").await.unwrap();
    let system = crm.acting_as(Actor::system());
    // Far from UTC, whose midnight is in the middle of the day there.
    let people = system.users().list().await.unwrap();
    let ada = people.into_iter().find(|user| user.email == "ada@example.com").unwrap();
    let ada = domain::users::User { time_zone: "Asia/Tokyo".into(), ..ada };
    let ada = crm.acting_as(Actor::user(ada, domain::events::Door::Rest, None));
    let tricky = LeadInput {
        phone: Some("+49 30 123456".into()),
        notes: Some("=1+1\n\"quoted\", 'so'".into()),
        source: Some("'=x".into()),
        value: Some(Money::from_cents(123_456_789)),
        follow_up_at: Some(time::macros::datetime!(2027-01-02 3:04:05.123456 UTC)),
        ..named("-Dash, \"O'Hara\"")
    };
    ada.leads().create(tricky).await.unwrap();
    let at_midnight = Some(time::macros::datetime!(2027-01-02 0:00 UTC));
    ada.leads().create(LeadInput { follow_up_at: at_midnight, ..named("Midnight") }).await.unwrap();
    let before = all_leads(&crm).await;
    assert!(!before.is_empty());
    let few = "columns=id,name,status,value";
    for (query, on_duplicate) in [
        ("format=csv".to_owned(), "update"),
        ("format=xlsx".to_owned(), "update"),
        (format!("format=csv&{few},followUpAt"), "update"),
        (format!("format=xlsx&{few},followUpAt"), "update"),
        (format!("format=csv&{few}"), "skip"),
        ("format=csv&columns=score,value,id".to_owned(), "update"),
    ] {
        let input = domain::leads::ExportInput::parse(&query).unwrap();
        let export = ada.leads().export(input).await.unwrap();
        let pieces: Vec<bytes::Bytes> = futures_util::TryStreamExt::try_collect(export.pieces()).await.unwrap();
        let file = pieces.concat();
        let import = send(&ada, "back", file, json!({"onDuplicate": on_duplicate}), ImportStep::Run).await.unwrap();
        let [created, updated, skipped, failed] = counts(&import);
        let failures = ada.imports().rows(import.id, Some(RowOutcome::Failed), 0, 5).await.unwrap();
        let changes = ada.imports().rows(import.id, Some(RowOutcome::Updated), 0, 5).await.unwrap();
        assert_eq!((created, updated, failed), (0, 0, 0), "{query}: {failures:?} {changes:?}");
        assert_eq!(skipped, i64::try_from(before.len()).unwrap());
        assert_eq!(all_leads(&crm).await, before, "{query}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn numbers_of_another_system_name_no_leads_of_ours(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let mut ids = Vec::new();
    for name in ["Maya", "Noor", "Zoe"] {
        ids.push(crm.lead_of(&crm.ali, name).await.id);
    }
    let ada = crm.acting(&crm.ada);
    let file = |names: [&str; 3]| {
        let rows = ids.iter().zip(names).map(|(id, name)| format!("{id},{name},high\n"));
        format!("id,name,priority\n{}", rows.collect::<String>())
    };
    let update = json!({"onDuplicate": "update"});
    let strangers = bring(&ada, &file(["Ana", "Ben", "Zoe"]), update.clone()).await;
    assert_eq!(counts(&strangers), [3, 0, 0, 0]);
    let corrected = bring(&ada, &file(["Maya", "Noor", "Zoé"]), update).await;
    assert_eq!(counts(&corrected), [0, 3, 0, 0], "a corrected name is no stranger's");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_that_is_won_in_the_file_gets_its_engineer(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    bring(&ada, "name,status\nA,won\nB,closed won\n", json!({})).await;
    let engineers = [lead_named(&crm, "A").await, lead_named(&crm, "B").await].map(|lead| lead.assigned_engineer);
    assert_eq!(engineers, [Some(crm.eve.id), Some(crm.ed.id)]);
    let bell = crm.acting(&crm.eve).notifications().bell().await.unwrap();
    assert!(bell.items.is_empty(), "a file that is brought in is quiet");
}

#[sqlx::test(migrations = "../../migrations")]
async fn settings_that_do_not_fit_the_file_are_refused(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    for (choices, field) in [
        (json!({"mapping": {"Shoe size": "name"}}), "mapping"),
        (json!({"mapping": {"name": "email", "email": "email"}}), "mapping"),
        (json!({"mapping": {"name": "colour"}}), "mapping"),
        (json!({"delimiter": "x"}), "delimiter"),
        (json!({"headerRow": 70}), "file"),
        (json!({"decimal": "/"}), "decimal"),
        (json!({"values": {"name": {"a": "b"}}}), "values"),
        (json!({"values": {"status": {"a\u{0}": "new"}}}), "values"),
        (json!({"sheet": "\u{0}"}), "sheet"),
        (json!({"colour": "red"}), "colour"),
    ] {
        match send(&ada, "leads.csv", "name,email\nA,a@x.io\n", choices.clone(), ImportStep::Check).await {
            Err(Error::Invalid(fields)) => assert!(fields.0.contains_key(field), "{choices}: {fields:?}"),
            other => panic!("{choices}: {other:?}"),
        }
    }
    crm.crm.files_handle().settle().await;
    assert_eq!(crm.crm.files_handle().count().await.unwrap(), 0, "what is refused leaves no file");
    let mapped = check(&ada, "name,email\nA,a@x.io\n", json!({"mapping": {"email": "name"}})).await;
    assert_eq!(rows(&ada, &mapped).await[0].name, "a@x.io", "columns that are not named are left out");
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_address_that_thousands_share_keeps_nobody_waiting(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ada = crm.acting(&crm.ada);
    // More pairs of row and lead than any statement has time for.
    let many = "insert into leads (name, email) select 'Lead ' || n, 'Info@Okafor.io' from generate_series(1, 10000) n";
    sqlx::query(many).execute(&pool).await.unwrap();
    let file = format!("name,email\n{}New,new@okafor.io\n", "Maya,info@okafor.io\n".repeat(2_500));
    assert_eq!(counts(&check(&ada, &file, json!({})).await), [1, 0, 2_500, 0]);
    let update = json!({"onDuplicate": "update"});
    assert_eq!(counts(&check(&ada, &file, update).await), [1, 2_500, 0, 0]);
}
