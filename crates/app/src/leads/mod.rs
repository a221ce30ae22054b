//! The lead table, and the dialogs that make and change a lead.

mod columns;
mod edit;
mod filters;
mod form;
mod format;
mod page;
mod pager;
mod server_fns;
mod table;

pub use edit::{EditLead, NewLead};
pub use page::LeadsPage;
