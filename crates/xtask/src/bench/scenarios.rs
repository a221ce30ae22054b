//! What is measured: requests on our side, the same statements on the floor's, and the bar of each.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{
    floor::Floor,
    ground::Ground,
    http::{Client, Connection},
    load::{self, CONNECTIONS, Draw, Measured, Requests},
    statements,
};

/// How many words the searches take turns with.
const WORDS: u32 = 16;
/// The page and the row that tells whether there is another.
const ROWS: &str = "51";
const NOTES: &str = "Wants to hear more about the voice agent. Call back on Tuesday after ten.";

pub struct Scenario {
    pub name: &'static str,
    requests: Box<Requests<'static>>,
    pub floor: Option<Floor>,
    bar: Bar,
}

/// What the figures ask for.
#[derive(Clone, Copy)]
pub enum Bar {
    /// This part of the floor's throughput, and so many ms for 99 of 100 requests.
    OfFloor {
        part: f64,
        p99_ms: Option<f64>,
    },
    /// Half the throughput of the default page.
    HalfOfDefault,
    PerSecond(f64),
    /// Only shown.
    None,
}

/// A scenario's two sides.
pub struct Outcome {
    pub name: &'static str,
    pub bar: Bar,
    pub ours: Measured,
    pub floor: Option<Measured>,
}

impl Scenario {
    pub fn send_one(&self, connection: &mut Connection) -> Result<()> {
        let mut request = Vec::new();
        (self.requests)(&mut Draw::new(0), &mut request);
        match connection.exchange(&request)? {
            200..300 => Ok(()),
            status => bail!("{} was answered {status}: {}", self.name, String::from_utf8_lossy(connection.body())),
        }
    }

    pub fn measure(self, ground: &Ground, client: &Client, length: Duration) -> Result<Outcome> {
        println!("  {}", self.name);
        let Self { name, requests, floor, bar } = self;
        // Both sides start with a clean slate: writes after a checkpoint cost more than later ones.
        ground.sql(&["CHECKPOINT"])?;
        let ours = load::run(client.address, CONNECTIONS, length, &*requests);
        ground.sql(&["CHECKPOINT"])?;
        let floor = floor.map(|floor| floor.run(ground, length)).transpose();
        let floor = floor.with_context(|| format!("measuring the floor of {name}"))?;
        Ok(Outcome { name, bar, ours, floor })
    }
}

/// In the order they are measured: reads before writes change the data. The default page comes first.
pub fn all(ground: &Ground, client: &Client, place: &Place) -> Result<Vec<Scenario>> {
    let leads = place.leads;
    let mut all = lists(client, place);
    let words = |sql: &str| -> Result<Vec<String>> {
        let found = ground.sql(&[&format!("{sql} limit {WORDS}")])?;
        Ok(found.lines().map(str::to_owned).collect())
    };
    let people =
        "(select split_part(email, '@', 1) as word from leads where email is not null order by md5(id::text)) p";
    let companies =
        "(select lower(substring(company from '[A-Za-z]{4,}$')) as word from leads) c where word is not null";
    let common = format!("select word from {companies} group by word order by count(*) desc, word");
    all.push(search("search, few hits", client, &words(&format!("select word from {people}"))?));
    all.push(search("search, no hits", client, &words(&format!("select reverse(word) from {people}"))?));
    all.push(common_search(ground, client, &words(&common)?)?);
    all.extend(single_leads(client, leads));
    all.push(fixed("GET /api/me", client.get("/api/me"), None, Bar::None));
    all.push(fixed("GET /healthz", client.anonymous().get("/healthz"), None, Bar::None));
    Ok(all)
}

fn lists(client: &Client, place: &Place) -> Vec<Scenario> {
    let list = |name, query: &str, floor: Floor, bar| {
        fixed(name, client.get(&format!("/api/leads{query}")), Some(floor.with("rows", ROWS)), bar)
    };
    let behind = Floor::of(statements::behind()).with("place_at", &*place.at).with("place_id", place.id.to_string());
    vec![
        list("list", "", Floor::of(statements::first_page()), Bar::OfFloor { part: 0.35, p99_ms: Some(20.0) }),
        list(
            "list, one status",
            "?status=qualified",
            Floor::of(statements::with_status()).with("status", "qualified"),
            Bar::HalfOfDefault,
        ),
        list("list by -value", "?sort=-value", Floor::of(statements::by_value()), Bar::HalfOfDefault),
        list("list, half-way down", &format!("?cursor={}", place.cursor), behind, Bar::HalfOfDefault),
        list("list with total", "?total=true", Floor::of(statements::with_total()), Bar::PerSecond(1_500.0)),
    ]
}

fn search(name: &'static str, client: &Client, words: &[String]) -> Scenario {
    let variable = |nth: usize| format!("pattern{nth}");
    let scripts = (0..words.len()).map(|nth| statements::searched(&variable(nth))).collect();
    let patterns = words.iter().enumerate().map(|(nth, word)| (variable(nth), format!("%{word}%"))).collect();
    let floor = Floor { scripts, variables: patterns }.with("rows", ROWS);
    let requests: Vec<Vec<u8>> = words.iter().map(|word| client.get(&format!("/api/leads?q={word}"))).collect();
    let requests = move |draw: &mut Draw, out: &mut Vec<u8>| out.extend(draw.of(&requests).into_iter().flatten());
    Scenario { name, requests: Box::new(requests), floor: Some(floor), bar: Bar::PerSecond(1_500.0) }
}

