//! A lead list's address: filter, sort and page, to and from a query string.
//!
//! The same text stands in the browser's address bar, in saved views and after `GET /api/leads?`.

use std::str::FromStr;

use form_urlencoded::Serializer;
use time::Date;

use super::{Between, LeadFilter};
use crate::{
    Cursor, Fields, Money,
    paging::{DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET},
};

/// Parameters that take several values, which are alternatives.
const SEVERAL: [&str; 7] = ["status", "priority", "assignee", "engineer", "product", "source", "followUp"];
/// Parameters that stand there once.
const ONCE: [&str; 14] = [
    "q",
    "valueMin",
    "valueMax",
    "createdFrom",
    "createdTo",
    "closedFrom",
    "closedTo",
    "followUpFrom",
    "followUpTo",
    "sort",
    "limit",
    "offset",
    "cursor",
    "total",
];
/// What is said of a parameter that no operation knows, and of one that stands there again.
pub const UNKNOWN: &str = "is not a known parameter";
pub const TWICE: &str = "stands there twice";
/// Values of one condition at the most: more would be a list of its own, not a filter.
const MAX_VALUES: usize = 100;
/// Characters of a search at the most.
const MAX_SEARCH: usize = 200;

/// What the list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SortField {
    CreatedAt,
    UpdatedAt,
    Name,
    Company,
    Status,
    Value,
    Priority,
    Score,
    FollowUpAt,
    LastContactedAt,
    ClosedAt,
    /// The order inside a column of the board; of use with one status.
    Position,
}

impl SortField {
    /// Every field, in the order the documentation lists them.
    pub const ALL: [SortField; 12] = [
        SortField::CreatedAt,
        SortField::UpdatedAt,
        SortField::Name,
        SortField::Company,
        SortField::Status,
        SortField::Value,
        SortField::Priority,
        SortField::Score,
        SortField::FollowUpAt,
        SortField::LastContactedAt,
        SortField::ClosedAt,
        SortField::Position,
    ];

    /// The word on the wire: the field's own name.
    pub fn as_str(self) -> &'static str {
        match self {
            SortField::CreatedAt => "createdAt",
            SortField::UpdatedAt => "updatedAt",
            SortField::Name => "name",
            SortField::Company => "company",
            SortField::Status => "status",
            SortField::Value => "value",
            SortField::Priority => "priority",
            SortField::Score => "score",
            SortField::FollowUpAt => "followUpAt",
            SortField::LastContactedAt => "lastContactedAt",
            SortField::ClosedAt => "closedAt",
            SortField::Position => "position",
        }
    }
}

/// One key of a sort. Rows without a value come last in either direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKey {
    pub field: SortField,
    pub descending: bool,
}

impl std::fmt::Display for SortKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.field.as_str())
    }
}

/// The keys as they stand in a query string: `-value,name`.
pub fn written(sort: &[SortKey]) -> String {
    joined(sort)
}

impl FromStr for SortKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let field = SortField::ALL.into_iter().find(|f| f.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = SortField::ALL.iter().map(|f| f.as_str()).collect();
            format!("cannot sort by {name:?}; known: {}", known.join(", "))
        })?;
        Ok(SortKey { field, descending })
    }
}

/// One request for a list of leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadQuery {
    pub filter: LeadFilter,
    /// At most three keys; empty means newest first.
    pub sort: Vec<SortKey>,
    /// 1 to [`MAX_LIMIT`].
    pub limit: u16,
    pub cursor: Option<Cursor>,
    /// At most [`MAX_OFFSET`]; not together with a cursor.
    pub offset: u32,
    /// Count all matching rows, exactly.
    pub total: bool,
}

impl Default for LeadQuery {
    fn default() -> Self {
        LeadQuery {
            filter: LeadFilter::default(),
            sort: Vec::new(),
            limit: DEFAULT_LIMIT,
            cursor: None,
            offset: 0,
            total: false,
        }
    }
}

