//! Whose row this is: the lead that has its e-mail or phone already, or the row of the same file that comes before it.
//!
//! People share the number of their office: two with different e-mails are two, whatever their phones say.

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
    /// Whether the lead has an e-mail: then no row with another one belongs there for its phone.
    pub has_email: bool,
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
    name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl Keys {
    pub fn of(draft: &Draft) -> Self {
        Keys {
            id: draft.id,
            name: draft.input.name.to_lowercase(),
            email: draft.input.email.as_deref().map(email_key),
            phone: draft.input.phone.as_deref().and_then(phone_key),
        }
    }

    /// Whether nothing that the row says of who it is speaks against this lead, or something speaks for it.
    fn fits(&self, name: &str, email: Option<&str>, phone: Option<&str>) -> bool {
        let said = [
            (!self.name.is_empty()).then(|| self.name == name.to_lowercase()),
            self.email.as_deref().map(|own| email == Some(own)),
            self.phone.as_deref().map(|own| phone == Some(own)),
        ];
        said.iter().all(Option::is_none) || said.contains(&Some(true))
    }
}

impl Seen {
    fn find(&self, same: Same, key: Option<&String>) -> Option<Place> {
        self.keys.get(&hash(same, key?)).copied()
    }

    /// From now on, rows with these keys belong there. The first one keeps them.
    pub fn add(&mut self, keys: &Keys, place: Place) {
        for (same, key) in [(Same::Email, &keys.email), (Same::Phone, &keys.phone)] {
            if let Some(key) = key {
                let there = self.keys.entry(hash(same, key)).or_insert(place);
                // A row that went there may have brought the e-mail.
                let is_there = there.row == place.row || there.lead.is_some() && there.lead == place.lead;
                there.has_email |= is_there && place.has_email;
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
    /// Of leads without an e-mail.
    lone_phones: HashMap<String, LeadId>,
    pub names: HashMap<LeadId, String>,
}

impl Known {
    /// Those within the actor's scope: what they may not see is no duplicate of theirs.
    pub async fn load(tx: &mut Transaction<'_, Postgres>, actor: &Actor, keys: &[&Keys]) -> Result<Self> {
        // Each once: a thousand rows may have the address of one company.
        let ids: Vec<i64> = keys.iter().filter_map(|keys| keys.id).collect();
        let emails: HashSet<&str> = keys.iter().filter_map(|keys| keys.email.as_deref()).collect();
        let phones = |with_email: bool| {
            let rows = keys.iter().filter(|keys| keys.email.is_some() == with_email);
            rows.filter_map(|keys| keys.phone.as_deref()).collect::<HashSet<&str>>()
        };
        let (phones, lone_phones) = (phones(false), phones(true));
        let mut known = Known::default();
        if ids.is_empty() && emails.is_empty() && phones.is_empty() && lone_phones.is_empty() {
            return Ok(known);
        }
        let mut sql = QueryBuilder::<Postgres>::new("select id, name, lower(email) as email, ");
        sql.push(PHONE_KEY).push(" as phone from leads where ");
        list::push_scope(&mut sql, actor);
        // Key by key through its index, which `offset 0` insists on: the planner would rather read the whole table for
        // so many, and takes fifty times as long. And of each key one lead, however many have it.
        sql.push(" and id = any(array(select id from unnest(").push_bind(ids).push("::bigint[]) as i(id)");
        for (keys, only, expression) in
            [(emails, "", "lower(email)"), (phones, "", PHONE_KEY), (lone_phones, "email is null and ", PHONE_KEY)]
        {
            let keys: Vec<&str> = keys.into_iter().collect();
            sql.push(" union all select (select max(id) from (select id from leads where ").push(only);
            sql.push(expression).push(" = k.key and ");
            list::push_scope(&mut sql, actor);
            sql.push(" offset 0) of_key) from unnest(").push_bind(keys).push("::text[]) as k(key)");
        }
        sql.push(")) order by id");
        let by_id: HashMap<i64, &Keys> = keys.iter().filter_map(|keys| Some((keys.id?, *keys))).collect();
        let (mut named, mut fitting) = (0, 0);
        for row in sql.build().fetch_all(&mut **tx).await? {
            let id = LeadId(row.try_get("id")?);
            known.ids.insert(id.0, id);
            known.names.insert(id, row.try_get("name")?);
            let (email, phone): (Option<String>, Option<String>) = (row.try_get("email")?, row.try_get("phone")?);
            if let Some(keys) = by_id.get(&id.0) {
                named += 1;
                fitting += i32::from(keys.fits(&known.names[&id], email.as_deref(), phone.as_deref()));
            }
            if let Some(phone) = phone {
                if email.is_none() {
                    known.lone_phones.insert(phone.clone(), id);
                }
                known.phones.insert(phone, id);
            }
            if let Some(email) = email {
                known.emails.insert(email, id);
            }
        }
        // A person may have corrected some names, but numbers that mostly name strangers are those of another system.
        if fitting * 2 < named {
            known.ids.clear();
        }
        Ok(known)
    }

    /// Where a row with these keys belongs; `None` when it is a lead of its own.
    pub fn find(&self, seen: &Seen, keys: &Keys) -> Option<Match> {
        let lead = |lead: Option<&LeadId>, same| lead.map(|lead| Match::Lead(*lead, same));
        let row = |place: Option<Place>, same| place.map(|place| Match::Row(place, same));
        let same_email = || {
            row(seen.find(Same::Email, keys.email.as_ref()), Same::Email)
                .or_else(|| lead(keys.email.as_ref().and_then(|email| self.emails.get(email)), Same::Email))
        };
        let same_phone = || match seen.find(Same::Phone, keys.phone.as_ref()) {
            Some(place) => row((keys.email.is_none() || !place.has_email).then_some(place), Same::Phone),
            None => {
                let phones = if keys.email.is_some() { &self.lone_phones } else { &self.phones };
                lead(keys.phone.as_ref().and_then(|phone| phones.get(phone)), Same::Phone)
            }
        };
        lead(keys.id.and_then(|id| self.ids.get(&id)), Same::Id).or_else(same_email).or_else(same_phone)
    }

    /// Every lead that one of these rows may go into.
    pub fn candidates(&self, seen: &Seen, keys: &[&Keys]) -> Vec<LeadId> {
        let places = keys.iter().flat_map(|keys| {
            let email = seen.find(Same::Email, keys.email.as_ref());
            [email, seen.find(Same::Phone, keys.phone.as_ref())]
        });
        let seen = places.filter_map(|place| place?.lead);
        let mut all: Vec<LeadId> = self.names.keys().copied().chain(seen).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
