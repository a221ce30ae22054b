//! Where a day starts: the search box and one's own follow-ups.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    Timestamp,
    leads::{LeadFilter, LeadInput, LeadQuery, LeadStatus, MyDay},
    users::User,
};
use serde_json::json;
use service::{Acting, Actor, Error};
use testkit::{TestCrm, named};
use time::{Duration, macros::datetime};

async fn found(me: &Acting, q: &str) -> Vec<String> {
    me.search(q).await.unwrap().leads.into_iter().map(|lead| lead.name).collect()
}

async fn lead(crm: &TestCrm, input: LeadInput) {
    crm.clock.advance(Duration::seconds(1));
    crm.acting(&crm.ada).leads().create(input).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_best_leads_come_first(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    lead(&crm, named("Maya Okafor")).await;
    lead(&crm, LeadInput { company: Some("Mayaware".into()), ..named("Jonas Berg") }).await;
    lead(&crm, named("Mayank Rao")).await;
    lead(&crm, LeadInput { email: Some("maya@atlas.example".into()), ..named("Priya") }).await;
    let ada = crm.acting(&crm.ada);
    assert_eq!(found(&ada, "MAYA").await, ["Mayank Rao", "Maya Okafor", "Priya", "Jonas Berg"]);
    assert_eq!(found(&ada, " okafor  maya ").await, ["Maya Okafor"], "all words, in any order");
    assert_eq!(found(&ada, "be").await, ["Jonas Berg"], "two letters find where a word begins");
    assert_eq!(found(&ada, "at la").await, ["Priya"]);
    assert_eq!(found(&ada, "maya nobody").await, [""; 0]);
    assert_eq!(found(&ada, "100%").await, [""; 0]);
    assert_eq!(found(&ada, "m_ya").await, [""; 0]);
    assert_eq!(found(&ada, "m").await, [""; 0], "too little to search for");
    assert_eq!(found(&ada, "").await, [""; 0]);
    for _ in 0..10 {
        lead(&crm, named("Maya the next")).await;
    }
    assert_eq!(found(&ada, "maya").await.len(), 8);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_phone_number_is_found_as_written_and_by_its_digits(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    lead(&crm, LeadInput { phone: Some("+49 (30) 901-820 30".into()), ..named("Maya") }).await;
    lead(&crm, named("Noor")).await;
    let ada = crm.acting(&crm.ada);
    for q in ["+49 (30)", "901-820", "493090182030", "01820", "+493090182030", "0049 30 90182030", "030/901.820.30"] {
        assert_eq!(found(&ada, q).await, ["Maya"], "{q}");
        let listed =
            LeadQuery { filter: LeadFilter { q: Some(q.into()), ..LeadFilter::default() }, ..LeadQuery::default() };
        assert_eq!(ada.leads().list(&listed).await.unwrap().items.len(), 1, "{q}");
    }
    assert_eq!(found(&ada, "901-8209").await, [""; 0]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_is_found_by_its_own_name_in_any_script(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    for name in ["İpek Yılmaz", "ΓΙΩΡΓΟΣ ΠΑΠΠΑΣ", "Ünal Straße"] {
        lead(&crm, named(name)).await;
        assert_eq!(found(&crm.acting(&crm.ada), name).await, [name]);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_common_elsewhere_is_found_among_ones_own(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    lead(&crm, LeadInput { email: Some("maya@gmail.example".into()), assigned_to: Some(crm.ali.id), ..named("Maya") })
        .await;
    crm.clock.advance(Duration::days(1));
    sqlx::query(
        "insert into leads (name, email, assigned_to, created_by, position, stage_entered_at, created_at, updated_at)
         select 'Other', 'other@gmail.example', $1, $1, 'm', $2, $2, $2 from generate_series(1, 4000)",
    )
    .bind(crm.amy.id.0)
    .bind(crm.crm.now())
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(found(&crm.acting(&crm.ali), "gmail").await, ["Maya"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn search_stays_within_scope(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    lead(&crm, LeadInput { assigned_to: Some(crm.ali.id), ..named("Maya of Ali") }).await;
    lead(
        &crm,
        LeadInput { assigned_to: Some(crm.amy.id), assigned_engineer: Some(crm.eve.id), ..named("Maya of Amy") },
    )
    .await;
    let of = async |user: &User| found(&crm.acting(user), "maya").await;
    assert_eq!(of(&crm.ada).await, ["Maya of Amy", "Maya of Ali"]);
    assert_eq!(of(&crm.ali).await, ["Maya of Ali"]);
    assert_eq!(of(&crm.eve).await, ["Maya of Amy"]);
    assert_eq!(of(&crm.ed).await, [""; 0]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_rare_is_found_however_old_it_is(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    lead(&crm, LeadInput { company: Some("Zyx".into()), ..named("Xu Li") }).await;
    // By SQL, for the test's time: more newer leads than are looked at one by one.
    sqlx::query(
        "insert into leads (name, email) select 'Newer ' || n, 'n@example.com' from generate_series(1, 5000) n",
    )
    .execute(&pool)
    .await
    .unwrap();
    let ada = crm.acting(&crm.ada);
    for q in ["zyx", "xu", "xu li", "li xu", "zyx li"] {
        assert_eq!(found(&ada, q).await, ["Xu Li"], "{q}");
    }
    assert_eq!(found(&ada, "example.com").await.len(), 8);
}

#[sqlx::test(migrations = "../../migrations")]
async fn products_are_found_by_name(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    sqlx::query(
        "insert into products (name, price, is_active, deleted_at) values ('AI Chat Agent', '1', true, null),
             ('Chat widget', '1', true, null), ('Chat of old', '1', false, null), ('Chat gone', '1', true, now())",
    )
    .execute(&pool)
    .await
    .unwrap();
    let hits = crm.acting(&crm.eve).search("chat").await.unwrap();
    let names: Vec<&str> = hits.products.iter().map(|product| product.name.as_str()).collect();
    assert_eq!(names, ["Chat widget", "Chat of old", "AI Chat Agent"]);
    assert_eq!(crm.acting(&crm.eve).search("agent ai").await.unwrap().products.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_searched_for_is_refused(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    for q in ["a\0b".to_owned(), "x".repeat(201)] {
        let refused = crm.acting(&crm.ali).search(&q).await;
        assert!(matches!(refused, Err(Error::BadRequest(fields)) if fields.get("q").is_some()));
    }
    let most = "ab ".repeat(66);
    assert_eq!(found(&crm.acting(&crm.ali), &most).await, [""; 0]);
}

/// The person in another time zone.
fn in_zone(crm: &TestCrm, user: &User, zone: &str) -> Acting {
    let user = User { time_zone: zone.into(), ..user.clone() };
    crm.crm.acting_as(Actor::user(user, domain::events::Door::Ui, None))
}

fn numbers(day: &MyDay) -> [i64; 3] {
    [day.overdue.total, day.today.total, day.week.total]
}

#[sqlx::test(migrations = "../../migrations")]
async fn my_day_holds_my_open_follow_ups_by_days_of_my_zone(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let follow_up = async |name: &str, at: Timestamp, status: LeadStatus, agent: &User| {
        let input = LeadInput { follow_up_at: Some(at), status, assigned_to: Some(agent.id), ..named(name) };
        crm.acting(&crm.ada).leads().create(input).await.unwrap()
    };
    // It is Sunday, 22 November 2026, 12:00 UTC.
    follow_up("Overdue", datetime!(2026-11-21 23:59 UTC), LeadStatus::New, &crm.ali).await;
    follow_up("This morning", datetime!(2026-11-22 00:00 UTC), LeadStatus::Contacted, &crm.ali).await;
    follow_up("Tonight", datetime!(2026-11-22 23:30 UTC), LeadStatus::New, &crm.ali).await;
    follow_up("On Saturday", datetime!(2026-11-28 23:30 UTC), LeadStatus::New, &crm.ali).await;
    follow_up("In a week", datetime!(2026-11-29 00:00 UTC), LeadStatus::New, &crm.ali).await;
    follow_up("Won", datetime!(2026-11-22 13:00 UTC), LeadStatus::Won, &crm.ali).await;
    follow_up("Amy's", datetime!(2026-11-22 13:00 UTC), LeadStatus::New, &crm.amy).await;
    let day = crm.acting(&crm.ali).leads().my_day().await.unwrap();
    assert_eq!(numbers(&day), [1, 2, 1]);
    let names: Vec<&str> = day.today.leads.iter().map(|lead| lead.name.as_str()).collect();
    assert_eq!(names, ["This morning", "Tonight"]);
    // 04:00 of the 22nd in Los Angeles, where midnight in UTC is still the 21st; 01:00 of the 23rd in Tongatapu.
    assert_eq!(numbers(&in_zone(&crm, &crm.ali, "America/Los_Angeles").leads().my_day().await.unwrap()), [2, 1, 2]);
    assert_eq!(numbers(&in_zone(&crm, &crm.ali, "Pacific/Tongatapu").leads().my_day().await.unwrap()), [2, 1, 2]);
    assert_eq!(numbers(&crm.acting(&crm.ada).leads().my_day().await.unwrap()), [0; 3], "an admin's own, not all");
    assert_eq!(numbers(&crm.system().leads().my_day().await.unwrap()), [0; 3]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_number_of_my_day_is_that_of_the_list_behind_it(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    for i in 0..7 {
        let at = datetime!(2026-11-20 12:00 UTC) + Duration::minutes(i);
        let input = LeadInput { follow_up_at: Some(at), assigned_to: Some(crm.ali.id), ..named(&format!("{i}")) };
        crm.acting(&crm.ada).leads().create(input).await.unwrap();
    }
    let ali = crm.acting(&crm.ali);
    let overdue = ali.leads().my_day().await.unwrap().overdue;
    assert_eq!((overdue.total, overdue.leads.len()), (7, 5));
    let list = ali.leads().list(&LeadQuery::parse(&overdue.query).unwrap()).await.unwrap();
    assert_eq!((list.items.len(), &list.items[..5]), (7, &overdue.leads[..]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_engineers_day_is_what_they_deliver_without_sales_fields(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let input = LeadInput { assigned_engineer: Some(crm.eve.id), ..named("Maya") };
    let lead = crm.acting(&crm.ada).leads().create(input).await.unwrap();
    let patch = json!({"value": 500, "followUpAt": "2026-11-22T09:00:00Z", "followUpNote": "Ask Tom"});
    crm.acting(&crm.ada).leads().update(lead.id, patch).await.unwrap();
    let day = crm.acting(&crm.eve).leads().my_day().await.unwrap();
    assert_eq!(numbers(&day), [0, 1, 0]);
    assert_eq!((day.today.leads[0].value, &day.today.leads[0].follow_up_note), (None, &None));
    assert_eq!(numbers(&crm.acting(&crm.ed).leads().my_day().await.unwrap()), [0; 3]);
}
