//! Keys in what browsers load. A key is told by its provider's prefix and by looking drawn at
//! random; what is kept of it is the prefix and its last two characters.

use crate::env::shape::{Digest, DigestKey, Shape};
use crate::providers::{self, Mode, Role};
use crate::vocab::Shown;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::sync::LazyLock;

/// A key in a body.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Leak {
    /// What it is: "a Stripe secret key".
    pub what: Shown,
    /// How it may be shown.
    pub masked: Shown,
    /// What it is good for.
    pub worth: Worth,
    /// Its keyed digest, to compare it by.
    pub digest: Digest,
}
/// What a key in a body is good for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Worth {
    /// Whoever has it can act as the company.
    Secret,
    /// As [`Worth::Secret`], in test mode only.
    TestSecret,
    /// A name that browsers may know, of test mode.
    TestPublic,
    /// A name that browsers may know, of live mode.
    LivePublic,
}

/// How the sample keys end that Stripe prints in its public documentation.
const SAMPLES: &[&str] = &["4eC39HqLyjWDarjtT1zdp7dc", "BQokikJOvBiI2HlWgH4olfQ2"];
/// The most that is kept of one body.
const MOST: usize = 20;
/// How a key file begins.
const PEM: &str = "-----BEGIN ";
const DATABASES: &[&str] =
    &["postgres://", "postgresql://", "mysql://", "mongodb://", "mongodb+srv://", "redis://", "rediss://"];

/// Every key in a text, each once, with digests that are good for nothing but telling them apart.
#[must_use]
pub fn scan(text: &str) -> Vec<Leak> {
    scan_keyed(text, &DigestKey::new(&[0; 32]))
}

/// Every key in a text, each once, with digests that the values of the run can be compared by.
#[must_use]
pub fn scan_keyed(text: &str, key: &DigestKey) -> Vec<Leak> {
    let mut out: Vec<Leak> = Vec::new();
    let mut put = |leak: Leak| {
        if out.len() < MOST && !out.contains(&leak) {
            out.push(leak);
        }
    };
    let (mut last, mut is_pem, mut is_database) = (None, false, false);
    for found in FINDER.find_overlapping_iter(text) {
        let (sign, at) = (found.pattern().as_usize(), found.start());
        match sign {
            _ if !begins(sign, text, at) => {}
            0 => is_pem = true,
            1..WORDS_FROM => is_database = true,
            _ if last.replace(at) == Some(at) => {}
            _ => {
                let word = word(&text[at..]);
                if word.len() >= 20 && !SAMPLES.iter().any(|s| word.ends_with(s)) {
                    judge(word, key).into_iter().for_each(&mut put);
                }
            }
        }
    }
    if is_pem {
        pem(text, key).into_iter().for_each(&mut put);
    }
    if is_database {
        databases(text, key).into_iter().for_each(&mut put);
    }
    out.sort();
    out
}

/// Where among the signs those begin that stand at the beginning of a word.
const WORDS_FROM: usize = 1 + DATABASES.len();
/// What a key begins with; before these, the beginnings of a key file and of the URLs of databases. Few texts
/// hold any of them, and a tree of thousands of files is looked through for them on every deploy.
static SIGNS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let vars = providers::ALL.iter().filter_map(|p| p.env.as_ref()).flat_map(|e| e.vars);
    let prefixes = vars.flat_map(|v| v.prefixes.iter().map(|(prefix, _)| *prefix));
    let mut words: Vec<&str> = prefixes.chain(["eyJ", "AKIA", "pk_test_", "pk_live_"]).collect();
    words.sort_unstable();
    words.dedup();
    [PEM].into_iter().chain(DATABASES.iter().copied()).chain(words).collect()
});
static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(signs()).expect("a few hundred short words fit")
});
/// What every key that [`scan`] finds begins with, for who looks for other words in the same pass.
#[must_use]
pub fn signs() -> &'static [&'static str] {
    &SIGNS
}
/// Whether a sign, by its number among [`signs`], that stands at a byte of a text may be where a key begins.
#[must_use]
pub fn begins(sign: usize, text: &str, at: usize) -> bool {
    sign < WORDS_FROM || at == 0 || !is_part(text.as_bytes()[at - 1])
}

