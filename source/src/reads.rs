//! Which environment variables a file reads, how, and what it does without them.

use crate::{
    ir::{self, ExportOf, Expr, Func, Kind, Module, Pattern, Stmt},
    summary::{Seen, Summary, Through},
};
use launchcheck_checks::{code::facts::How, env::facts::Without};
use std::collections::{BTreeMap, BTreeSet};

/// Fills in what a file says of the environment.
pub(crate) fn collect(out: &mut Summary, module: &Module<'_>, text: &str) {
    let mut c = Collect {
        text,
        out,
        aliases: BTreeSet::new(),
        objects: BTreeSet::new(),
        imports: module.imports.iter().map(|i| (i.local, (i.name, i.from))).collect(),
        params: Vec::new(),
        wrappers: BTreeSet::new(),
        calls: Vec::new(),
        whole: passes_whole(module),
    };
    for i in &module.imports {
        if i.name == "env" && matches!(i.from, "process" | "node:process") {
            c.aliases.insert(i.local);
        }
    }
    c.find_aliases(&module.body);
    c.statements(&module.body);
    let exported = |locals: &BTreeSet<&str>| -> Vec<String> {
        let of = |e: &&ir::Export<'_>| matches!(e.of, ExportOf::Local(l) if locals.contains(l));
        module.exports.iter().filter(of).map(|e| e.name.to_owned()).collect()
    };
    let mut objects = exported(&c.objects);
    objects.extend(exported(&c.aliases));
    let wrappers = exported(&c.wrappers);
    let calls = std::mem::take(&mut c.calls);
    let own = c.wrappers.clone();
    for (name, seen) in calls {
        if own.contains(name) {
            c.out.reads.push(seen);
        } else if let Some((export, from)) = c.imports.get(name) {
            let (module, export) = ((*from).to_owned(), (*export).to_owned());
            c.out.through.push(Through { module, export, call: true, seen });
        }
    }
    c.out.objects = objects;
    c.out.wrappers = wrappers;
    c.out.reads.sort_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
}

