//! Reads the files that git tracks, and its history, for secrets. Values become digests here and go no
//! further.

use super::{env_files::shown, git, secrets};
use launchcheck_checks::{
    env::{
        at_rest::{AtRest, EnvFile, History, Log, Needles, is_dotenv, is_machines, scan},
        reads,
        shape::DigestKey,
    },
    vocab::Cause,
};
use std::{
    collections::HashSet,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// The largest file that is read, in bytes; what is larger was made by a machine.
const FILE_CAP: u64 = 1 << 20;
/// The most that is read of a history, and how long it may take. What does not fit is a gap.
const HISTORY: u64 = 1 << 30;
const PATIENCE: Duration = Duration::from_secs(25);

fn env_file(folder: &Path, path: &str, key: &DigestKey) -> Result<EnvFile, Cause> {
    let whole = folder.join(path);
    let shown = shown(&whole);
    let entries = super::env_files::entries(&whole, &shown, key);
    let entries = entries.map_err(|why| Cause::Unreadable(format!("{shown} ({why})").into()))?;
    Ok(EnvFile { file: shown.into(), entries })
}

/// What a reading of the folder has already told.
pub(crate) struct Known<'a> {
    /// The files that hold no key.
    pub(crate) keyless: &'a HashSet<String>,
    /// Whether there may be files of variables that git neither tracks nor ignores.
    pub(crate) unguarded: bool,
}

/// What stands in the files of a folder that git tracks, and in those of variables that it does not ignore.
///
/// # Errors
/// [`git::Silent`] where git says nothing.
pub(crate) fn read(
    folder: &Path,
    files: &[String],
    known: &Known<'_>,
    needles: &Needles,
    key: &DigestKey,
) -> Result<AtRest, git::Silent> {
    let mut out = AtRest::default();
    for path in files.iter().filter(|p| is_dotenv(p)) {
        // A link leads to a file that is judged where it stands.
        if folder.join(path).symlink_metadata().is_ok_and(|m| m.is_file()) {
            match env_file(folder, path, key) {
                Ok(file) => out.env_files.push(file),
                Err(cause) => out.gaps.push(cause),
            }
        }
    }
    // Git goes through all folders for these, which on most days were gone through for nothing.
    let unguarded = if known.unguarded { git::unguarded(folder, &[".env*", "**/.env*"])? } else { Vec::new() };
    for path in unguarded.iter().filter(|p| is_dotenv(p)) {
        out.unguarded.extend(env_file(folder, path, key));
    }
    let others = files.iter().filter(|p| !is_dotenv(p) && !is_machines(p));
    let (keyless, others): (Vec<&String>, Vec<&String>) =
        others.partition(|p| needles.is_empty() && known.keyless.contains(*p));
    out.files = u32::try_from(keyless.len()).unwrap_or(u32::MAX);
    let next = AtomicUsize::new(0);
    // A few files are read sooner than a thread is started for them.
    let cores = if others.len() < 64 { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) };
    let workers = cores.min(4);
    let found = std::thread::scope(|scope| {
        let work = || {
            let mut mine = AtRest::default();
            while let Some(path) = others.get(next.fetch_add(1, Ordering::Relaxed)) {
                one(folder, path, needles, key, &mut mine);
            }
            mine
        };
        let all: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        all.into_iter().map(|w| w.join().unwrap_or_else(|e| std::panic::resume_unwind(e))).collect::<Vec<_>>()
    });
    for part in found {
        out.keys.extend(part.keys);
        out.values.extend(part.values);
        out.gaps.extend(part.gaps);
        out.files += part.files;
    }
    out.keys.sort();
    out.values.sort();
    out.gaps.sort();
    Ok(out)
}

fn one(folder: &Path, path: &str, needles: &Needles, key: &DigestKey, out: &mut AtRest) {
    let whole = folder.join(path);
    let small = whole.symlink_metadata().is_ok_and(|m| m.is_file() && m.len() <= FILE_CAP);
    let Ok(bytes) = (if small { secrets::bytes(&whole) } else { return }) else {
        out.gaps.push(Cause::Unreadable(shown(&whole).into()));
        return;
    };
    let Some(text) = reads::text(&bytes) else { return };
    out.files += 1;
    let (keys, values) = scan(&|| shown(&whole), &text, needles, key);
    out.keys.extend(keys);
    out.values.extend(values);
}
/// What the history of the current branch has added.
///
/// # Errors
/// [`git::Silent`] where git says nothing; a history that is too long is a gap of what was read.
pub fn history(folder: &Path, needles: &Needles, key: &DigestKey) -> Result<History, git::Silent> {
    let mut log = Log::new(needles, key);
    let read = git::history(folder, HISTORY, PATIENCE, |bytes| log.feed(bytes));
    let mut out = log.end();
    match read {
        Ok(()) => Ok(out),
        Err(why @ git::Silent::TooMuch) => {
            out.gaps.push(Cause::Unreadable(why.said().into()));
            Ok(out)
        }
        Err(why) => Err(why),
    }
}
