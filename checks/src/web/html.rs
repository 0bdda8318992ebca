//! The few things of a page that rules look at, read with a scanner that never fails: broken markup
//! only shows less.

use crate::vocab::Shown;

/// A page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Html {
    /// The title.
    pub title: Shown,
    /// The first heading.
    pub heading: Shown,
    /// Meta elements by their name or http-equiv, in lower case.
    pub metas: Vec<(String, Shown)>,
    /// `link rel=canonical`.
    pub canonical: Option<Shown>,
    /// Where scripts are loaded from, as written; preloads of scripts too.
    pub scripts: Vec<String>,
    /// Where stylesheets, pictures and frames are loaded from, as written.
    pub others: Vec<String>,
    /// Whether it asks for a password.
    pub password: bool,
    /// How many characters of text a visitor sees.
    pub words: usize,
    /// The first of them, in lower case.
    pub start: String,
}

/// How much of the visible text is kept.
const START: usize = 600;

impl Html {
    /// Reads a page.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut out = Self::default();
        let mut rest = text;
        let (mut title, mut heading) = (None::<String>, None::<String>);
        while let Some(at) = rest.find('<') {
            let (before, tag) = rest.split_at(at);
            out.see(before, &mut title, &mut heading);
            if let Some(comment) = tag.strip_prefix("<!--") {
                rest = comment.find("-->").map_or("", |i| &comment[i + 3..]);
                continue;
            }
            let end = end_of(tag);
            let inside = tag[1..end].trim_end_matches(['>', '/']);
            let name: String =
                inside.chars().take_while(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
            rest = &tag[end..];
            match name.as_str() {
                "title" if title.is_none() => title = Some(String::new()),
                "h1" if heading.is_none() => heading = Some(String::new()),
                "/title" => out.title = title.get_or_insert_default().trim().into(),
                "/h1" if out.heading.is_empty() => out.heading = heading.get_or_insert_default().trim().into(),
                "script" | "style" | "noscript" | "template" => {
                    out.element(&name, inside);
                    let close = format!("</{name}");
                    rest = find_ci(rest, &close).map_or("", |i| &rest[i..]);
                }
                _ => out.element(&name, inside),
            }
            if name == "/title" {
                title = Some(String::from("\0"));
            }
            if name == "/h1" {
                heading = Some(String::from("\0"));
            }
        }
        out.see(rest, &mut None, &mut None);
        out
    }

    fn see(&mut self, text: &str, title: &mut Option<String>, heading: &mut Option<String>) {
        let open = |o: &Option<String>| o.as_ref().is_some_and(|t| t != "\0");
        if open(title) {
            title.get_or_insert_default().push_str(text);
            return;
        }
        if open(heading) {
            heading.get_or_insert_default().push_str(text);
        }
        let trimmed = text.trim();
        if !trimmed.is_empty() {
            self.words += trimmed.chars().count();
            if self.start.len() < START {
                self.start.push_str(&trimmed.to_lowercase());
                self.start.push(' ');
            }
        }
    }

    fn element(&mut self, name: &str, inside: &str) {
        let get = |key: &str| attribute(inside, key);
        match name {
            "script" => self.scripts.extend(get("src")),
            "link" => {
                let rel = get("rel").unwrap_or_default().to_ascii_lowercase();
                let kind = get("as").unwrap_or_default();
                match (rel.as_str(), get("href")) {
                    ("canonical", Some(href)) => self.canonical = Some(href.into()),
                    ("modulepreload", Some(href)) => self.scripts.push(href),
                    ("preload" | "prefetch", Some(href)) if kind == "script" => self.scripts.push(href),
                    ("stylesheet", Some(href)) => self.others.push(href),
                    _ => {}
                }
            }
            "img" | "iframe" => self.others.extend(get("src")),
            "meta" => {
                let key = get("name").or_else(|| get("http-equiv")).unwrap_or_default().to_ascii_lowercase();
                let value = get("content").unwrap_or_default();
                if !key.is_empty() && self.metas.len() < 100 {
                    self.metas.push((key, value.into()));
                }
            }
            "input" => self.password |= get("type").is_some_and(|t| t.eq_ignore_ascii_case("password")),
            _ => {}
        }
    }

