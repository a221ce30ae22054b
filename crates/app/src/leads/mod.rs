//! The lead table, the sheet of one lead, and the dialog that makes one.

pub(crate) mod address;
mod cells;
pub(crate) mod choices;
mod choose;
pub(crate) mod columns;
pub(crate) mod desk;
mod detail;
mod duplicates;
mod export;
pub(crate) mod filters;
mod form;
pub(crate) mod format;
pub(crate) mod grid;
pub(crate) mod losing;
mod new;
pub(crate) mod others;
mod over;
mod page;
mod pager;
pub(crate) mod server_fns;
mod table;
pub(crate) mod undo;
mod views;
pub(crate) mod writing;

pub use columns::badge;
pub use detail::preload as preload_detail;
#[cfg(feature = "ssr")]
pub use detail::serve as serve_sheet;
pub use new::NewLeadLink;
pub use over::OverLeads;
pub use page::LeadsPage;
pub use table::NoLeads;
pub use writing::preload as preload_writing;

/// The list that a saved view holds.
pub fn view_href(view: &domain::views::View) -> String {
    views::of_view(view).href()
}
