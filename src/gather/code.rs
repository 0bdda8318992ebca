//! An app's source: read once, and its parts are facts of their own, each with its own gaps.

use super::{Cx, Produce};
use crate::probe::{env_files, lockfile};
use launchcheck_checks::{
    code::{
        deeds::{Columns, Money, Tools, Watch},
        facts::{Calls, CodeIndex, CodeNames, CodeTree, Exposure, Hooks, Unfollowed, Unseen},
        practice::{Doors, Logs, Schedule},
        work::{Inputs, Jobs, Notes},
    },
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

macro_rules! of_hooks {
    ($($t:ty)*) => {
        $(impl Produce for $t {
            async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
                match cx.get::<Hooks>(at).await.get() {
                    Ok(hooks) => Observed::known(Self::of(hooks)),
                    Err(missing) => missing.into(),
                }
            }
        })*
    };
}
of_hooks! { Unfollowed Unseen }

macro_rules! parts {
    ($($t:ty: $($part:ident).+;)*) => {
        $(impl Produce for $t {
            async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
                match cx.get::<CodeIndex>(at).await.get() {
                    Ok(index) => Observed::known(index.$($part).+.clone()),
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
    Schedule: practice.schedule;
    Logs: practice.logs;
    Money: practice.deeds.money;
    Tools: practice.deeds.tools;
    Columns: practice.deeds.columns;
    Watch: practice.deeds.watch;
    Inputs: practice.work.inputs;
    Jobs: practice.work.jobs;
    Notes: practice.work.notes;
}

impl Produce for Doors {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let index = cx.get::<CodeIndex>(at).await;
        let apps = cx.config().apps.iter().map(crate::config::Located::get);
        let app = apps.filter(|a| crate::config::check::app_name(a) == at.name);
        let guards = app.flat_map(|a| &a.guards).map(|g| g.get().clone()).collect();
        match index.get() {
            Ok(index) => Observed::known(Self { guards, ..index.practice.doors.clone() }),
            Err(missing) => missing.into(),
        }
    }
}
