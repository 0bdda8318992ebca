//! What goes wrong before an audit can start: a headline, the place, the causes, and what to do.
//! All text passes a mask first, since a key pasted into the wrong line must not be printed.

use crate::config::Source;
use launchcheck_checks::{
    providers::{self, Role},
    vocab::Shown,
};
use std::{fmt, ops::Range};

/// One thing that is wrong with what was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, as a fragment without a period.
    pub headline: Shown,
    /// Where.
    pub snippet: Option<Snippet>,
    /// What lies behind it, nearest first.
    pub causes: Vec<Shown>,
    /// What to do next.
    pub hints: Vec<Shown>,
}

/// A line of the user's file with the part of it that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The file as the user knows it.
    pub file: Shown,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The line's text.
    pub text: Shown,
    /// How many characters are meant.
    pub width: usize,
    /// What stands beside the caret.
    pub label: Shown,
}

impl Problem {
    /// A problem without a place.
    pub fn new(headline: impl AsRef<str>) -> Self {
        Self { headline: mask(headline.as_ref()).into(), snippet: None, causes: Vec::new(), hints: Vec::new() }
    }
    /// At these bytes of a configuration file.
    #[must_use]
    pub fn at(mut self, source: &Source, span: &Range<usize>) -> Self {
        let (line, column) = source.line_column(span.start);
        let text = source.text.lines().nth(line as usize - 1).unwrap_or_default();
        let rest = text.chars().count().saturating_sub(column as usize - 1);
        let meant = source.text.get(span.clone()).map_or(1, |t| t.lines().next().unwrap_or_default().chars().count());
        self.snippet = Some(Snippet {
            file: source.shown.as_str().into(),
            line,
            column,
            // A tab counts as one character here and as several on the screen.
            text: mask(&text.replace('\t', " ")).into(),
            width: meant.clamp(1, rest.max(1)),
            label: Shown::default(),
        });
        self
    }
    /// With words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl AsRef<str>) -> Self {
        if let Some(s) = &mut self.snippet {
            s.label = mask(label.as_ref()).into();
        } else {
            self.hints.push(mask(label.as_ref()).into());
        }
        self
    }
    /// With a cause.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(mask(&cause.to_string()).into());
        self
    }
    /// With something to do.
    #[must_use]
    pub fn hint(mut self, hint: impl AsRef<str>) -> Self {
        self.hints.push(mask(hint.as_ref()).into());
        self
    }
}
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(s) = &self.snippet {
            write!(f, "{}:{}:{}: ", s.file, s.line, s.column)?;
        }
        write!(f, "{}", self.headline)
    }
}

/// Everything that is wrong, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, p) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            p.fmt(f)?;
        }
        Ok(())
    }
}
impl std::error::Error for Problems {}
impl From<Problem> for Problems {
    fn from(p: Problem) -> Self {
        Self(vec![p])
    }
}
impl Problems {
    /// `Ok` where there is none.
    pub fn check(all: Vec<Problem>) -> Result<(), Self> {
        if all.is_empty() { Ok(()) } else { Err(Self(all)) }
    }
}

/// How long a token must be before it can be a key.
const KEY_LENGTH: usize = 12;

/// The text with what looks like a secret starred out, character by character, so that columns
/// stay: words that begin as a provider's secrets do, long words of letters mixed with digits, and
/// of a URL the password and the values of the query.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '=') {
            word.push(c);
            continue;
        }
        out.push_str(&mask_word(&word));
        word.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    mask_query(&mask_password(out))
}

fn mask_word(word: &str) -> String {
    let prefix = secret_prefix(word).filter(|p| word.len() >= KEY_LENGTH.max(p.len() + 1));
    let random = word.len() >= 24
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_lowercase())
        && word.bytes().filter(u8::is_ascii_digit).count() * 12 >= word.len();
    match prefix {
        Some(p) => format!("{p}{}", "*".repeat(word.len() - p.len())),
        None if random => "*".repeat(word.len()),
        None => word.to_owned(),
    }
}

/// The secret prefix that a word begins with, by the provider registry.
fn secret_prefix(word: &str) -> Option<&'static str> {
    let secret = |role| matches!(role, Role::Secret | Role::WebhookSecret);
    let vars = providers::ALL.iter().filter_map(|p| p.env.as_ref()).flat_map(|e| e.vars);
    vars.filter(|v| secret(v.role))
        .flat_map(|v| v.prefixes)
        .map(|(prefix, _)| *prefix)
        .filter(|p| p.len() >= 3 && word.starts_with(p))
        .max_by_key(|p| p.len())
}

/// Stars out the password in `scheme://user:password@`.
fn mask_password(text: String) -> String {
    let Some(start) = text.find("://").map(|i| i + 3) else { return text };
    let end = text[start..].find(['/', ' ', '"', '`', '\'']).map_or(text.len(), |i| start + i);
    let Some(at) = text[start..end].rfind('@').map(|i| start + i) else { return text };
    let Some(colon) = text[start..at].find(':').map(|i| start + i + 1) else { return text };
    let hidden = "*".repeat(text[colon..at].chars().count());
    format!("{}{hidden}{}", &text[..colon], mask_password(text[at..].to_owned()))
}

/// Stars out the values in `scheme://host/path?name=value&name=value`, where some providers have a
/// token stand.
fn mask_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut address, mut query, mut value) = (false, false, false);
    for (i, c) in text.char_indices() {
        address |= text[i..].starts_with("://");
        match c {
            ' ' | '"' | '`' | '\'' => (address, query, value) = (false, false, false),
            '?' if address && !query => query = true,
            '=' if query && !value => {
                value = true;
                out.push(c);
                continue;
            }
            '&' | '#' => value = false,
            _ => {}
        }
        out.push(if value { '*' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_starred_and_columns_stay() {
        let key = format!("sk_{}_{}", "live", "4eC39HqLyjWDarjtT1zdp7dc");
        let line = format!("stripe-key-env = \"{key}\" # é");
        let masked = mask(&line);
        assert_eq!(masked.chars().count(), line.chars().count());
        assert!(!masked.contains("4eC39"), "{masked}");
        assert!(masked.starts_with("stripe-key-env = \"sk_"), "{masked}");
        assert_eq!(
            mask("postgres://app:hunter2@db.acme.test/app and https://acme.test/"),
            "postgres://app:*******@db.acme.test/app and https://acme.test/"
        );
        assert_eq!(
            mask("url = \"https://acme.test/hook?token=short&v=2\" # a=b"),
            "url = \"https://acme.test/hook?token=*****&v=*\" # a=b"
        );
        assert!(!mask(&format!("x = \"{}\"", "a1b2c3d4e5f6a7b8c9d0e1f2")).contains("b2c3"));
    }

    #[test]
    fn ordinary_text_stays() {
        for text in [
            "provider = \"stripe\"",
            "rule = \"email.sender-unauthenticated\"",
            "url = \"https://api.acme.test/api/webhooks/stripe-production-2\"",
            "secret-env = \"STRIPE_WEBHOOK_SECRET_PRODUCTION_2\"",
            "reason = \"the migration-of-the-subscriptions is under way\"",
        ] {
            assert_eq!(mask(text), text);
        }
    }
}