/// Words of which the server knows a page of hits.
fn common_search(ground: &Ground, client: &Client, words: &[String]) -> Result<Scenario> {
    let scenario = search("search, many hits", client, words);
    let as_of = ground.sql(&["select pg_snapshot_xmin(pg_current_snapshot())"])?;
    let mut floor = scenario.floor.context("a search has a floor")?.with("as_of", as_of.trim());
    for (nth, word) in words.iter().enumerate() {
        let hits = format!(
            "(select id, created_at from leads where search like '%{word}%' order by created_at desc, id desc limit 56) hits"
        );
        let known = ground.sql(&[&format!("select array_agg(id), min(created_at) from {hits}")])?;
        let (ids, last) = known.trim().split_once('|').context("hits that are not two columns")?;
        let names = [format!("pattern{nth}"), format!("ids{nth}"), format!("last{nth}")];
        floor.scripts[nth] = statements::searched_among(&names[0], &names[1], &names[2]);
        floor = floor.with(&names[1], ids).with(&names[2], last);
    }
    Ok(Scenario { floor: Some(floor), ..scenario })
}

fn single_leads(client: &Client, leads: u32) -> [Scenario; 3] {
    let [find, create, update] = [(); 3].map(|()| client.clone());
    let leads = u64::from(leads);
    let find = move |draw: &mut Draw, out: &mut Vec<u8>| {
        out.extend(find.get(&format!("/api/leads/{}", 1 + draw.below(leads))));
    };
    let create = move |draw: &mut Draw, out: &mut Vec<u8>| {
        out.extend(create.with_json("POST", "/api/leads", &new_lead(draw.below(1_000_000_000)).to_string()));
    };
    let update = move |draw: &mut Draw, out: &mut Vec<u8>| {
        // Its own leads for each connection, or waiting for each other's locks would be measured.
        let id = 1 + draw.connection + CONNECTIONS * draw.below(leads / CONNECTIONS);
        let body = json!({"notes": format!("Called again, {}", draw.below(1_000_000_000))}).to_string();
        out.extend(update.with_json("PATCH", &format!("/api/leads/{id}"), &body));
    };
    let count = u32::try_from(leads).unwrap_or(u32::MAX);
    let bar = Bar::OfFloor { part: 0.5, p99_ms: None };
    let created = Floor::of(statements::create()).with("notes", NOTES).with("changes", changes_of_new_lead());
    [
        Scenario {
            name: "find one lead",
            requests: Box::new(find),
            floor: Some(Floor::of(statements::one(count))),
            bar: Bar::None,
        },
        Scenario { name: "create", requests: Box::new(create), floor: Some(created), bar },
        Scenario { name: "update", requests: Box::new(update), floor: Some(Floor::of(statements::update(count))), bar },
    ]
}

fn fixed(name: &'static str, request: Vec<u8>, floor: Option<Floor>, bar: Bar) -> Scenario {
    let requests = move |_: &mut Draw, out: &mut Vec<u8>| out.extend_from_slice(&request);
    Scenario { name, requests: Box::new(requests), floor, bar }
}

/// The same as the floor's statement inserts.
fn new_lead(number: u64) -> Value {
    json!({
        "name": format!("Bench Lead {number}"),
        "email": format!("bench.{number}@bench.example"),
        "phone": "+1 206 555 0123",
        "company": format!("Bench & Sons {number}"),
        "source": "Website",
        "value": 1200.5,
        "priority": "high",
        "notes": NOTES,
    })
}

/// What the event of a new lead records.
fn changes_of_new_lead() -> String {
    let Value::Object(fields) = new_lead(123_456_789) else { return "{}".to_owned() };
    let change = |(field, value)| (field, json!({"from": null, "to": value}));
    Value::Object(fields.into_iter().map(change).collect()).to_string()
}

/// A place in the default list: for us in a cursor, for the floor in values.
pub struct Place {
    pub cursor: String,
    at: String,
    id: i64,
    /// How many leads there are in all.
    leads: u32,
}

pub fn walk_to_the_middle(client: &Client, leads: u32) -> Result<Place> {
    let mut connection = Connection::open(client.address)?;
    let mut path = "/api/leads?limit=200".to_owned();
    let mut walked = 0;
    loop {
        let page = client.ask(&mut connection, &path)?;
        let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
        let (Some(last), Some(cursor)) = (items.last(), page["nextCursor"].as_str()) else {
            bail!("the list ended after {walked} of {leads} leads")
        };
        walked += items.len();
        if walked * 2 >= usize::try_from(leads)? {
            let at = last["createdAt"].as_str().context("a lead without createdAt")?.to_owned();
            return Ok(Place {
                cursor: cursor.to_owned(),
                at,
                id: last["id"].as_i64().context("a lead without id")?,
                leads,
            });
        }
        path = format!("/api/leads?limit=200&cursor={cursor}");
    }
}
