//! What files call people, products, stages and priorities, and what that is here.

use std::collections::HashMap;

use domain::{
    ProductId, UserId,
    imports::{ImportField, ImportSettings},
    leads::{LeadPriority, LeadStatus},
    users::Role,
};
use sqlx::PgPool;

use crate::Result;

/// Everyone and everything that a file may name, also as `#` and its number; a few hundred at the most, whatever the number of rows.
pub(super) struct Names {
    agents: HashMap<String, Option<UserId>>,
    engineers: HashMap<String, Option<UserId>>,
    products: HashMap<String, Option<ProductId>>,
    /// What a person said that values mean, by field and value.
    meant: HashMap<(ImportField, String), String>,
}

impl Names {
    /// Those that left as well: leads that are exported and come back still name them.
    pub async fn load(db: &PgPool, settings: &ImportSettings) -> Result<Self> {
        let people = sqlx::query!(
            r#"select id as "id: UserId", email, username, name, role as "role: Role" from users
               order by is_active desc, id limit 10000"#
        )
        .fetch_all(db)
        .await?;
        let products = sqlx::query!(
            r#"select id as "id: ProductId", name from products order by deleted_at nulls first, id limit 10000"#
        )
        .fetch_all(db)
        .await?;
        let (mut agents, mut engineers, mut by_name) = (HashMap::new(), HashMap::new(), HashMap::new());
        for person in &people {
            let known = match person.role {
                Role::Admin | Role::Agent => &mut agents,
                Role::Engineer => &mut engineers,
            };
            known.insert(key(&person.email), Some(person.id));
            known.insert(format!("#{}", person.id), Some(person.id));
            if let Some(username) = &person.username {
                known.entry(key(username)).or_insert(Some(person.id));
            }
        }
        for person in &people {
            let known = match person.role {
                Role::Admin | Role::Agent => &mut agents,
                Role::Engineer => &mut engineers,
            };
            // A name that two people bear tells neither of them.
            known
                .entry(key(&person.name))
                .and_modify(|id| *id = id.filter(|id| *id == person.id))
                .or_insert(Some(person.id));
        }
        for product in products {
            by_name.entry(key(&product.name)).or_insert(Some(product.id));
            by_name.insert(format!("#{}", product.id), Some(product.id));
        }
        let meant = settings.values.iter().flat_map(|(field, values)| {
            values.iter().map(|(value, meant)| ((*field, key(value)), meant.trim().to_owned()))
        });
        Ok(Names { agents, engineers, products: by_name, meant: meant.collect() })
    }

    /// The text that stands for this value: what a person said it means, or the value itself.
    pub fn meant<'v>(&'v self, field: ImportField, value: &'v str) -> &'v str {
        if self.meant.is_empty() {
            return value;
        }
        self.meant.get(&(field, key(value))).map_or(value, String::as_str)
    }

    pub fn agent(&self, name: &str) -> Option<UserId> {
        self.agents.get(&key(name)).copied().flatten()
    }

    pub fn engineer(&self, name: &str) -> Option<UserId> {
        self.engineers.get(&key(name)).copied().flatten()
    }

    pub fn product(&self, name: &str) -> Option<ProductId> {
        self.products.get(&key(name)).copied().flatten()
    }
}

fn key(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Our own stages by word or label, and what other CRMs call theirs, perhaps with the pipeline behind it:
/// `Closed Won (Sales Pipeline)`.
pub(super) fn status(text: &str) -> Option<LeadStatus> {
    let without = || text.trim_end().strip_suffix(')')?.rsplit_once('(').map(|(stage, _)| stage);
    stage(text).or_else(|| stage(without()?))
}

fn stage(text: &str) -> Option<LeadStatus> {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Some(match plain.as_str() {
        "new" | "open" | "opennotcontacted" | "notcontacted" | "attemptedtocontact" | "leadin" | "fresh"
        | "untouched" | "prospecting" => LeadStatus::New,
        "contacted" | "connected" | "inprogress" | "workingcontacted" | "working" | "contactmade"
        | "contactinfuture" | "nurturing" => LeadStatus::Contacted,
        "qualified"
        | "prequalified"
        | "opendeal"
        | "qualification"
        | "qualifiedtobuy"
        | "needsdefined"
        | "appointmentscheduled"
        | "demoscheduled"
        | "needsanalysis" => LeadStatus::Qualified,
        "proposal"
        | "proposalmade"
        | "proposalpricequote"
        | "presentationscheduled"
        | "decisionmakerboughtin"
        | "valueproposition"
        | "iddecisionmakers"
        | "identifydecisionmakers"
        | "perceptionanalysis"
        | "quote" => LeadStatus::Proposal,
        "negotiation" | "negotiationsstarted" | "contractsent" | "negotiationreview" => LeadStatus::Negotiation,
        "won" | "closedwon" | "closedconverted" | "converted" | "customer" => LeadStatus::Won,
        "lost"
        | "closedlost"
        | "closedlosttocompetition"
        | "closednotconverted"
        | "unqualified"
        | "notqualified"
        | "junklead"
        | "lostlead"
        | "badtiming"
        | "disqualified" => LeadStatus::Lost,
        _ => return None,
    })
}

/// How a deal was decided, if it was: `None` for a word that does not say.
pub(super) fn outcome(text: &str) -> Option<Option<LeadStatus>> {
    Some(match key(text).as_str() {
        "open" => None,
        "won" => Some(LeadStatus::Won),
        "lost" => Some(LeadStatus::Lost),
        _ => return None,
    })
}

/// By word, or by the temperature that others give it.
pub(super) fn priority(text: &str) -> Option<LeadPriority> {
    Some(match key(text).as_str() {
        "low" | "cold" => LeadPriority::Low,
        "medium" | "normal" | "warm" => LeadPriority::Medium,
        "high" | "hot" | "urgent" => LeadPriority::High,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_words_are_known() {
        for known in LeadStatus::ALL {
            assert_eq!(status(known.as_str()), Some(known));
        }
        for known in LeadPriority::ALL {
            assert_eq!(priority(known.as_str()), Some(known));
        }
        assert_eq!(status("Closed - Not Converted"), Some(LeadStatus::Lost));
        assert_eq!(status("Closed Won (Sales Pipeline)"), Some(LeadStatus::Won));
        assert_eq!(status("Id. Decision Makers"), Some(LeadStatus::Proposal));
        assert_eq!(status("Frozen"), None);
    }
}
