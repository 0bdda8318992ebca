//! What the analyses look at: a small tree of a source file, without types, brackets and `await`
//! noise. It borrows from the text of the file alone, so the parser's own memory goes at once.

/// A source file.
#[derive(Debug, Default)]
pub struct Module<'s> {
    /// Its directives: `use client`, `use server`.
    pub directives: Vec<&'s str>,
    /// What it imports by name, dynamic imports left out.
    pub imports: Vec<Import<'s>>,
    /// What it exports by name; `default` and what `CommonJS` exports are among them.
    pub exports: Vec<Export<'s>>,
    /// The modules of `export * from`.
    pub stars: Vec<&'s str>,
    /// Its statements; exported declarations stand among them.
    pub body: Vec<Stmt<'s>>,
}
/// One imported name.
#[derive(Debug, Clone, Copy)]
pub struct Import<'s> {
    /// Its name here.
    pub local: &'s str,
    /// Its name there: `default`, `*`, or the exported name.
    pub name: &'s str,
    /// The module.
    pub from: &'s str,
    /// Where, in bytes.
    pub at: u32,
}
/// One exported name.
#[derive(Debug, Clone, Copy)]
pub struct Export<'s> {
    /// Its name for others.
    pub name: &'s str,
    /// What it is.
    pub of: ExportOf<'s>,
}
/// What stands behind an exported name.
#[derive(Debug, Clone, Copy)]
pub enum ExportOf<'s> {
    /// A name of this file; [`DEFAULT`] for a default expression.
    Local(&'s str),
    /// A name of another module.
    From(&'s str, &'s str),
}
/// The name under which a default export without one stands in the body.
pub const DEFAULT: &str = "*default*";
/// The name under which a class's parent stands among its members.
pub const PARENT: &str = "*parent*";

