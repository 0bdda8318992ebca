//! "Did you mean": the known word that is nearest to what was written.

/// The nearest of `known`, where it is near enough to be what was meant: a third of the letters
/// may differ, and at least one.
#[must_use]
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = (given.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|k| (distance(given, k), k))
        .filter(|(d, k)| *d <= near || (given.len() >= 4 && holds(k, given)))
        .min()
        .map(|(_, k)| k)
}

/// Whether a known word begins with what was written, or has it as a part: half an id is a good
/// description of the whole.
fn holds(known: &str, given: &str) -> bool {
    known.starts_with(given)
        || known.split(['.', '-']).any(|p| p == given)
        || known.split_once('.').is_some_and(|k| k.1 == given)
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_and_no_far_ones() {
        let keys = ["from", "providers", "dkim-selectors", "return-paths", "receives", "bulk"];
        assert_eq!(nearest("dkim-selector", keys), Some("dkim-selectors"));
        assert_eq!(nearest("dkim_selectors", keys), Some("dkim-selectors"));
        assert_eq!(nearest("form", keys), Some("from"));
        assert_eq!(nearest("retention", keys), None);
        assert_eq!(nearest("dmarc", ["email.dmarc-missing"]), Some("email.dmarc-missing"));
        assert_eq!(nearest("email.dmarc", ["email.dmarc-missing", "tls.expired"]), Some("email.dmarc-missing"));
        assert_eq!(nearest("dmarc-missing", ["email.dmarc-missing"]), Some("email.dmarc-missing"));
        assert_eq!(nearest("", keys), None);
    }
}
