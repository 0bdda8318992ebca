//! One file in a few words: all that is kept of it once it was read.

use crate::{
    ir::{self, ExportOf, Expr, Kind, Module},
    lower::lower,
    practice::marks::{self, Spoken},
    reads,
};
use launchcheck_checks::{
    code::facts::{How, Ignore, Time},
    env::{facts::Without, reads::is_tooling},
    vocab::Place,
};
use std::{borrow::Cow, collections::BTreeSet};

/// What a file's text speaks of: a file that cannot be parsed is a gap only for what its text names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words(pub u32);
impl Words {
    /// Environment variables.
    pub const ENV: u32 = 1;
    /// Webhooks and signatures.
    pub const HOOK: u32 = 1 << 1;
    /// A remark that accepts a finding.
    pub const IGNORE: u32 = 1 << 2;
    /// A provider, by a host or a package of its own.
    pub const PROVIDER: u32 = 1 << 3;
    /// A key that looks real.
    pub const KEY: u32 = 1 << 4;
    /// Whether it speaks of any of these.
    #[must_use]
    pub const fn any(self, of: u32) -> bool {
        self.0 & of != 0
    }
}
/// The words that are looked for, each with what it says.
pub(crate) const TRIGGERS: &[(&str, u32)] = &[
    ("env", Words::ENV),
    ("Env", Words::ENV),
    ("ebhook", Words::HOOK),
    ("ignature", Words::HOOK),
    ("constructEvent", Words::HOOK),
    ("svix", Words::HOOK),
    ("launchcheck-ignore", Words::IGNORE),
    ("stripe", Words::PROVIDER),
    ("paddle", Words::PROVIDER),
    ("lemonsqueezy", Words::PROVIDER),
    ("hubspot", Words::PROVIDER),
    ("hubapi", Words::PROVIDER),
    ("pipedrive", Words::PROVIDER),
    ("leadconnectorhq", Words::PROVIDER),
    ("intercom", Words::PROVIDER),
    ("zendesk", Words::PROVIDER),
    ("crisp", Words::PROVIDER),
    ("resend", Words::PROVIDER),
    ("postmark", Words::PROVIDER),
    ("sendgrid", Words::PROVIDER),
    ("nodemailer", Words::PROVIDER),
    ("loops", Words::PROVIDER),
    ("@clerk/", Words::PROVIDER),
    ("openai", Words::PROVIDER),
    ("anthropic", Words::PROVIDER),
    ("@slack/", Words::PROVIDER),
    ("hooks.slack.com", Words::PROVIDER),
    ("polar", Words::PROVIDER),
    ("posthog", Words::PROVIDER),
    ("mailgun", Words::PROVIDER),
    ("sk_live_", Words::KEY),
    ("rk_live_", Words::KEY),
    ("whsec_", Words::KEY),
    ("sk_test_", Words::KEY),
];
/// What is kept of a file.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a file, and any of them may hold together")]
pub struct Summary {
    /// Its path below the root, with `/`.
    pub path: String,
    /// As people know it.
    pub shown: String,
    /// What it speaks of.
    pub words: Words,
    /// The matters beyond webhooks that it speaks of.
    pub marks: u32,
    /// Whether it begins with `use client`.
    pub client: bool,
    /// Whether it begins with `use server`.
    pub server: bool,
    /// Whether it is a test or a story.
    pub test: bool,
    /// Whether it configures or maintains the app and is no part of it.
    pub tooling: bool,
    /// Whether the parser refused it.
    pub unparsed: bool,
    /// Whether a machine made it, so that it was not looked at.
    pub generated: bool,
    /// The modules that it imports or exports from.
    pub modules: Vec<String>,
    /// What it exports of other modules: its name here, the module, its name there.
    pub passes_on: Vec<(String, String, String)>,
    /// The modules of `export * from`.
    pub stars: Vec<String>,
    /// Its reads of variables.
    pub reads: Vec<Seen>,
    /// Reads through what it imports, settled when all files are known.
    pub through: Vec<Through>,
    /// Functions that read the variable which their parameter names; `""` stands for a name that is
    /// not exported.
    pub wrappers: Vec<String>,
    /// Exported objects whose members are variables.
    pub objects: Vec<String>,
    /// Names that a schema calls optional.
    pub optional: BTreeSet<String>,
    /// Reads whose name is not known.
    pub dynamic: Vec<(u32, u32)>,
    /// Accepted findings.
    pub ignores: Vec<Ignore>,
}
/// A read of a variable in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The variable.
    pub name: String,
    /// Line and column.
    pub at: (u32, u32),
    /// What happens without it.
    pub without: Without,
    /// How it is read.
    pub how: How,
    /// Whether a schema says that browsers see it.
    pub client: bool,
}
/// A read through an imported object or function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Through {
    /// The module.
    pub module: String,
    /// The exported name.
    pub export: String,
    /// Whether it is called (`env("X")`) rather than looked into (`env.X`).
    pub call: bool,
    /// The read.
    pub seen: Seen,
}

