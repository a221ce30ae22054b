//! Files of leads on their way in.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

mod dry_run;
mod files;
mod formats;
mod live;
mod long;
mod outages;
mod revert;

use bytes::Bytes;
use domain::imports::{Import, ImportRow, ImportState, ImportStep, OnDuplicate};
use futures_util::stream;
use serde_json::{Value, json};
use service::{Acting, Actor, Crm, Error, Result};
use testkit::TestCrm;

/// Uploads a file and goes through it, or brings it in.
pub async fn send(
    me: &Acting,
    name: &str,
    bytes: impl Into<Vec<u8>>,
    choices: Value,
    step: ImportStep,
) -> Result<Import> {
    let on_duplicate = match choices.get("onDuplicate").and_then(Value::as_str) {
        Some(word) => word.parse().unwrap(),
        None => OnDuplicate::Skip,
    };
    let mut upload = me.imports().upload().await?;
    upload.file(name, stream::iter([Ok(Bytes::from(bytes.into()))])).await?;
    let import = upload.finish(choices, on_duplicate, step).await?;
    me.crm().run_imports().await?;
    me.imports().find(import.id).await
}

/// Goes through a CSV file without writing.
pub async fn check(me: &Acting, csv: &str, choices: Value) -> Import {
    send(me, "leads.csv", csv, choices, ImportStep::Check).await.unwrap()
}

/// Brings a CSV file in.
pub async fn bring(me: &Acting, csv: &str, choices: Value) -> Import {
    let import = send(me, "leads.csv", csv, choices, ImportStep::Run).await.unwrap();
    assert_eq!(import.state, ImportState::Done, "{:?}", import.failure);
    import
}

/// What is the matter with a file that is refused.
pub async fn refusal(me: &Acting, name: &str, bytes: impl Into<Vec<u8>>) -> String {
    match send(me, name, bytes, json!({}), ImportStep::Check).await {
        Err(Error::Invalid(fields)) => fields.0["file"].clone(),
        other => panic!("{other:?}"),
    }
}

/// Created, updated, skipped, failed.
pub fn counts(import: &Import) -> [i64; 4] {
    let counts = import.counts;
    [counts.created, counts.updated, counts.skipped, counts.failed]
}

pub async fn rows(me: &Acting, import: &Import) -> Vec<ImportRow> {
    me.imports().rows(import.id, None, 0, 200).await.unwrap().items
}

/// Everything about leads that an import could change, as text.
pub async fn all_leads(crm: &Crm) -> Vec<String> {
    let query = domain::leads::LeadQuery { limit: 200, ..Default::default() };
    let page = crm.acting_as(Actor::system()).leads().list(&query).await.unwrap();
    page.items.iter().map(|lead| serde_json::to_string(lead).unwrap()).collect()
}

pub async fn lead_named(crm: &TestCrm, name: &str) -> domain::leads::Lead {
    let query = domain::leads::LeadQuery::parse(&format!("limit=200&sort=-createdAt&q={name}")).unwrap();
    let page = crm.system().leads().list(&query).await.unwrap();
    page.items.into_iter().find(|lead| lead.name == name).unwrap_or_else(|| panic!("no lead {name}"))
}
