//! Leads that may be the one about to be made.

use domain::leads::{Duplicate, DuplicateQuery, Lead, email_key, phone_key};
use sqlx::QueryBuilder;

use super::{
    list,
    row::{COLUMNS, LeadRow},
};
use crate::{Acting, Result};

/// More would be a list, and nobody would read it while typing.
const MOST: i64 = 5;
/// The expression of `leads_phone_key_idx`, and of `domain::leads::phone_key`.
pub(super) const PHONE_KEY: &str = "right(digits_of(phone), 9)";

/// Leads within the actor's scope with this e-mail or phone; those with both first, then the latest.
pub(super) async fn find(me: &Acting, query: &DuplicateQuery) -> Result<Vec<Duplicate>> {
    let DuplicateQuery { email, phone, except } = query;
    let (email, phone) = (email.as_deref().map(email_key), phone.as_deref().and_then(phone_key));
    if email.is_none() && phone.is_none() {
        return Ok(Vec::new());
    }
    let mut sql = QueryBuilder::new("select ");
    sql.push(COLUMNS).push(" from leads where ");
    list::push_scope(&mut sql, me.actor());
    sql.push(" and (lower(email) = ").push_bind(&email).push(" or ").push(PHONE_KEY).push(" = ").push_bind(&phone);
    sql.push(") and id is distinct from ").push_bind(except);
    sql.push(" order by (lower(email) = ")
        .push_bind(&email)
        .push(" and ")
        .push(PHONE_KEY)
        .push(" = ")
        .push_bind(&phone);
    sql.push(") is true desc, updated_at desc, id desc limit ").push_bind(MOST);
    let rows: Vec<LeadRow> = sql.build_query_as().fetch_all(me.pool()).await?;
    let same = |lead: &Lead| {
        let by_email = email.is_some() && lead.email.as_deref().map(email_key) == email;
        let by_phone = phone.is_some() && lead.phone.as_deref().and_then(phone_key) == phone;
        let names = [(by_email, "email"), (by_phone, "phone")];
        names.into_iter().filter(|(same, _)| *same).map(|(_, name)| name.to_owned()).collect()
    };
    Ok(rows.into_iter().map(|LeadRow(lead)| Duplicate { same: same(&lead), lead }).collect())
}
