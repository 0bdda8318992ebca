//! What a column says of access: by the words that all apps share, and by what a purchase has taught.

use crate::billing::status::{Access, Word};
use std::collections::BTreeSet;

/// What stands in the column, for one customer: one value a row.
pub type Values = Vec<Option<String>>;

/// The app's own words, learned from what a purchase changed.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    open: BTreeSet<String>,
    closed: BTreeSet<String>,
}
impl Lexicon {
    /// What these values say; no row at all is no access.
    #[must_use]
    pub fn reads(&self, values: &Values) -> Access {
        let each = values.iter().map(|v| self.word(v.as_deref()));
        each.min_by_key(|a| match a {
            Access::Yes => 0,
            Access::Unclear => 1,
            Access::No => 2,
        })
        .unwrap_or(Access::No)
    }
    fn word(&self, value: Option<&str>) -> Access {
        match Word::fold(value).access() {
            Access::Unclear => {
                let text = value.unwrap_or_default();
                if self.open.contains(text) {
                    Access::Yes
                } else if self.closed.contains(text) {
                    Access::No
                } else {
                    Access::Unclear
                }
            }
            known => known,
        }
    }
    /// Learns from a purchase that changed the column: what stands there now is access, and a word of
    /// before that nobody knows was none.
    pub fn learn(&mut self, before: &Values, after: &Values) {
        let new = |a: &&Option<String>| !before.contains(a);
        let unclear = |v: Option<&str>| Word::fold(v).access() == Access::Unclear;
        for value in after.iter().filter(new).flatten().filter(|v| unclear(Some(v))) {
            self.open.insert(value.clone());
        }
        if after.iter().any(|a| new(&a)) {
            let gone = before.iter().filter(|b| !after.contains(b)).flatten();
            self.closed.extend(gone.filter(|v| unclear(Some(v)) && !self.open.contains(*v)).cloned());
        }
    }
}

/// The values as a person reads them.
#[must_use]
pub fn shown(values: &Values) -> String {
    if values.is_empty() {
        return "no row".to_owned();
    }
    let mut all: Vec<String> = values.iter().map(|v| v.clone().unwrap_or_else(|| "NULL".to_owned())).collect();
    all.dedup();
    all.truncate(4);
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(word: &str) -> Values {
        vec![(!word.is_empty()).then(|| word.to_owned())]
    }

    #[test]
    fn words_that_all_apps_share_need_no_learning() {
        let lexicon = Lexicon::default();
        assert_eq!(lexicon.reads(&one("active")), Access::Yes);
        assert_eq!(lexicon.reads(&one("")), Access::No);
        assert_eq!(lexicon.reads(&Vec::new()), Access::No);
        assert_eq!(lexicon.reads(&one("pro")), Access::Unclear);
        assert_eq!(lexicon.reads(&vec![Some("canceled".into()), Some("t".into())]), Access::Yes);
    }

    #[test]
    fn an_apps_own_words_are_learned_from_a_purchase() {
        let mut lexicon = Lexicon::default();
        lexicon.learn(&one("basic"), &one("pro"));
        assert_eq!(lexicon.reads(&one("pro")), Access::Yes);
        assert_eq!(lexicon.reads(&one("basic")), Access::No);
        assert_eq!(lexicon.reads(&one("gold")), Access::Unclear);
        // What did not change teaches nothing.
        let mut lexicon = Lexicon::default();
        lexicon.learn(&one("pro"), &one("pro"));
        assert_eq!(lexicon.reads(&one("pro")), Access::Unclear);
    }
}
