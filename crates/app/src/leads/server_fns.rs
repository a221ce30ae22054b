//! How the pages reach the use cases. Each calls one.

use domain::{
    Cursor, JobId, LeadId, Page,
    events::{TimelineEntry, TimelinePart},
    leads::{BulkInput, BulkJob, Duplicate, Lead, LeadInput, MergeInput, MyDay},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde_json::Value;

#[cfg(feature = "ssr")]
use super::detail::ENTRIES;
use super::detail::LeadSheet;
#[cfg(feature = "ssr")]
use crate::viewer::acting;
use crate::{UiError, viewer::Done, wire::Json};
#[cfg(feature = "ssr")]
use domain::leads::DuplicateQuery;

/// One page of the list that the query string describes; no total. Where its page has no leads any more, the one before.
#[server(endpoint = "leads/list", input = GetUrl, output = Json)]
pub async fn list_leads(query: String) -> Result<Page<Lead>, UiError> {
    let (me, query) = (acting().await?, parse(&query)?);
    let page = me.leads().list(&query).await?;
    if !page.items.is_empty() || (page.previous_cursor.is_none() && query.offset == 0) {
        return Ok(page);
    }
    Ok(me.leads().list(&domain::leads::LeadQuery { cursor: page.previous_cursor, offset: 0, ..query }).await?)
}

/// How many leads match, exactly. Apart from the list, so that no page waits for it.
#[server(endpoint = "leads/count", input = GetUrl, output = Json)]
pub async fn count_leads(query: String) -> Result<i64, UiError> {
    Ok(acting().await?.leads().count(&parse(&query)?).await?)
}

#[server(endpoint = "leads/find", input = GetUrl, output = Json)]
pub async fn find_lead(id: LeadId) -> Result<Lead, UiError> {
    Ok(acting().await?.leads().find(id).await?)
}

/// All that the sheet of a lead shows at first, in one answer.
#[server(endpoint = "leads/sheet", input = GetUrl, output = Json)]
pub async fn load_sheet(id: LeadId) -> Result<LeadSheet, UiError> {
    let me = acting().await?;
    let lead = me.leads().find(id).await?;
    let product = match lead.assigned_product {
        // One that was deleted since is no reason to show nothing at all.
        Some(id) => me.products().find(id).await.ok(),
        None => None,
    };
    Ok(LeadSheet {
        rights: me.leads().may(&lead)?,
        timeline: me.leads().timeline(id, TimelinePart::All, None, ENTRIES).await?,
        files: me.attachments().list(id).await?,
        score: me.leads().score(id).await?,
        product,
        lead,
    })
}

#[server(endpoint = "leads/create", input = Json, output = Json)]
pub async fn create_lead(lead: LeadInput) -> Result<Done<Lead>, UiError> {
    let me = acting().await?;
    Ok(Done::by(&me, me.leads().create(lead).await?))
}

/// `patch` is a JSON merge patch; with `version` in it, a stale one is refused.
#[server(endpoint = "leads/update", input = Json, output = Json)]
pub async fn update_lead(id: LeadId, patch: Value) -> Result<Done<Lead>, UiError> {
    let me = acting().await?;
    Ok(Done::by(&me, me.leads().update(id, patch).await?))
}

#[server(endpoint = "leads/delete", input = Json, output = Json)]
pub async fn delete_lead(id: LeadId) -> Result<Done<()>, UiError> {
    let me = acting().await?;
    me.leads().delete(id).await?;
    Ok(Done::by(&me, ()))
}

/// Merges `input.from` into the lead.
#[server(endpoint = "leads/merge", input = Json, output = Json)]
pub async fn merge_leads(id: LeadId, input: MergeInput) -> Result<Done<Lead>, UiError> {
    let me = acting().await?;
    Ok(Done::by(&me, me.leads().merge(id, input).await?))
}

/// Changes many leads; more than 1,000 become a job, which [`find_job`] follows.
#[server(endpoint = "leads/bulk", input = Json, output = Json)]
pub async fn bulk_leads(input: BulkInput) -> Result<BulkJob, UiError> {
    Ok(acting().await?.leads().bulk(input).await?)
}

#[server(endpoint = "jobs/find", input = GetUrl, output = Json)]
pub async fn find_job(id: JobId) -> Result<BulkJob, UiError> {
    Ok(acting().await?.jobs().find(id).await?)
}

#[server(endpoint = "jobs/cancel", input = Json, output = Json)]
pub async fn cancel_job(id: JobId) -> Result<BulkJob, UiError> {
    Ok(acting().await?.jobs().cancel(id).await?)
}

/// Takes back what one request of the person's did to leads; more than 1,000 become a job.
#[server(endpoint = "undo", input = Json, output = Json)]
pub async fn undo(request_id: String) -> Result<BulkJob, UiError> {
    Ok(acting().await?.leads().undo(&request_id).await?)
}

/// What happened to a lead, newest first; 1 to 200 entries.
#[server(endpoint = "leads/timeline", input = GetUrl, output = Json)]
pub async fn load_timeline(
    id: LeadId,
    part: TimelinePart,
    cursor: Option<Cursor>,
    limit: u16,
) -> Result<Page<TimelineEntry>, UiError> {
    Ok(acting().await?.leads().timeline(id, part, cursor.as_ref(), limit).await?)
}

/// The person's own follow-ups: overdue, today, and the six days after.
#[server(endpoint = "leads/my_day", input = GetUrl, output = Json)]
pub async fn load_my_day() -> Result<MyDay, UiError> {
    Ok(acting().await?.leads().my_day().await?)
}

/// Leads with this e-mail or phone, other than `except`; at most 5.
#[server(endpoint = "leads/duplicates", input = GetUrl, output = Json)]
pub async fn duplicates_of(
    email: Option<String>,
    phone: Option<String>,
    except: Option<LeadId>,
) -> Result<Vec<Duplicate>, UiError> {
    Ok(acting().await?.leads().duplicates(&DuplicateQuery { email, phone, except }).await?)
}

#[cfg(feature = "ssr")]
fn parse(query: &str) -> Result<domain::leads::LeadQuery, UiError> {
    Ok(domain::leads::LeadQuery::parse(query).map_err(service::Error::BadRequest)?)
}