    /// The content of a meta element.
    #[must_use]
    pub fn meta(&self, name: &str) -> Option<&Shown> {
        self.metas.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }
    /// Whether the page is a login: it asks for a password, or says so in its title.
    #[must_use]
    pub fn is_login(&self) -> bool {
        let says = |t: &Shown| {
            let t = t.as_str().to_lowercase();
            ["sign in", "signin", "log in", "login", "sign-in", "anmelden"].iter().any(|w| t.contains(w))
        };
        self.password || says(&self.title) || says(&self.heading)
    }
    /// Whether the page tells its reader that they may not see it, or that it is not there.
    #[must_use]
    pub fn refuses(&self) -> bool {
        const TITLES: &[&str] =
            &["not authorized", "not authorised", "unauthorized", "forbidden", "access denied", "not found"];
        const SAYS: &[&str] = &[
            "not authorized",
            "not authorised",
            "access denied",
            "not allowed to",
            "have permission",
            "no permission",
            "need to be signed in",
            "must be signed in",
            "please sign in",
            "please log in",
            "must be an admin",
            "need to be an admin",
            "page could not be found",
            "page not found",
        ];
        let title = format!("{} {}", self.title, self.heading).to_lowercase();
        // Of a page with much on it only the title counts: "permission" stands in many texts.
        let short = self.words < START / 2;
        TITLES.iter().any(|w| title.contains(w)) || short && SAYS.iter().any(|w| self.start.contains(w))
    }
}

/// Where a tag ends, its `>` included; quotes may hold one.
fn end_of(tag: &str) -> usize {
    let mut quote = None;
    for (i, b) in tag.bytes().enumerate().skip(1) {
        match (b, quote) {
            (b'"' | b'\'', None) => quote = Some(b),
            (q, Some(open)) if q == open => quote = None,
            (b'>', None) => return i + 1,
            _ => {}
        }
    }
    // A quote that never closes: the tag ends at the first bracket after all.
    tag.find('>').map_or(tag.len(), |i| i + 1)
}

fn find_ci(text: &str, lower: &str) -> Option<usize> {
    let (bytes, want) = (text.as_bytes(), lower.as_bytes());
    (0..bytes.len().saturating_sub(want.len() - 1))
        .find(|i| bytes[*i] == b'<' && bytes[*i..*i + want.len()].eq_ignore_ascii_case(want))
}

fn attribute(inside: &str, key: &str) -> Option<String> {
    let mut rest = inside.trim_start_matches(|c: char| !c.is_whitespace()).trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('=') {
            None => ("", after),
            Some(v) => {
                let v = v.trim_start();
                match v.chars().next() {
                    Some(q @ ('"' | '\'')) => {
                        let body = &v[1..];
                        let close = body.find(q).unwrap_or(body.len());
                        (&body[..close], body.get(close + 1..).unwrap_or_default())
                    }
                    _ => v.split_at(v.find(char::is_whitespace).unwrap_or(v.len())),
                }
            }
        };
        if name.eq_ignore_ascii_case(key) {
            return Some(value.replace("&amp;", "&"));
        }
        // A lone sign that is no name must not stop the way.
        let skip = usize::from(name.is_empty() && next.len() == rest.len());
        rest = next.get(skip..).unwrap_or_default().trim_start();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read() {
        let page = Html::read(
            "<!doctype html><html><head><title>Acme &amp; co</title><META NAME=robots content='noindex, nofollow'>\
             <link rel=\"canonical\" href=\"https://acme.test/?a=1&amp;b=2\"><link rel=modulepreload href=/m.js>\
             <script src=\"/a.js\" async></script><script>if (a<b) document.write('<h1>no</h1>')</script></head>\
             <body><!-- <script src=/no.js></script> --><h1>Hello</h1><p title='a > b'>World</p>\
             <form><input type=\"password\"></form></body></html>",
        );
        assert_eq!((page.title.as_str(), page.heading.as_str()), ("Acme &amp; co", "Hello"));
        assert_eq!(page.meta("robots").unwrap().as_str(), "noindex, nofollow");
        assert_eq!(page.canonical.as_ref().unwrap().as_str(), "https://acme.test/?a=1&b=2");
        assert_eq!(page.scripts, ["/m.js", "/a.js"]);
        assert!(page.password && page.is_login());
        assert_eq!(page.words, 10);
    }

    #[test]
    fn broken_markup_ends() {
        for text in ["<", "<a", "<a href=\"", "<script>", "<title>", "< = = >", "<a =b>", "<é", "<!--", "<p\u{a0}x=y>"]
        {
            let _ = Html::read(text);
        }
        let _ = Html::read(&"<".repeat(10_000));
    }
}
