//! Pages of the lead list: forwards and backwards they are the same pages, whoever turns them.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    Cursor, LeadId, Money, Page,
    leads::{Lead, LeadInput, LeadPriority, LeadQuery, LeadStatus, SortField},
    users::User,
};
use testkit::{NOON, TestCrm, named};
use time::Duration;

const LEADS: i64 = 41;

/// Values repeat and are missing in every column that allows it, each in a rhythm of its own.
async fn with_leads(pool: sqlx::PgPool) -> TestCrm {
    let crm = TestCrm::over(pool).await;
    for i in 0..LEADS {
        let lead = LeadInput {
            company: (i % 5 > 1).then(|| format!("Company {}", i % 4)),
            value: (i % 3 > 0).then(|| Money::from_cents(i % 4 * 100)),
            priority: LeadPriority::ALL[i as usize % 3],
            status: LeadStatus::ALL[(i as usize * 5) % 7],
            follow_up_at: (i % 2 > 0).then(|| NOON + Duration::days(i % 6)),
            assigned_to: [None, Some(crm.ali.id), Some(crm.amy.id)][i as usize % 3],
            assigned_engineer: (i % 4 > 0).then_some(crm.eve.id),
            score: (i % 2 > 0).then_some(i as i16 % 7),
            ..named(&format!("Lead {:02}", (i * 7) % 23))
        };
        crm.system().leads().create(lead).await.unwrap();
        if i % 4 == 0 {
            crm.clock.advance(Duration::minutes(1));
        }
    }
    crm
}

async fn page(crm: &TestCrm, user: &User, sort: &str, limit: u16, cursor: Option<Cursor>) -> Page<Lead> {
    let query = LeadQuery::parse(&format!("sort={sort}&limit={limit}")).unwrap();
    crm.acting(user).leads().list(&LeadQuery { cursor, ..query }).await.unwrap()
}

fn ids(page: &Page<Lead>) -> Vec<LeadId> {
    page.items.iter().map(|lead| lead.id).collect()
}

/// Every sort there is, and some of several keys.
fn sorts() -> Vec<String> {
    let single =
        SortField::ALL.into_iter().flat_map(|field| [field.as_str().to_owned(), format!("-{}", field.as_str())]);
    let several = [
        "value,company",
        "-value,company",
        "company,-value",
        "-company,-value,name",
        "priority,-value,company",
        "followUpAt,-closedAt",
        "-followUpAt,score,-company",
    ];
    single.chain(several.map(str::to_owned)).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn walking_back_shows_the_pages_that_were_seen_on_the_way(pool: sqlx::PgPool) {
    let crm = with_leads(pool).await;
    for (user, limit) in [(&crm.ada, 4), (&crm.ali, 5), (&crm.eve, 3)] {
        let sees_values = user.id != crm.eve.id;
        for sort in sorts().into_iter().filter(|sort| sees_values || !sort.contains("value")) {
            let whole = ids(&page(&crm, user, &sort, 200, None).await);
            assert!(whole.len() > 20, "{} sees {}", user.name, whole.len());
            let mut seen: Vec<Vec<LeadId>> = Vec::new();
            let mut here = page(&crm, user, &sort, limit, None).await;
            assert_eq!((here.previous_cursor.clone(), here.start), (None, Some(0)));
            loop {
                assert_eq!(here.start, Some(seen.concat().len() as i64), "{} by {sort}", user.name);
                seen.push(ids(&here));
                let Some(next) = here.next_cursor.clone() else { break };
                here = page(&crm, user, &sort, limit, Some(next)).await;
            }
            assert_eq!(seen.concat(), whole, "{} by {sort}", user.name);
            for earlier in seen.iter().rev().skip(1) {
                here = page(&crm, user, &sort, limit, here.previous_cursor).await;
                assert_eq!(ids(&here), *earlier, "back: {} by {sort}", user.name);
                // From anywhere on the way back, forward is forward.
                let next = page(&crm, user, &sort, limit, here.next_cursor.clone()).await;
                assert_eq!(next.start, here.start.map(|start| start + i64::from(limit)));
                assert!(seen.contains(&ids(&next)));
            }
            assert_eq!((here.previous_cursor, here.start), (None, Some(0)), "{} by {sort}", user.name);
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_page_back_over_the_beginning_is_the_first_page(pool: sqlx::PgPool) {
    let crm = with_leads(pool).await;
    let query = LeadQuery::parse("limit=10&offset=3").unwrap();
    let third = crm.acting(&crm.ada).leads().list(&query).await.unwrap();
    assert_eq!(third.start, Some(3));
    let first = page(&crm, &crm.ada, "", 10, None).await;
    let back = page(&crm, &crm.ada, "", 10, third.previous_cursor).await;
    assert_eq!((ids(&back), back.start, back.previous_cursor), (ids(&first), Some(0), None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn rows_that_came_in_meanwhile_are_found_on_the_way_back(pool: sqlx::PgPool) {
    let crm = with_leads(pool).await;
    let first = page(&crm, &crm.ada, "", 10, None).await;
    let second = page(&crm, &crm.ada, "", 10, first.next_cursor.clone()).await;
    crm.clock.advance(Duration::minutes(1));
    let newest = crm.lead_of(&crm.ada, "Newest").await;
    let back = page(&crm, &crm.ada, "", 10, second.previous_cursor).await;
    assert_eq!((ids(&back), back.start), (ids(&first), None), "how many came in nobody counted");
    let newer = page(&crm, &crm.ada, "", 10, back.previous_cursor).await;
    assert_eq!((newer.items[0].id, newer.start), (newest.id, Some(0)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_page_whose_rows_have_gone_leads_back_to_those_before_it(pool: sqlx::PgPool) {
    let crm = with_leads(pool).await;
    let first = page(&crm, &crm.ada, "createdAt", 16, None).await;
    let second = page(&crm, &crm.ada, "createdAt", 16, first.next_cursor.clone()).await;
    let third = page(&crm, &crm.ada, "createdAt", 16, second.next_cursor.clone()).await;
    for id in ids(&third) {
        crm.system().leads().delete(id).await.unwrap();
    }
    let emptied = page(&crm, &crm.ada, "createdAt", 16, second.next_cursor.clone()).await;
    assert_eq!((ids(&emptied), emptied.start), (vec![], Some(32)));
    let back = page(&crm, &crm.ada, "createdAt", 16, emptied.previous_cursor).await;
    let all = [ids(&first), ids(&second)].concat();
    assert_eq!((ids(&back), back.start), (all[15..31].to_vec(), Some(15)));
    let rest = page(&crm, &crm.ada, "createdAt", 16, back.next_cursor).await;
    assert_eq!((ids(&rest), rest.start), (all[31..].to_vec(), Some(31)));
}
