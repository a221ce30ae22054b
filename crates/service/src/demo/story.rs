//! The life of each lead, as a function of its number and the day: no database, no clock, no memory.

use domain::{
    Money, Timestamp,
    leads::{
        LeadStatus,
        score::{self, Contacts, Facts},
    },
};

use super::{
    calendar::Calendar,
    deal::Deal,
    names::{Contact, contact},
    random::Random,
    timeline::{Event, Interaction, created_by, events, interactions},
    words,
};

const SEED: u64 = 0x5157_4148_5444_454d;
/// So many leads have their whole history; of more, the others have only how they came and where they are now.
const IN_FULL: u32 = 50_000;

/// The company's past.
pub(super) struct Story {
    calendar: Calendar,
    leads: u32,
    /// As `leads::score` asks for it.
    median_won: Option<Money>,
}

/// One lead with all that happened to it.
pub(super) struct Life {
    pub deal: Deal,
    pub lead: Row,
    pub interactions: Vec<Interaction>,
    pub events: Vec<Event>,
    /// Whether history has every detail of it.
    pub in_full: bool,
    first: &'static str,
    city: &'static str,
}

/// What stands in the lead's row beside its [`Deal`].
///
/// Not `domain::leads::Lead`: a new field there has a default in the database and need not be told here.
pub(super) struct Row {
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub company: Option<String>,
    pub notes: Option<String>,
    pub score: i64,
    pub score_is_set: bool,
    pub created_by: i64,
    pub last_contacted_at: Option<i64>,
    pub updated_at: i64,
}

impl Story {
    /// The past of a company with so many leads, up to the day of `now`.
    pub(super) fn new(now: Timestamp, leads: u32) -> Self {
        let mut story = Story { calendar: Calendar::until(now), leads, median_won: None };
        story.median_won = story.median_of_the_last_won();
        story
    }

    /// How many leads there are.
    pub(super) fn leads(&self) -> u32 {
        self.leads
    }

    /// When it began.
    pub(super) fn opening(&self) -> i64 {
        self.calendar.opening()
    }

    /// Lead number `i`, from 0; numbers are in the order in which leads came in.
    pub(super) fn life(&self, i: u32) -> Life {
        let (Contact { first, name, email, phone, company, city }, deal, mut random) = self.business(i);
        let came_at = deal.came_at;
        let in_full = i.is_multiple_of(self.leads.div_ceil(IN_FULL));
        let interactions = interactions(&deal, in_full, &self.calendar, &mut random);
        let events = events(&deal, in_full, &mut random);
        let contacts = interactions.iter().filter(|one| one.is_contact());
        let last_contacted_at = contacts.map(|one| one.at).max();
        let moments = events.iter().map(|e| e.at).chain(interactions.iter().map(|one| one.at));
        let lead = Row {
            id: i64::from(i) + 1,
            name,
            email,
            phone,
            company,
            notes: None,
            score: 0,
            score_is_set: random.chance(0.03),
            created_by: created_by(&deal),
            last_contacted_at,
            updated_at: moments.max().unwrap_or(came_at),
        };
        let mut life = Life { deal, lead, interactions, events, in_full, first, city };
        life.lead.notes = random.chance(0.55).then(|| life.fill(random.pick(&words::SUMMARIES)));
        let by_rule = life.score(self.median_won, self.today());
        let by_hand = if life.lead.score_is_set { random.between(-15, 16) } else { 0 };
        life.lead.score = (by_rule + by_hand).clamp(0, 100);
        life
    }

    /// The day on which the story ends, and the scores are computed.
    pub(super) fn today(&self) -> i64 {
        self.calendar.today()
    }

    fn business(&self, i: u32) -> (Contact, Deal, Random) {
        let mut random = Random::of(SEED, i);
        let came_at = self.calendar.arrival((f64::from(i) + random.unit()) / f64::from(self.leads));
        let contact = contact(i, &mut random);
        let deal = Deal::since(came_at, &self.calendar, &mut random);
        (contact, deal, random)
    }

    fn median_of_the_last_won(&self) -> Option<Money> {
        let deals = (0..self.leads).rev().map(|i| self.business(i).1);
        let won = deals.filter(|deal| deal.status() == LeadStatus::Won);
        let mut cents: Vec<i64> = won.filter_map(|deal| deal.cents).take(1_000).collect();
        cents.sort_unstable();
        cents.get(cents.len().saturating_sub(1) / 2).copied().map(Money::from_cents)
    }
}

impl Life {
    /// The text with this lead's names in it.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 24);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(before);
            out.push_str(match name {
                "first" => self.first,
                "company" => self.lead.company.as_deref().unwrap_or("the company"),
                "service" => self.deal.service.name,
                _ => self.city,
            });
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// What the rule says on the story's last day.
    fn score(&self, median_won: Option<Money>, today: i64) -> i64 {
        let Life { deal, lead, interactions, .. } = self;
        let at = moment(today);
        let contacts = interactions.iter().filter(|one| one.said.0 != "note").map(|one| moment(one.at));
        let facts = Facts {
            status: deal.status(),
            has_email: lead.email.is_some(),
            has_phone: lead.phone.is_some(),
            has_company: lead.company.is_some(),
            source: Some(deal.source.name),
            value: deal.cents.map(Money::from_cents),
            median_won,
            follow_up_at: deal.follow_up.as_ref().map(|follow_up| moment(follow_up.at)),
            contacts: Contacts::among(contacts, at),
            at,
        };
        score::sum(&score::score(&facts)).into()
    }
}

/// The moment as the rest of the system writes it.
pub(super) fn moment(at: i64) -> Timestamp {
    Timestamp::from_unix_timestamp(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use time::macros::datetime;

    use super::*;

    fn story(leads: u32) -> Story {
        Story::new(datetime!(2026-03-04 15:00 UTC), leads)
    }

    #[test]
    fn everything_happens_in_order_and_before_today() {
        let story = story(3_000);
        for life in (0..3_000).map(|i| story.life(i)) {
            let opened = life.deal.came_at;
            let order: Vec<i64> = life.deal.steps.iter().map(|s| s.at).collect();
            assert!(order.is_sorted() && order.iter().all(|at| *at > opened));
            assert!(life.events.is_sorted_by_key(|e| e.at), "{}", life.lead.name);
            let moments = life.events.iter().map(|e| e.at).chain(life.interactions.iter().map(|one| one.at));
            assert!(moments.into_iter().all(|at| (opened..story.calendar.today()).contains(&at)), "{}", life.lead.name);
        }
    }

    #[test]
    fn people_and_their_addresses_are_told_apart() {
        let story = story(40_000);
        let mut names = HashSet::new();
        let mut emails = HashSet::new();
        for life in (0..40_000).map(|i| story.life(i)) {
            assert!(names.insert(life.lead.name.clone()), "{}", life.lead.name);
            if let Some(email) = life.lead.email {
                assert!(email.is_ascii() && !email.contains("..") && emails.insert(email.clone()), "{email}");
            }
        }
    }
}
