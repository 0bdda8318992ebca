//! What the matters ask of the parsed modules: whose a name is, through imports.

use crate::{
    ir::{ExportOf, Expr, Func, Kind, Module, Pattern, Stmt, place},
    summary::Summary,
    world::World,
};
use launchcheck_checks::vocab::Place;

/// A tree with its modules, for as long as the matters are looked at.
pub(super) type Room<'t> = World<'t, 't>;

/// A function, where it stands and what it is called.
#[derive(Clone, Copy)]
pub(super) struct Found<'t> {
    pub(super) file: usize,
    pub(super) body: Body<'t>,
}
/// A piece of a module that runs.
#[derive(Clone, Copy)]
pub(crate) enum Body<'t> {
    Func(&'t Func<'t>),
    /// A wrapped function or another value.
    Value(&'t Expr<'t>),
    /// A whole module, where the name was not found in it.
    Whole(&'t Module<'t>),
}
impl<'t> Body<'t> {
    /// Whether anything in it, functions included, is as asked.
    pub(super) fn any(self, f: &mut dyn FnMut(&Expr<'t>) -> bool) -> bool {
        let mut found = false;
        self.walk(&mut |e| found = found || f(e));
        found
    }
    /// Calls for every expression in it, functions included.
    pub(super) fn walk(self, f: &mut dyn FnMut(&'t Expr<'t>)) {
        match self {
            Self::Func(func) => crate::ir::walk(&func.body, true, f),
            Self::Value(e) => e.walk(true, f),
            Self::Whole(m) => crate::ir::walk(&m.body, true, f),
        }
    }
}

impl<'t> Room<'t> {
    pub(super) fn file(&self, i: usize) -> &'t Summary {
        &self.tree.files[i]
    }
    pub(super) fn place(&self, i: usize, at: u32) -> Place {
        self.file(i).place(place(self.text(i).unwrap_or_default(), at))
    }

    /// What a local name of a module stands for: a function of its own, or one behind an import, `hops`
    /// files away at most. `Err` where the import leads out of the tree; the flag says that it looks
    /// like a file of the app all the same.
    pub(super) fn named(&self, file: usize, name: &str, hops: u8) -> Result<Found<'t>, bool> {
        let module = self.module(file).ok_or(true)?;
        if let Some(body) = own(module, name) {
            return Ok(Found { file, body });
        }
        let Some(import) = module.imports.iter().find(|i| i.local == name) else { return Err(false) };
        self.exported(file, import.from, import.name, hops)
    }
    /// What another module exports by a name.
    pub(super) fn exported(&self, from: usize, specifier: &str, name: &str, hops: u8) -> Result<Found<'t>, bool> {
        let Some(next) = self.tree.resolver.find(&self.file(from).path, specifier) else {
            return Err(looks_local(specifier));
        };
        let module = self.module(next).ok_or(true)?;
        let export = module.exports.iter().find(|e| e.name == name);
        match export.map(|e| e.of) {
            Some(ExportOf::Local(local)) => match own(module, local) {
                Some(body) => Ok(Found { file: next, body }),
                None if hops > 0 => {
                    self.named(next, local, hops - 1).or(Ok(Found { file: next, body: Body::Whole(module) }))
                }
                None => Ok(Found { file: next, body: Body::Whole(module) }),
            },
            Some(ExportOf::From(further, there)) if hops > 0 => self.exported(next, further, there, hops - 1),
            None if hops > 0 && !module.stars.is_empty() && name != "*" => {
                let found = module.stars.iter().find_map(|s| self.exported(next, s, name, hops - 1).ok());
                found.ok_or(true)
            }
            _ => Ok(Found { file: next, body: Body::Whole(module) }),
        }
    }
}

/// Whether a module's name looks like a file of the app and not like a package.
pub(super) fn looks_local(specifier: &str) -> bool {
    ["./", "../", "@/", "~/", "#", "~", "$lib/", "src/"].iter().any(|p| specifier.starts_with(p)) || specifier == "."
}

/// What a module itself binds to a name.
pub(crate) fn own<'t>(module: &'t Module<'t>, name: &str) -> Option<Body<'t>> {
    module.body.iter().find_map(|s| match s {
        Stmt::Func(f) if f.name == name => Some(Body::Func(f)),
        Stmt::Let(Pattern::Name(n, _), Some(e)) if *n == name => Some(match &e.kind {
            Kind::Func(f) => Body::Func(f),
            _ => Body::Value(e),
        }),
        _ => None,
    })
}
/// The last name of a called path: `getUser` of `supabase.auth.getUser`.
pub(crate) fn last(path: &str) -> &str {
    path.trim_end_matches("()").rsplit('.').next().unwrap_or(path)
}

/// Calls for every statement, those of functions in expressions included.
pub(super) fn each_statement<'t>(body: &'t [Stmt<'t>], f: &mut dyn FnMut(&'t Stmt<'t>)) {
    for s in body {
        f(s);
        match s {
            Stmt::Func(func) => each_statement(&func.body, f),
            Stmt::Class(_, members) => members.iter().for_each(|(_, e)| in_expression(e, f)),
            Stmt::Expr(e) | Stmt::Throw(e, _) | Stmt::Return(Some(e), _) | Stmt::Let(_, Some(e)) => in_expression(e, f),
            Stmt::If(test, a, b) => {
                in_expression(test, f);
                each_statement(a, f);
                each_statement(b, f);
            }
            Stmt::Try(a, catch, end) => {
                each_statement(a, f);
                if let Some((_, c)) = catch {
                    each_statement(c, f);
                }
                each_statement(end, f);
            }
            Stmt::Switch(_, cases) => cases.iter().for_each(|(_, body)| each_statement(body, f)),
            Stmt::Loop(_, _, body) | Stmt::Block(body) => each_statement(body, f),
            Stmt::Let(_, None) | Stmt::Return(None, _) | Stmt::Jump => {}
        }
    }
}
fn in_expression<'t>(e: &'t Expr<'t>, f: &mut dyn FnMut(&'t Stmt<'t>)) {
    let mut functions = Vec::new();
    e.walk(false, &mut |e| {
        if let Kind::Func(func) = &e.kind {
            functions.push(func);
        }
    });
    for func in functions {
        each_statement(&func.body, f);
    }
}
