//! Which page an address names. Server and browser read it here, so that both show the same.

use domain::{ImportId, LeadId};

use crate::shell::Tab;

/// A page of a signed-in person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// `/`: leads to where the role works.
    Home,
    Leads(Option<Over>),
    Board(Option<Over>),
    Imports,
    Import(ImportId),
    /// A tab whose screen comes later.
    NotBuilt(Tab),
}

/// What lies over a page of leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    NewLead,
    Lead(LeadId),
}

impl Page {
    /// Every pattern of an address that [`Page::of`] knows, as axum writes them.
    pub const PATTERNS: [&str; 16] = [
        "/",
        "/leads",
        "/leads/new",
        "/leads/{id}",
        "/kanban",
        "/kanban/new",
        "/kanban/{id}",
        "/imports",
        "/imports/{id}",
        "/dashboard",
        "/reference",
        "/engineering",
        "/admin/agents",
        "/admin/products",
        "/admin/webhooks",
        "/admin/mcp",
    ];

    /// The page at this path, if there is one.
    pub fn of(path: &str) -> Option<Page> {
        let within = |tab: Tab| path.strip_prefix(tab.path()).and_then(|rest| rest.strip_prefix('/'));
        if path == "/" {
            return Some(Page::Home);
        }
        if let Some(tab) = Tab::at(path) {
            return Some(match tab {
                Tab::Leads => Page::Leads(None),
                Tab::Kanban => Page::Board(None),
                Tab::Dashboard
                | Tab::Reference
                | Tab::Engineering
                | Tab::Agents
                | Tab::Products
                | Tab::Webhooks
                | Tab::Mcp => Page::NotBuilt(tab),
            });
        }
        if let Some(over) = within(Tab::Leads) {
            return Over::of(over).map(|over| Page::Leads(Some(over)));
        }
        if let Some(over) = within(Tab::Kanban) {
            return Over::of(over).map(|over| Page::Board(Some(over)));
        }
        match path.strip_prefix("/imports") {
            Some("") => Some(Page::Imports),
            Some(id) => id.strip_prefix('/')?.parse().ok().map(Page::Import),
            None => None,
        }
    }

    /// The page without what lies over it.
    pub fn below(self) -> Page {
        match self {
            Page::Leads(_) => Page::Leads(None),
            Page::Board(_) => Page::Board(None),
            Page::Home | Page::Imports | Page::Import(_) | Page::NotBuilt(_) => self,
        }
    }

    pub fn over(self) -> Option<Over> {
        match self {
            Page::Leads(over) | Page::Board(over) => over,
            Page::Home | Page::Imports | Page::Import(_) | Page::NotBuilt(_) => None,
        }
    }

    /// The tab that the page belongs to.
    pub fn tab(self) -> Option<Tab> {
        match self {
            Page::Leads(_) | Page::Imports | Page::Import(_) => Some(Tab::Leads),
            Page::Board(_) => Some(Tab::Kanban),
            Page::NotBuilt(tab) => Some(tab),
            Page::Home => None,
        }
    }
}

impl Over {
    /// An id that is no number names no lead; the server says so in its own words.
    fn of(segment: &str) -> Option<Over> {
        match segment {
            "new" => Some(Over::NewLead),
            id if id.is_empty() || id.contains('/') => None,
            id => Some(Over::Lead(id.parse().unwrap_or(LeadId(0)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_page_or_nothing() {
        assert_eq!(Page::of("/"), Some(Page::Home));
        assert_eq!(Page::of("/leads"), Some(Page::Leads(None)));
        assert_eq!(Page::of("/leads/new"), Some(Page::Leads(Some(Over::NewLead))));
        assert_eq!(Page::of("/kanban/7"), Some(Page::Board(Some(Over::Lead(LeadId(7))))));
        assert_eq!(Page::of("/imports/3"), Some(Page::Import(ImportId(3))));
        assert_eq!(Page::of("/admin/mcp"), Some(Page::NotBuilt(Tab::Mcp)));
        for nothing in ["", "/leads/", "/leads/7/files", "/leadsx", "/imports/", "/imports/x", "/sign-in", "/api/leads"]
        {
            assert_eq!(Page::of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn files_of_leads_belong_to_the_tab_of_leads() {
        assert_eq!(Page::Imports.tab(), Some(Tab::Leads));
        assert_eq!(Page::Import(ImportId(3)).tab(), Some(Tab::Leads));
    }

    #[test]
    fn every_pattern_names_a_page() {
        for pattern in Page::PATTERNS {
            assert!(Page::of(&pattern.replace("{id}", "7")).is_some(), "{pattern}");
        }
    }

    #[test]
    fn every_tab_is_at_a_pattern() {
        for tab in Tab::of(domain::users::Role::Admin) {
            assert!(Page::PATTERNS.contains(&tab.path()), "{tab:?}");
        }
    }
}
