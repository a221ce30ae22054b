//! The board: what stands in its columns, and moving a lead on it.

use domain::{
    LeadId, Money,
    leads::{
        Board, BoardColumn, CARDS, Lead, LeadFilter, LeadInput, LeadQuery, LeadStatus, MoveInput, SortField, SortKey,
    },
};
use sqlx::{Postgres, QueryBuilder};

use super::{
    Leads,
    column::{self, Spot},
    cursor, list, store, stretch, tallies,
    write::Writing,
};
use crate::{Acting, Crm, Error, Result, policy, policy::Action};

/// The order inside a column.
const BY_RANK: SortKey = SortKey { field: SortField::Position, descending: false };

impl Leads<'_> {
    /// The board of the leads that match: each column with its exact count and worth, and its first cards. The rest of
    /// a column is a list with the same filter, this status, and `sort=position`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when the filter uses a field the actor does not see.
    pub async fn board(&self, filter: &LeadFilter) -> Result<Board> {
        self.0.allow(Action::ViewLeads)?;
        policy::allow_query(self.0.actor(), &LeadQuery { filter: filter.clone(), ..LeadQuery::default() })?;
        let statuses: Vec<LeadStatus> =
            LeadStatus::ALL.into_iter().filter(|s| filter.status.is_empty() || filter.status.contains(s)).collect();
        let cards = stretch::columns(self.0, filter, &statuses, usize::from(CARDS) + 1);
        let (heads, mut cards) = tokio::try_join!(heads(self.0, filter), cards)?;
        let columns = statuses.into_iter().map(|status| {
            let mut leads: Vec<Lead> = cards.extract_if(.., |lead| lead.status == status).collect();
            let more = leads.len() > usize::from(CARDS);
            leads.truncate(CARDS.into());
            let last = leads.last().filter(|_| more);
            let next_cursor = last.map(|last| cursor::after(last, &[BY_RANK], None)).transpose()?;
            let head = heads.iter().find(|head| head.status == status);
            let redacted = leads.into_iter().map(|lead| policy::redact(self.0.actor(), lead)).collect();
            let value = head.map_or(Money::ZERO, |head| head.value);
            let sees_value = !policy::hidden_fields(self.0.actor()).contains(&"value");
            let count = head.map_or(0, |head| head.count);
            Ok(BoardColumn { status, count, value: sees_value.then_some(value), leads: redacted, next_cursor })
        });
        Ok(Board { columns: columns.collect::<Result<_>>()? })
    }

    /// Moves a lead into a column, to the place between the named neighbours, with everything that belongs to entering
    /// a status: a won lead without an engineer gets the one with the least work, or the one that is named.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a stale version: it says who moved the lead where. [`Error::Invalid`] for a reason or an
    /// engineer that does not go with the status.
    pub async fn move_to(&self, id: LeadId, input: MoveInput) -> Result<Lead> {
        self.0.allow(Action::MoveLead)?;
        let MoveInput { status, after, before, version, lost_reason, assigned_engineer } =
            input.checked().map_err(Error::Invalid)?;
        let spots: Vec<Spot> = after.map(Spot::After).into_iter().chain(before.map(Spot::Before)).collect();
        let actor = self.0.actor();
        let mut writing = Writing::begin(self.0).await?;
        column::hold(&mut writing.tx, status).await?;
        let room = column::room_at(&mut writing.tx, actor, (id, status), &spots, writing.now).await?;
        let lead = store::lock(&mut writing.tx, actor, id).await?.ok_or(Error::NotFound)?;
        if let Some(version) = version.filter(|version| *version != lead.version) {
            return Err(stale(&mut writing, lead, version).await?);
        }
        let mut next = LeadInput { status, ..LeadInput::of(&lead) };
        if status == LeadStatus::Lost {
            next.lost_reason = lost_reason.or(next.lost_reason);
        }
        next.assigned_engineer = assigned_engineer.or(next.assigned_engineer);
        let stays = lead.status == status && room.holds(&lead);
        if stays && next == LeadInput::of(&lead) {
            return Ok(policy::redact(actor, lead));
        }
        let position = if stays { lead.position.clone() } else { room.rank };
        writing.relocate(&lead, next, position).await?;
        let lead = writing.reread(id).await?;
        writing.commit().await?;
        Ok(policy::redact(actor, lead))
    }
}

impl Crm {
    /// Shortens ranks that many moves to one place have made long. Returns how many places were seen to.
    pub async fn shorten_ranks(&self) -> Result<usize> {
        let (mut places, mut last) = (0, None);
        while let Some(long) = column::long_rank(self.pool()).await? {
            // One that stays long whatever is done must not keep everything else waiting.
            if last.replace(long.1.id) == Some(long.1.id) {
                tracing::warn!(lead = %long.1.id, "a rank could not be shortened");
                break;
            }
            let mut tx = self.begin().await?;
            column::shorten(&mut tx, long, self.now()).await?;
            tx.commit().await?;
            places += 1;
        }
        Ok(places)
    }
}

/// What a column's head says.
#[derive(sqlx::FromRow)]
struct Head {
    status: LeadStatus,
    count: i64,
    value: Money,
}

async fn heads(me: &Acting, filter: &LeadFilter) -> Result<Vec<Head>> {
    let mut sql = if tallies::answer(filter) {
        tallies::by_status(me, filter)
    } else {
        let mut sql = QueryBuilder::<Postgres>::new(
            "select status, count(*) as count, coalesce(sum(value), 0) as value from leads where ",
        );
        list::push_scope(&mut sql, me.actor());
        list::push_filter(&mut sql, me.actor(), filter, me.crm().now());
        sql.push(" group by status");
        sql
    };
    Ok(sql.build_query_as().fetch_all(me.pool()).await?)
}

/// The refusal of a move that someone else was ahead of, who changed the lead since this version.
async fn stale(writing: &mut Writing<'_>, lead: Lead, seen: i64) -> Result<Error> {
    let actor = writing.acting.actor();
    // Each version is one event, so what came since is among as many of the newest; notes and files make no version.
    let since = sqlx::query!(
        r#"select e.kind, e.actor_id as "actor_id: domain::UserId", u.name as "name?"
           from (select * from events where lead_id = $1 and entity <> 'attachment' and kind <> 'lead.follow_up_due'
                     and (kind <> 'interaction.created' or changes ? 'type')
                 order by at desc, id desc limit $2) e
           left join users u on u.id = e.actor_id
           where e.kind in ('lead.status_changed', 'lead.reordered')
           order by e.at desc, e.id desc limit 1"#,
        lead.id.0,
        (lead.version - seen).clamp(1, 200),
    )
    .fetch_optional(&mut **writing.tx)
    .await?;
    let detail = match since {
        Some(row) => {
            let by_me = row.actor_id.is_some() && row.actor_id == actor.id();
            let who = if by_me { "You".to_owned() } else { row.name.unwrap_or_else(|| "Siwaht".to_owned()) };
            let elsewhere = if by_me { " elsewhere" } else { "" };
            let what = match row.kind.as_str() {
                "lead.reordered" => "put this lead in another place".to_owned(),
                _ => format!("moved this lead to {}", lead.status.label()),
            };
            format!("{who} {what}{elsewhere}. Nothing was changed.")
        }
        None => "Someone changed this lead meanwhile. Nothing was changed.".to_owned(),
    };
    Ok(Error::Conflict { detail, current: Some(serde_json::to_value(policy::redact(actor, lead))?) })
}
