//! The local survey: configuration, command line and files become targets and their links. What
//! the network reveals later is a subject of one of these and never a new target.

use crate::config::Config;
use launchcheck_checks::{
    tls::facts::HostRole,
    vocab::{DomainName, TargetId, Targets},
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// What a run is about.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The targets and their links, closed.
    pub targets: Targets,
    /// The configuration; empty where there is none.
    pub config: Arc<Config>,
    /// The audited domain.
    pub domain: Option<DomainName>,
    /// For each host target: what it is to the product, and its port.
    pub hosts: BTreeMap<TargetId, (HostRole, u16)>,
    /// For each app target: its folder.
    pub apps: BTreeMap<TargetId, PathBuf>,
    /// What was inferred and from what, for the report's header.
    pub notes: Vec<String>,
}
