//! Files of several stretches, which are written side by side.

use std::fmt::Write;

use domain::imports::{ImportState, ImportStep, RowOutcome};
use serde_json::json;
use testkit::TestCrm;

use super::{bring, counts, send};

/// So many leads, and behind them every thirteenth once more.
fn twice(rows: usize) -> String {
    let mut file = "name,email\n".to_owned();
    for n in (0..rows).chain((0..rows).step_by(13)) {
        writeln!(file, "Lead {n},lead{n}@okafor.io").unwrap();
    }
    file
}

#[sqlx::test(migrations = "../../migrations")]
async fn rows_of_a_long_file_know_those_before_them(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = bring(&ada, &twice(6_500), json!({"onDuplicate": "skip"})).await;
    assert_eq!(counts(&import), [6_500, 0, 500, 0]);
    let (mut made, mut after) = (Vec::new(), Some(0));
    while let Some(behind) = after {
        let page = ada.imports().rows(import.id, None, behind, 200).await.unwrap();
        for row in page.items {
            let lead = row.lead.unwrap();
            match row.outcome {
                RowOutcome::Created => made.push(lead),
                _ => assert_eq!(lead, made[(usize::try_from(row.row).unwrap() - 6_502) * 13], "{row:?}"),
            }
        }
        after = page.next;
    }
    assert!(made.is_sorted(), "leads are numbered in the order of the file");
    assert_eq!(made.len(), 6_500);
}

#[sqlx::test(migrations = "../../migrations")]
async fn rows_of_a_long_file_go_into_leads_that_it_has_made(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ada = crm.acting(&crm.ada);
    let file = twice(6_500);
    let file = file.replacen("name,email\n", "name,email,company\n", 1).replace(".io\n", ".io,First\n");
    let (first, second) = file.split_at(file.rfind("Lead 0,").unwrap());
    let file = first.to_owned() + &second.replace("First", "Second");
    let import = bring(&ada, &file, json!({"onDuplicate": "update"})).await;
    assert_eq!(counts(&import), [6_500, 500, 0, 0]);
    let companies: Vec<(Option<String>, i64)> =
        sqlx::query_as("select company, count(*) from leads group by 1 order by 1").fetch_all(&pool).await.unwrap();
    assert_eq!(companies, [(Some("First".into()), 6_000), (Some("Second".into()), 500)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn wins_of_a_long_file_spread_over_the_engineers(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let rows: String = (0..7_000).fold(String::new(), |rows, n| rows + &format!("Lead {n},won\n"));
    bring(&crm.acting(&crm.ada), &format!("name,status\n{rows}"), json!({})).await;
    let shares: Vec<(Option<i64>, i64)> =
        sqlx::query_as("select assigned_engineer, count(*) from leads group by 1 order by 1")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(shares, [(Some(crm.eve.id.0), 3_500), (Some(crm.ed.id.0), 3_500)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_long_file_that_fails_on_the_way_keeps_what_came_before_and_says_how_much(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ada = crm.acting(&crm.ada);
    // In the third stretch, while the one before it is being written and the one behind it decided.
    sqlx::query("alter table leads add check (name <> 'Lead 4500')").execute(&pool).await.unwrap();
    let import = send(&ada, "leads.csv", twice(9_000), json!({}), ImportStep::Run).await.unwrap();
    assert_eq!((import.state, counts(&import)), (ImportState::Failed, [4_000, 0, 0, 0]));
    let failure = import.failure.unwrap();
    assert!(failure.contains("The 4000 leads"), "{failure}");
    let there: i64 = sqlx::query_scalar("select count(*) from leads").fetch_one(&pool).await.unwrap();
    assert_eq!(there, 4_000);
}
