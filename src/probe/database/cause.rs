//! What a driver's error means.

use launchcheck_checks::vocab::{Cause, Shown};
use sqlx::{error::DatabaseError, mysql::MySqlDatabaseError};
use std::io::ErrorKind;

/// The cause behind an error. Its text never holds the URL: drivers quote what the server said.
pub(super) fn of(error: &sqlx::Error) -> Cause {
    match error {
        sqlx::Error::Io(io) => match io.kind() {
            ErrorKind::TimedOut => Cause::Timeout,
            ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => Cause::NoRoute,
            _ => Cause::Refused,
        },
        sqlx::Error::PoolTimedOut => Cause::Timeout,
        sqlx::Error::Database(e) => server(e.as_ref()),
        sqlx::Error::Configuration(_) => Cause::Parse("the database URL cannot be read".into()),
        sqlx::Error::Tls(e) => said("TLS", &e.to_string()),
        sqlx::Error::WorkerCrashed | sqlx::Error::PoolClosed => Cause::Refused,
        other => said("database", &other.to_string()),
    }
}

fn said(who: &str, text: &str) -> Cause {
    Cause::Parse(Shown::from(format!("{who}: {text}")).short(200))
}

/// By the SQLSTATE (`PostgreSQL`, appendix A), or by the number where that says more.
fn server(error: &dyn DatabaseError) -> Cause {
    if let Some(e) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return match e.number() {
            1045 | 1698 => Cause::Auth,
            1044 | 1142 | 1143 | 1227 => Cause::Permission("SELECT".into()),
            1040 | 1203 | 1053 => Cause::Refused,
            1969 | 3024 | 1205 => Cause::Timeout,
            _ => said("database", e.message()),
        };
    }
    match error.code().as_deref() {
        Some("28P01" | "28000") => Cause::Auth,
        Some("42501") => Cause::Permission("SELECT".into()),
        Some("57014" | "55P03") => Cause::Timeout,
        Some(c) if c.starts_with("57P") || c.starts_with("53") || c.starts_with("08") => Cause::Refused,
        _ => said("database", error.message()),
    }
}
