//! The board: what stands where, what its heads count, and who is first when several move at once.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    LeadId, Money,
    interactions::InteractionInput,
    leads::{Lead, LeadFilter, LeadInput, LeadQuery, LeadStatus, MoveInput},
};
use serde_json::json;
use service::Error;
use testkit::{TestCrm, named};
use time::Duration;

/// The ids of a column from top to bottom, as the person's board shows them.
async fn column(crm: &TestCrm, status: LeadStatus) -> Vec<LeadId> {
    let board = crm.acting(&crm.ada).leads().board(&LeadFilter::default()).await.unwrap();
    let column = board.columns.into_iter().find(|column| column.status == status).unwrap();
    column.leads.iter().map(|lead| lead.id).collect()
}

async fn some_leads(crm: &TestCrm, count: usize) -> Vec<Lead> {
    let mut leads = Vec::new();
    for i in 0..count {
        crm.clock.advance(Duration::seconds(1));
        leads.push(crm.lead_of(&crm.ali, &format!("Lead {i}")).await);
    }
    leads
}

/// Shortens the ranks: none is long afterwards, and the order is as it was.
async fn shorten(crm: &TestCrm, pool: &sqlx::PgPool) {
    let order = column(crm, LeadStatus::New).await;
    crm.crm.shorten_ranks().await.unwrap();
    let longest: i32 = sqlx::query_scalar("select max(length(position)) from leads").fetch_one(pool).await.unwrap();
    assert!(longest <= 40, "{longest}");
    assert_eq!(column(crm, LeadStatus::New).await, order);
}

