//! Exact totals without counting: sums over `lead_tallies`, which every write of a lead keeps up.

use domain::leads::{Between, LeadFilter};
use sqlx::{Postgres, QueryBuilder};

use super::list;
use crate::{Acting, Crm, Result};

/// Whether the filter looks at nothing but what tallies are kept for.
pub(super) fn answer(filter: &LeadFilter) -> bool {
    let LeadFilter { status: _, assignee: _, engineer: _, priority, source, product, .. } = filter;
    let LeadFilter { value, created, closed, follow_up, follow_up_due, q, .. } = filter;
    let no_days = [created, closed, follow_up].into_iter().all(|days| *days == Between::default());
    priority.is_empty()
        && source.is_empty()
        && product.is_empty()
        && *value == Between::default()
        && no_days
        && follow_up_due.is_empty()
        && q.is_none()
}

/// The number of matching leads within the actor's scope; only for filters that [`answer`] accepts.
pub(super) async fn count(me: &Acting, filter: &LeadFilter) -> Result<i64> {
    let mut sql = QueryBuilder::new("select coalesce(sum(leads), 0)::bigint from lead_tallies where true");
    list::push_visible(&mut sql, me.actor());
    list::push_filter(&mut sql, me.actor(), filter, me.crm().now());
    Ok(sql.build_query_scalar().fetch_one(me.pool()).await?)
}

/// Count and worth by status, under the same condition.
pub(super) fn by_status(me: &Acting, filter: &LeadFilter) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(
        "select status, sum(leads)::bigint as count, sum(value) as value from lead_tallies where true",
    );
    list::push_visible(&mut sql, me.actor());
    list::push_filter(&mut sql, me.actor(), filter, me.crm().now());
    sql.push(" group by status");
    sql
}

impl Crm {
    /// Folds the rows that changes have added into one per combination. Readers see either all of them or the sum;
    /// of two copies that fold at once, the second finds the rows of the first gone.
    pub async fn fold_tallies(&self) -> Result<()> {
        sqlx::query!(
            r#"with many as (select count(*) > 200 as many from (select 1 from lead_tallies where not is_folded limit 201) t),
                    gone as (delete from lead_tallies where (select many from many) returning *)
               insert into lead_tallies (status, assigned_to, assigned_engineer, created_by, leads, value, is_folded)
               select status, assigned_to, assigned_engineer, created_by, sum(leads), sum(value), true from gone
               group by 1, 2, 3, 4 having sum(leads) <> 0 or sum(value) <> 0"#
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }
}
