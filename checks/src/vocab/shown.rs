//! Text that is safe to show.

use std::fmt;

/// The longest text a finding carries, in characters.
const CAP: usize = 2048;

/// Text with control characters taken out and its length capped: the only text findings are made
/// of, so nothing that a server sends can move a cursor, forge a line or flood a terminal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct Shown(String);

impl Shown {
    /// Bytes from outside. Invalid UTF-8 is replaced, control and bidirectional-override
    /// characters become a space, and the text is capped.
    #[must_use]
    pub fn wire(bytes: &[u8]) -> Self {
        // Four bytes a character at most, so nothing beyond this can survive the cap.
        let bytes = &bytes[..bytes.len().min(CAP * 4)];
        Self::clean(&String::from_utf8_lossy(bytes))
    }

    fn clean(text: &str) -> Self {
        let mut out: String = text.chars().map(|c| if hostile(c) { ' ' } else { c }).take(CAP).collect();
        if text.chars().nth(CAP).is_some() {
            out.push('…');
        }
        Self(out)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text cut to `max` characters, with an ellipsis where it was longer.
    #[must_use]
    pub fn short(&self, max: usize) -> Self {
        if self.0.chars().nth(max).is_none() {
            return self.clone();
        }
        Self(self.0.chars().take(max.saturating_sub(1)).chain(['…']).collect())
    }
}

/// Control characters, and the invisible ones that reorder or hide what stands beside them.
fn hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

impl From<&str> for Shown {
    fn from(s: &str) -> Self {
        Self::clean(s)
    }
}
impl From<String> for Shown {
    fn from(s: String) -> Self {
        Self::clean(&s)
    }
}
impl From<&String> for Shown {
    fn from(s: &String) -> Self {
        Self::clean(s)
    }
}
impl From<&Shown> for Shown {
    fn from(s: &Shown) -> Self {
        s.clone()
    }
}
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
impl AsRef<str> for Shown {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_survive() {
        let s = Shown::wire(b"\x1b]0;owned\x07a\nb\xff\xe2\x80\xae");
        assert!(s.as_str().chars().all(|c| !c.is_control() && c != '\u{202e}'), "{s}");
        assert!(s.as_str().contains("owned"));
    }

    #[test]
    fn long_text_is_capped_and_says_so() {
        let s = Shown::from("x".repeat(10_000));
        assert_eq!(s.as_str().chars().count(), CAP + 1);
        assert!(s.as_str().ends_with('…'));
        assert_eq!(Shown::from("abcdef").short(4).as_str(), "abc…");
        assert_eq!(Shown::from("abcd").short(4).as_str(), "abcd");
    }
}
