//! The lead table, the sheet of one lead, and the dialog that makes one.

mod address;
mod cells;
mod choices;
mod choose;
mod columns;
mod desk;
mod detail;
mod duplicates;
mod filters;
mod form;
mod format;
mod grid;
mod new;
mod page;
mod pager;
mod server_fns;
mod table;
mod undo;
mod views;

pub use columns::badge;
pub use detail::LeadDetail;
pub use new::NewLead;
pub use page::LeadsPage;

/// The list that a saved view holds.
pub fn view_href(view: &domain::views::View) -> String {
    views::of_view(view).href()
}
