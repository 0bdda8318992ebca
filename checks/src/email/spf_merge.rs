//! One SPF record out of several, as the text to paste.

use super::spf::{Kind, Mechanism, Qualifier, Record};

/// Merges the sound terms of these records, each once, in order. Where the records end differently
/// the milder of `~all` and `-all` stands, so that the merged record refuses nothing that one of
/// them let through; `?all` and `+all` are not carried over, since they protect nobody.
#[must_use]
pub fn merged(records: &[Record]) -> String {
    let (mut terms, mut explanation) = (Vec::<String>::new(), None);
    for record in records {
        for term in record.reached() {
            let text = match &term.kind {
                Kind::Directive(_, Mechanism::All) => continue,
                _ if term.passes_everything() => continue,
                // Two redirects cannot stand in one record; an include lets the same mail pass.
                Kind::Redirect(d) => format!("include:{}", d.text),
                _ => term.text.trim_start_matches('+').to_owned(),
            };
            if !terms.iter().any(|t| t.eq_ignore_ascii_case(&text)) {
                terms.push(text);
            }
        }
        let exp = record.terms.iter().find(|t| matches!(t.kind, Kind::Exp(_)));
        explanation = explanation.or_else(|| exp.map(|t| t.text.clone()));
    }
    let strict = !records.is_empty() && records.iter().all(|r| r.all() == Some(Qualifier::Fail));
    let all = if strict { "-all" } else { "~all" };
    let parts = ["v=spf1".to_owned()].into_iter().chain(terms).chain([all.to_owned()]).chain(explanation);
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::spf::parse;

    #[test]
    fn each_term_once_and_the_milder_end() {
        for (records, want) in [
            (
                &["v=spf1 include:a.test ~all", "v=spf1 include:b.test include:A.test -all"][..],
                "v=spf1 include:a.test include:b.test ~all",
            ),
            (&["v=spf1 +mx -all", "v=spf1 mx -all exp=e.a.test"], "v=spf1 mx -all exp=e.a.test"),
            (
                &["v=spf1 redirect=a.test", "v=spf1 ip4:1.2.3 ip4:0.0.0.0/0 ?include:b.test +all"],
                "v=spf1 include:a.test ?include:b.test ~all",
            ),
            (&["v=spf1 -all", "v=spf1 include:a.test"], "v=spf1 include:a.test ~all"),
        ] {
            let records: Vec<_> = records.iter().map(|r| parse(r.as_bytes())).collect();
            let merged = merged(&records);
            assert_eq!(merged, want);
            assert!(parse(merged.as_bytes()).is_valid());
        }
    }
}
