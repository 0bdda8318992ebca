//! An app's source: read once, and its parts are facts of their own, each with its own gaps.

use super::{Cx, Produce};
use crate::probe::{env_files, lockfile};
use launchcheck_checks::{
    code::facts::{Calls, CodeIndex, CodeNames, CodeTree, Exposure, Hooks},
    providers,
    vocab::{Cause, Observed, TargetId},
};
use std::path::PathBuf;

impl Produce for CodeIndex {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let folder = cx.survey().apps.get(at).cloned().unwrap_or_else(|| PathBuf::from("."));
        // Reading is work for other threads: lookups and handshakes go on meanwhile.
        let read = tokio::task::spawn_blocking(move || launchcheck_source::read(&folder, &env_files::shown));
        read.await.map_err(|_| Cause::Deadline).into()
    }
}

impl Produce for Hooks {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let mut hooks = match cx.get::<CodeIndex>(at).await.get() {
            Ok(index) => index.hooks.clone(),
            Err(missing) => return missing.into(),
        };
        let folder = cx.survey().apps.get(at).cloned().unwrap_or_else(|| PathBuf::from("."));
        let asked = hooks.versions.clone();
        // A range says what may be installed, the lock file what is.
        let locked = tokio::task::spawn_blocking(move || {
            let packages = providers::ALL.iter().filter_map(|p| p.sdk.as_ref()).flat_map(|s| s.packages);
            let used = packages.filter(|p| asked.contains_key(**p));
            used.filter_map(|p| Some(((*p).to_owned(), lockfile::locked(&folder, p)?.version))).collect::<Vec<_>>()
        });
        hooks.versions.extend(locked.await.unwrap_or_default());
        Observed::known(hooks)
    }
}

macro_rules! parts {
    ($($t:ty: $part:ident;)*) => {
        $(impl Produce for $t {
            async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
                match cx.get::<CodeIndex>(at).await.get() {
                    Ok(index) => Observed::known(index.$part.clone()),
                    Err(missing) => missing.into(),
                }
            }
        })*
    };
}
parts! {
    CodeTree: tree;
    CodeNames: names;
    Calls: calls;
    Exposure: exposure;
}
