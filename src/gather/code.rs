//! An app's source: read once, and its parts are facts of their own, each with its own gaps.

use super::{Cx, Produce};
use crate::probe::env_files;
use launchcheck_checks::{
    code::facts::{Calls, CodeIndex, CodeNames, CodeTree, Exposure, Hooks},
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
    Hooks: hooks;
    Calls: calls;
    Exposure: exposure;
}
