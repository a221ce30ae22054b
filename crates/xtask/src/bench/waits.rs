//! How long one person waits: pages as they are rendered, one edit in a cell, one lead with a long past, one search.
//! A single connection asks again and again; what is shown is what 95 of 100 answers stay below.

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::json;

use super::{
    http::{Client, Connection},
    load::{self, Draw, Requests},
    report::Figure,
};

/// How long each of them is asked.
const LENGTH: Duration = Duration::from_secs(2);
/// Entries of the long timeline.
const ENTRIES: u32 = 1_000;
/// What cards are carried to.
const STATUSES: [&str; 5] = ["new", "contacted", "qualified", "proposal", "negotiation"];
/// The lead that gets it.
const LEAD: u32 = 1;

/// `place` is a cursor half-way down the list; `words` are what people search for.
pub fn all(client: &Client, place: &str, words: &[String]) -> Result<Vec<Figure>> {
    lengthen(client)?;
    let page = |path: &str| client.get(path);
    let searches: Vec<Vec<u8>> = words.iter().map(|word| page(&format!("/api/search?q={word}"))).collect();
    let edit = |draw: &mut Draw, out: &mut Vec<u8>| {
        let patch = json!({"id": 2 + draw.below(900), "patch": {"value": draw.below(1_000_000)}});
        out.extend(client.with_json("POST", "/ui/leads/update", &patch.to_string()));
    };
    let carry = |draw: &mut Draw, out: &mut Vec<u8>| {
        let status = draw.of(&STATUSES).copied().unwrap_or_default();
        let input = json!({"status": status, "after": 2 + draw.below(900)});
        let path = format!("/api/leads/{}/move", 2 + draw.below(900));
        out.extend(client.with_json("POST", &path, &input.to_string()));
    };
    let waits: [(&str, f64, Box<Requests<'_>>); 13] = [
        ("page /leads", 50.0, fixed(page("/leads"))),
        ("page /leads, one status", 50.0, fixed(page("/leads?status=qualified"))),
        ("page /leads, two products", 50.0, fixed(page("/leads?product=1,2"))),
        ("page /leads by -value, name", 50.0, fixed(page("/leads?sort=-value,name"))),
        ("page /leads, half-way down", 50.0, fixed(page(&format!("/leads?cursor={place}")))),
        ("edit of a cell", 30.0, Box::new(edit)),
        ("page /kanban", 100.0, fixed(page("/kanban"))),
        ("board", 100.0, fixed(page("/api/leads/board"))),
        ("board of one agent", 100.0, fixed(page("/api/leads/board?assignee=2"))),
        ("board of one source", 100.0, fixed(page("/api/leads/board?source=Referral"))),
        ("move of a card", 30.0, Box::new(carry)),
        ("page of a lead, 1,000 entries", 50.0, fixed(page(&format!("/leads/{LEAD}")))),
        ("search or jump", 50.0, Box::new(move |draw, out| out.extend(draw.of(&searches).into_iter().flatten()))),
    ];
    waits
        .into_iter()
        .map(|(name, bar, requests)| {
            println!("  {name}");
            let measured = load::run(client.address, 1, LENGTH, &*requests);
            if let Some(error) = measured.first_error {
                bail!("{name}: {error}");
            }
            Ok(Figure::at_most(&format!("{name}, p95"), measured.p95_ms, bar, "ms"))
        })
        .collect()
}

fn fixed(request: Vec<u8>) -> Box<Requests<'static>> {
    Box::new(move |_, out| out.extend_from_slice(&request))
}

/// Gives one lead a past worth reading.
fn lengthen(client: &Client) -> Result<()> {
    let mut connection = Connection::open(client.address)?;
    for nth in 0..ENTRIES {
        let said = json!({"type": "call", "text": format!("Call {nth}: asked about the second language again.")});
        let path = format!("/api/leads/{LEAD}/interactions");
        let status = connection.exchange(&client.with_json("POST", &path, &said.to_string()))?;
        if status != 201 {
            bail!("logging a call was answered {status}: {}", String::from_utf8_lossy(connection.body()));
        }
    }
    Ok(())
}
