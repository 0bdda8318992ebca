//! Parses a file and makes its small tree: the one place that knows the parser.

use crate::ir::{DEFAULT, Export, ExportOf, Expr, Func, Import, Kind, Module, PARENT, Pattern, Stmt};
use oxc_allocator::Allocator;
use oxc_ast::ast;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::{GetSpan, SourceType, Span};
use std::cell::RefCell;

/// The deepest nesting of brackets that is parsed; people stay far below it, and the parser's own
/// calls nest as deep.
const DEPTH: u32 = 1500;

/// The tree of a file; `None` where it cannot be parsed. The parser goes on behind most mistakes;
/// what it made of a broken file is not trusted.
#[must_use]
pub fn lower<'s>(file: &str, text: &'s str) -> Option<Module<'s>> {
    if too_deep(text) {
        return None;
    }
    let kind = SourceType::from_path(file).unwrap_or_else(|_| SourceType::tsx());
    // JSX stands in `.js` of many apps, and `.ts` must stay without: `<T>x` is a cast there.
    let kind = if kind.is_javascript() { kind.with_jsx(true).with_module(true) } else { kind };
    ARENA.with_borrow_mut(|arena| {
        let module = parse(arena, text, kind);
        arena.reset();
        module
    })
}
thread_local! {
    /// Where the parser puts its trees, one after the other: to ask for the memory anew for each file takes as long
    /// as to parse a short one.
    static ARENA: RefCell<Allocator> = RefCell::default();
}
fn parse<'s>(arena: &Allocator, text: &'s str, kind: SourceType) -> Option<Module<'s>> {
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    let parsed = Parser::new(arena, text, kind).with_options(options).parse();
    if parsed.panicked || parsed.diagnostics.iter().next().is_some() {
        return None;
    }
    let program = &parsed.program;
    let mut low = Low { text, module: Module::default() };
    low.module.directives = program.directives.iter().map(|d| low.inner(d.expression.span)).collect();
    low.module.body = low.statements(&program.body);
    Some(low.module)
}

fn too_deep(text: &str) -> bool {
    let (mut depth, mut run, mut last) = (0_u32, 0_u32, 0_u8);
    for b in text.bytes() {
        match b {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'!' | b'~' | b'+' | b'-' | b'>' | b'?' | b':' if b == last => run += 1,
            b' ' | b'\n' | b'\t' | b'\r' => continue,
            _ => run = 0,
        }
        last = b;
        if depth > DEPTH || run > DEPTH {
            return true;
        }
    }
    false
}

struct Low<'s> {
    text: &'s str,
    module: Module<'s>,
}

