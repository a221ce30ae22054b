//! The whole server over a real database: one binary for all of it, since linking is what takes time.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

mod alarms;
mod commands;
mod leads;
mod outages;
mod sessions;
mod support;
