//! Saved views.

pub mod server_fns;