impl<'s> Low<'s> {
    fn slice(&self, span: Span) -> &'s str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
    /// A text without its quotes.
    fn inner(&self, span: Span) -> &'s str {
        self.text.get(span.start as usize + 1..(span.end as usize).saturating_sub(1)).unwrap_or_default()
    }
    fn expr(&self, at: Span, kind: Kind<'s>) -> Expr<'s> {
        Expr { at: at.start, kind }
    }

    fn statements(&mut self, all: &[ast::Statement<'_>]) -> Vec<Stmt<'s>> {
        let mut out = Vec::with_capacity(all.len());
        for s in all {
            self.statement(s, &mut out);
        }
        out
    }
    fn block(&mut self, s: &ast::Statement<'_>) -> Vec<Stmt<'s>> {
        let mut out = Vec::new();
        match s {
            ast::Statement::BlockStatement(b) => return self.statements(&b.body),
            other => self.statement(other, &mut out),
        }
        out
    }

    fn statement(&mut self, s: &ast::Statement<'_>, out: &mut Vec<Stmt<'s>>) {
        use ast::Statement as S;
        match s {
            S::BlockStatement(b) => {
                let body = self.statements(&b.body);
                out.push(Stmt::Block(body));
            }
            S::BreakStatement(_) | S::ContinueStatement(_) => out.push(Stmt::Jump),
            S::DoWhileStatement(d) => {
                let (test, body) = (self.expression(&d.test), self.block(&d.body));
                out.push(Stmt::Loop(vec![test], None, body));
            }
            S::ExpressionStatement(e) => {
                let e = self.expression(&e.expression);
                self.commonjs(&e);
                out.push(Stmt::Expr(e));
            }
            S::ForInStatement(f) => {
                let pattern = self.loop_left(&f.left);
                let (head, body) = (self.expression(&f.right), self.block(&f.body));
                out.push(Stmt::Loop(vec![head], pattern, body));
            }
            S::ForOfStatement(f) => {
                let pattern = self.loop_left(&f.left);
                let (head, body) = (self.expression(&f.right), self.block(&f.body));
                out.push(Stmt::Loop(vec![head], pattern, body));
            }
            S::ForStatement(f) => {
                if let Some(ast::ForStatementInit::VariableDeclaration(v)) = &f.init {
                    self.variables(v, out);
                }
                let heads = f.test.iter().chain(&f.update).map(|e| self.expression(e)).collect();
                let body = self.block(&f.body);
                out.push(Stmt::Loop(heads, None, body));
            }
            S::IfStatement(i) => {
                let (test, then) = (self.expression(&i.test), self.block(&i.consequent));
                let other = i.alternate.as_ref().map(|a| self.block(a)).unwrap_or_default();
                out.push(Stmt::If(test, then, other));
            }
            S::LabeledStatement(l) => self.statement(&l.body, out),
            S::ReturnStatement(r) => {
                let e = r.argument.as_ref().map(|a| self.expression(a));
                out.push(Stmt::Return(e, r.span.start));
            }
            S::SwitchStatement(w) => {
                let on = self.expression(&w.discriminant);
                let cases = w.cases.iter();
                let cases = cases
                    .map(|c| (c.test.as_ref().map(|t| self.expression(t)), self.statements(&c.consequent)))
                    .collect();
                out.push(Stmt::Switch(on, cases));
            }
            S::ThrowStatement(t) => {
                let e = self.expression(&t.argument);
                out.push(Stmt::Throw(e, t.span.start));
            }
            S::TryStatement(t) => {
                let body = self.statements(&t.block.body);
                let catch = t.handler.as_ref().map(|h| {
                    let param = h.param.as_ref().map(|p| self.pattern(&p.pattern));
                    (param, self.statements(&h.body.body))
                });
                let last = t.finalizer.as_ref().map(|f| self.statements(&f.body)).unwrap_or_default();
                out.push(Stmt::Try(body, catch, last));
            }
            S::WhileStatement(w) => {
                let (test, body) = (self.expression(&w.test), self.block(&w.body));
                out.push(Stmt::Loop(vec![test], None, body));
            }
            S::VariableDeclaration(v) => self.variables(v, out),
            S::FunctionDeclaration(f) => {
                if let Some(f) = self.function(f) {
                    out.push(Stmt::Func(f));
                }
            }
            S::ClassDeclaration(c) => out.push(self.class(c)),
            S::TSEnumDeclaration(e) => {
                let members = e.body.members.iter();
                let members = members
                    .map(|m| {
                        let value = m.initializer.as_ref().map(|i| self.expression(i));
                        let value = value.unwrap_or_else(|| self.expr(m.span, Kind::Null));
                        (Some(self.slice(m.id.span()).trim_matches(['"', '\''])), value)
                    })
                    .collect();
                let object = self.expr(e.span, Kind::Object(members));
                out.push(Stmt::Let(Pattern::Name(self.slice(e.id.span), e.id.span.start), Some(object)));
            }
            S::ImportDeclaration(i) => self.import(i),
            S::ExportAllDeclaration(e) => {
                let from = self.inner(e.source.span);
                match &e.exported {
                    Some(name) => {
                        let name = self.slice(name.span());
                        self.module.exports.push(Export { name, of: ExportOf::From(from, "*") });
                    }
                    None => self.module.stars.push(from),
                }
            }
            S::ExportDefaultDeclaration(e) => self.export_default(e, out),
            S::ExportDeclaration(e) => self.export_declaration(&e.declaration, out),
            S::ExportNamedDeclaration(e) if e.export_kind.is_value() => {
                for s in &e.specifiers {
                    let (local, name) = (self.slice(s.local.span()), self.slice(s.exported.span()));
                    self.module.exports.push(Export { name, of: ExportOf::Local(local) });
                }
            }
            S::ExportFromDeclaration(e) if e.export_kind.is_value() => {
                let from = self.inner(e.source.span);
                for s in &e.specifiers {
                    let (local, name) = (self.slice(s.local.span()), self.slice(s.exported.span()));
                    self.module.exports.push(Export { name, of: ExportOf::From(from, local) });
                }
            }
            S::TSExportAssignment(e) => {
                let value = self.expression(&e.expression);
                out.push(Stmt::Let(Pattern::Name(DEFAULT, e.span.start), Some(value)));
                self.module.exports.push(Export { name: "default", of: ExportOf::Local(DEFAULT) });
            }
            _ => {}
        }
    }

    /// `module.exports = …`, `exports.name = …`.
    fn commonjs(&mut self, e: &Expr<'s>) {
        let Kind::Assign(_, left, right) = &e.kind else { return };
        let Kind::Member(of, name) = &left.kind else { return };
        let whole = matches!(of.kind, Kind::Name("module")) && *name == "exports";
        let one = matches!(of.kind, Kind::Name("exports")) || of.path().as_deref() == Some("module.exports");
        let Kind::Name(local) = right.kind else { return };
        if whole {
            self.module.exports.push(Export { name: "default", of: ExportOf::Local(local) });
        } else if one {
            self.module.exports.push(Export { name, of: ExportOf::Local(local) });
        }
    }

    fn import(&mut self, i: &ast::ImportDeclaration<'_>) {
        if !i.import_kind.is_value() {
            return;
        }
        let from = self.inner(i.source.span);
        for s in i.specifiers.iter().flatten() {
            let (local, name) = match s {
                ast::ImportDeclarationSpecifier::ImportSpecifier(s) if s.import_kind.is_value() => {
                    (self.slice(s.local.span), self.slice(s.imported.span()))
                }
                ast::ImportDeclarationSpecifier::ImportSpecifier(_) => continue,
                ast::ImportDeclarationSpecifier::ImportDefaultSpecifier(s) => (self.slice(s.local.span), "default"),
                ast::ImportDeclarationSpecifier::ImportNamespaceSpecifier(s) => (self.slice(s.local.span), "*"),
            };
            self.module.imports.push(Import { local, name, from, at: i.span.start });
        }
        if i.specifiers.is_none() {
            self.module.imports.push(Import { local: "", name: "", from, at: i.span.start });
        }
    }

    fn export_default(&mut self, e: &ast::ExportDefaultDeclaration<'_>, out: &mut Vec<Stmt<'s>>) {
        use ast::ExportDefaultDeclarationKind as K;
        let local = match &e.declaration {
            K::FunctionDeclaration(f) => {
                let Some(mut f) = self.function(f) else { return };
                if f.name.is_empty() {
                    f.name = DEFAULT;
                }
                let name = f.name;
                out.push(Stmt::Func(f));
                name
            }
            K::ClassDeclaration(c) => {
                out.push(self.class(c));
                DEFAULT
            }
            K::TSInterfaceDeclaration(_) => return,
            other => {
                let Some(value) = other.as_expression() else { return };
                let value = self.expression(value);
                out.push(Stmt::Let(Pattern::Name(DEFAULT, e.span.start), Some(value)));
                DEFAULT
            }
        };
        self.module.exports.push(Export { name: "default", of: ExportOf::Local(local) });
    }
    fn export_declaration(&mut self, d: &ast::Declaration<'_>, out: &mut Vec<Stmt<'s>>) {
        let before = out.len();
        match d {
            ast::Declaration::VariableDeclaration(v) => self.variables(v, out),
            ast::Declaration::FunctionDeclaration(f) => {
                if let Some(f) = self.function(f) {
                    out.push(Stmt::Func(f));
                }
            }
            ast::Declaration::ClassDeclaration(c) => out.push(self.class(c)),
            _ => {}
        }
        let mut names = Vec::new();
        for s in &out[before..] {
            match s {
                Stmt::Let(p, _) => p.names(&mut |n| names.push(n)),
                Stmt::Func(f) => names.push(f.name),
                Stmt::Class(n, _) => names.push(n),
                _ => {}
            }
        }
        self.module.exports.extend(names.into_iter().map(|n| Export { name: n, of: ExportOf::Local(n) }));
    }

    fn variables(&mut self, v: &ast::VariableDeclaration<'_>, out: &mut Vec<Stmt<'s>>) {
        for d in &v.declarations {
            let pattern = self.pattern(&d.id);
            let init = d.init.as_ref().map(|i| self.expression(i));
            out.push(Stmt::Let(pattern, init));
        }
    }
    fn loop_left(&mut self, left: &ast::ForStatementLeft<'_>) -> Option<Pattern<'s>> {
        let ast::ForStatementLeft::VariableDeclaration(v) = left else { return None };
        v.declarations.first().map(|d| self.pattern(&d.id))
    }

    fn pattern(&mut self, p: &ast::BindingPattern<'_>) -> Pattern<'s> {
        match p {
            ast::BindingPattern::BindingIdentifier(i) => Pattern::Name(self.slice(i.span), i.span.start),
            ast::BindingPattern::ObjectPattern(o) => {
                let all = o.properties.iter();
                let all = all.map(|p| (self.key(&p.key), self.pattern(&p.value), p.span.start)).collect();
                let rest = o.rest.as_ref().and_then(|r| self.pattern(&r.argument).name());
                Pattern::Object(all, rest)
            }
            ast::BindingPattern::ArrayPattern(a) => {
                Pattern::Array(a.elements.iter().map(|e| e.as_ref().map(|e| self.pattern(e))).collect())
            }
            ast::BindingPattern::AssignmentPattern(a) => {
                Pattern::Default(Box::new(self.pattern(&a.left)), Box::new(self.expression(&a.right)))
            }
        }
    }
    fn key(&self, k: &ast::PropertyKey<'_>) -> &'s str {
        match k {
            ast::PropertyKey::StringLiteral(s) => self.inner(s.span),
            ast::PropertyKey::StaticIdentifier(i) => self.slice(i.span),
            ast::PropertyKey::PrivateIdentifier(i) => self.slice(i.span),
            ast::PropertyKey::NumericLiteral(n) => self.slice(n.span),
            _ => "*",
        }
    }

    fn params(&mut self, p: &ast::FormalParameters<'_>) -> Vec<Pattern<'s>> {
        let mut out: Vec<Pattern<'s>> = Vec::with_capacity(p.items.len());
        for item in &p.items {
            let pattern = self.pattern(&item.pattern);
            out.push(match &item.initializer {
                Some(e) => Pattern::Default(Box::new(pattern), Box::new(self.expression(e))),
                None => pattern,
            });
        }
        if let Some(rest) = &p.rest {
            out.push(self.pattern(&rest.rest.argument));
        }
        out
    }
    fn function(&mut self, f: &ast::Function<'_>) -> Option<Func<'s>> {
        let body = f.body.as_ref()?;
        Some(Func {
            name: f.id.as_ref().map_or("", |i| self.slice(i.span)),
            params: self.params(&f.params),
            directives: body.directives.iter().map(|d| self.inner(d.expression.span)).collect(),
            body: self.statements(&body.statements),
            at: f.span.start,
        })
    }
    fn arrow(&mut self, f: &ast::ArrowFunctionExpression<'_>) -> Func<'s> {
        let params = self.params(&f.params);
        let (directives, body) = match &f.body {
            ast::ArrowFunctionBody::FunctionBody(b) => {
                let directives = b.directives.iter().map(|d| self.inner(d.expression.span)).collect();
                (directives, self.statements(&b.statements))
            }
            other => {
                let value = other.as_expression().map(|e| self.expression(e));
                let at = value.as_ref().map_or(f.span.start, |v| v.at);
                (Vec::new(), vec![Stmt::Return(value, at)])
            }
        };
        Func { name: "", params, body, directives, at: f.span.start }
    }
    fn class(&mut self, c: &ast::Class<'_>) -> Stmt<'s> {
        let name = c.id.as_ref().map_or(DEFAULT, |i| self.slice(i.span));
        let mut members = Vec::new();
        if let Some(parent) = &c.heritage {
            members.push((PARENT, self.expression(&parent.expression)));
        }
        for e in &c.body.body {
            match e {
                ast::ClassElement::MethodDefinition(m) => {
                    if let Some(f) = self.function(&m.value) {
                        members.push((self.key(&m.key), self.expr(m.span, Kind::Func(Box::new(f)))));
                    }
                }
                ast::ClassElement::PropertyDefinition(p) => {
                    if let Some(v) = &p.value {
                        members.push((self.key(&p.key), self.expression(v)));
                    }
                }
                _ => {}
            }
        }
        Stmt::Class(name, members)
    }

    fn argument(&mut self, a: &ast::Argument<'_>) -> Expr<'s> {
        match a {
            ast::Argument::SpreadElement(s) => {
                let e = self.expression(&s.argument);
                self.expr(s.span, Kind::Spread(Box::new(e)))
            }
            other => match other.as_expression() {
                Some(e) => self.expression(e),
                None => self.expr(other.span(), Kind::Other(Vec::new())),
            },
        }
    }
    fn arguments(&mut self, all: &[ast::Argument<'_>]) -> Vec<Expr<'s>> {
        all.iter().map(|a| self.argument(a)).collect()
    }
    fn boxed(&mut self, e: &ast::Expression<'_>) -> Box<Expr<'s>> {
        Box::new(self.expression(e))
    }
    fn template(&mut self, t: &ast::TemplateLiteral<'_>) -> (Vec<&'s str>, Vec<Expr<'s>>) {
        let texts = t.quasis.iter().map(|q| self.quasi(q)).collect();
        (texts, t.expressions.iter().map(|e| self.expression(e)).collect())
    }
    fn quasi(&self, q: &ast::TemplateElement<'_>) -> &'s str {
        // The span of an element holds its delimiters or not by the parser's version.
        self.slice(q.span).trim_start_matches(['`', '}']).trim_end_matches(['`']).trim_end_matches("${")
    }

    fn expression(&mut self, e: &ast::Expression<'_>) -> Expr<'s> {
        use ast::Expression as E;
        let span = e.span();
        let kind = match e {
            E::BooleanLiteral(b) => Kind::Bool(b.value),
            E::NullLiteral(_) => Kind::Null,
            E::NumericLiteral(_) | E::BigIntLiteral(_) | E::RegExpLiteral(_) => Kind::Literal(self.slice(span)),
            E::StringLiteral(_) => Kind::Text(self.inner(span)),
            E::TemplateLiteral(t) => {
                let (texts, between) = self.template(t);
                Kind::Template(texts, between)
            }
            E::Identifier(_) | E::Super(_) | E::ThisExpression(_) => Kind::Name(self.slice(span)),
            E::ImportMeta(_) => Kind::Name("import.meta"),
            E::ArrayExpression(a) => {
                let mut all = Vec::with_capacity(a.elements.len());
                for el in &a.elements {
                    match el {
                        ast::ArrayExpressionElement::SpreadElement(s) => {
                            let inner = self.boxed(&s.argument);
                            all.push(self.expr(s.span, Kind::Spread(inner)));
                        }
                        ast::ArrayExpressionElement::Elision(_) => {}
                        other => all.extend(other.as_expression().map(|e| self.expression(e))),
                    }
                }
                Kind::Array(all)
            }
            E::ArrowFunctionExpression(f) => Kind::Func(Box::new(self.arrow(f))),
            E::FunctionExpression(f) => match self.function(f) {
                Some(f) => Kind::Func(Box::new(f)),
                None => Kind::Other(Vec::new()),
            },
            E::AssignmentExpression(a) => return self.assignment(a),
            E::AwaitExpression(a) => Kind::Await(self.boxed(&a.argument)),
            E::BinaryExpression(b) => Kind::Binary(b.operator.as_str(), self.boxed(&b.left), self.boxed(&b.right)),
            E::LogicalExpression(b) => Kind::Logical(b.operator.as_str(), self.boxed(&b.left), self.boxed(&b.right)),
            E::CallExpression(c) => {
                let callee = self.boxed(&c.callee);
                Kind::Call(callee, self.arguments(&c.arguments), false)
            }
            E::NewExpression(c) => {
                let callee = self.boxed(&c.callee);
                Kind::Call(callee, self.arguments(&c.arguments), true)
            }
            E::ChainExpression(c) => return self.chain(&c.expression, span),
            E::ClassExpression(c) => {
                let Stmt::Class(_, members) = self.class(c) else { return self.expr(span, Kind::Null) };
                Kind::Object(members.into_iter().map(|(k, v)| (Some(k), v)).collect())
            }
            E::ConditionalExpression(c) => {
                Kind::Cond(self.boxed(&c.test), self.boxed(&c.consequent), self.boxed(&c.alternate))
            }
            E::ImportExpression(i) => Kind::Import(self.boxed(&i.source)),
            E::ObjectExpression(o) => {
                let mut all = Vec::with_capacity(o.properties.len());
                for p in &o.properties {
                    match p {
                        ast::ObjectPropertyKind::ObjectProperty(p) => {
                            all.push((Some(self.key(&p.key)), self.expression(&p.value)));
                        }
                        ast::ObjectPropertyKind::SpreadProperty(s) => all.push((None, self.expression(&s.argument))),
                    }
                }
                Kind::Object(all)
            }
            E::ParenthesizedExpression(p) => return self.expression(&p.expression),
            E::TSAsExpression(t) => return self.expression(&t.expression),
            E::TSSatisfiesExpression(t) => return self.expression(&t.expression),
            E::TSTypeAssertion(t) => return self.expression(&t.expression),
            E::TSNonNullExpression(t) => return self.expression(&t.expression),
            E::TSInstantiationExpression(t) => return self.expression(&t.expression),
            E::SequenceExpression(s) => Kind::Other(s.expressions.iter().map(|e| self.expression(e)).collect()),
            E::TaggedTemplateExpression(t) => {
                let tag = self.boxed(&t.tag);
                let (texts, between) = self.template(&t.quasi);
                Kind::Tagged(tag, texts, between)
            }
            E::UnaryExpression(u) => Kind::Unary(u.operator.as_str(), self.boxed(&u.argument)),
            E::UpdateExpression(u) => {
                let target = self.slice(u.argument.span());
                Kind::Unary(u.operator.as_str(), Box::new(self.expr(u.span, Kind::Name(target))))
            }
            E::YieldExpression(y) => Kind::Other(y.argument.iter().map(|a| self.expression(a)).collect()),
            E::JSXElement(x) => return self.jsx(x),
            E::JSXFragment(x) => Kind::Jsx("", Vec::new(), self.children(&x.children)),
            E::StaticMemberExpression(m) => Kind::Member(self.boxed(&m.object), self.slice(m.property.span)),
            E::ComputedMemberExpression(m) => Kind::Index(self.boxed(&m.object), self.boxed(&m.expression)),
            E::PrivateFieldExpression(m) => Kind::Member(self.boxed(&m.object), self.slice(m.field.span)),
            _ => Kind::Other(Vec::new()),
        };
        self.expr(span, kind)
    }
    fn chain(&mut self, c: &ast::ChainElement<'_>, span: Span) -> Expr<'s> {
        let kind = match c {
            ast::ChainElement::CallExpression(c) => {
                let callee = self.boxed(&c.callee);
                Kind::Call(callee, self.arguments(&c.arguments), false)
            }
            ast::ChainElement::TSNonNullExpression(t) => return self.expression(&t.expression),
            ast::ChainElement::StaticMemberExpression(m) => {
                Kind::Member(self.boxed(&m.object), self.slice(m.property.span))
            }
            ast::ChainElement::ComputedMemberExpression(m) => {
                Kind::Index(self.boxed(&m.object), self.boxed(&m.expression))
            }
            ast::ChainElement::PrivateFieldExpression(m) => {
                Kind::Member(self.boxed(&m.object), self.slice(m.field.span))
            }
        };
        self.expr(span, kind)
    }
    fn assignment(&mut self, a: &ast::AssignmentExpression<'_>) -> Expr<'s> {
        use ast::AssignmentTarget as T;
        let right = self.boxed(&a.right);
        let left = match &a.left {
            T::AssignmentTargetIdentifier(i) => self.expr(i.span, Kind::Name(self.slice(i.span))),
            T::StaticMemberExpression(m) => {
                let of = self.boxed(&m.object);
                self.expr(m.span, Kind::Member(of, self.slice(m.property.span)))
            }
            T::ComputedMemberExpression(m) => {
                let (of, by) = (self.boxed(&m.object), self.boxed(&m.expression));
                self.expr(m.span, Kind::Index(of, by))
            }
            T::ObjectAssignmentTarget(o) => {
                let pattern = self.target(o);
                return self.expr(a.span, Kind::Destructure(Box::new(pattern), right));
            }
            other => self.expr(other.span(), Kind::Other(Vec::new())),
        };
        self.expr(a.span, Kind::Assign(a.operator.as_str(), Box::new(left), right))
    }
    /// `({ a, b: c } = …)`
    fn target(&mut self, o: &ast::ObjectAssignmentTarget<'_>) -> Pattern<'s> {
        let all = o.properties.iter();
        let all = all.map(|p| match p {
            ast::AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(i) => {
                let name = self.slice(i.binding.span);
                (name, Pattern::Name(name, i.span.start), i.span.start)
            }
            ast::AssignmentTargetProperty::AssignmentTargetPropertyProperty(p) => {
                (self.key(&p.name), Pattern::Other, p.span.start)
            }
        });
        Pattern::Object(all.collect(), None)
    }

    fn jsx(&mut self, x: &ast::JSXElement<'_>) -> Expr<'s> {
        let tag = self.slice(x.opening_element.name.span());
        let mut attributes = Vec::with_capacity(x.opening_element.attributes.len());
        for a in &x.opening_element.attributes {
            match a {
                ast::JSXAttributeItem::SpreadAttribute(s) => attributes.push(("", self.expression(&s.argument))),
                ast::JSXAttributeItem::Attribute(a) => {
                    let name = self.slice(a.name.span());
                    let value = match &a.value {
                        None => self.expr(a.span, Kind::Bool(true)),
                        Some(ast::JSXAttributeValue::StringLiteral(s)) => {
                            self.expr(s.span, Kind::Text(self.inner(s.span)))
                        }
                        Some(ast::JSXAttributeValue::ExpressionContainer(c)) => self.contained(c),
                        Some(ast::JSXAttributeValue::Element(e)) => self.jsx(e),
                        Some(ast::JSXAttributeValue::Fragment(f)) => {
                            let children = self.children(&f.children);
                            self.expr(f.span, Kind::Jsx("", Vec::new(), children))
                        }
                    };
                    attributes.push((name, value));
                }
            }
        }
        let children = self.children(&x.children);
        self.expr(x.span, Kind::Jsx(tag, attributes, children))
    }
    fn contained(&mut self, c: &ast::JSXExpressionContainer<'_>) -> Expr<'s> {
        match c.expression.as_expression() {
            Some(e) => self.expression(e),
            None => self.expr(c.span, Kind::Other(Vec::new())),
        }
    }
    fn children(&mut self, all: &[ast::JSXChild<'_>]) -> Vec<Expr<'s>> {
        let mut out = Vec::new();
        for c in all {
            match c {
                ast::JSXChild::Text(t) => {
                    let text = self.slice(t.span).trim();
                    if !text.is_empty() {
                        out.push(self.expr(t.span, Kind::Text(text)));
                    }
                }
                ast::JSXChild::Element(e) => out.push(self.jsx(e)),
                ast::JSXChild::Fragment(f) => {
                    let children = self.children(&f.children);
                    out.push(self.expr(f.span, Kind::Jsx("", Vec::new(), children)));
                }
                ast::JSXChild::ExpressionContainer(c) => out.push(self.contained(c)),
                ast::JSXChild::Spread(s) => out.push(self.expression(&s.expression)),
            }
        }
        out
    }
}
