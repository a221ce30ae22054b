//! The best few leads for some words: always fast, however common the words are.
//!
//! Sorting all that match would read them all, and "com" matches everyone. So two small sets are looked at: the leads
//! that were touched last, which hold the best of what is common, and the first that the trigram index knows, which are
//! all of what is rare. What is neither among the last touched nor among those is missed; the list itself finds it.

use domain::{
    LeadId,
    search::{LeadHit, MAX_HITS},
};
use sqlx::{Postgres, QueryBuilder};

use super::{list, recent};
use crate::{Acting, Error, Result};

/// Leads, touched last, that are looked at one by one.
const LAST_TOUCHED: i64 = 3_000;
/// Leads that the index finds and that are then compared.
const FOUND: i64 = 2_000;

/// Leads within the actor's scope in which every word occurs: first those whose name begins with the words as they
/// stand, then those touched last. `words` are in lower case.
pub(crate) async fn hits(me: &Acting, words: &[&str]) -> Result<Vec<LeadHit>> {
    let actor = me.actor();
    let all: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    // Of common words the last touched hold plenty, and the index would lead to thousands.
    let is_rare = !recent::are_common(me, &all).await?;
    let starts = format!("{}%", list::escaped(&words.join(" ")));
    let mut sql = QueryBuilder::new("with last_touched as (select * from leads where deleted_at is null ");
    sql.push("order by updated_at desc, id desc limit ").push_bind(LAST_TOUCHED).push("), hits as ((");
    push_best(&mut sql, &starts, "last_touched");
    sql.push(" where true");
    list::push_visible(&mut sql, actor);
    list::push_words(&mut sql, words);
    push_order(&mut sql);
    let indexed: Vec<&str> = words.iter().copied().filter(|word| has_trigram(word)).collect();
    // A letter with a dot is as vague as a letter, and the planner takes it for rarer than it is.
    let tells = |word: &&str| word.chars().filter(|c| c.is_alphanumeric()).count() > 1;
    let short: Vec<&str> = words.iter().copied().filter(tells).collect();
    if is_rare && !short.is_empty() {
        sql.push(") union (");
        push_best(&mut sql, &starts, "(select * from leads where ");
        list::push_scope(&mut sql, actor);
        if indexed.is_empty() {
            // Each costs scans of its own; two tell enough apart, and the rest is compared afterwards.
            short.iter().take(2).for_each(|word| push_word_starts(&mut sql, word));
        } else {
            list::push_words(&mut sql, &indexed);
        }
        sql.push(" limit ").push_bind(FOUND).push(") found where true");
        list::push_words(&mut sql, words);
        push_order(&mut sql);
    }
    // As text: to look an enum type up, sqlx would drop the statement that it does not keep.
    sql.push(")) select id, name, company, status::text from hits");
    push_order(&mut sql);
    // Not kept but planned anew each time: which index serves depends on the very words.
    let rows: Vec<(LeadId, String, Option<String>, String)> =
        sql.build_query_as().persistent(false).fetch_all(me.pool()).await?;
    let hit = |(id, name, company, status): (_, _, _, String)| {
        Ok(LeadHit { id, name, company, status: status.parse().map_err(Error::internal)? })
    };
    rows.into_iter().map(hit).collect()
}

fn push_best(sql: &mut QueryBuilder<Postgres>, starts: &str, from: &'static str) {
    sql.push("select id, name, company, status, updated_at, search like ").push_bind(starts.to_owned());
    sql.push(" as starts from ").push(from);
}

fn push_order(sql: &mut QueryBuilder<Postgres>) {
    sql.push(" order by starts desc, updated_at desc, id desc limit ").push_bind(MAX_HITS);
}

/// Whether the index knows the word wherever it stands: it knows runs of three letters and digits.
fn has_trigram(word: &str) -> bool {
    word.split(|c: char| !c.is_alphanumeric()).any(|run| run.chars().count() >= 3)
}

/// A shorter word the index knows only where a word begins.
fn push_word_starts(sql: &mut QueryBuilder<Postgres>, word: &str) {
    let word = list::escaped(word);
    sql.push(" and (search like ").push_bind(format!("{word}%"));
    sql.push(" or search like ").push_bind(format!("% {word}%"));
    sql.push(" or search like ").push_bind(format!("%\n{word}%")).push(")");
}