impl LeadQuery {
    /// Reads a query string (without `?`). Every unknown name and every value that cannot be is reported at once.
    ///
    /// Several values stand in one parameter with commas or in repeated ones; an empty value is no condition, as a
    /// submitted form has it. What is not known is refused even so: a slip must not turn a filter into none.
    pub fn parse(query: &str) -> Result<Self, Fields> {
        let mut out = LeadQuery::default();
        let mut fields = Fields::default();
        let mut read = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            let is_once = ONCE.contains(&&*name);
            let outcome = match value {
                _ if !is_once && !SEVERAL.contains(&&*name) => Err(UNKNOWN.to_owned()),
                "" => continue,
                _ if is_once && read.contains(&name) => Err(TWICE.to_owned()),
                _ => out.read(&name, value),
            };
            if let Err(message) = outcome {
                fields.add(name.as_ref(), message);
            }
            read.push(name);
        }
        out.filter.check_ranges(&mut fields);
        if out.cursor.is_some() && out.offset > 0 {
            fields.add("offset", "give either a cursor or an offset");
        }
        fields.into_result()?;
        Ok(out)
    }

    fn read(&mut self, name: &str, value: &str) -> Result<(), String> {
        let filter = &mut self.filter;
        match name {
            // No lead has one, and the database cannot even be asked.
            _ if value.contains('\0') => Err("contains a control character".into()),
            "status" => several(&mut filter.status, value),
            "priority" => several(&mut filter.priority, value),
            "assignee" => several(&mut filter.assignee, value),
            "engineer" => several(&mut filter.engineer, value),
            "product" => several(&mut filter.product, value),
            "source" => several(&mut filter.source, value),
            "q" => search(value).map(|q| filter.q = Some(q)),
            "valueMin" => amount(value).map(|v| filter.value.from = Some(v)),
            "valueMax" => amount(value).map(|v| filter.value.to = Some(v)),
            "createdFrom" => day(value).map(|d| filter.created.from = Some(d)),
            "createdTo" => day(value).map(|d| filter.created.to = Some(d)),
            "closedFrom" => day(value).map(|d| filter.closed.from = Some(d)),
            "closedTo" => day(value).map(|d| filter.closed.to = Some(d)),
            "followUpFrom" => day(value).map(|d| filter.follow_up.from = Some(d)),
            "followUpTo" => day(value).map(|d| filter.follow_up.to = Some(d)),
            "followUp" => several(&mut filter.follow_up_due, value),
            "sort" => sort(value).map(|s| self.sort = s),
            "limit" => number(value, 1, MAX_LIMIT).map(|n| self.limit = n),
            "offset" => number(value, 0, MAX_OFFSET).map(|n| self.offset = n),
            "cursor" => {
                self.cursor = Some(Cursor(value.to_owned()));
                Ok(())
            }
            "total" => boolean(value).map(|t| self.total = t),
            _ => Err(UNKNOWN.to_owned()),
        }
    }

    /// The query string that [`LeadQuery::parse`] reads back; defaults are left out.
    pub fn to_query(&self) -> String {
        let mut out = Serializer::new(String::new());
        let LeadQuery { filter, sort, limit, cursor, offset, total } = self;
        let LeadFilter { status, priority, source: _, assignee, engineer, product, value, .. } = filter;
        let LeadFilter { created, closed, follow_up, follow_up_due, q, .. } = filter;
        put(&mut out, "q", q.as_deref().unwrap_or_default());
        put(&mut out, "status", &joined(status.iter().map(|s| s.as_str())));
        put(&mut out, "priority", &joined(priority.iter().map(|p| p.as_str())));
        put(&mut out, "assignee", &joined(assignee));
        put(&mut out, "engineer", &joined(engineer));
        put(&mut out, "product", &joined(product));
        put(&mut out, "source", &filter.source_text());
        put(&mut out, "valueMin", &text(value.from));
        put(&mut out, "valueMax", &text(value.to));
        for (from, to, range) in [
            ("createdFrom", "createdTo", created),
            ("closedFrom", "closedTo", closed),
            ("followUpFrom", "followUpTo", follow_up),
        ] {
            let Between { from: start, to: end } = range;
            put(&mut out, from, &text(*start));
            put(&mut out, to, &text(*end));
        }
        put(&mut out, "followUp", &joined(follow_up_due.iter().map(|due| due.as_str())));
        put(&mut out, "sort", &joined(sort));
        put(&mut out, "limit", &if *limit == DEFAULT_LIMIT { String::new() } else { limit.to_string() });
        put(&mut out, "offset", &if *offset == 0 { String::new() } else { offset.to_string() });
        put(&mut out, "cursor", cursor.as_ref().map_or("", |c| &c.0));
        put(&mut out, "total", if *total { "true" } else { "" });
        out.finish()
    }

    /// The query string of the conditions alone: what a total and a bulk change are about.
    pub fn filter_query(&self) -> String {
        LeadQuery { filter: self.filter.clone(), ..LeadQuery::default() }.to_query()
    }

    /// The same list from its first page.
    pub fn first_page(&self) -> Self {
        LeadQuery { cursor: None, offset: 0, ..self.clone() }
    }
}

fn put(out: &mut Serializer<'_, String>, name: &str, value: &str) {
    if !value.is_empty() {
        out.append_pair(name, value);
    }
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

fn joined<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|v| v.to_string()).collect::<Vec<_>>().join(",")
}

