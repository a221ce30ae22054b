//! Who is let in: the axum host around the app and the services. Doors, sessions, security, start-up.

pub mod commands;
pub mod config;
mod health;
mod listen;
mod openapi;
mod pages;
mod problem;
mod request_log;
mod rest;
mod security;
mod session;
mod stalled;
pub mod startup;
mod stop;
mod visitor;
mod workers;
