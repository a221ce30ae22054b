//! What others see of an import while it goes on.

use std::time::Duration;

use domain::leads::LeadInput;
use serde_json::json;
use service::{Heard, Listener};
use testkit::{TestCrm, named};

use super::bring;

/// Everything up to the word that lists are to be loaded anew, or up to the first event.
async fn until(listener: &mut Listener, is_last: fn(&Heard) -> bool) -> Vec<Heard> {
    let mut all = Vec::new();
    while !all.iter().any(is_last) {
        let heard = tokio::time::timeout(Duration::from_secs(20), listener.next()).await;
        all.extend(heard.unwrap().unwrap());
    }
    all
}

#[sqlx::test(migrations = "../../migrations")]
async fn viewers_hear_how_far_it_is_and_not_of_each_lead(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let following = tokio::spawn({
        let crm = crm.crm.clone();
        async move { crm.follow_events().await }
    });
    let (ali, amy) = (crm.acting(&crm.ali), crm.acting(&crm.amy));
    let (mut by_ali, mut by_amy) = (ali.events().listen(None).await.unwrap(), amy.events().listen(None).await.unwrap());
    // Whoever hears of this one follows what happens.
    let first = LeadInput { assigned_to: None, ..named("Anyone's") };
    crm.acting(&crm.ada).leads().create(first).await.unwrap();
    for listener in [&mut by_ali, &mut by_amy] {
        until(listener, |heard| matches!(heard, Heard::Event(..))).await;
    }
    let rows: String = (0..30).map(|n| format!("Lead {n},amy\n")).collect();
    let import = bring(&ali, &format!("name,owner\n{rows}"), json!({})).await;
    let (ali, amy) = (
        until(&mut by_ali, |heard| matches!(heard, Heard::Reload)).await,
        until(&mut by_amy, |heard| matches!(heard, Heard::Reload)).await,
    );
    let is_of_import = |heard: &Heard| matches!(heard, Heard::Import(id) if *id == import.id);
    assert!(ali.iter().any(is_of_import), "whose it is hears how far it is");
    assert!(!amy.iter().any(|heard| matches!(heard, Heard::Import(_))), "others do not");
    assert!(!ali.iter().chain(&amy).any(|heard| matches!(heard, Heard::Event(..))), "nobody hears of each lead");
    following.abort();
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_comes_back_after_an_import_loads_lists_anew(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    crm.lead_of(&crm.amy, "Maya").await;
    testkit::settle(&pool).await;
    let amy = crm.acting(&crm.amy);
    let before = amy.events().last().await.unwrap();
    let mut calm = amy.events().listen(Some(before)).await.unwrap();
    bring(&crm.acting(&crm.ali), "name,owner\nNoor,amy\n", json!({})).await;
    let mut back = amy.events().listen(Some(before)).await.unwrap();
    assert!(matches!(back.next().await.unwrap()[..], [Heard::Reload]));
    let heard = tokio::time::timeout(Duration::ZERO, calm.next()).await;
    assert!(!heard.is_ok_and(|heard| matches!(heard.unwrap()[..], [Heard::Reload])), "nothing had happened yet");
}
