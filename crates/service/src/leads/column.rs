//! SQL about a column of the board: its order, held while it changes.

use domain::{
    LeadId, Timestamp,
    leads::{Lead, LeadStatus},
};
use sqlx::{PgExecutor, Postgres, QueryBuilder};

use super::{list, rank};
use crate::{Actor, Error, Result, db::Tx};

/// Any number will do, as long as nothing else in this database locks pairs of numbers that begin with it.
const ORDERING: i32 = 0x5157_4148;
/// Neighbours to either side that are spread anew together.
const AROUND: i64 = 64;
/// From here on a rank is too long; `leads_long_rank_idx` knows the number too.
const LONG: i32 = 40;

/// Down a column, and up: what is beyond a place, and the order in which it is met.
const DOWN: (&str, &str) = (" > ", "");
const UP: (&str, &str) = (" < ", " desc");

/// A card's place: its rank, and its id to be exact.
#[derive(Clone, sqlx::FromRow)]
pub(super) struct Place {
    pub id: LeadId,
    pub position: String,
}

/// Where in a column a card is to go, by one neighbour.
#[derive(Clone, Copy)]
pub(super) enum Spot {
    After(LeadId),
    Before(LeadId),
}

/// Holds a column's order until the transaction ends: of two cards that are put between the same neighbours, the second
/// one sees the first. To be taken before any lead is held, or two who want each other's would never end.
pub(super) async fn hold(tx: &mut Tx, status: LeadStatus) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1, $2)", ORDERING, status as i32).execute(&mut ***tx).await?;
    Ok(())
}

/// A place in a column between its neighbours, and a rank for it.
pub(super) struct Room {
    pub rank: String,
    low: Option<Place>,
    high: Option<Place>,
}

impl Room {
    /// Whether this card of the column stands here already.
    pub(super) fn holds(&self, lead: &Lead) -> bool {
        let here = (&lead.position, lead.id);
        self.low.as_ref().is_none_or(|low| (&low.position, low.id) < here)
            && self.high.as_ref().is_none_or(|high| here < (&high.position, high.id))
    }
}

/// Room for the lead at the first of these spots that there is, or else on top of the column, which is held. To be asked
/// for before the lead is held: neighbours may have to be moved apart, and they are held in the order of their ids.
pub(super) async fn room_at(
    tx: &mut Tx,
    actor: &Actor,
    (lead, status): (LeadId, LeadStatus),
    spots: &[Spot],
    now: Timestamp,
) -> Result<Room> {
    let fresh = fresh(&mut ***tx, now).await?;
    // Without room the neighbours are moved apart, and then there is some.
    for _ in 0..2 {
        let (low, high) = neighbours(tx, actor, (lead, status), spots).await?;
        let rank = rank::between(low.as_ref().map(|p| &*p.position), high.as_ref().map(|p| &*p.position), &fresh);
        if let Some(rank) = rank {
            return Ok(Room { rank, low, high });
        }
        if let Some(around) = low.or(high) {
            respace(tx, status, &around, &fresh).await?;
        }
    }
    Err(Error::internal("no room in a column that was just spread"))
}

/// The rank of what enters a column now.
async fn fresh(db: impl PgExecutor<'_>, now: Timestamp) -> Result<String> {
    let n = sqlx::query_scalar!(r#"select nextval('lead_ranks') as "n!""#).fetch_one(db).await?;
    Ok(rank::entering(now, n))
}

/// The cards right above and right below the spot, the lead itself left out.
async fn neighbours(
    tx: &mut Tx,
    actor: &Actor,
    (lead, status): (LeadId, LeadStatus),
    spots: &[Spot],
) -> Result<(Option<Place>, Option<Place>)> {
    for spot in spots {
        let (Spot::After(id) | Spot::Before(id)) = *spot;
        let Some(anchor) = find(tx, actor, id, status).await?.filter(|place| place.id != lead) else { continue };
        return Ok(match spot {
            Spot::After(_) => {
                let below = beside(tx, status, &anchor, DOWN, lead).await?;
                (Some(anchor), below)
            }
            Spot::Before(_) => (beside(tx, status, &anchor, UP, lead).await?, Some(anchor)),
        });
    }
    let top = Place { id: LeadId(0), position: String::new() };
    Ok((None, beside(tx, status, &top, DOWN, lead).await?))
}

async fn find(tx: &mut Tx, actor: &Actor, id: LeadId, status: LeadStatus) -> Result<Option<Place>> {
    let mut sql = QueryBuilder::new("select id, position from leads where id = ");
    sql.push_bind(id).push(" and status = ").push_bind(status).push(" and ");
    list::push_scope(&mut sql, actor);
    Ok(sql.build_query_as().fetch_optional(&mut ***tx).await?)
}

/// The next card of the column in one direction, other than `lead`; whoever sees it.
async fn beside(
    tx: &mut Tx,
    status: LeadStatus,
    place: &Place,
    (beyond, direction): (&str, &str),
    lead: LeadId,
) -> Result<Option<Place>> {
    let mut sql = stretch(status, place, (beyond, direction));
    sql.push(" limit 2");
    let places: Vec<Place> = sql.build_query_as().fetch_all(&mut ***tx).await?;
    Ok(places.into_iter().find(|place| place.id != lead))
}

/// The cards beyond a place, the nearest first.
fn stretch(status: LeadStatus, place: &Place, (beyond, direction): (&str, &str)) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("select id, position from leads where deleted_at is null and status = ");
    sql.push_bind(status).push(" and (position, id)").push(beyond).push("(").push_bind(place.position.clone());
    sql.push(", ").push_bind(place.id).push(") order by position").push(direction).push(", id").push(direction);
    sql
}

