//! The address of `/leads` and `/kanban`: the list's own query, and in front of it what only the page knows: view and
//! columns.

use domain::{Fields, LeadId, ViewId, leads::LeadQuery, views::ViewColumn};
use form_urlencoded::{Serializer, parse};
use leptos::prelude::*;

use super::columns::Column;
use crate::location::use_location;

/// Which page shows the leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    #[default]
    Table,
    Board,
}

impl Screen {
    pub fn path(self) -> &'static str {
        match self {
            Screen::Table => "/leads",
            Screen::Board => "/kanban",
        }
    }

    fn of(path: &str) -> Self {
        if path.starts_with(Screen::Board.path()) { Screen::Board } else { Screen::Table }
    }
}

/// Everything the page shows follows from this.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    pub screen: Screen,
    /// The saved view one came from; the rest of the address may have moved on since.
    pub view: Option<ViewId>,
    /// Empty: the columns of the role.
    pub columns: Vec<ViewColumn>,
    pub query: LeadQuery,
    /// What of the query cannot be read; the server says so in its own words.
    pub broken: Option<String>,
}

impl Address {
    /// Reads a query string without its `?`.
    pub fn parse(text: &str) -> Self {
        let mut address = Address::default();
        let mut rest = Serializer::new(String::new());
        for (name, value) in parse(text.as_bytes()) {
            match &*name {
                "view" => address.view = value.parse().ok(),
                "columns" => address.columns = read_columns(&value),
                _ => drop(rest.append_pair(&name, &value)),
            }
        }
        let rest = rest.finish();
        match LeadQuery::parse(&rest) {
            Ok(query) => address.query = query,
            Err(Fields(_)) => address.broken = Some(rest),
        }
        address
    }

    /// The list that the server is asked for.
    pub fn list(&self) -> String {
        self.broken.clone().unwrap_or_else(|| self.query.to_query())
    }

    /// The query string that [`Address::parse`] reads back.
    pub fn to_query(&self) -> String {
        let mut out = Serializer::new(String::new());
        if let Some(view) = self.view {
            out.append_pair("view", &view.to_string());
        }
        if !self.columns.is_empty() {
            out.append_pair("columns", &write_columns(&self.columns));
        }
        let (own, list) = (out.finish(), self.list());
        if own.is_empty() || list.is_empty() { own + &list } else { format!("{own}&{list}") }
    }

    /// The page's address.
    pub fn href(&self) -> String {
        with_query(self.screen.path(), &self.to_query())
    }

    /// A lead's own address over this page.
    pub fn lead(&self, id: LeadId) -> String {
        with_query(&format!("{}/{id}", self.screen.path()), &self.to_query())
    }

    /// Where a lead is made over this page.
    pub fn new_lead(&self) -> String {
        with_query(&format!("{}/new", self.screen.path()), &self.to_query())
    }

    /// The same view of another list.
    pub fn with(&self, query: LeadQuery) -> Self {
        Address { query, broken: None, ..self.clone() }
    }
}

/// An address that keeps the list behind it.
pub fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The browser's address.
pub fn use_address() -> Memo<Address> {
    let location = use_location();
    Memo::new(move |_| {
        let at = location.at();
        Address { screen: Screen::of(&at.path), ..Address::parse(&at.query) }
    })
}

/// `lead:260,status,value`; names that no column has are passed over, since views outlive columns.
fn read_columns(text: &str) -> Vec<ViewColumn> {
    let column = |part: &str| {
        let (name, width) = part.split_once(':').map_or((part, None), |(name, width)| (name, width.parse().ok()));
        Column::named(name).map(|column| ViewColumn { name: column.name().into(), width })
    };
    let mut columns: Vec<ViewColumn> = Vec::new();
    for column in text.split(',').filter_map(column) {
        if !columns.iter().any(|other| other.name == column.name) {
            columns.push(column);
        }
    }
    columns
}

fn write_columns(columns: &[ViewColumn]) -> String {
    let column = |column: &ViewColumn| match column.width {
        Some(width) => format!("{}:{width}", column.name),
        None => column.name.clone(),
    };
    columns.iter().map(column).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_what_it_writes() {
        let text = "view=3&columns=lead%3A260%2Cstatus%2Cvalue&status=new&sort=-value";
        let address = Address::parse(text);
        assert_eq!((address.view, address.columns.len()), (Some(ViewId(3)), 3));
        assert_eq!(address.to_query(), text);
        assert_eq!(address.href(), format!("/leads?{text}"));
        assert_eq!(Address::default().href(), "/leads");
    }

    #[test]
    fn what_cannot_be_read_is_kept_for_the_server_to_judge() {
        let address = Address::parse("columns=status,nonsense,status&status=sold");
        assert_eq!(address.columns.len(), 1);
        assert_eq!(address.list(), "status=sold");
    }
}