/// A statement.
#[derive(Debug)]
pub enum Stmt<'s> {
    /// An expression on its own.
    Expr(Expr<'s>),
    /// A binding, with its value.
    Let(Pattern<'s>, Option<Expr<'s>>),
    /// A declared function.
    Func(Func<'s>),
    /// A class: its name, its parent, its methods and fields.
    Class(&'s str, Vec<(&'s str, Expr<'s>)>),
    /// A condition with its two ways.
    If(Expr<'s>, Vec<Stmt<'s>>, Vec<Stmt<'s>>),
    /// `return`, and where.
    Return(Option<Expr<'s>>, u32),
    /// `throw`.
    Throw(Expr<'s>, u32),
    /// `try`, its block, `catch` where there is one, and `finally`.
    Try(Vec<Stmt<'s>>, Option<(Option<Pattern<'s>>, Vec<Stmt<'s>>)>, Vec<Stmt<'s>>),
    /// `switch`; a case without a test is the default.
    Switch(Expr<'s>, Vec<(Option<Expr<'s>>, Vec<Stmt<'s>>)>),
    /// A loop: what it counts or goes over, and its body.
    Loop(Vec<Expr<'s>>, Option<Pattern<'s>>, Vec<Stmt<'s>>),
    /// A block.
    Block(Vec<Stmt<'s>>),
    /// `break` and `continue`.
    Jump,
}
/// A function of any kind.
#[derive(Debug)]
pub struct Func<'s> {
    /// Its own name; empty where it has none.
    pub name: &'s str,
    /// Its parameters.
    pub params: Vec<Pattern<'s>>,
    /// Its body; of a short arrow function one `return`.
    pub body: Vec<Stmt<'s>>,
    /// Its directives.
    pub directives: Vec<&'s str>,
    /// Where, in bytes.
    pub at: u32,
}
/// What a value is bound to.
#[derive(Debug)]
pub enum Pattern<'s> {
    /// A name.
    Name(&'s str, u32),
    /// Members by their keys, and the name of the rest.
    Object(Vec<(&'s str, Pattern<'s>, u32)>, Option<&'s str>),
    /// Elements by position.
    Array(Vec<Option<Pattern<'s>>>),
    /// With a default.
    Default(Box<Pattern<'s>>, Box<Expr<'s>>),
    /// An assignment to something that is no name.
    Other,
}
impl<'s> Pattern<'s> {
    /// Calls for each name that it binds.
    pub fn names(&self, f: &mut dyn FnMut(&'s str)) {
        match self {
            Self::Name(n, _) => f(n),
            Self::Object(all, rest) => {
                for (_, p, _) in all {
                    p.names(f);
                }
                if let Some(rest) = rest {
                    f(rest);
                }
            }
            Self::Array(all) => all.iter().flatten().for_each(|p| p.names(f)),
            Self::Default(p, _) => p.names(f),
            Self::Other => {}
        }
    }
    /// The name, where it is one, with or without a default.
    #[must_use]
    pub fn name(&self) -> Option<&'s str> {
        match self {
            Self::Name(n, _) => Some(n),
            Self::Default(p, _) => p.name(),
            _ => None,
        }
    }
}

/// An expression and where it begins, in bytes.
#[derive(Debug)]
pub struct Expr<'s> {
    /// The offset of its first byte.
    pub at: u32,
    /// What it is.
    pub kind: Kind<'s>,
}
/// The kinds of expression. Brackets, casts, `!` of TypeScript and optional chaining are gone.
#[derive(Debug)]
pub enum Kind<'s> {
    /// A name; `import.meta` and `this` too.
    Name(&'s str),
    /// A text, as written between its quotes.
    Text(&'s str),
    /// A template: its texts, and what stands between them.
    Template(Vec<&'s str>, Vec<Expr<'s>>),
    /// A number, a regular expression.
    Literal(&'s str),
    /// `true`, `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `a.b`
    Member(Box<Expr<'s>>, &'s str),
    /// `a[b]`
    Index(Box<Expr<'s>>, Box<Expr<'s>>),
    /// A call, with `new` or without.
    Call(Box<Expr<'s>>, Vec<Expr<'s>>, bool),
    /// A tagged template: the tag, its texts and what stands between them.
    Tagged(Box<Expr<'s>>, Vec<&'s str>, Vec<Expr<'s>>),
    /// A function.
    Func(Box<Func<'s>>),
    /// An object: keys and values; a spread has no key.
    Object(Vec<(Option<&'s str>, Expr<'s>)>),
    /// An array.
    Array(Vec<Expr<'s>>),
    /// An operator between two.
    Binary(&'static str, Box<Expr<'s>>, Box<Expr<'s>>),
    /// `&&`, `||`, `??`.
    Logical(&'static str, Box<Expr<'s>>, Box<Expr<'s>>),
    /// `!`, `typeof`, `-` and so on.
    Unary(&'static str, Box<Expr<'s>>),
    /// `a ? b : c`
    Cond(Box<Expr<'s>>, Box<Expr<'s>>, Box<Expr<'s>>),
    /// An assignment, with its operator.
    Assign(&'static str, Box<Expr<'s>>, Box<Expr<'s>>),
    /// An assignment to a pattern.
    Destructure(Box<Pattern<'s>>, Box<Expr<'s>>),
    /// `await`.
    Await(Box<Expr<'s>>),
    /// `...a`
    Spread(Box<Expr<'s>>),
    /// An element: its tag, its attributes (a spread has no name), its children.
    Jsx(&'s str, Vec<(&'s str, Expr<'s>)>, Vec<Expr<'s>>),
    /// `import("…")`
    Import(Box<Expr<'s>>),
    /// Anything else, with what is in it.
    Other(Vec<Expr<'s>>),
}

impl<'s> Expr<'s> {
    /// The expression without `await` around it.
    #[must_use]
    pub fn awaited(&self) -> &Self {
        match &self.kind {
            Kind::Await(e) => e.awaited(),
            _ => self,
        }
    }
    /// The text, where it is one without anything put in.
    #[must_use]
    pub fn text(&self) -> Option<&'s str> {
        match &self.kind {
            Kind::Text(t) => Some(t),
            Kind::Template(t, between) if between.is_empty() => t.first().copied(),
            _ => None,
        }
    }
    /// The dotted path of names: `stripe.webhooks.constructEvent`. A call in between stands as `()`:
    /// `prisma.user.findMany().then`. `None` where it begins with something else.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        let mut out = String::new();
        self.push_path(&mut out).then_some(out)
    }
    fn push_path(&self, out: &mut String) -> bool {
        match &self.kind {
            Kind::Name(n) => {
                out.push_str(n);
                true
            }
            Kind::Member(of, name) => {
                let known = of.push_path(out);
                out.push('.');
                out.push_str(name);
                known
            }
            Kind::Index(of, by) => {
                let known = of.push_path(out);
                out.push('.');
                out.push_str(by.text().unwrap_or("*"));
                known
            }
            Kind::Call(of, _, _) => {
                let known = of.push_path(out);
                out.push_str("()");
                known
            }
            Kind::Await(of) => of.push_path(out),
            _ => false,
        }
    }
    /// The name that its path begins with.
    #[must_use]
    pub fn root(&self) -> Option<&'s str> {
        match &self.kind {
            Kind::Name(n) => Some(n),
            Kind::Member(of, _) | Kind::Index(of, _) | Kind::Call(of, _, _) | Kind::Await(of) => of.root(),
            _ => None,
        }
    }
    /// What it is made of, functions left out.
    pub fn parts(&self) -> impl Iterator<Item = &Self> {
        // No list is made of them: this is asked of every expression, several times.
        let (mut ones, mut rest): ([Option<&Self>; 3], &[Self]) = ([None; 3], &[]);
        let mut pairs: &[(Option<&str>, Self)] = &[];
        let mut attributes: &[(&str, Self)] = &[];
        match &self.kind {
            Kind::Name(_) | Kind::Text(_) | Kind::Literal(_) | Kind::Bool(_) | Kind::Null | Kind::Func(_) => {}
            Kind::Template(_, all) | Kind::Array(all) | Kind::Other(all) => rest = all,
            Kind::Member(a, _)
            | Kind::Unary(_, a)
            | Kind::Await(a)
            | Kind::Spread(a)
            | Kind::Import(a)
            | Kind::Destructure(_, a) => ones[0] = Some(a),
            Kind::Index(a, b) | Kind::Binary(_, a, b) | Kind::Logical(_, a, b) | Kind::Assign(_, a, b) => {
                ones = [Some(a), Some(b), None];
            }
            Kind::Call(a, all, _) | Kind::Tagged(a, _, all) => (ones[0], rest) = (Some(&**a), all),
            Kind::Object(all) => pairs = all,
            Kind::Cond(a, b, c) => ones = [Some(a), Some(b), Some(c)],
            Kind::Jsx(_, all, children) => (attributes, rest) = (all, children),
        }
        let pairs = pairs.iter().map(|(_, e)| e).chain(attributes.iter().map(|(_, e)| e));
        ones.into_iter().flatten().chain(pairs).chain(rest)
    }
    /// Calls for it and all that is in it, in order; `into` says whether a function is entered.
    pub fn walk<'e>(&'e self, into: bool, f: &mut dyn FnMut(&'e Self)) {
        f(self);
        if let Kind::Func(func) = &self.kind
            && into
        {
            for p in &func.params {
                walk_pattern(p, into, f);
            }
            walk(&func.body, into, f);
        }
        if let Kind::Destructure(p, _) = &self.kind {
            walk_pattern(p, into, f);
        }
        for part in self.parts() {
            part.walk(into, f);
        }
    }
    /// Whether anything in it, functions included, is as asked.
    #[must_use]
    pub fn any(&self, f: &mut dyn FnMut(&Self) -> bool) -> bool {
        let mut found = false;
        self.walk(true, &mut |e| found = found || f(e));
        found
    }
}

fn walk_pattern<'s, 'e>(p: &'e Pattern<'s>, into: bool, f: &mut dyn FnMut(&'e Expr<'s>)) {
    match p {
        Pattern::Name(..) | Pattern::Other => {}
        Pattern::Object(all, _) => all.iter().for_each(|(_, p, _)| walk_pattern(p, into, f)),
        Pattern::Array(all) => all.iter().flatten().for_each(|p| walk_pattern(p, into, f)),
        Pattern::Default(p, e) => {
            walk_pattern(p, into, f);
            e.walk(into, f);
        }
    }
}

/// Calls for every expression of these statements; `into` says whether functions are entered.
pub fn walk<'s, 'e>(body: &'e [Stmt<'s>], into: bool, f: &mut dyn FnMut(&'e Expr<'s>)) {
    for stmt in body {
        match stmt {
            Stmt::Expr(e) | Stmt::Throw(e, _) | Stmt::Return(Some(e), _) => e.walk(into, f),
            Stmt::Let(p, e) => {
                walk_pattern(p, into, f);
                if let Some(e) = e {
                    e.walk(into, f);
                }
            }
            Stmt::Func(func) if into => {
                func.params.iter().for_each(|p| walk_pattern(p, into, f));
                walk(&func.body, into, f);
            }
            Stmt::Class(_, members) if into => members.iter().for_each(|(_, e)| e.walk(into, f)),
            Stmt::Return(None, _) | Stmt::Jump | Stmt::Func(_) | Stmt::Class(..) => {}
            Stmt::If(test, a, b) => {
                test.walk(into, f);
                walk(a, into, f);
                walk(b, into, f);
            }
            Stmt::Try(a, catch, last) => {
                walk(a, into, f);
                if let Some((_, c)) = catch {
                    walk(c, into, f);
                }
                walk(last, into, f);
            }
            Stmt::Switch(on, cases) => {
                on.walk(into, f);
                for (test, body) in cases {
                    if let Some(t) = test {
                        t.walk(into, f);
                    }
                    walk(body, into, f);
                }
            }
            Stmt::Loop(heads, _, body) => {
                heads.iter().for_each(|e| e.walk(into, f));
                walk(body, into, f);
            }
            Stmt::Block(body) => walk(body, into, f),
        }
    }
}

/// The line and column, both from 1, of a byte of a text; the column in characters.
#[must_use]
pub fn place(text: &str, at: u32) -> (u32, u32) {
    let mut at = (at as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}
