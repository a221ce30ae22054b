//! What happened to one lead: the pure events, and the timeline that shows what they were about.

use domain::{
    AttachmentId, Cursor, InteractionId, LeadId, Page, Timestamp, UserId,
    attachments::Attachment,
    events::{Changes, Event, TimelineEntry, TimelinePart},
    interactions::{Interaction, InteractionType},
};
use sqlx::{FromRow, Postgres, QueryBuilder, Row, postgres::PgRow};

use super::{Leads, revision::REORDERED, store};
use crate::{
    Error, Result, attachments, events::row, notifications::ring::FOLLOW_UP_DUE, pages::Newest, policy::Action,
};

impl Leads<'_> {
    /// What was written down of a lead's changes, newest first, without fields the actor does not see. `limit` is 1 to
    /// 200.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for another limit, or a cursor of another list.
    pub async fn history(&self, id: LeadId, cursor: Option<&Cursor>, limit: u16) -> Result<Page<Event>> {
        let lead = self.seen(id).await?;
        let newest = Newest::of("history", cursor, limit)?;
        let mut sql = QueryBuilder::new("select ");
        row::push_columns(&mut sql, self.0.actor());
        sql.push(" from events e where e.lead_id = ").push_bind(lead.0);
        row::push_visible(&mut sql, self.0.actor());
        newest.push(&mut sql, "e.at", "e.id");
        newest.page(sql.build_query_as().fetch_all(self.0.pool()).await?, |event: &Event| (event.at, event.id.0))
    }

    /// The same events with the interaction or file that each one brought, as it is now. What was said in something
    /// deleted since is not told again; that it was there, and who deleted it, is.
    ///
    /// # Errors
    /// As for [`Leads::history`].
    pub async fn timeline(
        &self,
        id: LeadId,
        part: TimelinePart,
        cursor: Option<&Cursor>,
        limit: u16,
    ) -> Result<Page<TimelineEntry>> {
        let lead = self.seen(id).await?;
        let newest = Newest::of("timeline", cursor, limit)?;
        let mut sql = QueryBuilder::new("select ");
        row::push_columns(&mut sql, self.0.actor());
        sql.push(
            ", i.id as i_id, i.lead_id as i_lead_id, i.user_id as i_user_id, i.type as i_type, i.text as i_text, \
             i.edited_at as i_edited_at, i.created_at as i_created_at, a.id as a_id, a.lead_id as a_lead_id, \
             a.file_name as a_file_name, a.content_type as a_content_type, a.size_bytes as a_size_bytes, \
             a.uploaded_by_id as a_uploaded_by, a.created_at as a_created_at from events e \
             left join interactions i on e.entity = 'interaction' and i.id = e.entity_id and i.lead_id = any(",
        );
        let leads = self.with_absorbed(lead).await?;
        sql.push_bind(leads.clone());
        sql.push(
            ") left join lead_attachments a on e.entity = 'attachment' and a.id = e.entity_id and a.lead_id = any(",
        );
        sql.push_bind(leads.clone()).push(") where e.lead_id = any(").push_bind(leads).push(")");
        // Where a card stood in its column, and that a day had come, is of no interest to who reads about a lead.
        sql.push(" and e.kind <> all(").push_bind([REORDERED, FOLLOW_UP_DUE]).push(")");
        push_part(&mut sql, part);
        row::push_visible(&mut sql, self.0.actor());
        newest.push(&mut sql, "e.at", "e.id");
        let rows: Vec<EntryRow> = sql.build_query_as().fetch_all(self.0.pool()).await?;
        let entries = rows.into_iter().map(EntryRow::entry).collect();
        newest.page(entries, |entry: &TimelineEntry| (entry.event.at, entry.event.id.0))
    }

    /// The lead and those that are merged into it, whose past is its own as long as they are: one that was brought back
    /// keeps it for itself, whatever becomes of it later.
    async fn with_absorbed(&self, lead: LeadId) -> Result<Vec<i64>> {
        let ids = sqlx::query_scalar!(
            r#"with recursive absorbed (id) as (
                   select $1::bigint
                   union
                   select (e.changes #>> '{mergedFrom,to}')::bigint from absorbed
                   join events e on e.lead_id = absorbed.id and e.kind = 'lead.merged' and e.changes ? 'mergedFrom'
                   where absorbed.id = (select (part.changes #>> '{mergedInto,to}')::bigint from events part
                       where part.lead_id = (e.changes #>> '{mergedFrom,to}')::bigint
                           and (part.kind = 'lead.restored' or part.kind = 'lead.merged' and part.changes ? 'mergedInto')
                       order by part.at desc, part.id desc limit 1))
               select id as "id!" from absorbed"#,
            lead.0,
        )
        .fetch_all(self.0.pool())
        .await?;
        Ok(ids)
    }

    async fn seen(&self, id: LeadId) -> Result<LeadId> {
        self.0.allow(Action::ViewLeads)?;
        let lead = store::find(self.0.pool(), self.0.actor(), id).await?.ok_or(Error::NotFound)?;
        Ok(lead.id)
    }
}

fn push_part(sql: &mut QueryBuilder<Postgres>, part: TimelinePart) {
    sql.push(match part {
        TimelinePart::All => "",
        TimelinePart::Interactions => " and e.entity = 'interaction'",
        TimelinePart::Changes => " and e.entity = 'lead'",
        TimelinePart::Files => " and e.entity = 'attachment'",
        TimelinePart::Agents => " and e.door = 'mcp'",
    });
}

/// An event with the row it is about, if that is still there.
struct EntryRow {
    event: Event,
    interaction: Option<Interaction>,
    attachment: Option<Attachment>,
}

impl EntryRow {
    fn entry(self) -> TimelineEntry {
        let EntryRow { mut event, interaction, attachment } = self;
        match event.kind.as_str() {
            // What it brought says it better, and as it is now.
            "interaction.created" | "attachment.created" => event.changes = Changes::new(),
            // The words of something deleted since.
            "interaction.updated" if interaction.is_none() => event.changes = Changes::new(),
            attachments::RENAMED if attachment.is_none() => event.changes = Changes::new(),
            _ => {}
        }
        let made = event.kind.ends_with(".created");
        let (interaction, attachment) = (interaction.filter(|_| made), attachment.filter(|_| made));
        TimelineEntry { event, interaction, attachment }
    }
}

impl<'r> FromRow<'r, PgRow> for EntryRow {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        let event = Event::from_row(row)?;
        Ok(EntryRow { event, interaction: interaction(row)?, attachment: attachment(row)? })
    }
}

fn interaction(row: &PgRow) -> sqlx::Result<Option<Interaction>> {
    let Some(id) = row.try_get::<Option<InteractionId>, _>("i_id")? else { return Ok(None) };
    Ok(Some(Interaction {
        id,
        lead_id: row.try_get("i_lead_id")?,
        user_id: row.try_get("i_user_id")?,
        r#type: row.try_get::<InteractionType, _>("i_type")?,
        text: row.try_get("i_text")?,
        edited_at: row.try_get("i_edited_at")?,
        created_at: row.try_get("i_created_at")?,
    }))
}

fn attachment(row: &PgRow) -> sqlx::Result<Option<Attachment>> {
    let Some(id) = row.try_get::<Option<AttachmentId>, _>("a_id")? else { return Ok(None) };
    Ok(Some(Attachment {
        id,
        lead_id: row.try_get("a_lead_id")?,
        file_name: row.try_get("a_file_name")?,
        content_type: row.try_get("a_content_type")?,
        size_bytes: row.try_get("a_size_bytes")?,
        uploaded_by: row.try_get::<Option<UserId>, _>("a_uploaded_by")?,
        created_at: row.try_get::<Timestamp, _>("a_created_at")?,
    }))
}