fn to(status: LeadStatus) -> MoveInput {
    MoveInput { status, ..MoveInput::default() }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_enters_a_column_stands_on_top_of_it(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let leads = some_leads(&crm, 3).await;
    let (a, b, c) = (leads[0].id, leads[1].id, leads[2].id);
    assert_eq!(column(&crm, LeadStatus::New).await, [c, b, a]);
    let ali = crm.acting(&crm.ali);
    for id in [c, a] {
        crm.clock.advance(Duration::seconds(1));
        ali.leads().update(id, json!({"status": "contacted"})).await.unwrap();
    }
    assert_eq!(column(&crm, LeadStatus::Contacted).await, [a, c]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_goes_where_it_is_put(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let leads = some_leads(&crm, 4).await;
    let (a, b, c, d) = (leads[0].id, leads[1].id, leads[2].id, leads[3].id);
    let ali = crm.acting(&crm.ali);
    let put = async |id, input| ali.leads().move_to(id, input).await.unwrap();
    put(d, MoveInput { after: Some(b), ..to(LeadStatus::New) }).await;
    assert_eq!(column(&crm, LeadStatus::New).await, [c, b, d, a]);
    put(a, MoveInput { before: Some(b), ..to(LeadStatus::New) }).await;
    assert_eq!(column(&crm, LeadStatus::New).await, [c, a, b, d]);
    let moved = put(c, MoveInput { after: Some(d), ..to(LeadStatus::New) }).await;
    assert_eq!(column(&crm, LeadStatus::New).await, [a, b, d, c]);
    assert_eq!(moved.version, 2);
    // A neighbour that has left the column means the top.
    put(d, MoveInput { after: Some(LeadId(999)), ..to(LeadStatus::New) }).await;
    assert_eq!(column(&crm, LeadStatus::New).await, [d, a, b, c]);
    put(c, MoveInput { after: Some(d), ..to(LeadStatus::Proposal) }).await;
    assert_eq!(column(&crm, LeadStatus::Proposal).await, [c]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn heads_count_everything_that_matches_and_not_only_what_is_loaded(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    for i in 0..30 {
        let input = LeadInput { value: Some(Money::from_cents(10_050)), ..named(&format!("Lead {i}")) };
        crm.acting(&crm.ali).leads().create(input).await.unwrap();
    }
    crm.acting(&crm.amy)
        .leads()
        .create(LeadInput { value: Some(Money::from_cents(500)), ..named("Amy's") })
        .await
        .unwrap();
    let board = async |query: &str, who| {
        let filter = LeadQuery::parse(query).unwrap().filter;
        crm.acting(who).leads().board(&filter).await.unwrap().columns.remove(0)
    };
    let all = board("", &crm.ada).await;
    assert_eq!((all.count, all.value, all.leads.len()), (31, Some(Money::from_cents(302_000)), 25));
    let own = board("", &crm.ali).await;
    assert_eq!((own.count, own.value), (30, Some(Money::from_cents(301_500))));
    let found = board("q=lead+1", &crm.ada).await;
    assert_eq!((found.count, found.value), (12, Some(Money::from_cents(120_600))));
    assert_eq!(board("status=won", &crm.ada).await.count, 0);
    // The rest of the column is a list in the same order.
    let mut query = LeadQuery::parse("status=new&sort=position&limit=25").unwrap();
    query.cursor = all.next_cursor;
    let rest = crm.acting(&crm.ada).leads().list(&query).await.unwrap();
    assert_eq!((rest.items.len(), rest.next_cursor), (6, None));
    assert!(rest.items.iter().all(|lead| all.leads.iter().all(|shown| shown.id != lead.id)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_engineer_sees_a_board_without_worth_and_moves_nothing(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let input = LeadInput {
        status: LeadStatus::Won,
        assigned_engineer: Some(crm.eve.id),
        value: Some(Money::from_cents(1)),
        ..named("Maya")
    };
    let lead = crm.system().leads().create(input).await.unwrap();
    let eve = crm.acting(&crm.eve);
    let board = eve.leads().board(&LeadFilter::default()).await.unwrap();
    let won = board.columns.iter().find(|column| column.status == LeadStatus::Won).unwrap();
    assert_eq!((won.count, won.value, won.leads[0].value), (1, None, None));
    assert!(matches!(eve.leads().move_to(lead.id, to(LeadStatus::Lost)).await, Err(Error::Forbidden { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stale_move_is_told_who_moved_the_lead_where(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ada = crm.acting(&crm.ada);
    ada.leads().move_to(lead.id, MoveInput { version: Some(1), ..to(LeadStatus::Proposal) }).await.unwrap();
    let late = MoveInput { version: Some(1), ..to(LeadStatus::Contacted) };
    let refused = crm.acting(&crm.ali).leads().move_to(lead.id, late).await;
    let Err(Error::Conflict { detail, current }) = refused else { panic!("{refused:?}") };
    assert_eq!(detail, "ada moved this lead to Proposal. Nothing was changed.");
    assert_eq!(current.unwrap()["status"], "proposal");
    let note = InteractionInput { text: "Thought about it".into(), ..InteractionInput::default() };
    ada.interactions().log(lead.id, note).await.unwrap();
    let late = MoveInput { version: Some(1), ..to(LeadStatus::Contacted) };
    let refused = crm.acting(&crm.ali).leads().move_to(lead.id, late).await;
    let Err(Error::Conflict { detail, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(detail, "ada moved this lead to Proposal. Nothing was changed.", "a note makes no version");
}

#[sqlx::test(migrations = "../../migrations")]
async fn winning_on_the_board_lets_one_choose_who_delivers(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let leads = some_leads(&crm, 3).await;
    let ali = crm.acting(&crm.ali);
    let chosen = MoveInput { assigned_engineer: Some(crm.ed.id), ..to(LeadStatus::Won) };
    let won = ali.leads().move_to(leads[0].id, chosen).await.unwrap();
    assert_eq!(won.assigned_engineer, Some(crm.ed.id));
    crm.clock.advance(Duration::seconds(1));
    let won = ali.leads().move_to(leads[1].id, to(LeadStatus::Won)).await.unwrap();
    assert_eq!(won.assigned_engineer, Some(crm.eve.id));
    // Afterwards it is an admin's to change, and only engineers deliver.
    let later = MoveInput { assigned_engineer: Some(crm.eve.id), ..to(LeadStatus::Won) };
    assert!(matches!(ali.leads().move_to(leads[0].id, later).await, Err(Error::Forbidden { .. })));
    let nonsense = MoveInput { assigned_engineer: Some(crm.amy.id), ..to(LeadStatus::Won) };
    assert!(matches!(ali.leads().move_to(leads[2].id, nonsense).await, Err(Error::Invalid(_))));
    let assignees = ali.leads().assignees().await.unwrap();
    let loads: Vec<_> = assignees.iter().map(|one| (&*one.name, one.leads, one.load, one.is_next)).collect();
    assert_eq!(loads[..2], [("ed", 1, Some(100), true), ("eve", 1, Some(100), false)]);
    assert_eq!(loads[3], ("ali", 1, None, false));
}

#[sqlx::test(migrations = "../../migrations")]
async fn losing_on_the_board_keeps_the_reason(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ali = crm.acting(&crm.ali);
    let lost = MoveInput { lost_reason: Some(" Price ".into()), ..to(LeadStatus::Lost) };
    assert_eq!(ali.leads().move_to(lead.id, lost.clone()).await.unwrap().lost_reason.as_deref(), Some("Price"));
    let reason = MoveInput { status: LeadStatus::New, ..lost };
    let Err(Error::Invalid(fields)) = ali.leads().move_to(lead.id, reason).await else { panic!() };
    assert_eq!(fields.get("lostReason"), Some("goes with the status lost"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn undoing_a_move_puts_the_card_back_where_it_was(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let leads = some_leads(&crm, 3).await;
    let (a, b, c) = (leads[0].id, leads[1].id, leads[2].id);
    crm.in_request(&crm.ali, "one").leads().move_to(b, to(LeadStatus::Won)).await.unwrap();
    assert_eq!(column(&crm, LeadStatus::New).await, [c, a]);
    crm.in_request(&crm.ali, "two").leads().undo("one").await.unwrap();
    assert_eq!(column(&crm, LeadStatus::New).await, [c, b, a]);
    let below = MoveInput { after: Some(a), ..to(LeadStatus::New) };
    crm.in_request(&crm.ali, "three").leads().move_to(c, below).await.unwrap();
    assert_eq!(column(&crm, LeadStatus::New).await, [b, a, c]);
    crm.in_request(&crm.ali, "four").leads().undo("three").await.unwrap();
    assert_eq!(column(&crm, LeadStatus::New).await, [c, b, a]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn fifty_who_move_one_card_at_once_leave_one_order_and_no_lost_update(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let leads = some_leads(&crm, 5).await;
    let card = leads[0].id;
    let mut moves = tokio::task::JoinSet::new();
    for i in 0..50 {
        let (acting, after) = (crm.acting(&crm.ada), leads[1 + i % 4].id);
        let status = if i % 5 == 0 { LeadStatus::Contacted } else { LeadStatus::New };
        moves.spawn(async move { acting.leads().move_to(card, MoveInput { after: Some(after), ..to(status) }).await });
    }
    for moved in moves.join_all().await {
        moved.unwrap();
    }
    let lead = crm.acting(&crm.ada).leads().find(card).await.unwrap();
    let history = crm.acting(&crm.ada).leads().history(card, None, 200).await.unwrap();
    // Each move that changed something is one event and one version; none is lost, none is doubled.
    assert_eq!(usize::try_from(lead.version).unwrap(), history.items.len());
    let (new, contacted) = (column(&crm, LeadStatus::New).await, column(&crm, LeadStatus::Contacted).await);
    assert_eq!(new.iter().chain(&contacted).filter(|id| **id == card).count(), 1);
    assert_eq!(new.len() + contacted.len(), 5);
}

#[sqlx::test(migrations = "../../migrations")]
async fn cards_put_between_the_same_two_at_once_each_get_a_place_of_their_own(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let leads = some_leads(&crm, 22).await;
    let (top, bottom) = (leads[21].id, leads[20].id);
    let mut moves = tokio::task::JoinSet::new();
    for lead in &leads[..20] {
        let (acting, id) = (crm.acting(&crm.ali), lead.id);
        let between = MoveInput { after: Some(top), before: Some(bottom), ..to(LeadStatus::New) };
        moves.spawn(async move { acting.leads().move_to(id, between).await.unwrap().position });
    }
    let mut ranks = moves.join_all().await;
    ranks.sort();
    ranks.dedup();
    assert_eq!(ranks.len(), 20);
    let order = column(&crm, LeadStatus::New).await;
    assert_eq!((order[0], order[21]), (top, bottom));
}

#[sqlx::test(migrations = "../../migrations")]
async fn ranks_that_have_grown_long_are_shortened_and_the_order_stays(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let leads = some_leads(&crm, 4).await;
    let (a, b) = (leads[0].id, leads[1].id);
    // No room but in ever smaller steps: two who take turns right below the same card.
    let (top, ali) = (leads[3].id, crm.acting(&crm.ali));
    for i in 0..400 {
        let id = if i % 2 == 0 { a } else { b };
        ali.leads().move_to(id, MoveInput { after: Some(top), ..to(LeadStatus::New) }).await.unwrap();
    }
    shorten(&crm, &pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_goes_to_the_top_of_its_own_column_and_stays_where_it_is_there_already(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let leads = some_leads(&crm, 3).await;
    let (a, b, c) = (leads[0].id, leads[1].id, leads[2].id);
    let ali = crm.acting(&crm.ali);
    assert_eq!(ali.leads().move_to(a, to(LeadStatus::New)).await.unwrap().version, 2);
    assert_eq!(column(&crm, LeadStatus::New).await, [a, c, b]);
    assert_eq!(ali.leads().move_to(a, to(LeadStatus::New)).await.unwrap().version, 2);
    let below = MoveInput { after: Some(c), ..to(LeadStatus::New) };
    assert_eq!(ali.leads().move_to(b, below).await.unwrap().version, 1);
    // The first neighbour that is there counts.
    let between = MoveInput { after: Some(LeadId(999)), before: Some(b), ..to(LeadStatus::New) };
    ali.leads().move_to(a, between).await.unwrap();
    assert_eq!(column(&crm, LeadStatus::New).await, [c, a, b]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_long_rank_at_the_end_of_a_column_is_shortened_too(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let leads = some_leads(&crm, 2).await;
    for lead in &leads {
        let long = "update leads set position = position || repeat('1', 40) || '8' where id = $1";
        sqlx::query(long).bind(lead.id).execute(&pool).await.unwrap();
    }
    shorten(&crm, &pool).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stale_move_is_blamed_on_nobody_who_did_not_move_it(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let ada = crm.acting(&crm.ada);
    ada.leads().move_to(lead.id, to(LeadStatus::Proposal)).await.unwrap();
    ada.leads().update(lead.id, json!({"name": "Maya Okafor"})).await.unwrap();
    let late = MoveInput { version: Some(2), ..to(LeadStatus::Contacted) };
    let Err(Error::Conflict { detail, .. }) = crm.acting(&crm.ali).leads().move_to(lead.id, late).await else {
        panic!()
    };
    assert_eq!(detail, "Someone changed this lead meanwhile. Nothing was changed.");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_reordering_is_not_undone_in_a_column_that_the_lead_has_left(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let leads = some_leads(&crm, 2).await;
    let below = MoveInput { after: Some(leads[0].id), ..to(LeadStatus::New) };
    crm.in_request(&crm.ali, "one").leads().move_to(leads[1].id, below).await.unwrap();
    crm.acting(&crm.ada).leads().move_to(leads[1].id, to(LeadStatus::Won)).await.unwrap();
    let refused = crm.in_request(&crm.ali, "two").leads().undo("one").await;
    assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
}