const fn is_part(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
}
/// The run of characters that keys are made of at the beginning of a text; a token with dots in it is one word.
fn word(text: &str) -> &str {
    let dotted = text.starts_with("eyJ") || text.starts_with("SG.");
    let end = text.bytes().position(|b| !(is_part(b) || dotted && b == b'.'));
    &text[..end.unwrap_or(text.len())]
}

fn judge(word: &str, key: &DigestKey) -> Option<Leak> {
    if let Some(rest) = word.strip_prefix("AKIA") {
        let is_id = rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        return (is_id && !word.contains("EXAMPLE")).then(|| Leak {
            what: "an AWS access key".into(),
            masked: tail("AKIA", word),
            worth: Worth::Secret,
            digest: key.digest(word),
        });
    }
    // Publishable keys go first: they share their providers with the secret ones.
    for (prefix, worth) in [("pk_test_", Worth::TestPublic), ("pk_live_", Worth::LivePublic)] {
        if let Some(rest) = word.strip_prefix(prefix) {
            let what = if worth == Worth::TestPublic { "a publishable key of test mode" } else { "a publishable key" };
            return is_random(rest, 20).then(|| Leak {
                what: what.into(),
                masked: tail(prefix, word),
                worth,
                digest: key.digest(word),
            });
        }
    }
    let shape = Shape::of("", word, key);
    let what = shape.secret?;
    if word.starts_with("eyJ") {
        return Some(Leak { what, masked: "eyJ…".into(), worth: Worth::Secret, digest: key.digest(word) });
    }
    let (prefix, role) = prefix_of(word)?;
    // Short prefixes begin ordinary names too, so what follows has to be longer.
    let least = if prefix.len() <= 3 { 24 } else { 16 };
    if role == Role::Public || !is_random(&word[prefix.len()..], least) {
        return None;
    }
    let worth = if shape.mode == Mode::Test { Worth::TestSecret } else { Worth::Secret };
    Some(Leak { what, masked: tail(prefix, word), worth, digest: key.digest(word) })
}

/// The longest known prefix of a word, and what keys with it are for.
fn prefix_of(word: &str) -> Option<(&'static str, Role)> {
    providers::ALL
        .iter()
        .filter_map(|p| p.env.as_ref())
        .flat_map(|e| e.vars)
        .flat_map(|v| v.prefixes.iter().map(move |(prefix, _)| (*prefix, v.role)))
        .filter(|(prefix, _)| word.starts_with(prefix))
        .max_by_key(|(prefix, _)| prefix.len())
}

