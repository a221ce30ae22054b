//! Finding leads: by when they are to be followed up, and before they are made a second time.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    Timestamp,
    leads::{DuplicateQuery, LeadInput, LeadQuery},
    users::User,
};
use testkit::{TestCrm, named};
use time::macros::datetime;

async fn names(crm: &TestCrm, user: &User, query: &str) -> Vec<String> {
    let query = LeadQuery::parse(&format!("sort=name&total=true&{query}")).unwrap();
    let page = crm.acting(user).leads().list(&query).await.unwrap();
    assert_eq!(page.total, Some(page.items.len() as i64));
    page.items.into_iter().map(|lead| lead.name).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn follow_ups_are_due_in_days_of_the_asking_persons_calendar(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let due = async |name: &str, at: Option<Timestamp>| {
        crm.system().leads().create(LeadInput { follow_up_at: at, ..named(name) }).await.unwrap();
    };
    // It is Sunday noon in London, four in the morning in Los Angeles, and Monday one o'clock in Auckland.
    due("a: Saturday 23:59", Some(datetime!(2026-11-21 23:59 UTC))).await;
    due("b: Sunday 00:00", Some(datetime!(2026-11-22 00:00 UTC))).await;
    due("c: Sunday 10:59", Some(datetime!(2026-11-22 10:59 UTC))).await;
    due("d: Sunday 23:59", Some(datetime!(2026-11-22 23:59 UTC))).await;
    due("e: Monday 00:00", Some(datetime!(2026-11-23 00:00 UTC))).await;
    due("f: next Sunday 23:59", Some(datetime!(2026-11-29 23:59 UTC))).await;
    due("g: next Monday 00:00", Some(datetime!(2026-11-30 00:00 UTC))).await;
    due("h: never", None).await;
    let living_in = |zone: &str| User { time_zone: zone.into(), ..crm.ada.clone() };
    let (london, auckland, los_angeles) =
        (living_in("Europe/London"), living_in("Pacific/Auckland"), living_in("America/Los_Angeles"));
    for (person, query, expected) in [
        (&london, "followUp=overdue", "a"),
        (&london, "followUp=today", "bcd"),
        (&london, "followUp=week", "ef"),
        (&london, "followUp=none", "h"),
        (&london, "followUp=overdue,none", "ah"),
        (&london, "followUp=today&followUp=week", "bcdef"),
        (&london, "followUp=overdue,today,week,none", "abcdefh"),
        (&auckland, "followUp=overdue", "abc"),
        (&auckland, "followUp=today", "de"),
        (&auckland, "followUp=week", "fg"),
        // Their Saturday ends on Sunday at eight in London.
        (&los_angeles, "followUp=overdue", "ab"),
        (&los_angeles, "followUp=today", "cde"),
        (&los_angeles, "followUp=week", "fg"),
    ] {
        let found: String = names(&crm, person, query).await.iter().map(|name| &name[..1]).collect();
        assert_eq!(found, expected, "{} {query}", person.time_zone);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_that_may_be_there_already_is_found_by_email_and_phone(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let add = async |user: &User, name: &str, email: Option<&str>, phone: Option<&str>| {
        let input = LeadInput { email: email.map(Into::into), phone: phone.map(Into::into), ..named(name) };
        crm.clock.advance(time::Duration::minutes(1));
        crm.acting(user).leads().create(input).await.unwrap().id
    };
    add(&crm.ali, "Phone", None, Some("+49 (30) 901820-30")).await;
    let both = add(&crm.ali, "Both", Some("Maya@Kite.example"), Some("030 90182030")).await;
    add(&crm.ali, "E-mail", Some("MAYA@kite.example"), Some("110")).await;
    add(&crm.ali, "Other", Some("maya@kite.example.org"), Some("110")).await;
    add(&crm.amy, "Amy's", Some("maya@kite.example"), None).await;
    let found = async |user: &User, query: &str| -> Vec<String> {
        let query = DuplicateQuery::parse(query).unwrap();
        let found = crm.acting(user).leads().duplicates(&query).await.unwrap();
        found.into_iter().map(|one| format!("{} by {}", one.lead.name, one.same.join(" and "))).collect()
    };
    let everything = "email=maya%40KITE.example&phone=%2B49+30+901820+30";
    assert_eq!(found(&crm.ali, everything).await, ["Both by email and phone", "E-mail by email", "Phone by phone"]);
    assert_eq!(found(&crm.ali, &format!("{everything}&except={both}")).await, ["E-mail by email", "Phone by phone"]);
    assert_eq!(found(&crm.amy, everything).await, ["Amy's by email"], "within one's own scope");
    assert_eq!(found(&crm.ada, "phone=0049+30+90182030").await, ["Both by phone", "Phone by phone"]);
    assert_eq!(found(&crm.ada, "phone=110").await, Vec::<String>::new(), "too short to tell people apart");
    assert_eq!(found(&crm.ada, "").await, Vec::<String>::new());
    assert_eq!(found(&crm.eve, everything).await, Vec::<String>::new());
    for name in ["a", "b", "c", "d"] {
        add(&crm.ali, name, Some("maya@kite.example"), None).await;
    }
    assert_eq!(found(&crm.ali, "email=maya%40kite.example").await.len(), 5, "no more than anyone reads");
    let fields = DuplicateQuery::parse("except=me&colour=red&phone=%00").unwrap_err();
    assert_eq!(fields.0.into_keys().collect::<Vec<_>>(), ["colour", "except", "phone"]);
}

/// Every hundredth is a bakery, five at a time at the same moment; every third is ali's.
async fn with_many_leads(crm: &TestCrm, pool: &sqlx::PgPool) {
    // By hand: nine thousand use cases would take the test's minute.
    sqlx::query(
        "insert into leads (name, company, assigned_to, created_at)
         select 'Lead ' || i, case when i % 100 < 5 and i % 500 < 400 then 'Bakery' else 'Glass' end,
                case when i % 3 = 0 then $1::bigint else $2 end, timestamptz '2026-11-01' + i / 5 * interval '1 minute'
         from generate_series(1, 9000) i",
    )
    .bind(crm.ali.id.0)
    .bind(crm.amy.id.0)
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_common_word_finds_the_same_leads_whichever_way_they_are_looked_for(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    with_many_leads(&crm, &pool).await;
    let agrees = async |when: &str| {
        for user in [&crm.ada, &crm.ali, &crm.eve] {
            for q in ["bakery", "BAKERY lead", "lead", "nothing", "lead%"] {
                let leads = async |query: &str| {
                    let query = LeadQuery::parse(query).unwrap();
                    crm.acting(user).leads().list(&query).await.unwrap()
                };
                let q = q.replace('%', "%25");
                let page = leads(&format!("q={q}&limit=60")).await;
                // An offset always walks.
                let behind = leads(&format!("q={q}&limit=60&offset=1")).await;
                let expected = behind.items.iter().take(59).map(|lead| lead.id);
                let found = page.items.iter().skip(1).map(|lead| lead.id);
                assert!(found.eq(expected), "{} looks for {q} {when}", user.name);
                let next = match page.next_cursor {
                    Some(next) => leads(&format!("q={q}&limit=60&cursor={}", next.0)).await.items,
                    None => Vec::new(),
                };
                assert_eq!(next.first().map(|lead| lead.id), behind.items.get(59).map(|lead| lead.id));
            }
        }
    };
    agrees("at first").await;
    // Within the minute for which the newest leads are believed.
    change(&pool, "company = 'Glass' where company = 'Bakery' and id > 7000").await;
    agrees("when many do not match any more").await;
    change(&pool, "company = 'Bakery' where id between 8000 and 8100").await;
    change(&pool, "deleted_at = now() where id between 8050 and 8060").await;
    agrees("when others have come and gone").await;
    change(&pool, "deleted_at = null where id between 8050 and 8055").await;
    change(&pool, &format!("assigned_to = {} where id between 8010 and 8040", crm.ali.id)).await;
    crm.lead_of(&crm.ali, "Lead of a bakery").await;
    agrees("when some are back, with somebody else, and new").await;
    change(&pool, "company = 'Bakery' where id between 5000 and 6500").await;
    agrees("when too much has happened").await;
    crm.clock.advance(time::Duration::seconds(30));
    agrees("when it is read anew").await;
    agrees("afterwards").await;
}

/// By hand, each with its event as a use case writes it.
async fn change(pool: &sqlx::PgPool, change: &str) {
    let change = format!(
        "with changed as (update leads set {change} returning id)
         insert into events (door, entity, entity_id, lead_id, kind)
         select 'ui', 'lead', id, id, 'lead.updated' from changed"
    );
    sqlx::query(sqlx::AssertSqlSafe(change)).execute(pool).await.unwrap();
}
