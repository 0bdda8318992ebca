//! Reads the values that `*-env` names stand for. They leave as [`Secret`] and go to probes only.

use super::secret::Secret;
use crate::config::{
    EnvName,
    secrets::{SecretSource, order, resolve},
};
use launchcheck_checks::vocab::{Cause, Observed};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// The largest environment file that is read.
pub const FILE_CAP: u64 = 1024 * 1024;

/// What one file assigns, or why it could not be read.
type Read = Arc<Result<BTreeMap<String, Secret<String>>, String>>;

/// Where values are looked for, and the files that were read already.
pub struct Secrets {
    order: Vec<SecretSource>,
    environment: BTreeMap<String, String>,
    files: Mutex<BTreeMap<PathBuf, Read>>,
    found: Mutex<BTreeMap<SecretSource, BTreeSet<String>>>,
}

impl Secrets {
    /// Looks in the `--env-file`s, then in the production files of the apps, then in the process.
    #[must_use]
    pub fn new(env_files: &[PathBuf], production: &[PathBuf], environment: BTreeMap<String, String>) -> Self {
        Self { order: order(env_files, production), environment, files: Mutex::default(), found: Mutex::default() }
    }

    /// The value of a variable and where it was found. `Unset` where no place has it; where a
    /// place could not be read, that is the cause, since the value may stand there.
    #[must_use]
    pub fn find(&self, name: &EnvName) -> Observed<(Secret<String>, SecretSource)> {
        let mut unreadable = None;
        let found = resolve(name, &self.order, |source, name| match source {
            SecretSource::EnvFile(path) | SecretSource::Production(path) => match &*self.read(path) {
                Ok(values) => values.get(name).map(|v| v.expose().clone()),
                Err(why) => {
                    unreadable.get_or_insert_with(|| format!("{} ({why})", path.display()));
                    None
                }
            },
            SecretSource::Process => self.environment.get(name).cloned(),
        });
        match (found, unreadable) {
            (Some((value, source)), _) => {
                let mut all = self.found.lock().unwrap_or_else(PoisonError::into_inner);
                all.entry(source.clone()).or_default().insert(name.as_str().to_owned());
                Observed::known((Secret::new(value), source))
            }
            (None, Some(file)) => Observed::unknown(Cause::Unreadable(file.into())),
            (None, None) => Observed::unknown(Cause::Unset(name.as_str().into())),
        }
    }

    /// Which variable was read from where, for the report; nothing where none was. Files below
    /// `here` are named as seen from there.
    #[must_use]
    pub fn note(&self, here: &Path) -> Option<String> {
        let all = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let each: Vec<String> = all
            .iter()
            .map(|(source, names)| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let source = source.to_string();
                let below = format!("{}/", here.display());
                format!("{} from {}", names.join(", "), source.strip_prefix(&below).unwrap_or(&source))
            })
            .collect();
        (!each.is_empty()).then(|| format!("read {}", each.join("; ")))
    }

    fn read(&self, path: &Path) -> Read {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(files.entry(path.to_owned()).or_insert_with(|| Arc::new(values(path))))
    }
}

fn values(path: &Path) -> Result<BTreeMap<String, Secret<String>>, String> {
    // What a host keeps to itself is set, and we do not have it.
    Ok(super::env_files::values(path)?.into_iter().map(|(name, value)| (name, Secret::new(value))).collect())
}

/// A file's bytes, up to the cap; the error is a sentence fragment.
///
/// # Errors
/// When it is no regular file, too large or unreadable.
pub fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let about = std::fs::metadata(path).map_err(|e| e.to_string())?;
    if !about.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if about.len() > FILE_CAP {
        return Err(format!("it is larger than {} KB", FILE_CAP / 1024));
    }
    std::fs::read(path).map_err(|e| e.to_string())
}
