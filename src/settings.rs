//! The effective settings of a run, after flag, environment, file and default were weighed. Plain
//! data: nothing here knows the command line or the configuration file.

use crate::{config::FailOn, probe::connect::ConnectTo};
use launchcheck_checks::vocab::{Pick, Severity};
use std::{net::SocketAddr, path::PathBuf, time::Duration};
use url::Url;

/// What `launchcheck audit` was told, one way or another.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `--fail-on`: the mildest severity that makes the verdict NO-GO.
    pub fail_on: FailOn,
    /// `--min-severity`: the mildest severity that is shown.
    pub min_severity: Severity,
    /// `--on-unknown ignore`: INCOMPLETE ends 0.
    pub ignore_unknown: bool,
    /// `--require`: what must have been judged.
    pub require: Vec<Pick>,
    /// `--only`.
    pub only: Vec<Pick>,
    /// `--skip`.
    pub skip: Vec<Pick>,
    /// `--offline`.
    pub offline: bool,
    /// `--active`.
    pub active: bool,
    /// `--deadline`: when the whole audit ends.
    pub deadline: Duration,
    /// `--timeout`: how long one answer may take.
    pub timeout: Duration,
    /// `--resolver`; `None` for the system's.
    pub resolver: Option<SocketAddr>,
    /// `--connect-to`.
    pub connect_to: Vec<ConnectTo>,
    /// `--ca-bundle`.
    pub ca_bundle: Option<PathBuf>,
    /// `--stripe-api`.
    pub stripe_api: Option<Url>,
    /// `--env-file`, in the order given.
    pub env_files: Vec<PathBuf>,
    /// Whether `CI` is set, so that the process environment counts as a production source.
    pub ci: bool,
}
impl Default for Settings {
    fn default() -> Self {
        Self {
            fail_on: FailOn::Blocker,
            min_severity: Severity::Info,
            ignore_unknown: false,
            require: Vec::new(),
            only: Vec::new(),
            skip: Vec::new(),
            offline: false,
            active: false,
            deadline: Duration::from_secs(60),
            timeout: Duration::from_secs(10),
            resolver: None,
            connect_to: Vec::new(),
            ca_bundle: None,
            stripe_api: None,
            env_files: Vec::new(),
            ci: false,
        }
    }
}
