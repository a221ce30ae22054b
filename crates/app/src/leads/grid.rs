//! What the table knows while one works in it: its rows, which of them are selected, and which cell is open.

use std::collections::BTreeSet;

use domain::{LeadId, leads::Lead};
use leptos::prelude::*;

use super::{columns::Column, pager::Around, views::AskedView};

/// Shared by the table and everything that works on it.
#[derive(Clone, Copy)]
pub struct Grid {
    pub rows: RwSignal<Vec<Row>>,
    pub selected: RwSignal<Selection>,
    /// The cell that is being edited.
    pub open: RwSignal<Option<Cell>>,
    /// The row that had the focus last.
    pub visited: StoredValue<Option<LeadId>>,
    /// Where the page stands in the list; none until it is there.
    pub around: RwSignal<Option<Around>>,
    /// What was asked about saved views.
    pub asked_view: RwSignal<Option<AskedView>>,
    /// How many leads match, once it is known.
    pub total: RwSignal<Option<i64>>,
    /// Counts the changes of saved views; tabs load again when it grows.
    pub views_changed: RwSignal<u32>,
    /// Counts the changes made on this page; lists load again when it grows.
    pub changed: RwSignal<u32>,
}

/// One row; its lead changes in place.
#[derive(Clone)]
pub struct Row {
    pub id: LeadId,
    pub lead: ArcRwSignal<Lead>,
}

/// A cell's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub lead: LeadId,
    pub column: Column,
}

/// What a bulk change is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    pub ids: BTreeSet<LeadId>,
    /// Every lead that matches the filter, on this page or not.
    pub all_matching: bool,
}

impl Selection {
    pub fn contains(&self, id: LeadId) -> bool {
        self.all_matching || self.ids.contains(&id)
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && !self.all_matching
    }
}

impl Grid {
    pub fn new() -> Self {
        Grid {
            rows: RwSignal::new(Vec::new()),
            selected: RwSignal::new(Selection::default()),
            open: RwSignal::new(None),
            visited: StoredValue::new(None),
            around: RwSignal::new(None),
            asked_view: RwSignal::new(None),
            total: RwSignal::new(None),
            views_changed: RwSignal::new(0),
            changed: RwSignal::new(0),
        }
    }

    /// Shows these leads. Rows that were there keep their place on the page; only what differs is drawn again.
    pub fn show(self, leads: Vec<Lead>) {
        let old = self.rows.try_get_untracked().unwrap_or_default();
        let rows = leads.into_iter().map(|lead| match old.iter().find(|row| row.id == lead.id) {
            Some(row) => {
                row.take(lead);
                row.clone()
            }
            None => Row { id: lead.id, lead: ArcRwSignal::new(lead) },
        });
        let _ = self.rows.try_set(rows.collect());
    }

    /// Shows the same list as it is by now. What has left it is no longer selected: nobody would see what happens to it.
    pub fn show_anew(self, leads: Vec<Lead>) {
        let gone: Vec<LeadId> = self.rows.with_untracked(|rows| {
            rows.iter().map(|row| row.id).filter(|id| !leads.iter().any(|lead| lead.id == *id)).collect()
        });
        if self.selected.with_untracked(|selected| gone.iter().any(|id| selected.ids.contains(id))) {
            self.selected.update(|selected| selected.ids.retain(|id| !gone.contains(id)));
        }
        self.show(leads);
    }

    /// A lead as it is now, if it is on this page.
    pub fn lead(self, id: LeadId) -> Option<Lead> {
        self.row(id).map(|row| row.lead.get_untracked())
    }

    /// Puts a lead in place of its older self.
    pub fn put(self, lead: Lead) {
        if let Some(row) = self.row(lead.id) {
            row.take(lead);
        }
    }

    /// Puts a lead back as it is, after something that was expected did not happen.
    pub fn show_again(self, lead: Lead) {
        if let Some(row) = self.row(lead.id) {
            row.lead.set(lead);
        }
    }

    /// Changes one lead on the screen, ahead of the server's answer.
    pub fn expect(self, id: LeadId, change: impl FnOnce(&mut Lead)) {
        if let Some(row) = self.row(id) {
            row.lead.update(change);
        }
    }

    /// Lists load again, and what is counted is counted again.
    pub fn reload(self) {
        // The page may be gone by the time an answer comes.
        let _ = self.changed.try_update(|count| *count += 1);
    }

    /// Tabs load again.
    pub fn reload_views(self) {
        let _ = self.views_changed.try_update(|count| *count += 1);
    }

    /// Selects the row, or no longer.
    pub fn toggle(self, id: LeadId) {
        self.selected.update(|selected| {
            if selected.all_matching {
                // From "all that match" to this page without the one.
                selected.ids = self.rows.with_untracked(|rows| rows.iter().map(|row| row.id).collect());
                selected.all_matching = false;
            }
            if !selected.ids.remove(&id) {
                selected.ids.insert(id);
            }
        });
    }

    /// Selects every row of the page, or none.
    pub fn toggle_page(self) {
        let page: BTreeSet<LeadId> = self.rows.with_untracked(|rows| rows.iter().map(|row| row.id).collect());
        self.selected.update(|selected| {
            let whole = selected.all_matching || page.iter().all(|id| selected.ids.contains(id));
            *selected = Selection { ids: if whole { BTreeSet::new() } else { page }, all_matching: false };
        });
    }

    pub fn select_nothing(self) {
        self.selected.set(Selection::default());
    }

    fn row(self, id: LeadId) -> Option<Row> {
        // The page may be gone by the time an answer comes.
        self.rows.try_with_untracked(|rows| rows.iter().find(|row| row.id == id).cloned()).flatten()
    }
}

impl Row {
    /// An answer that is older than what is shown came late.
    fn take(&self, lead: Lead) {
        let is_news = {
            let shown = self.lead.read_untracked();
            *shown != lead && shown.version <= lead.version
        };
        if is_news {
            self.lead.set(lead);
        }
    }
}
