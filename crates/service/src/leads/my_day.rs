//! What waits for a person today.

use domain::{
    leads::{Between, FollowUps, LeadFilter, LeadQuery, LeadStatus, MyDay, Owner, SHOWN, SortField, SortKey},
    users::Role,
};
use time::{Date, Duration};

use super::{Leads, list};
use crate::{Result, policy, policy::Action};

impl Leads<'_> {
    /// Follow-ups of the actor's own open leads: those they sell, or for an engineer those they deliver. Days are those
    /// of the actor's time zone.
    ///
    /// Each part is a list like any other, so that its number and the page behind it cannot differ.
    pub async fn my_day(&self) -> Result<MyDay> {
        self.0.allow(Action::ViewLeads)?;
        let today = self.today().await?;
        let in_days = |days| today.saturating_add(Duration::days(days));
        Ok(MyDay {
            overdue: self.follow_ups(None, in_days(-1)).await?,
            today: self.follow_ups(Some(today), today).await?,
            week: self.follow_ups(Some(in_days(1)), in_days(6)).await?,
        })
    }

    async fn follow_ups(&self, from: Option<Date>, to: Date) -> Result<FollowUps> {
        let actor = self.0.actor();
        let mut filter = LeadFilter {
            status: LeadStatus::ALL.into_iter().filter(|status| !status.is_closed()).collect(),
            follow_up: Between { from, to: Some(to) },
            ..LeadFilter::default()
        };
        match actor.role() {
            Role::Admin | Role::Agent => filter.assignee = vec![Owner::Me],
            Role::Engineer => filter.engineer = vec![Owner::Me],
        }
        let sort = vec![SortKey { field: SortField::FollowUpAt, descending: false }];
        let query = LeadQuery { filter, sort, ..LeadQuery::default() };
        let address = query.to_query();
        let page = list::page(self.0, &LeadQuery { limit: SHOWN, total: true, ..query }).await?;
        let page = page.map(|lead| policy::redact(actor, lead));
        Ok(FollowUps { total: page.total.unwrap_or_default(), leads: page.items, query: address })
    }

    async fn today(&self) -> Result<Date> {
        // PostgreSQL knows the time zones and when their clocks change.
        let today = sqlx::query_scalar!(
            r#"select ($1::timestamptz at time zone $2)::date as "today!""#,
            self.0.crm.now(),
            self.0.actor().time_zone(),
        )
        .fetch_one(self.0.pool())
        .await?;
        Ok(today)
    }
}
