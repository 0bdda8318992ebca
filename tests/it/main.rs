//! Tests that use real parts: real servers on loopback, and the built executable.

mod billing;
mod cli;
mod hosts;
mod mail;
mod once;
mod probes;
mod render;
mod scenarios;
mod volume;
mod weather;
