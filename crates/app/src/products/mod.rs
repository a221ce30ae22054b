//! The catalogue.

pub mod server_fns;