/// Moves the cards around a place apart, in a column that is held: nobody's order changes, and no version, since
/// nobody sees a rank.
async fn respace(tx: &mut Tx, status: LeadStatus, around: &Place, fresh: &str) -> Result<()> {
    let mut most = AROUND;
    loop {
        let mut above: Vec<Place> = beyond(tx, status, around, UP, most).await?;
        let below: Vec<Place> = beyond(tx, status, around, DOWN, most).await?;
        let whole = i64::try_from(above.len().max(below.len())).unwrap_or(i64::MAX) < most;
        above.reverse();
        let places: Vec<Place> = above.into_iter().chain([around.clone()]).chain(below).collect();
        if let [first, inner @ .., last] = &places[..]
            && let Some(ranks) = rank::spread(&first.position, &last.position, inner.len())
        {
            return write(tx, inner, &ranks).await;
        }
        if whole {
            return write(tx, &places, &rank::spread_from(fresh, places.len())).await;
        }
        most *= 8;
    }
}

async fn beyond(
    tx: &mut Tx,
    status: LeadStatus,
    place: &Place,
    direction: (&str, &str),
    most: i64,
) -> Result<Vec<Place>> {
    let mut sql = stretch(status, place, direction);
    sql.push(" limit ").push_bind(most);
    Ok(sql.build_query_as().fetch_all(&mut ***tx).await?)
}

/// The leads are held in the order of their ids, like everywhere, before their ranks are written.
async fn write(tx: &mut Tx, places: &[Place], ranks: &[String]) -> Result<()> {
    let ids: Vec<i64> = places.iter().map(|place| place.id.0).collect();
    sqlx::query!("select id from leads where id = any($1) order by id for update", &ids).fetch_all(&mut ***tx).await?;
    sqlx::query!(
        "update leads set position = n.position from unnest($1::bigint[], $2::text[]) as n(id, position)
         where leads.id = n.id",
        &ids,
        ranks,
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

/// A card whose rank has grown long, if there is one.
pub(super) async fn long_rank(db: impl PgExecutor<'_>) -> Result<Option<(LeadStatus, Place)>> {
    let row = sqlx::query!(
        r#"select status as "status: LeadStatus", id as "id: LeadId", position from leads
           where deleted_at is null and length(position) > 40 limit 1"#
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.status, Place { id: row.id, position: row.position })))
}

/// Shortens the ranks around a card, unless it has moved on.
pub(super) async fn shorten(tx: &mut Tx, (status, place): (LeadStatus, Place), now: Timestamp) -> Result<()> {
    hold(tx, status).await?;
    let fresh = fresh(&mut ***tx, now).await?;
    let mut sql = QueryBuilder::new("select id, position from leads where id = ");
    sql.push_bind(place.id).push(" and status = ").push_bind(status).push(" and length(position) > ").push_bind(LONG);
    let still: Option<Place> = sql.build_query_as().fetch_optional(&mut ***tx).await?;
    let Some(place) = still else { return Ok(()) };
    let above = beside(tx, status, &place, UP, place.id).await?;
    let below = beside(tx, status, &place, DOWN, place.id).await?;
    match (above, below) {
        // The ends of a column have all the room there is.
        (None, below) => {
            let rank = rank::between(None, below.as_ref().map(|p| &*p.position), &fresh);
            write(tx, &[place], &[rank.unwrap_or(fresh)]).await
        }
        (Some(above), None) => match rank::between(Some(&above.position), None, &fresh) {
            Some(rank) => write(tx, &[place], &[rank]).await,
            None => Ok(()),
        },
        (Some(_), Some(_)) => respace(tx, status, &place, &fresh).await,
    }
}
