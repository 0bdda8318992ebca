//! What the terminal is: its width and whether it shows more than ASCII. Decided once, from what
//! is given.

/// Columns where nobody says otherwise: a pipe, a file, a log.
const WIDTH: usize = 100;

/// The columns to lay out for: `COLUMNS` where it is exported, else the terminal's, else 100.
#[must_use]
pub fn width(columns: Option<&str>, terminal: Option<u16>) -> usize {
    let asked = columns.and_then(|c| c.trim().parse().ok()).filter(|c| *c > 0);
    asked.or_else(|| terminal.map(usize::from).filter(|c| *c > 0)).unwrap_or(WIDTH)
}

/// The columns of standard output.
#[must_use]
pub fn width_of_process() -> usize {
    let terminal = terminal_size::terminal_size_of(std::io::stdout()).map(|(w, _)| w.0);
    width(std::env::var("COLUMNS").ok().as_deref(), terminal)
}

/// Whether glyphs beyond ASCII are shown. A locale that is set and is not UTF-8 (`C`, `POSIX`,
/// `de_DE.ISO-8859-1`) says no; a container that sets none shows them nearly always.
#[must_use]
pub fn is_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    // The order of POSIX: LC_ALL overrides LC_CTYPE, which overrides LANG; empty means unset.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|v| !v.is_empty());
    locale.is_none_or(|l| {
        let l = l.to_ascii_lowercase();
        l.contains("utf-8") || l.contains("utf8")
    })
}

/// Whether this process may show glyphs beyond ASCII.
#[must_use]
pub fn is_unicode_in_process() -> bool {
    is_unicode(|name| std::env::var(name).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_is_what_is_nearest() {
        assert_eq!(width(Some("90"), Some(200)), 90);
        assert_eq!(width(Some("wide"), Some(200)), 200);
        assert_eq!(width(Some("0"), None), 100);
        assert_eq!(width(None, Some(0)), 100);
        assert_eq!(width(None, None), 100);
    }

    #[test]
    fn a_locale_that_is_set_decides() {
        let with = |set: &'static [(&str, &str)]| {
            is_unicode(move |name| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert!(with(&[]));
        assert!(with(&[("LANG", "en_GB.UTF-8")]));
        assert!(with(&[("LC_ALL", ""), ("LANG", "C.utf8")]));
        assert!(!with(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]));
        assert!(!with(&[("LANG", "de_DE.ISO-8859-1")]));
        assert!(!with(&[("LC_CTYPE", "POSIX")]));
    }
}