impl Summary {
    /// The place of a line and column in it.
    #[must_use]
    pub fn place(&self, at: (u32, u32)) -> Place {
        Place::new(self.shown.as_str(), at.0, at.1)
    }
    /// When what it reads is read, as far as the file alone shows.
    #[must_use]
    pub fn time(&self) -> Time {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        if name.contains(".config.") { Time::Build } else { Time::Run }
    }
}

/// Whether a file's name says that it is source.
#[must_use]
pub fn is_source(name: &str) -> bool {
    const ENDS: &[&str] = &["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "astro"];
    name.rsplit_once('.').is_some_and(|(_, end)| ENDS.contains(&end)) && !name.ends_with(".d.ts")
}
/// Whether a path is of a test, a story or a fixture.
#[must_use]
pub fn is_test(path: &str) -> bool {
    const FOLDERS: &[&str] =
        &["__tests__", "__mocks__", "test", "tests", "e2e", "cypress", "playwright", "fixtures", "stories"];
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    [".test.", ".spec.", ".stories.", ".d."].iter().any(|m| name.contains(m))
        || folders.split('/').any(|f| FOLDERS.contains(&f))
}
/// Whether a machine made this text: a bundle has lines that no person writes.
#[must_use]
pub fn is_generated(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    if name.contains(".min.") || name.contains(".bundle.") {
        return true;
    }
    let head = &text[..text.floor_char_boundary(400)];
    if head.contains("@generated") || head.contains("DO NOT EDIT") {
        return true;
    }
    text.len() > 40_000 && text.len() / (memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1) > 400
}

/// The script of a file: all of it, but for Vue, Svelte and Astro, where the rest is blanked so that
/// places stay what they are.
#[must_use]
pub fn script<'t>(path: &str, text: &'t str) -> Cow<'t, str> {
    let markup = [".vue", ".svelte", ".astro"].iter().any(|e| path.ends_with(e));
    if !markup {
        return Cow::Borrowed(text);
    }
    let mut out: Vec<u8> = text.bytes().map(|b| if b == b'\n' { b } else { b' ' }).collect();
    let mut keep = |from: usize, to: usize| out[from..to].copy_from_slice(&text.as_bytes()[from..to]);
    if let (true, Some(rest)) = (path.ends_with(".astro"), text.strip_prefix("---"))
        && let Some(end) = rest.find("\n---")
    {
        keep(3, 3 + end);
    }
    let mut from = 0;
    while let Some(open) = text[from..].find("<script").map(|i| i + from) {
        let Some(start) = text[open..].find('>').map(|i| open + i + 1) else { break };
        let end = text[start..].find("</script").map_or(text.len(), |i| start + i);
        keep(start, end);
        from = end;
    }
    Cow::Owned(String::from_utf8(out).unwrap_or_default())
}
/// The name by which the parser knows how to read a file.
#[must_use]
pub fn parsed_as(path: &str) -> &str {
    if [".vue", ".svelte", ".astro"].iter().any(|e| path.ends_with(e)) { "script.ts" } else { path }
}

/// Summarises one source file.
#[must_use]
pub fn summarise(path: &str, shown: &str, text: &str) -> Summary {
    summarise_as(path, shown, text, marks::of(text))
}
/// The same of a text that was looked through.
#[must_use]
pub(crate) fn summarise_as(path: &str, shown: &str, text: &str, spoken: Spoken) -> Summary {
    let mut out = Summary {
        path: path.to_owned(),
        shown: shown.to_owned(),
        test: is_test(path),
        tooling: is_tooling(path),
        words: spoken.words,
        ..Summary::default()
    };
    if is_generated(path, text) {
        out.generated = true;
        return out;
    }
    out.marks = spoken.marks;
    if out.words.any(Words::IGNORE) {
        out.ignores = ignores(shown, text);
    }
    let script = script(path, text);
    // Tests are no part of the app; what they mention is known by their words.
    if out.words.any(Words::ENV) && !out.test {
        match lower(parsed_as(path), &script) {
            Some(module) => {
                of_module(&mut out, &module);
                reads::collect(&mut out, &module, &script);
                return out;
            }
            None => out.unparsed = true,
        }
    }
    scan(&mut out, &script);
    out
}