fn several<T: FromStr<Err: ToString> + PartialEq>(into: &mut Vec<T>, value: &str) -> Result<(), String> {
    let values = split(value);
    if values.is_empty() {
        return Err("names no value".into());
    }
    for one in values {
        let one = one.parse().map_err(|e: T::Err| e.to_string())?;
        if !into.contains(&one) {
            into.push(one);
        }
    }
    if into.len() > MAX_VALUES { Err(format!("at most {MAX_VALUES} values")) } else { Ok(()) }
}

/// Splits at commas; `\,` is a comma and `\\` a backslash of the value itself.
fn split(value: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            ',' => out.push(String::new()),
            '\\' => out.last_mut().into_iter().for_each(|s| s.extend(chars.next())),
            c => out.last_mut().into_iter().for_each(|s| s.push(c)),
        }
    }
    out.retain(|s| !s.is_empty());
    out
}

fn sort(value: &str) -> Result<Vec<SortKey>, String> {
    let keys = value.split(',').map(SortKey::from_str).collect::<Result<Vec<_>, _>>()?;
    let twice = keys.iter().enumerate().any(|(i, k)| keys[..i].iter().any(|other| other.field == k.field));
    match keys.len() {
        _ if twice => Err("names a field twice".into()),
        0..=3 => Ok(keys),
        _ => Err("at most three keys".into()),
    }
}

fn search(value: &str) -> Result<String, String> {
    match value.chars().count() {
        _ if value.contains('\0') => Err("contains a control character".into()),
        0..=MAX_SEARCH => Ok(value.to_owned()),
        _ => Err(format!("at most {MAX_SEARCH} characters")),
    }
}

fn day(value: &str) -> Result<Date, String> {
    crate::day::parse(value).ok_or_else(|| "expected a day such as 2026-11-22".into())
}

fn amount(value: &str) -> Result<Money, String> {
    value.parse().map_err(|e: crate::money::NoAmount| e.to_string())
}

fn number<N: FromStr + PartialOrd + std::fmt::Display>(value: &str, min: N, max: N) -> Result<N, String> {
    let expected = format!("expected a whole number from {min} to {max}");
    value.parse().ok().filter(|n| (min..=max).contains(n)).ok_or(expected)
}

fn boolean(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| "expected true or false".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leads::{LeadStatus, Owner};

    #[test]
    fn a_query_survives_the_address_bar() {
        let text = "q=maya+okafor&status=won%2Clost&assignee=me%2C7%2Cnone&source=Cold%5C%2C+warm&valueMin=1000.00\
                    &createdFrom=2026-01-31&followUp=overdue%2Cnone&sort=-value%2Cname&limit=25&cursor=abc&total=true";
        let query = LeadQuery::parse(text).unwrap();
        assert_eq!(query.filter.status, [LeadStatus::Won, LeadStatus::Lost]);
        assert_eq!(query.filter.assignee, [Owner::Me, Owner::User(crate::UserId(7)), Owner::Nobody]);
        assert_eq!(query.filter.source, ["Cold, warm"]);
        assert_eq!(query.to_query(), text);
    }

    #[test]
    fn repeated_parameters_and_commas_mean_the_same() {
        assert_eq!(LeadQuery::parse("status=won&status=lost"), LeadQuery::parse("status=won,lost"));
    }

    #[test]
    fn empty_values_are_no_conditions() {
        assert_eq!(LeadQuery::parse("q=&status=&valueMin="), Ok(LeadQuery::default()));
    }

    #[test]
    fn a_slip_is_refused_rather_than_taken_for_no_condition() {
        for slip in
            ["status:won", "stauts=", "company:Brightline", "status=,", "source=%5C", "q=a&q=b", "sort=name&sort=value"]
        {
            assert!(LeadQuery::parse(slip).is_err(), "{slip}");
        }
        assert!(LeadQuery::parse("q=&q=maya&").is_ok(), "a form may send a field that was left empty");
    }

    #[test]
    fn every_parameter_is_read() {
        for name in SEVERAL.iter().chain(&ONCE) {
            let said = LeadQuery::parse(&format!("{name}=%00")).unwrap_err();
            assert_eq!(said, Fields::one(*name, "contains a control character"));
            assert_ne!(LeadQuery::default().read(name, "1"), Err(UNKNOWN.to_owned()), "{name}");
        }
    }

    #[test]
    fn everything_wrong_is_reported_at_once() {
        let fields = LeadQuery::parse("status=sold&sort=-shoeSize&limit=201&valueMin=abc&createdFrom=today&color=red");
        let fields = fields.unwrap_err();
        let names: Vec<&str> = fields.0.keys().map(String::as_str).collect();
        assert_eq!(names, ["color", "createdFrom", "limit", "sort", "status", "valueMin"]);
    }
}