/// Whether the whole environment is handed to a parser: `schema.parse(process.env)`.
fn passes_whole(module: &Module<'_>) -> bool {
    let mut found = false;
    ir::walk(&module.body, true, &mut |e| {
        if let Kind::Call(f, args, _) = &e.kind {
            let parses = matches!(&f.kind, Kind::Member(_, m) if matches!(*m, "parse" | "safeParse" | "parseAsync" | "validateSync" | "assert" | "Decode"));
            found |= parses && args.iter().any(is_whole_env);
        }
    });
    found
}
fn is_whole_env(e: &Expr<'_>) -> bool {
    match &e.kind {
        Kind::Object(all) => all.iter().any(|(k, v)| k.is_none() && is_env(v)),
        _ => is_env(e),
    }
}
/// Whether this is `process.env`, `import.meta.env` or `Bun.env`.
fn is_env(e: &Expr<'_>) -> bool {
    let Kind::Member(of, "env") = &e.kind else { return false };
    match &of.kind {
        Kind::Name(n) => matches!(*n, "process" | "import.meta" | "Bun"),
        Kind::Member(g, "process") => matches!(g.kind, Kind::Name("globalThis" | "global")),
        _ => false,
    }
}
/// Whether a text has the shape of a variable's name.
#[must_use]
pub(crate) fn is_upper(text: &str) -> bool {
    text.len() > 2
        && text.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What stands around an expression, as far as it says what happens without the value.
#[derive(Clone, Copy)]
enum Around {
    Value,
    Asked,
    Or(Without),
}
impl Around {
    const fn without(self) -> Without {
        match self {
            Self::Value => Without::Undefined,
            Self::Asked => Without::Asks,
            Self::Or(w) => w,
        }
    }
}

struct Collect<'o, 's> {
    text: &'s str,
    out: &'o mut Summary,
    aliases: BTreeSet<&'s str>,
    objects: BTreeSet<&'s str>,
    imports: BTreeMap<&'s str, (&'s str, &'s str)>,
    params: Vec<(&'s str, Vec<&'s str>)>,
    wrappers: BTreeSet<&'s str>,
    calls: Vec<(&'s str, Seen)>,
    whole: bool,
}

impl<'s> Collect<'_, 's> {
    fn find_aliases(&mut self, body: &[Stmt<'s>]) {
        let mut lets: Vec<(&Pattern<'s>, &Expr<'s>)> = Vec::new();
        bindings(body, &mut lets);
        for (pattern, init) in lets {
            let init = init.awaited();
            match pattern {
                Pattern::Name(n, _) if is_env(init) => {
                    self.aliases.insert(n);
                }
                Pattern::Name(n, _) if makes_object(init) => {
                    self.objects.insert(n);
                }
                Pattern::Object(all, _) => {
                    let process = matches!(init.kind, Kind::Name("process"));
                    for (key, p, _) in all {
                        // `const { env } = process`, `const { data: env } = schema.safeParse(process.env)`
                        if let Some(n) = p.name() {
                            if process && *key == "env" {
                                self.aliases.insert(n);
                            } else if *key == "data" && makes_object(init) {
                                self.objects.insert(n);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }
    fn at(&self, offset: u32) -> (u32, u32) {
        ir::place(self.text, offset)
    }
    fn add(&mut self, name: &str, offset: u32, without: Without, how: How) {
        if is_name(name) {
            let at = self.at(offset);
            self.out.reads.push(Seen { name: name.to_owned(), at, without, how, client: false });
        }
    }

    fn statements(&mut self, body: &[Stmt<'s>]) {
        for s in body {
            self.statement(s);
        }
    }
    fn statement(&mut self, s: &Stmt<'s>) {
        match s {
            Stmt::Expr(e) | Stmt::Throw(e, _) | Stmt::Return(Some(e), _) => self.expr(e, Around::Value),
            Stmt::Let(p, init) => {
                if let Some(init) = init {
                    if let Some(n) = p.name()
                        && let Kind::Func(f) = &init.kind
                    {
                        self.function(n, f);
                    } else {
                        self.bound(p, init);
                    }
                }
                self.pattern(p);
            }
            Stmt::Func(f) => self.function(f.name, f),
            Stmt::Class(_, members) => members.iter().for_each(|(_, e)| self.expr(e, Around::Value)),
            Stmt::If(test, then, other) => {
                // A guard that gives up says that the name is needed.
                let around = if gives_up(then) { Around::Value } else { Around::Asked };
                self.guarded(test, around);
                self.statements(then);
                self.statements(other);
            }
            Stmt::Try(a, catch, last) => {
                self.statements(a);
                if let Some((_, c)) = catch {
                    self.statements(c);
                }
                self.statements(last);
            }
            Stmt::Switch(on, cases) => {
                self.expr(on, Around::Asked);
                for (test, body) in cases {
                    if let Some(t) = test {
                        self.expr(t, Around::Value);
                    }
                    self.statements(body);
                }
            }
            Stmt::Loop(heads, _, body) => {
                heads.iter().for_each(|e| self.expr(e, Around::Value));
                self.statements(body);
            }
            Stmt::Block(body) => self.statements(body),
            Stmt::Return(None, _) | Stmt::Jump => {}
        }
    }
    /// The test of an `if`: through `!`, comparisons and logic, all of it is asked for or needed.
    fn guarded(&mut self, e: &Expr<'s>, around: Around) {
        match &e.kind {
            Kind::Unary(op, inner) if *op != "delete" => self.guarded(inner, around),
            Kind::Logical(_, a, b) | Kind::Binary(_, a, b) => {
                self.guarded(a, around);
                self.guarded(b, around);
            }
            _ => self.expr(e, around),
        }
    }
    fn function(&mut self, name: &'s str, f: &Func<'s>) {
        let mut params = Vec::new();
        for p in &f.params {
            p.names(&mut |n| params.push(n));
            self.pattern(p);
        }
        self.params.push((name, params));
        self.statements(&f.body);
        self.params.pop();
    }
    /// Defaults in patterns are expressions too.
    fn pattern(&mut self, p: &Pattern<'s>) {
        match p {
            Pattern::Default(p, e) => {
                self.pattern(p);
                self.expr(e, Around::Value);
            }
            Pattern::Object(all, _) => all.iter().for_each(|(_, p, _)| self.pattern(p)),
            Pattern::Array(all) => all.iter().flatten().for_each(|p| self.pattern(p)),
            Pattern::Name(..) | Pattern::Other => {}
        }
    }
    /// A binding: a pattern over the environment reads its keys.
    fn bound(&mut self, p: &Pattern<'s>, init: &Expr<'s>) {
        let Pattern::Object(all, _) = p else { return self.expr(init, Around::Value) };
        let source = init.awaited();
        let env = is_env(source) || matches!(source.kind, Kind::Name(n) if self.aliases.contains(n));
        if !env {
            if let Kind::Name(n) = source.kind {
                self.destructured_object(n, all);
            }
            return self.expr(init, Around::Value);
        }
        for (key, pattern, offset) in all {
            let without = match pattern {
                Pattern::Default(_, e) => fallback(e),
                _ => Without::Undefined,
            };
            self.add(key, *offset, without, How::Destructured);
        }
    }
    /// `const { X } = env`, where `env` is imported.
    fn destructured_object(&mut self, from: &str, all: &[(&'s str, Pattern<'s>, u32)]) {
        let Some((export, module)) = self.imports.get(from).copied() else { return };
        for (key, _, offset) in all.iter().filter(|(k, _, _)| is_upper(k)) {
            let seen = Seen {
                name: (*key).to_owned(),
                at: self.at(*offset),
                without: Without::Undefined,
                how: How::Object,
                client: false,
            };
            self.out.through.push(Through { module: module.to_owned(), export: export.to_owned(), call: false, seen });
        }
    }

    fn expr(&mut self, e: &Expr<'s>, around: Around) {
        match &e.kind {
            Kind::Member(of, name) => {
                if self.read(of, name, e.at, around) {
                    return;
                }
                self.expr(of, Around::Value);
            }
            Kind::Index(of, by) => {
                if let Some(name) = by.text() {
                    if self.read(of, name, e.at, around) {
                        return;
                    }
                } else if self.is_env_object(of) {
                    self.dynamic(by, e.at);
                }
                self.expr(of, Around::Value);
                self.expr(by, Around::Value);
            }
            Kind::Logical("&&", a, b) => {
                self.guarded(a, Around::Asked);
                self.expr(b, around);
            }
            Kind::Logical(_, a, b) => {
                let left = match around {
                    Around::Asked => Around::Asked,
                    _ => Around::Or(fallback(b)),
                };
                self.expr(a, left);
                self.expr(b, around);
            }
            Kind::Unary("delete", _) => {}
            Kind::Unary("!" | "typeof", a) => self.guarded(a, Around::Asked),
            Kind::Binary(op, a, b) => {
                let asks = matches!(*op, "==" | "===" | "!=" | "!==" | "in");
                let around = if asks { Around::Asked } else { Around::Value };
                self.expr(a, around);
                self.expr(b, around);
            }
            Kind::Cond(test, a, b) => {
                self.guarded(test, Around::Asked);
                self.expr(a, around);
                self.expr(b, around);
            }
            Kind::Assign(_, left, right) => {
                if !matches!(&left.kind, Kind::Member(of, _) | Kind::Index(of, _) if self.is_env_object(of)) {
                    self.expr(left, Around::Value);
                }
                self.expr(right, Around::Value);
            }
            Kind::Destructure(p, init) => self.bound(p, init),
            Kind::Call(f, args, _) => self.call(e, f, args),
            Kind::Func(f) => self.function(f.name, f),
            Kind::Await(inner) => self.expr(inner, around),
            Kind::Object(all) => {
                for (key, value) in all {
                    if let (Some(k), Kind::Func(f)) = (key, &value.kind) {
                        self.function(k, f);
                    } else {
                        self.expr(value, Around::Value);
                    }
                }
            }
            _ => {
                for part in e.parts() {
                    self.expr(part, Around::Value);
                }
            }
        }
    }

    fn is_env_object(&self, e: &Expr<'s>) -> bool {
        is_env(e) || matches!(e.kind, Kind::Name(n) if self.aliases.contains(n))
    }
    fn read(&mut self, of: &Expr<'s>, name: &str, at: u32, around: Around) -> bool {
        if self.is_env_object(of) {
            self.add(name, at, around.without(), How::Direct);
            return true;
        }
        let Kind::Name(root) = of.kind else { return false };
        if !is_upper(name) {
            return false;
        }
        let seen =
            Seen { name: name.to_owned(), at: self.at(at), without: around.without(), how: How::Object, client: false };
        if self.objects.contains(root) {
            self.out.reads.push(seen);
            return true;
        }
        let Some((export, module)) = self.imports.get(root).copied() else { return false };
        self.out.through.push(Through { module: module.to_owned(), export: export.to_owned(), call: false, seen });
        true
    }
    /// `process.env[name]`: of a parameter, it makes the function a way to read variables.
    fn dynamic(&mut self, by: &Expr<'s>, at: u32) {
        if let Kind::Name(n) = by.kind
            && let Some((function, _)) = self.params.iter().rev().find(|(_, params)| params.contains(&n))
            && !function.is_empty()
        {
            self.wrappers.insert(function);
        }
        let at = self.at(at);
        self.out.dynamic.push(at);
    }

    fn call(&mut self, whole: &Expr<'s>, f: &Expr<'s>, args: &[Expr<'s>]) {
        let name = match &f.kind {
            Kind::Name(n) | Kind::Member(_, n) => *n,
            _ => "",
        };
        match name {
            "createEnv" | "defineEnv" => {
                if let Some(Kind::Object(all)) = args.first().map(|a| &a.kind) {
                    for (key, value) in all {
                        let client = *key == Some("client");
                        if matches!(key, Some("server" | "client" | "shared" | "schema" | "vars")) {
                            self.schema(value, client);
                        }
                    }
                }
            }
            "cleanEnv" => args.iter().skip(1).for_each(|a| self.schema(a, false)),
            "object" if self.whole => args.iter().for_each(|a| self.schema(a, false)),
            "object" => args.iter().for_each(|a| self.note_optional(a)),
            "Boolean" if matches!(f.kind, Kind::Name(_)) => {
                args.iter().for_each(|a| self.guarded(a, Around::Asked));
                return;
            }
            _ => {}
        }
        if let (Kind::Name(n), Some(first)) = (&f.kind, args.first())
            && let Some(text) = first.text().filter(|t| is_upper(t))
        {
            let without = args.get(1).map_or(Without::Undefined, fallback);
            let seen = Seen { name: text.to_owned(), at: self.at(whole.at), without, how: How::Wrapped, client: false };
            self.calls.push((n, seen));
        }
        self.expr(f, Around::Value);
        for a in args {
            self.expr(a, Around::Value);
        }
    }
    /// The keys of a schema are reads, since what checks them reads each.
    fn schema(&mut self, e: &Expr<'s>, client: bool) {
        match &e.kind {
            Kind::Object(all) => {
                for (key, value) in all {
                    let Some(key) = key.filter(|k| is_upper(k)) else { continue };
                    let without = eased(value);
                    if without != Without::Undefined {
                        self.out.optional.insert(key.to_owned());
                    }
                    let at = self.at(value.at);
                    self.out.reads.push(Seen { name: key.to_owned(), at, without, how: How::Schema, client });
                }
            }
            Kind::Call(_, args, _) => args.iter().for_each(|a| self.schema(a, client)),
            _ => {}
        }
    }
    fn note_optional(&mut self, e: &Expr<'s>) {
        let Kind::Object(all) = &e.kind else { return };
        for (key, value) in all {
            if let Some(k) = key.filter(|k| is_upper(k))
                && eased(value) != Without::Undefined
            {
                self.out.optional.insert(k.to_owned());
            }
        }
    }
}

/// What a schema says of a name that is not set.
fn eased(e: &Expr<'_>) -> Without {
    let mut at = e;
    loop {
        match &at.kind {
            Kind::Call(f, args, _) => {
                if let Some(Kind::Object(all)) = args.first().map(|a| &a.kind)
                    && all.iter().any(|(k, _)| matches!(k, Some("default" | "devDefault")))
                {
                    return Without::Default;
                }
                at = f;
            }
            Kind::Member(of, m) => {
                match *m {
                    "default" | "catch" => return Without::Default,
                    "optional" | "nullish" | "nullable" => return Without::Asks,
                    _ => {}
                }
                at = of;
            }
            _ => return Without::Undefined,
        }
    }
}
/// Whether an expression yields an object whose members are variables.
fn makes_object(e: &Expr<'_>) -> bool {
    match &e.kind {
        Kind::Call(f, args, _) => {
            let name = match &f.kind {
                Kind::Name(n) | Kind::Member(_, n) => *n,
                _ => return false,
            };
            matches!(name, "createEnv" | "cleanEnv" | "parseEnv" | "defineEnv" | "makeEnv")
                || matches!(name, "parse" | "safeParse" | "parseAsync") && args.iter().any(is_whole_env)
        }
        Kind::Object(all) => {
            let upper = all.iter().filter(|(k, v)| k.is_some_and(is_upper) && reads_env(v)).count();
            all.len() >= 2 && upper * 2 > all.len()
        }
        Kind::Member(of, "data") => makes_object(of),
        _ => false,
    }
}

fn reads_env(e: &Expr<'_>) -> bool {
    e.any(&mut |e| is_env(e))
}
/// What stands behind `||` or `??`.
fn fallback(e: &Expr<'_>) -> Without {
    match &e.kind {
        _ if e.text().is_some_and(str::is_empty) => Without::Empty,
        Kind::Null | Kind::Name("undefined") | Kind::Bool(false) => Without::Asks,
        Kind::Call(f, _, _) if f.path().is_some_and(|p| is_giving_up(&p)) => Without::Undefined,
        Kind::Logical(_, _, last) => fallback(last),
        _ => Without::Default,
    }
}
fn is_giving_up(call: &str) -> bool {
    let lower = call.to_ascii_lowercase();
    ["throw", "fail", "raise", "invariant", "assert", "error", "required", "missing", "panic"]
        .iter()
        .any(|w| lower.contains(w))
}
/// Whether these statements give up: they throw, or end the process.
fn gives_up(body: &[Stmt<'_>]) -> bool {
    body.iter().any(|s| match s {
        Stmt::Throw(..) => true,
        Stmt::Expr(e) => match &e.awaited().kind {
            Kind::Call(f, _, _) => {
                f.path().is_some_and(|p| p == "process.exit" || is_giving_up(&p) && !p.contains("console"))
            }
            _ => false,
        },
        Stmt::Block(b) => gives_up(b),
        _ => false,
    })
}

/// Every binding of these statements and of the functions in them.
fn bindings<'b, 's>(body: &'b [Stmt<'s>], out: &mut Vec<(&'b Pattern<'s>, &'b Expr<'s>)>) {
    for s in body {
        match s {
            Stmt::Let(p, Some(e)) => {
                out.push((p, e));
                in_functions(e, out);
            }
            Stmt::Expr(e) | Stmt::Return(Some(e), _) => in_functions(e, out),
            Stmt::Func(f) => {
                for p in &f.params {
                    if let Pattern::Default(p, e) = p {
                        out.push((p, e));
                    }
                }
                bindings(&f.body, out);
            }
            Stmt::If(_, a, b) => {
                bindings(a, out);
                bindings(b, out);
            }
            Stmt::Try(a, c, l) => {
                bindings(a, out);
                if let Some((_, c)) = c {
                    bindings(c, out);
                }
                bindings(l, out);
            }
            Stmt::Loop(_, _, b) | Stmt::Block(b) => bindings(b, out),
            Stmt::Switch(_, cases) => cases.iter().for_each(|(_, b)| bindings(b, out)),
            _ => {}
        }
    }
}
fn in_functions<'b, 's>(e: &'b Expr<'s>, out: &mut Vec<(&'b Pattern<'s>, &'b Expr<'s>)>) {
    if let Kind::Func(f) = &e.kind {
        bindings(&f.body, out);
    }
    for part in e.parts() {
        in_functions(part, out);
    }
}