/// Whether a text looks drawn at random: long enough, of more than one kind of character, and no
/// words in a row.
fn is_random(text: &str, least: usize) -> bool {
    let count = |f: fn(&u8) -> bool| text.bytes().filter(f).count();
    let (digits, upper, lower) =
        (count(u8::is_ascii_digit), count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let mixed = [digits, upper, lower].iter().filter(|n| **n >= 2).count() >= 2 && digits + upper >= 3;
    let breaks = text.bytes().filter(|b| matches!(b, b'_' | b'-')).count();
    let mut seen: Vec<u8> = text.bytes().collect();
    seen.sort_unstable();
    seen.dedup();
    text.len() >= least && mixed && breaks * 6 <= text.len() && seen.len() >= 8
}

fn tail(prefix: &str, word: &str) -> Shown {
    let last = word.get(word.len().saturating_sub(2)..).unwrap_or_default();
    if word.len() >= 24 { format!("{prefix}…{last}").into() } else { format!("{prefix}…").into() }
}

/// A private key with its body: libraries hold the first line alone.
fn pem(text: &str, key: &DigestKey) -> Option<Leak> {
    let found = text.split(PEM).skip(1).any(|rest| {
        let Some((head, body)) = rest.split_once("-----") else { return false };
        let base64 = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        let body: String = body.replace("\\n", "").chars().filter(|c| !c.is_whitespace()).take(80).collect();
        head.len() < 30 && head.ends_with("PRIVATE KEY") && body.len() == 80 && body.chars().all(|c| base64(&c))
    });
    found.then(|| Leak {
        what: "a private key".into(),
        masked: "-----BEGIN …".into(),
        worth: Worth::Secret,
        digest: key.digest("a private key"),
    })
}

fn databases(text: &str, key: &DigestKey) -> Vec<Leak> {
    let mut out = Vec::new();
    for scheme in DATABASES {
        for (at, _) in text.match_indices(scheme) {
            let rest = &text[at..];
            let stop =
                |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '\\' | ')' | ',' | ';');
            let url = &rest[..rest.find(stop).unwrap_or(rest.len()).min(400)];
            if is_real(url) && Shape::of("", url, key).secret.is_some() {
                out.push(Leak {
                    what: "a database URL with its password".into(),
                    masked: format!("{scheme}…").into(),
                    worth: Worth::Secret,
                    digest: key.digest(url),
                });
            }
        }
    }
    out
}

/// Whether a database URL leads somewhere with a password of its own, and is no example.
fn is_real(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let local = matches!(host, "localhost" | "127.0.0.1" | "host" | "hostname" | "db" | "postgres" | "example.com");
    let words = ["password", "pass", "secret", "user", "username", "postgres", "root", "pwd", "changeme"];
    let password = url.password().unwrap_or_default();
    !local
        && password.len() >= 6
        && !words.contains(&password.to_ascii_lowercase().as_str())
        && !password.contains(['$', '{', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(prefix: &str) -> String {
        format!("{prefix}{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4")
    }
    fn found(text: &str) -> Vec<(Worth, String)> {
        scan(text).into_iter().map(|l| (l.worth, l.masked.to_string())).collect()
    }

    #[test]
    fn keys_are_found_and_never_shown() {
        for (prefix, worth) in [
            ("sk_live_", Worth::Secret),
            ("rk_live_", Worth::Secret),
            ("sk_test_", Worth::TestSecret),
            ("whsec_", Worth::Secret),
            ("sb_secret_", Worth::Secret),
            ("pk_test_", Worth::TestPublic),
        ] {
            let text = format!("const a=\"{}\",b=1;", key(prefix));
            let seen = found(&text);
            assert_eq!(seen.len(), 1, "{prefix}");
            assert_eq!((seen[0].0, seen[0].1.as_str()), (worth, format!("{prefix}…N4").as_str()));
        }
        let url = format!("postgresql://acme:{}@db.acme.example:5432/acme", "q8wz7Lk2");
        assert_eq!(found(&format!("x='{url}'")), [(Worth::Secret, "postgresql://…".to_owned())]);
    }

    #[test]
    fn what_only_begins_like_one_is_none() {
        for text in [
            "if(key.startsWith(\"sk_live_\"))throw 0",
            "re_render_the_component_list_when_it_changes",
            "sk-button-primary-large-with-icon-and-label",
            "const header=\"-----BEGIN PRIVATE KEY-----\"",
            "postgres://user:password@localhost:5432/db",
            "postgres://${user}:${password}@db.acme.test/x",
            "AKIAIOSFODNN7EXAMPLE",
            "sk_live_xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn the_role_of_a_jwt_decides() {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let jwt = |role: &str| {
            let body = URL_SAFE_NO_PAD.encode(format!("{{\"iss\":\"supabase\",\"role\":\"{role}\"}}"));
            format!("\"{}.{body}.c2lnbmF0dXJl\"", URL_SAFE_NO_PAD.encode("{\"alg\":\"HS256\"}"))
        };
        assert_eq!(found(&jwt("service_role")), [(Worth::Secret, "eyJ…".to_owned())]);
        assert_eq!(found(&jwt("anon")), []);
    }
}
