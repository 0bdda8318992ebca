//! How words of the command line become values.

use crate::config::{check, values::read_pick};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use launchcheck_checks::vocab::Pick;

/// A parser for one of several words, which help and completions show.
pub(super) fn one_of<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    word: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(move |t| word(*t)))
        .try_map(move |given| all.iter().copied().find(|t| word(*t) == given).ok_or("not a known word"))
}

/// One of several words outside of clap: in a variable of the environment.
pub(super) fn word_of<T: Copy>(text: &str, all: &[T], word: fn(T) -> &'static str) -> Result<T, String> {
    all.iter().copied().find(|t| word(*t) == text).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|t| word(*t)).collect();
        format!("`{text}` is not one of {}", words.join(", "))
    })
}

/// A family, a rule id or a target, held against the catalogue.
pub(super) fn pick(text: &str) -> Result<Pick, String> {
    let near = |text| check::near_pick(text).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    if text.trim().is_empty() {
        return Err("a family, a rule id or a target is missing".to_owned());
    }
    let pick = read_pick(text).map_err(|why| format!("{why}{}", near(text)))?;
    match &pick {
        Pick::Rule(id) => match check::unknown_rule(id) {
            Some(hint) => Err(format!("there is no rule `{id}`; {hint}")),
            None => Ok(pick),
        },
        _ => Ok(pick),
    }
}

/// A family or a rule id: what `--require` takes.
pub(super) fn pick_rule(text: &str) -> Result<Pick, String> {
    match pick(text)? {
        Pick::Target(t) => Err(format!("`{t}` is a target; a family or a rule id is wanted")),
        pick => Ok(pick),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_are_held_against_the_catalogue() {
        assert!(pick("email").is_ok());
        assert!(pick("config.waiver-unused").is_ok());
        assert!(pick("host:acme.test").is_ok());
        assert!(pick("emial").unwrap_err().ends_with("did you mean `email`?"));
        assert!(pick("config.waiver-unsed").unwrap_err().ends_with("did you mean `config.waiver-unused`?"));
        assert!(pick("hots:acme.test").unwrap_err().ends_with("did you mean `host`?"));
        assert!(pick("").is_err());
        assert!(pick_rule("host:acme.test").is_err());
    }
}
