//! Tests that use real parts: real servers on loopback, and the built executable.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene should stop there")]

mod billing;
mod chain_file;
mod checks;
mod cli;
mod drift;
mod edge;
mod ended;
mod env;
mod env_loader;
mod exercise;
mod hosts;
mod leaks;
mod mail;
mod mapping;
mod nextjs;
mod odd;
mod once;
mod policies;
mod probes;
mod proof;
mod readme;
mod render;
mod renewal;
mod scenarios;
mod senders;
mod signers;
mod tls;
mod tls_faults;
mod vendors;
mod volume;
mod weather;
mod web;
mod webhook;
mod zone;
