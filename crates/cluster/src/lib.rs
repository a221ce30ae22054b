//! A private PostgreSQL cluster in a folder: made, started, found again after a crash, and stopped.
//!
//! The server uses it when no other database is named; tests and `cargo xtask` use throw-away ones.
//! Nothing here knows SQL beyond the name of a database, and nothing here listens on a network:
//! clients reach the cluster through a Unix socket in a folder of mode 0700.

mod cluster;
mod command;
mod error;
mod owner;
mod place;
mod programs;
mod server;
mod settings;
mod socket;
mod throw_away;

pub use cluster::Cluster;
pub use command::without_pg_variables;
pub use error::Error;
pub use programs::Programs;

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;
