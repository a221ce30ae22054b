//! What was said about a lead.

pub mod server_fns;
