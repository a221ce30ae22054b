//! Whose row this is: the lead that has its e-mail or phone already, or the row of the same file that comes before it.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use domain::{
    LeadId,
    leads::{email_key, phone_key},
};
use sqlx::{Postgres, QueryBuilder, Row as _, Transaction};

use super::{
    super::{duplicates::PHONE_KEY, list},
    draft::Draft,
};
use crate::{Actor, Result};

/// By what two are the same; the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Same {
    Id,
    Email,
    Phone,
}

impl Same {
    pub fn as_str(self) -> &'static str {
        match self {
            Same::Id => "number",
            Same::Email => "e-mail",
            Same::Phone => "phone",
        }
    }
}

/// Where the row belongs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Match {
    /// A lead that was there before the file.
    Lead(LeadId, Same),
    /// A row of the file that was written, or would be.
    Row(Place, Same),
}

/// A row that made a lead or went into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub row: i64,
    /// Unknown while the lead is only planned.
    pub lead: Option<LeadId>,
    /// Whether the file made the lead, now or earlier.
    pub is_new: bool,
}

/// The keys of every row that was written. Sixteen bytes a key instead of the text: two that happen to be the same
/// number are met once in a hundred million files of this size.
#[derive(Default)]
pub(super) struct Seen {
    keys: HashMap<u64, Place>,
}

/// What one row is recognised by.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    pub id: Option<i64>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl Keys {
    pub fn of(draft: &Draft) -> Self {
        Keys {
            id: draft.id,
            email: draft.input.email.as_deref().map(email_key),
            phone: draft.input.phone.as_deref().and_then(phone_key),
        }
    }
}

impl Seen {
    fn find(&self, same: Same, key: Option<&String>) -> Option<Match> {
        self.keys.get(&hash(same, key?)).map(|place| Match::Row(*place, same))
    }

    /// From now on, rows with these keys belong there. The first one keeps them.
    pub fn add(&mut self, keys: &Keys, place: Place) {
        for (same, key) in [(Same::Email, &keys.email), (Same::Phone, &keys.phone)] {
            if let Some(key) = key {
                self.keys.entry(hash(same, key)).or_insert(place);
            }
        }
    }

    /// Which lead the row has made, once that is known.
    pub fn settle(&mut self, keys: &Keys, row: i64, lead: LeadId) {
        for (same, key) in [(Same::Email, &keys.email), (Same::Phone, &keys.phone)] {
            if let Some(place) =
                key.as_ref().and_then(|key| self.keys.get_mut(&hash(same, key))).filter(|p| p.row == row)
            {
                place.lead = Some(lead);
            }
        }
    }
}

fn hash(same: Same, key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (same.as_str(), key).hash(&mut hasher);
    hasher.finish()
}

/// Leads with the keys of a stretch of rows; of several, the newest.
#[derive(Default)]
pub(super) struct Known {
    ids: HashMap<i64, LeadId>,
    emails: HashMap<String, LeadId>,
    phones: HashMap<String, LeadId>,
    pub names: HashMap<LeadId, String>,
}

impl Known {
    /// Those within the actor's scope: what they may not see is no duplicate of theirs.
    pub async fn load(tx: &mut Transaction<'_, Postgres>, actor: &Actor, keys: &[&Keys]) -> Result<Self> {
        // Each once: a thousand rows may have the address of one company.
        let ids: Vec<i64> = keys.iter().filter_map(|keys| keys.id).collect();
        let emails: HashSet<&str> = keys.iter().filter_map(|keys| keys.email.as_deref()).collect();
        let phones: HashSet<&str> = keys.iter().filter_map(|keys| keys.phone.as_deref()).collect();
        let mut known = Known::default();
        if ids.is_empty() && emails.is_empty() && phones.is_empty() {
            return Ok(known);
        }
        let mut sql = QueryBuilder::<Postgres>::new("select id, name, lower(email) as email, ");
        sql.push(PHONE_KEY).push(" as phone from leads where ");
        list::push_scope(&mut sql, actor);
        // Key by key through its index, which `offset 0` insists on: the planner would rather read the whole table for
        // so many, and takes fifty times as long. And of each key one lead, however many have it.
        sql.push(" and id = any(array(select id from unnest(").push_bind(ids).push("::bigint[]) as i(id)");
        for (keys, expression) in [(emails, "lower(email)"), (phones, PHONE_KEY)] {
            let keys: Vec<&str> = keys.into_iter().collect();
            sql.push(" union all select (select max(id) from (select id from leads where ").push(expression);
            sql.push(" = k.key and ");
            list::push_scope(&mut sql, actor);
            sql.push(" offset 0) of_key) from unnest(").push_bind(keys).push("::text[]) as k(key)");
        }
        sql.push(")) order by id");
        for row in sql.build().fetch_all(&mut **tx).await? {
            let id = LeadId(row.try_get("id")?);
            known.ids.insert(id.0, id);
            known.names.insert(id, row.try_get("name")?);
            if let Some(email) = row.try_get::<Option<String>, _>("email")? {
                known.emails.insert(email, id);
            }
            if let Some(phone) = row.try_get::<Option<String>, _>("phone")? {
                known.phones.insert(phone, id);
            }
        }
        Ok(known)
    }

    /// Where a row with these keys belongs; `None` when it is a lead of its own.
    pub fn find(&self, seen: &Seen, keys: &Keys) -> Option<Match> {
        let lead = |lead: Option<&LeadId>, same| lead.map(|lead| Match::Lead(*lead, same));
        lead(keys.id.and_then(|id| self.ids.get(&id)), Same::Id)
            .or_else(|| seen.find(Same::Email, keys.email.as_ref()))
            .or_else(|| lead(keys.email.as_ref().and_then(|email| self.emails.get(email)), Same::Email))
            .or_else(|| seen.find(Same::Phone, keys.phone.as_ref()))
            .or_else(|| lead(keys.phone.as_ref().and_then(|phone| self.phones.get(phone)), Same::Phone))
    }

    /// Every lead that one of these rows may go into.
    pub fn candidates(&self, seen: &Seen, keys: &[&Keys]) -> Vec<LeadId> {
        let places = keys.iter().flat_map(|keys| {
            let email = seen.find(Same::Email, keys.email.as_ref());
            [email, seen.find(Same::Phone, keys.phone.as_ref())]
        });
        let seen = places.filter_map(|found| match found {
            Some(Match::Row(place, _)) => place.lead,
            Some(Match::Lead(..)) | None => None,
        });
        let mut all: Vec<LeadId> = self.names.keys().copied().chain(seen).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