fn of_module(out: &mut Summary, module: &Module<'_>) {
    out.client = module.directives.contains(&"use client");
    out.server = module.directives.contains(&"use server");
    let mut add = |m: &str| {
        if !out.modules.iter().any(|x| x == m) {
            out.modules.push(m.to_owned());
        }
    };
    for i in &module.imports {
        add(i.from);
    }
    for e in &module.exports {
        if let ExportOf::From(from, name) = e.of {
            add(from);
            out.passes_on.push((e.name.to_owned(), from.to_owned(), name.to_owned()));
        } else if let ExportOf::Local(local) = e.of
            && let Some(i) = module.imports.iter().find(|i| i.local == local)
        {
            out.passes_on.push((e.name.to_owned(), i.from.to_owned(), i.name.to_owned()));
        }
    }
    for s in &module.stars {
        add(s);
        out.stars.push((*s).to_owned());
    }
    let mut visit = |e: &Expr<'_>| match &e.kind {
        Kind::Import(of) => of.text().into_iter().for_each(&mut add),
        Kind::Call(f, args, false) if matches!(f.kind, Kind::Name("require")) => {
            args.first().and_then(Expr::text).into_iter().for_each(&mut add);
        }
        _ => {}
    };
    ir::walk(&module.body, true, &mut |e| visit(e));
}

/// The modules and the directive of a file that is not worth a tree.
fn scan(out: &mut Summary, text: &str) {
    let bytes = text.as_bytes();
    let quoted = |from: usize| -> Option<&str> {
        let rest = text.get(from..)?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let end = rest[1..].find([quote, '\n'])?;
        Some(&rest[1..=end])
    };
    let before = |at: usize| {
        at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_' || bytes[at - 1] == b'.')
    };
    for word in ["from", "import", "require"] {
        for at in memchr::memmem::find_iter(bytes, word) {
            if !before(at) {
                continue;
            }
            let end = at + word.len();
            let next = text.get(end..).unwrap_or_default().trim_start();
            let module = match next.as_bytes().first() {
                Some(b'"' | b'\'') if word != "require" => quoted(end),
                Some(b'(') if word != "from" => quoted(text.len() - next.len() + 1),
                _ => None,
            };
            let Some(module) = module else { continue };
            if word == "from" {
                let line = text[..at].rfind(['\n', ';']).map_or(0, |i| i + 1);
                if text[line..at].trim_start().starts_with("import type") {
                    continue;
                }
            }
            if !out.modules.iter().any(|m| m == module) {
                out.modules.push(module.to_owned());
            }
        }
    }
    let head = directive(text);
    out.client = head == Some("use client");
    out.server = head == Some("use server");
    // `export { A } from "./a"` and `export * from "./a"` of barrels that never say `env`.
    for at in memchr::memmem::find_iter(bytes, "export") {
        let rest = text.get(at + 6..).unwrap_or_default().trim_start();
        if let Some(star) = rest.strip_prefix('*') {
            let star = star.trim_start();
            if let Some(m) = star.strip_prefix("from").and_then(|r| quoted(text.len() - r.len())) {
                out.stars.push(m.to_owned());
            }
        } else if let Some((inside, behind)) = rest.strip_prefix('{').and_then(|r| r.split_once('}'))
            && let Some(r) = behind.trim_start().strip_prefix("from")
            && let Some(m) = quoted(text.len() - r.len())
        {
            for one in inside.split(',').map(str::trim).filter(|o| !o.is_empty() && !o.starts_with("type ")) {
                let (there, here) = one.split_once(" as ").unwrap_or((one, one));
                out.passes_on.push((here.trim().to_owned(), m.to_owned(), there.trim().to_owned()));
            }
        }
    }
}
/// The directive at the beginning of a file, behind comments.
fn directive(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        if let Some(r) = rest.strip_prefix("//") {
            rest = r.split_once('\n').map_or("", |(_, r)| r).trim_start();
        } else if let Some(r) = rest.strip_prefix("/*") {
            rest = r.split_once("*/").map_or("", |(_, r)| r).trim_start();
        } else {
            break;
        }
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split_once(quote).map(|(d, _)| d)
}

/// `// launchcheck-ignore rule: reason`
fn ignores(shown: &str, text: &str) -> Vec<Ignore> {
    let mut out = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let Some((before, rest)) = line.split_once("launchcheck-ignore") else { continue };
        // Only a remark counts, and no text that happens to say it.
        if !(before.contains("//") || before.contains("/*") || before.trim_start().starts_with('*')) {
            continue;
        }
        let rest = rest.trim_end_matches("*/}").trim_end_matches("*/").trim();
        let (rule, reason) = rest.split_once(':').unwrap_or((rest, ""));
        let line = u32::try_from(n + 1).unwrap_or(u32::MAX);
        let column = u32::try_from(before.chars().count() + 1).unwrap_or(1);
        out.push(Ignore {
            rule: rule.trim().to_owned(),
            reason: reason.trim().to_owned(),
            at: Place::new(shown, line, column),
        });
    }
    out
}
