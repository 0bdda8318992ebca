//! Texts that stand in for a value: what example files say, and what people type to get past a
//! check. Real keys are random, so each pattern here is one that random text does not form.

use crate::providers;

/// How it shows that this is no real value; `None` where it may be one. Words and short texts are
/// judged in secrets only: "test" is a fine value for a name and no password.
pub(super) fn why(name: &str, value: &str, secret: bool) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase().replace('-', "_");
    if lower == name.to_ascii_lowercase() {
        return Some("it repeats the variable's own name");
    }
    if matches!(lower.as_str(), "undefined" | "null") {
        return Some("it is the word that code prints for nothing");
    }
    if wrapped(&lower) || BRACKETED.iter().any(|b| lower.contains(b)) {
        return Some("it is text in brackets that was to be replaced");
    }
    if INSTRUCTIONS.iter().any(|w| lower.contains(w)) || matches!(lower.as_str(), "todo" | "tbd" | "fixme") {
        return Some("it says what to put there");
    }
    // A sentence may well say "your"; a key or an address does not.
    if (secret || !lower.contains(char::is_whitespace)) && says_your(&lower) {
        return Some("it says what to put there");
    }
    if ADDRESSES.iter().any(|a| lower.contains(a)) {
        return Some("it is the address of an example");
    }
    if value.contains("***") || value.contains("•••") || value.ends_with("...") || value.ends_with('…') {
        return Some("its middle or end is blotted out");
    }
    if lower.contains("xxxxx") || lower.len() >= 3 && lower.bytes().all(|b| b == b'x') {
        return Some("it is made of x");
    }
    if prefixes().any(|p| p == value) {
        return Some("the key ends after its prefix");
    }
    if secret {
        let rest = prefixes().filter_map(|p| value.strip_prefix(p)).min_by_key(|r| r.len()).unwrap_or(value);
        return weak(&rest.to_ascii_lowercase());
    }
    None
}

const BRACKETED: &[&str] =
    &["[your", "<your", "{your", "[password]", "<password>", "[user]", "<user>", "[host]", "<host>"];
const INSTRUCTIONS: &[&str] = &[
    "replace_me",
    "replaceme",
    "replace_with",
    "replace_this",
    "change_me",
    "changeme",
    "change_this",
    "update_this",
    "insert_your",
    "enter_your",
    "placeholder",
    "_goes_here",
    "_key_here",
    "_secret_here",
    "_token_here",
    "_url_here",
    "_id_here",
    "thisisnotasecret",
];
/// What `prisma init` and the manuals of databases write where the address belongs.
const ADDRESSES: &[&str] = &["://johndoe:randompassword@", "://user:password@host:", "://username:password@host:"];
fn says_your(lower: &str) -> bool {
    let joined =
        ["yourdomain", "yourapp", "yourcompany", "yourproject", "yoursite", "yourname", "yourkey", "yoursecret"];
    let starts = |at: usize| !lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    lower.match_indices("your").any(|(at, _)| {
        starts(at)
            && (lower[at + 4..].starts_with(['_', ' ', '.']) || joined.iter().any(|j| lower[at..].starts_with(j)))
    })
}
fn wrapped(lower: &str) -> bool {
    let inner = [("<", ">"), ("[", "]"), ("{{", "}}"), ("__", "__")]
        .into_iter()
        .find_map(|(open, close)| lower.strip_prefix(open)?.strip_suffix(close));
    inner.is_some_and(|i| {
        !i.is_empty()
            && i.starts_with(|c: char| c.is_ascii_alphabetic())
            && i.chars().all(|c| c.is_ascii_alphanumeric() || "_ .".contains(c))
    })
}

/// The prefixes of keys, without addresses, which are values in themselves.
fn prefixes() -> impl Iterator<Item = &'static str> {
    providers::ALL
        .iter()
        .flat_map(|p| p.env.iter().flat_map(|e| e.vars).flat_map(|v| v.prefixes))
        .map(|(prefix, _)| *prefix)
        .filter(|p| !p.starts_with("POSTMARK") && !p.starts_with(|c: char| c.is_ascii_digit()))
}

const WORDS: &[&str] = &[
    "test",
    "testing",
    "key",
    "secret",
    "password",
    "passwd",
    "token",
    "yolo",
    "supersecret",
    "super_secret",
    "mysecret",
    "my_secret",
    "secretkey",
    "secret_key",
    "dummy",
    "fake",
    "example",
    "foo",
    "bar",
    "foobar",
    "abc",
    "abc123",
    "none",
    "dev",
    "development",
    "local",
    "default",
    "admin",
    "root",
    "mock",
    "sample",
];
/// Words and sequences that nobody draws at random.
fn weak(lower: &str) -> Option<&'static str> {
    if WORDS.contains(&lower.replace('-', "_").as_str()) {
        return Some("it is a word and not a secret");
    }
    let cycles = |unit: &str| lower.len() >= 3 && unit.chars().cycle().zip(lower.chars()).all(|(a, b)| a == b);
    let first = lower.chars().next()?.to_string();
    let sequences = [
        first.as_str(),
        "1234567890",
        "0123456789",
        "1234567890abcdef",
        "0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz",
        "cafebabe",
        "deadbeef",
    ];
    sequences.into_iter().any(cycles).then_some("it is a sequence and not a secret")
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn what_example_files_say() {
        for v in [
            "your_api_key",
            "your-secret-here",
            "UPDATE_THIS_WITH_YOUR_KEY",
            "__REPLACE_ME__",
            "<your key>",
            "<api-key>",
            "[user]",
            "sk_test_***",
            "sk_test_",
            "•••",
            "thisisnotasecret",
            "yolo",
            "test",
            "key",
            "00000000",
            "1234567890abcdef1234567890abcdef",
            "CAFEBABE",
            &format!("sk_{}_xxxxxxxx", "live"),
            "undefined",
            "A_TOKEN",
            "a-token",
            "re_123456789",
            "whsec_...",
            "changeme",
            "postgresql://postgres:[YOUR-PASSWORD]@db.acme.test:5432/postgres",
            "postgresql://johndoe:randompassword@localhost:5432/mydb?schema=public",
            "postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        ] {
            assert!(why("A_TOKEN", v, true).is_some(), "{v}");
        }
        for v in ["https://your-project.supabase.co", "https://yourdomain.com", "<app name>", "changeme"] {
            assert!(why("A_URL", v, false).is_some(), "{v}");
        }
    }

    #[test]
    fn what_real_values_say() {
        for v in [
            "test",
            "key",
            "1234",
            "Launch your app today",
            "[\"a\"]",
            "{\"a\":1}",
            "acme",
            "development",
            "https://yours.acme.test",
            "flavour_x",
        ] {
            assert!(why("A_NAME", v, false).is_none(), "{v}");
        }
        for v in [
            "mysql://user:password@db:3306/app",
            "re_a1B2c3D4e5F6g7H8",
            "f3a9c1d05b77e2",
            "postgres://app:pw9x@db/app",
            "hX72-xxx-9a",
        ] {
            assert!(why("A_SECRET", v, true).is_none(), "{v}");
        }
    }
}
