//! The whole server over a real database: one binary for all of it, since linking is what takes time.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

mod alarms;
mod attachments;
mod bulk;
mod commands;
mod export;
mod import;
mod import_killed;
mod interactions;
mod leads;
mod outages;
mod search;
mod sessions;
mod sheet;
mod stream;
mod support;
mod timeline;
mod views;
