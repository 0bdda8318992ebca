//! Where the value of a `*-env` name comes from. Only the order is here; the reading is the probes'.

use super::EnvName;
use std::{fmt, path::PathBuf};

/// One place that may hold the value of a variable.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum SecretSource {
    /// A file of `--env-file`.
    EnvFile(PathBuf),
    /// The `production` file of an `[[app]]`.
    Production(PathBuf),
    /// The environment of this process.
    Process,
}
impl SecretSource {
    /// Whether what stands here is what production runs with. The process is that only in a CI
    /// job: on a laptop it holds what the developer happens to have set.
    #[must_use]
    pub const fn is_production(&self, ci: bool) -> bool {
        match self {
            Self::EnvFile(_) | Self::Production(_) => true,
            Self::Process => ci,
        }
    }
}
impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EnvFile(p) => write!(f, "{} (--env-file)", p.display()),
            Self::Production(p) => write!(f, "{} ([[app]] production)", p.display()),
            Self::Process => f.write_str("the process environment"),
        }
    }
}

/// The places in the order they are asked: `--env-file` (a later one beats an earlier one, as it
/// does for `docker run`), then the production files of the apps, then the process.
#[must_use]
pub fn order(env_files: &[PathBuf], production: &[PathBuf]) -> Vec<SecretSource> {
    let files = env_files.iter().rev().cloned().map(SecretSource::EnvFile);
    let apps = production.iter().cloned().map(SecretSource::Production);
    files.chain(apps).chain([SecretSource::Process]).collect()
}

/// The first place that holds a value for `name`, and the value. `look` reads one place; an empty
/// value is none, since a key that is left blank for the platform to fill cannot be used.
pub fn resolve<V: AsRef<[u8]>>(
    name: &EnvName,
    order: &[SecretSource],
    mut look: impl FnMut(&SecretSource, &str) -> Option<V>,
) -> Option<(V, SecretSource)> {
    order.iter().find_map(|source| {
        let value = look(source, name.as_str()).filter(|v| !v.as_ref().is_empty())?;
        Some((value, source.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_beats_the_file_and_the_file_beats_the_process() {
        let all = order(&["a.env".into(), "b.env".into()], &["web/.env.production".into()]);
        let name = EnvName::parse("STRIPE_SECRET_KEY").unwrap();
        let find = |has: &[&str]| {
            let has: Vec<String> = has.iter().map(ToString::to_string).collect();
            resolve(&name, &all, |s, _| has.contains(&s.to_string()).then_some("value")).map(|(_, s)| s.to_string())
        };
        assert_eq!(
            find(&["a.env (--env-file)", "b.env (--env-file)", "the process environment"]).unwrap(),
            "b.env (--env-file)"
        );
        assert_eq!(
            find(&["web/.env.production ([[app]] production)", "the process environment"]).unwrap(),
            "web/.env.production ([[app]] production)"
        );
        assert_eq!(find(&["the process environment"]).unwrap(), "the process environment");
        assert_eq!(find(&[]), None);
    }

    #[test]
    fn an_empty_value_is_none() {
        let name = EnvName::parse("KEY").unwrap();
        let all = order(&["a.env".into()], &[]);
        let look = |s: &SecretSource, _: &str| Some(if *s == SecretSource::Process { "x" } else { "" });
        assert_eq!(resolve(&name, &all, look), Some(("x", SecretSource::Process)));
    }

    #[test]
    fn the_process_is_production_only_in_ci() {
        assert!(!SecretSource::Process.is_production(false));
        assert!(SecretSource::Process.is_production(true));
        assert!(SecretSource::EnvFile("x".into()).is_production(false));
    }
}
