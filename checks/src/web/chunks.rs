//! The script files that a script or a page names, lazy ones included, and the source map that a
//! script names.

use crate::vocab::Shown;
use url::Url;

/// The most names that are kept of one body.
const MOST: usize = 400;

/// Names of script files in a text, as written.
#[must_use]
pub(super) fn names(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut put = |name: String| {
        if out.len() < MOST && !out.contains(&name) {
            out.push(name);
        }
    };
    for end in [".js", ".mjs"] {
        for (at, _) in text.match_indices(end) {
            let after = text.as_bytes().get(at + end.len());
            if !after.is_none_or(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'?')) {
                continue;
            }
            let is_part = |c: char| c.is_ascii_alphanumeric() || "/_-.~@()[]%+,:$".contains(c);
            let start = text[..at]
                .rfind(|c: char| !is_part(c))
                .map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
            let name = &text[start..at + end.len()];
            let quoted = start > 0 && matches!(text.as_bytes()[start - 1], b'"' | b'\'' | b'`' | b'\\');
            if quoted && name.len() > end.len() + 1 && name.contains('/') && name.len() < 300 {
                put(name.to_owned());
            }
        }
    }
    webpack(text).into_iter().for_each(&mut put);
    out
}

/// The names that webpack's runtime puts together: `"static/chunks/"+e+"."+{12:"ab"}[e]+".js"`.
fn webpack(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let Some((_, rest)) = text.split_once("\"static/chunks/\"+") else { return out };
    let Some(end) = rest.find("\".js\"") else { return out };
    let maps: Vec<Vec<(&str, &str)>> =
        rest[..end].split('{').skip(1).map(|m| pairs(m.split('}').next().unwrap_or_default())).collect();
    let name =
        |id: &str, names: &[(&str, &str)]| names.iter().find(|(k, _)| *k == id).map_or(id, |(_, v)| *v).to_owned();
    match maps.as_slice() {
        [hashes] => out.extend(hashes.iter().map(|(id, hash)| format!("static/chunks/{id}.{hash}.js"))),
        [names, hashes, ..] => {
            let sign = if rest[..end].contains("\"-\"") { '-' } else { '.' };
            out.extend(hashes.iter().map(|(id, hash)| format!("static/chunks/{}{sign}{hash}.js", name(id, names))));
        }
        [] => {}
    }
    out.truncate(MOST);
    out
}
fn pairs(map: &str) -> Vec<(&str, &str)> {
    map.split(',').filter_map(|p| p.split_once(':')).map(|(k, v)| (k.trim_matches('"'), v.trim_matches('"'))).collect()
}

/// Where a name that stands in a body leads. What bundlers leave relative is relative to their own
/// folder: Next.js to `/_next/`, Vite to the site's root.
#[must_use]
pub(super) fn resolve(page: &Url, within: &Url, name: &str) -> Option<Url> {
    let url = if name.starts_with("static/") {
        let base = within.path().find("/_next/").map_or("/", |i| &within.path()[..=i]);
        within.join(&format!("{base}_next/{name}")).ok()?
    } else if name.starts_with("assets/") || name.starts_with("_next/") || name.starts_with("_nuxt/") {
        page.join(&format!("/{name}")).ok()?
    } else {
        within.join(name).ok()?
    };
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The source map that a script names, by its last comment or its header.
#[must_use]
pub(super) fn map(text: &str, header: Option<&Shown>) -> Option<String> {
    if let Some(header) = header {
        return Some(header.to_string());
    }
    let tail = &text[text.len().saturating_sub(4096).min(text.len())..].to_owned();
    let (_, name) = tail.rsplit_once("sourceMappingURL=")?;
    let name = name.split([' ', '\n', '\r', '*', '"', '\'']).next().unwrap_or_default();
    (!name.is_empty() && !name.starts_with("data:") && name.len() < 300).then(|| name.to_owned())
}

/// Whether a text is a source map that holds sources or names them.
#[must_use]
pub(super) fn is_map(text: &str) -> bool {
    let has = |key: &str| text.contains(key);
    text.trim_start().starts_with('{')
        && has("\"version\"")
        && has("\"sources\"")
        && (has("\"mappings\"") || has("\"sourcesContent\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lazy_chunks_are_named() {
        let text = "self.__next_f.push([1,\"4:I[1,[\\\"1\\\",\\\"static/chunks/app/page-9f.js\\\"]\"]);import(\"./lazy-B1.js\");\
                    const d=[\"assets/Panel-a1.js\"];r.u=e=>\"static/chunks/\"+e+\".\"+{12:\"ab\",7:\"cd\"}[e]+\".js\"";
        let names = names(text);
        for want in [
            "static/chunks/app/page-9f.js",
            "./lazy-B1.js",
            "assets/Panel-a1.js",
            "static/chunks/12.ab.js",
            "static/chunks/7.cd.js",
        ] {
            assert!(names.iter().any(|n| n == want), "{want} in {names:?}");
        }
    }

    #[test]
    fn names_lead_where_the_bundler_put_them() {
        let page = Url::parse("https://acme.test/pricing").unwrap();
        let script = Url::parse("https://acme.test/_next/static/chunks/main.js").unwrap();
        let to = |within: &Url, name: &str| resolve(&page, within, name).unwrap().to_string();
        assert_eq!(to(&script, "static/chunks/a.js"), "https://acme.test/_next/static/chunks/a.js");
        assert_eq!(to(&page, "static/chunks/a.js"), "https://acme.test/_next/static/chunks/a.js");
        assert_eq!(to(&script, "./b.js"), "https://acme.test/_next/static/chunks/b.js");
        assert_eq!(to(&page, "assets/c.js"), "https://acme.test/assets/c.js");
    }

    #[test]
    fn maps_by_comment_and_header() {
        assert_eq!(map("x()\n//# sourceMappingURL=main.js.map\n", None).as_deref(), Some("main.js.map"));
        assert_eq!(map("x()", Some(&"m.map".into())).as_deref(), Some("m.map"));
        assert_eq!(map("x()//# sourceMappingURL=data:application/json;base64,e30=", None), None);
    }
}
