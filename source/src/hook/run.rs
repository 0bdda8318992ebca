//! Runs through a handler without running it: each statement in turn, under one assumption about the
//! request (a bad signature, no header, no secret, an unknown event), so that what it would do and
//! answer then is read off. A test that the assumption does not decide takes both ways.

#![allow(clippy::match_same_arms, reason = "an arm says one thing; two that agree today are still two things")]
#![allow(clippy::similar_names, reason = "what a test binds is named after what it tests")]
#![allow(clippy::many_single_char_names, reason = "two sides and their values are `a`, `b`, `va`, `vb` throughout")]

use super::{
    calls::{self, Way},
    value::{
        CONFIG, CONTEXT, DIGEST, EVENT, FOUND, HEADERS, HMAC, ID, METHOD, MODE, OBJECT, PARSED, RAW, REQUEST, RESPONSE,
        REWRITTEN, SECRET, SEEN, SIGNATURE, STATUS, Secret, TYPE, VERDICT, VERIFIER, Value,
    },
};
use crate::{
    ir::{self, Expr, Func, Kind, Pattern, Stmt},
    world::World,
};
use launchcheck_checks::{
    code::facts::{Answer, EffectKind, RawBody, SecretMade, VerifyKind},
    vocab::Place,
};
use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

/// What a run assumes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Assume {
    /// A good request with any event.
    Any,
    /// A good request with an event of a type that nothing knows.
    Unhandled,
    /// A signature that is wrong.
    Bad,
    /// No signature header.
    NoHeader,
    /// No secret in the environment.
    NoSecret,
    /// A wrong signature, outside production.
    Elsewhere,
    /// A good request, and the first thing that is done with it fails.
    Fails,
}
impl Assume {
    /// Whether a verification fails under it.
    const fn refuses(self) -> bool {
        matches!(self, Self::Bad | Self::NoHeader | Self::NoSecret | Self::Elsewhere)
    }
}

const FALL: u8 = 1;
const RETURN: u8 = 2;
const THROW: u8 = 4;

/// How deep calls are followed, and how many statements a run may take.
const DEPTH: usize = 12;
const STEPS: u32 = 20_000;
/// What goes through calls that nobody knows.
const PASSES: u32 =
    SIGNATURE | RAW | REWRITTEN | DIGEST | SECRET | OBJECT | HMAC | VERDICT | STATUS | TYPE | SEEN | FOUND;

/// A call that verifies.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub at: Place,
    pub call: String,
    pub kind: VerifyKind,
    pub body: RawBody,
    pub secret: Option<Rc<Secret>>,
    pub provider: Option<&'static str>,
}
/// A thing that is done.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub kind: EffectKind,
    pub call: String,
    pub provider: Option<&'static str>,
    pub at: Place,
    pub awaited: bool,
    pub guarded: bool,
    /// Whether a verification passed before it.
    pub verified: bool,
}
/// What a run saw.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a run, and any of them may hold together")]
pub(super) struct Out {
    pub acts: Vec<Act>,
    pub verifies: Vec<Seen>,
    /// Answers, each with whether it is certain to be reached.
    pub answers: Vec<(Answer, Place, bool)>,
    pub events: BTreeSet<String>,
    pub statuses: BTreeSet<String>,
    /// Calls that got the request or the event and that nobody can look into.
    pub handed: Vec<(String, Place, bool)>,
    pub plain_compare: Option<Place>,
    pub headers: BTreeSet<String>,
    pub packages: BTreeSet<String>,
    pub by_event_id: bool,
    pub by_key: bool,
    pub trace: Vec<(Place, String)>,
    pub falls: bool,
    pub throws: bool,
    /// Where an answer calls a failure of the work a success.
    pub swallowed: Option<Place>,
}

struct Frame<'a> {
    parent: Option<usize>,
    file: usize,
    vars: HashMap<&'a str, Value<'a>>,
}

/// One run.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing of the moment, and any of them may hold together"
)]
pub(super) struct Run<'a, 't> {
    world: World<'a, 't>,
    assume: Assume,
    frames: Vec<Frame<'a>>,
    tops: HashMap<usize, usize>,
    out: Out,
    quiet: u32,
    uncertain: u32,
    chain: u32,
    loose: u32,
    steps: u32,
    calls: Vec<*const Func<'a>>,
    returns: Vec<Vec<(Value<'a>, bool)>>,
    throwing: bool,
    verified: bool,
    guarded: bool,
    responded: Option<Answer>,
    failed: bool,
    /// A `catch` took the failure and went on.
    took_failure: bool,
    /// What the next function that runs is a method of.
    this: Option<Value<'a>>,
    /// Whether the body reaches a pages-router handler parsed.
    parsed_body: bool,
}

impl<'a, 't: 'a> Run<'a, 't> {
    pub(super) fn new(world: World<'a, 't>, assume: Assume, parsed_body: bool) -> Self {
        Self {
            world,
            assume,
            frames: Vec::new(),
            tops: HashMap::new(),
            out: Out::default(),
            quiet: 0,
            uncertain: 0,
            chain: 0,
            loose: 0,
            steps: 0,
            calls: Vec::new(),
            returns: Vec::new(),
            throwing: false,
            verified: false,
            guarded: false,
            responded: None,
            failed: false,
            took_failure: false,
            this: None,
            parsed_body,
        }
    }

    /// Runs a handler, given as the value that a route exports.
    pub(super) fn handler(mut self, file: usize, name: &'a str, pages: bool) -> Out {
        let value = self.name_of_file(file, name);
        let args = if pages {
            vec![Value::of(REQUEST), Value { truth: Some(true), ..Value::of(RESPONSE) }]
        } else {
            vec![Value::of(REQUEST | CONTEXT), Value::default()]
        };
        self.enter(&value, args, pages);
        self.out
    }
    /// Runs a function that stands in an expression: a handler of Hono or Express.
    pub(super) fn inline(mut self, file: usize, e: &'a Expr<'a>, express: bool) -> Out {
        let top = self.top(file);
        let value = self.eval(e, top);
        let args = if express {
            vec![Value::of(REQUEST), Value { truth: Some(true), ..Value::of(RESPONSE) }]
        } else {
            vec![Value::of(CONTEXT | REQUEST)]
        };
        self.enter(&value, args, express);
        self.out
    }
    fn enter(&mut self, value: &Value<'a>, args: Vec<Value<'a>>, pages: bool) {
        let Some((func, frame, file)) = value.func else {
            let name =
                value.external.as_ref().map_or_else(|| "another module".into(), |e| format!("{} of {}", e.1, e.0));
            let at = self.place(0, 0);
            self.out.handed.push((name, at, true));
            return;
        };
        self.returns.push(Vec::new());
        let flow = self.body(func, frame, file, args);
        self.returns.pop();
        self.out.throws = flow & THROW != 0 && flow & (FALL | RETURN) == 0;
        let open = flow & FALL != 0;
        self.out.falls = open;
        if open && let Some(answer) = self.responded {
            let at = self.at(file, func.at);
            self.follow(answer, &at);
            self.out.answers.push((answer, at, true));
        } else if open {
            let at = self.at(file, func.at);
            let certain = flow == FALL;
            self.out.answers.push((Answer::None, at, certain));
        }
        let _ = pages;
    }

    fn place(&self, file: usize, at: u32) -> Place {
        self.at(file, at)
    }
    fn at(&self, file: usize, at: u32) -> Place {
        let text = self.world.text(file).unwrap_or_default();
        self.world.tree.files[file].place(ir::place(text, at))
    }
    fn here(&self, f: usize, at: u32) -> Place {
        self.at(self.frames[f].file, at)
    }
    fn note(&mut self, f: usize, at: u32, text: impl FnOnce() -> String) {
        if self.quiet == 0 && self.assume == Assume::Any {
            let place = self.here(f, at);
            self.out.trace.push((place, text()));
        }
    }

    fn frame(&mut self, parent: Option<usize>, file: usize) -> usize {
        self.frames.push(Frame { parent, file, vars: HashMap::new() });
        self.frames.len() - 1
    }
    fn top(&mut self, file: usize) -> usize {
        if let Some(t) = self.tops.get(&file) {
            return *t;
        }
        let t = self.frame(None, file);
        self.tops.insert(file, t);
        t
    }

    // ---- names ----

    fn lookup(&mut self, name: &'a str, f: usize) -> Value<'a> {
        let mut at = Some(f);
        while let Some(i) = at {
            if let Some(v) = self.frames[i].vars.get(name) {
                return v.clone();
            }
            at = self.frames[i].parent;
        }
        let file = self.frames[f].file;
        self.name_of_file(file, name)
    }
    /// A name at the top of a file.
    fn name_of_file(&mut self, file: usize, name: &'a str) -> Value<'a> {
        let top = self.top(file);
        if let Some(v) = self.frames[top].vars.get(name) {
            return v.clone();
        }
        self.frames[top].vars.insert(name, Value::default());
        let value = self.find(file, top, name);
        self.frames[top].vars.insert(name, value.clone());
        value
    }
    fn find(&mut self, file: usize, top: usize, name: &'a str) -> Value<'a> {
        let Some(module) = self.world.module(file) else { return Value::default() };
        for s in &module.body {
            match s {
                Stmt::Func(func) if func.name == name => {
                    return Value { func: Some((func, top, file)), truth: Some(true), ..Value::default() };
                }
                Stmt::Class(n, members) if *n == name => return self.class(members, top),
                Stmt::Let(p, Some(init)) => {
                    let mut binds = false;
                    p.names(&mut |n| binds |= n == name);
                    if binds {
                        self.quiet += 1;
                        let before = std::mem::replace(&mut self.throwing, false);
                        let value = self.eval(init, top);
                        self.bind(p, value, top);
                        self.throwing = before;
                        self.quiet -= 1;
                        return self.frames[top].vars.get(name).cloned().unwrap_or_default();
                    }
                }
                _ => {}
            }
        }
        let Some(i) = module.imports.iter().find(|i| i.local == name) else { return Value::default() };
        self.imported(file, i.from, i.name)
    }
    fn class(&mut self, members: &'a [(&'a str, Expr<'a>)], top: usize) -> Value<'a> {
        self.quiet += 1;
        // Methods find each other by `this`, which stands in the frame that they are made in.
        let inside = self.frame(Some(top), self.frames[top].file);
        let mut fields: Vec<_> = members.iter().map(|(n, e)| (*n, self.eval(e, inside))).collect();
        self.quiet -= 1;
        // What a parent has and the class does not say anew.
        let parent = fields.iter().position(|(n, _)| *n == ir::PARENT).map(|i| fields.remove(i).1);
        let inherited = parent.and_then(|p| p.fields);
        for (name, value) in inherited.iter().flat_map(|x| x.iter()) {
            if !fields.iter().any(|(n, _)| n == name) {
                fields.push((*name, value.clone()));
            }
        }
        let value = Value { fields: Some(Rc::new(fields)), truth: Some(true), ..Value::default() };
        self.frames[inside].vars.insert("this", value.clone());
        value
    }
    fn imported(&mut self, file: usize, module: &'a str, name: &'a str) -> Value<'a> {
        // SvelteKit: the private variables by name, or all of them as an object.
        if matches!(module, "$env/static/private" | "$env/dynamic/private") {
            return if name == "env" { Value::of(CONFIG) } else { self.secret(name, SecretMade::Plain) };
        }
        let path = &self.world.tree.files[file].path;
        let Some(next) = self.world.tree.resolver.find(path, module) else {
            return Value { external: Some(Rc::new((module.to_owned(), name.to_owned()))), ..Value::default() };
        };
        if name == "*" {
            return Value { namespace: Some(next), ..Value::default() };
        }
        let tree = self.world.tree;
        let (defined, there) = tree.export(next, name, 3);
        if tree.files[defined].objects.contains(&there) {
            // An object of validated variables: its members are secrets of these names.
            return Value { namespace: Some(defined), tags: MODE, ..Value::default() };
        }
        match self.world.export(next, name, 3) {
            Some((found, local)) => self.name_of_file(found, local),
            None => Value { external: Some(Rc::new((module.to_owned(), name.to_owned()))), ..Value::default() },
        }
    }

    fn bind(&mut self, p: &'a Pattern<'a>, value: Value<'a>, f: usize) {
        match p {
            Pattern::Name(n, _) => {
                self.frames[f].vars.insert(n, value);
            }
            Pattern::Default(p, e) => {
                let value = if value.tags == 0 && value.func.is_none() && value.external.is_none() {
                    self.eval(e, f)
                } else {
                    value
                };
                self.bind(p, value, f);
            }
            Pattern::Object(all, rest) => {
                for (key, p, at) in all {
                    let member = self.member(&value, key, f, *at);
                    self.bind(p, member, f);
                }
                if let Some(rest) = rest {
                    self.frames[f].vars.insert(rest, value);
                }
            }
            Pattern::Array(all) => {
                for (i, p) in all.iter().enumerate() {
                    let Some(p) = p else { continue };
                    let item = value.fields.as_ref().and_then(|x| x.get(i)).map(|(_, v)| v.clone());
                    let item = item.unwrap_or_else(|| Value::of(value.tags & (PASSES | ID)));
                    self.bind(p, item, f);
                }
            }
            Pattern::Other => {}
        }
    }

    // ---- statements ----

    fn exec(&mut self, body: &'a [Stmt<'a>], f: usize) -> u8 {
        // Functions are known before they are declared.
        for s in body {
            if let Stmt::Func(func) = s {
                let file = self.frames[f].file;
                let value = Value { func: Some((func, f, file)), truth: Some(true), ..Value::default() };
                self.frames[f].vars.insert(func.name, value);
            }
        }
        let mut flow = FALL;
        for s in body {
            let one = self.statement(s, f);
            flow = (flow & !FALL) | one;
            if one & FALL == 0 {
                return flow;
            }
        }
        flow
    }
    fn thrown(&mut self) -> bool {
        std::mem::replace(&mut self.throwing, false)
    }
    fn statement(&mut self, s: &'a Stmt<'a>, f: usize) -> u8 {
        self.steps += 1;
        if self.steps > STEPS {
            return RETURN;
        }
        match s {
            Stmt::Expr(e) => {
                // Nobody waits for a call that stands alone.
                let alone = u32::from(matches!(e.kind, Kind::Call(..)));
                self.loose += alone;
                self.eval(e, f);
                self.loose -= alone;
                if self.thrown() { THROW } else { FALL }
            }
            Stmt::Let(p, init) => {
                let nothing = || Value { truth: Some(false), ..Value::default() };
                let value = init.as_ref().map_or_else(nothing, |e| self.eval(e, f));
                self.bind(p, value, f);
                if self.thrown() { THROW } else { FALL }
            }
            Stmt::Func(_) | Stmt::Class(..) | Stmt::Jump => FALL,
            Stmt::If(test, then, other) => {
                let truth = self.eval(test, f).truth;
                if self.thrown() {
                    return THROW;
                }
                self.branch(truth, test, then, other, f)
            }
            Stmt::Return(e, at) => {
                let value = e.as_ref().map(|e| self.eval(e, f));
                if self.thrown() {
                    return THROW;
                }
                self.returned(value, e.is_none(), f, *at);
                RETURN
            }
            Stmt::Throw(e, at) => {
                let value = self.eval(e, f);
                self.throwing = false;
                // Frameworks turn a thrown response into an answer.
                if let Some(answer) = value.answer {
                    let place = self.here(f, *at);
                    self.out.answers.push((answer, place, self.uncertain == 0));
                    return RETURN;
                }
                THROW
            }
            Stmt::Try(body, catch, last) => self.tried(body, catch.as_ref(), last, f),
            Stmt::Switch(on, cases) => self.switch(on, cases, f),
            Stmt::Loop(heads, p, body) => {
                let mut over = Value::default();
                for h in heads {
                    over = self.eval(h, f);
                }
                if let Some(p) = p {
                    let item = Value::of(over.tags & (PASSES | EVENT));
                    self.bind(p, item, f);
                }
                self.uncertain += 1;
                let flow = self.exec(body, f);
                self.uncertain -= 1;
                flow | FALL
            }
            Stmt::Block(body) => self.exec(body, f),
        }
    }
    fn branch(
        &mut self,
        truth: Option<bool>,
        test: &'a Expr<'a>,
        then: &'a [Stmt<'a>],
        other: &'a [Stmt<'a>],
        f: usize,
    ) -> u8 {
        match truth {
            Some(true) => self.exec(then, f),
            Some(false) => self.exec(other, f),
            None => {
                let (verified, guarded, responded) = (self.verified, self.guarded, self.responded);
                self.uncertain += 1;
                let a = self.exec(then, f);
                let (then_verified, then_responded) = (self.verified, self.responded);
                self.verified = verified;
                self.guarded = guarded;
                if a & FALL == 0 {
                    self.responded = responded;
                }
                let b = self.exec(other, f);
                self.uncertain -= 1;
                if a & FALL != 0 && b & FALL != 0 {
                    self.verified &= then_verified;
                    self.responded = self.responded.or(then_responded);
                } else if a & FALL != 0 {
                    self.verified = then_verified;
                    self.responded = then_responded;
                }
                // `if (existing) return`: from here on nothing is done twice.
                if a & FALL == 0 && self.is_seen(test, f) {
                    self.guarded = true;
                }
                a | b
            }
        }
    }
    /// Whether a test asks what a lookup found.
    fn is_seen(&mut self, test: &'a Expr<'a>, f: usize) -> bool {
        self.quiet += 1;
        let mut tags = 0;
        let mut parts = vec![test];
        while let Some(e) = parts.pop() {
            tags |= self.eval(e, f).tags;
            parts.extend(e.parts());
        }
        self.quiet -= 1;
        self.throwing = false;
        if tags & SEEN != 0 {
            self.out.by_event_id = true;
        } else if tags & FOUND != 0 {
            self.out.by_key = true;
        }
        tags & (SEEN | FOUND) != 0
    }
    fn returned(&mut self, value: Option<Value<'a>>, bare: bool, f: usize, at: u32) {
        let certain = self.uncertain == 0;
        if self.returns.len() > 1 {
            let value = value.unwrap_or(Value { truth: Some(false), ..Value::default() });
            if let Some(returns) = self.returns.last_mut() {
                returns.push((value, certain));
            }
            return;
        }
        if self.quiet > 0 {
            return;
        }
        let given = value.as_ref().and_then(|v| v.answer);
        let nothing = bare || value.as_ref().is_some_and(|v| v.truth == Some(false) && v.tags == 0 && v.text.is_none());
        let answer = given.or(self.responded).unwrap_or(if nothing { Answer::None } else { Answer::Unknown });
        let place = self.here(f, at);
        self.follow(answer, &place);
        self.out.answers.push((answer, place, certain));
    }
    /// The first answer behind a failure that was taken.
    fn follow(&mut self, answer: Answer, place: &Place) {
        if std::mem::take(&mut self.took_failure) && answer.is_success() && self.out.swallowed.is_none() {
            self.out.swallowed = Some(place.clone());
        }
    }
    fn tried(
        &mut self,
        body: &'a [Stmt<'a>],
        catch: Option<&'a (Option<Pattern<'a>>, Vec<Stmt<'a>>)>,
        last: &'a [Stmt<'a>],
        f: usize,
    ) -> u8 {
        let verified = self.verified;
        let mut flow = self.exec(body, f);
        if flow & THROW != 0
            && let Some((p, handler)) = catch
        {
            let definite = flow == THROW;
            let after = self.verified;
            if self.assume.refuses() || self.assume == Assume::Any {
                self.verified = verified;
            }
            if let Some(p) = p {
                self.bind(p, Value { truth: Some(true), ..Value::default() }, f);
            }
            let failure = self.assume == Assume::Fails && self.failed;
            let (answers, uncertain) = (self.out.answers.len(), self.uncertain);
            let responded = self.responded;
            self.uncertain = if failure { 0 } else { uncertain + u32::from(!definite) };
            let caught = self.exec(handler, f);
            self.uncertain = uncertain;
            if failure {
                let said =
                    self.out.answers[answers..].first().filter(|(a, _, _)| a.is_success()).map(|(_, p, _)| p.clone());
                self.out.swallowed = self.out.swallowed.take().or(said);
                // A refusal that was written already, or one that is returned, is no success.
                let refused = self.responded != responded && !self.responded.is_some_and(Answer::is_success);
                self.took_failure |= caught & FALL != 0 && !refused && self.returns.len() == 1;
            }
            if !definite {
                self.verified = after;
            }
            flow = (flow & !THROW) | caught;
        } else if self.assume == Assume::Any
            && let Some((p, handler)) = catch
        {
            // What a `catch` does is worth knowing and does not end the way.
            if let Some(p) = p {
                self.bind(p, Value::default(), f);
            }
            self.quiet += 1;
            self.exec(handler, f);
            self.quiet -= 1;
            self.throwing = false;
        }
        let end = self.exec(last, f);
        if end & FALL == 0 { end } else { flow }
    }
    fn switch(&mut self, on: &'a Expr<'a>, cases: &'a [(Option<Expr<'a>>, Vec<Stmt<'a>>)], f: usize) -> u8 {
        let value = self.eval(on, f);
        if self.thrown() {
            return THROW;
        }
        let by_type = value.is(TYPE);
        for (test, _) in cases {
            let Some(test) = test else { continue };
            let text = self.eval(test, f).text.map(str::to_owned).or_else(|| test.path());
            if let Some(text) = text {
                self.compared(&value, &text, f, test.at);
            }
        }
        if by_type && self.assume == Assume::Unhandled {
            return match cases.iter().position(|(t, _)| t.is_none()) {
                Some(i) => self.through(&cases[i..], f),
                None => FALL,
            };
        }
        let mut flow = if cases.iter().any(|(t, _)| t.is_none()) { 0 } else { FALL };
        let (verified, guarded) = (self.verified, self.guarded);
        self.uncertain += 1;
        for i in 0..cases.len() {
            self.verified = verified;
            self.guarded = guarded;
            flow |= self.through(&cases[i..], f);
        }
        self.uncertain -= 1;
        self.verified = verified;
        self.guarded = guarded;
        flow
    }
    /// A case, and those that it falls into.
    fn through(&mut self, cases: &'a [(Option<Expr<'a>>, Vec<Stmt<'a>>)], f: usize) -> u8 {
        let mut flow = 0;
        for (_, body) in cases {
            let one = self.exec(body, f);
            flow |= one & !FALL;
            if one & FALL == 0 {
                return flow;
            }
            if jumps(body) {
                return flow | FALL;
            }
            // An empty case shares the body of the next; that one is run by itself.
            if body.is_empty() && cases.len() > 1 && self.assume != Assume::Unhandled {
                return 0;
            }
        }
        flow | FALL
    }

    // ---- functions ----

    fn body(&mut self, func: &'a Func<'a>, frame: usize, file: usize, args: Vec<Value<'a>>) -> u8 {
        let f = self.frame(Some(frame), file);
        if let Some(this) = self.this.take() {
            self.frames[f].vars.insert("this", this);
        }
        let mut args = args.into_iter();
        for p in &func.params {
            let value = args.next().unwrap_or_default();
            self.bind(p, value, f);
        }
        self.calls.push(func);
        let flow = self.exec(&func.body, f);
        self.calls.pop();
        flow
    }
    /// Calls a function of the repository.
    fn call_func(&mut self, (func, frame, file): (&'a Func<'a>, usize, usize), args: Vec<Value<'a>>) -> Value<'a> {
        if self.calls.len() >= DEPTH || self.calls.iter().any(|c| std::ptr::eq(*c, func)) {
            self.this = None;
            return Value::default();
        }
        self.returns.push(Vec::new());
        if self.returns.len() == 1 {
            // Called while the top of a file is looked at: no handler runs yet.
            self.returns.push(Vec::new());
        }
        let failed = self.failed;
        let flow = self.body(func, frame, file, args);
        let returns = self.returns.pop().unwrap_or_default();
        if self.returns.len() == 1 && self.calls.is_empty() {
            self.returns.pop();
        }
        // The failure that a run assumes happened in here and nobody took it.
        let fails = self.assume == Assume::Fails && self.failed && !failed;
        if flow & THROW != 0 && (fails || flow & (FALL | RETURN) == 0) {
            self.throwing = true;
        }
        let certain = returns.iter().rev().find(|(_, c)| *c).and_then(|(v, _)| v.answer);
        let last = returns.iter().rev().find_map(|(v, _)| v.answer);
        let falls = flow & FALL != 0;
        let mut all = returns.into_iter().map(|(v, _)| v);
        let mut value = all.next().unwrap_or(Value { truth: Some(false), ..Value::default() });
        for v in all {
            value = value.join(v);
        }
        if falls && flow & RETURN != 0 {
            value.truth = None;
        }
        value.answer = certain.or(last);
        value
    }

    // ---- expressions ----

    fn eval(&mut self, e: &'a Expr<'a>, f: usize) -> Value<'a> {
        self.steps += 1;
        if self.steps > STEPS || self.throwing {
            return Value::default();
        }
        match &e.kind {
            Kind::Name("undefined") | Kind::Null => Value { truth: Some(false), ..Value::default() },
            Kind::Name(n) => self.lookup(n, f),
            Kind::Text(t) => Value { text: Some(t), truth: Some(!t.is_empty()), ..Value::default() },
            Kind::Template(texts, between) => self.template(texts, between, f),
            Kind::Literal(t) => Value { text: Some(t), truth: Some(*t != "0"), ..Value::default() },
            Kind::Bool(b) => Value { truth: Some(*b), ..Value::default() },
            Kind::Member(of, name) => {
                if let Some(v) = self.variable(of, name) {
                    return v;
                }
                let of_value = self.eval(of, f);
                self.member(&of_value, name, f, e.at)
            }
            Kind::Index(of, by) => {
                let key = self.eval(by, f);
                if let Some(name) = key.text {
                    if let Some(v) = self.variable(of, name) {
                        return v;
                    }
                    let of_value = self.eval(of, f);
                    return self.member(&of_value, name, f, e.at);
                }
                let of_value = self.eval(of, f);
                // A table of handlers by the method: an event comes by POST.
                if key.is(METHOD) {
                    return of_value.field("POST").cloned().unwrap_or_default();
                }
                self.dispatched(&of_value, &key, f, e.at);
                // A table of handlers by the type of the event: each of them may run.
                let mut out = Value::of((of_value.tags | key.tags) & PASSES & !TYPE);
                if key.is(TYPE)
                    && let Some(fields) = &of_value.fields
                {
                    out.fields = Some(Rc::clone(fields));
                    out.tags |= TYPE;
                    out.truth = (self.assume == Assume::Unhandled).then_some(false);
                }
                out
            }
            Kind::Call(callee, args, new) => self.call(e, callee, args, *new, f),
            Kind::Tagged(tag, texts, between) => self.tagged(e, tag, texts, between, f),
            Kind::Func(func) => {
                let file = self.frames[f].file;
                Value { func: Some((func, f, file)), truth: Some(true), ..Value::default() }
            }
            Kind::Object(all) => {
                let mut fields = Vec::with_capacity(all.len());
                let mut tags = 0;
                for (key, value) in all {
                    let v = self.eval(value, f);
                    match key {
                        Some(key) => {
                            tags |= v.tags & (ID | EVENT | OBJECT);
                            fields.push((*key, v));
                        }
                        None => fields.extend(v.fields.iter().flat_map(|x| x.iter().cloned())),
                    }
                }
                let answer = (fields.iter())
                    .find(|(k, _)| *k == "statusCode")
                    .and_then(|(_, v)| v.text?.parse().ok())
                    .map(Answer::Status);
                Value {
                    tags: tags & (ID | OBJECT),
                    fields: Some(Rc::new(fields)),
                    truth: Some(true),
                    answer,
                    ..Value::default()
                }
            }
            Kind::Array(all) => {
                let fields: Vec<_> = all.iter().map(|x| ("", self.eval(x, f))).collect();
                let tags = fields.iter().fold(0, |a, (_, v)| a | v.tags);
                Value { tags: tags & !VERDICT, fields: Some(Rc::new(fields)), truth: Some(true), ..Value::default() }
            }
            Kind::Binary(op, a, b) => self.binary(op, a, b, f, e.at),
            Kind::Logical(op, a, b) => self.logical(op, a, b, f),
            Kind::Unary("!", a) => {
                let v = self.eval(a, f);
                Value { tags: v.tags, truth: v.truth.map(|t| !t), ..Value::default() }
            }
            Kind::Unary("typeof", a) => {
                let v = self.eval(a, f);
                Value { tags: v.tags & (SIGNATURE | SECRET), truth: v.truth, ..Value::default() }
            }
            Kind::Unary("void", a) => {
                self.loose += 1;
                self.eval(a, f);
                self.loose -= 1;
                Value::default()
            }
            Kind::Unary(_, a) => Value { truth: None, ..self.eval(a, f) },
            Kind::Cond(test, a, b) => {
                let truth = self.eval(test, f).truth;
                match truth {
                    Some(true) => self.eval(a, f),
                    Some(false) => self.eval(b, f),
                    None => {
                        let verified = self.verified;
                        self.uncertain += 1;
                        let one = self.eval(a, f);
                        let after = std::mem::replace(&mut self.verified, verified);
                        let two = self.eval(b, f);
                        self.uncertain -= 1;
                        self.verified &= after;
                        one.join(two)
                    }
                }
            }
            Kind::Assign(op, left, right) => {
                let value = self.eval(right, f);
                // What throws gives nothing: the name keeps what it had.
                if self.throwing {
                    return Value::default();
                }
                if let Kind::Name(n) = left.kind {
                    self.assign(n, value.clone(), f, *op != "=");
                } else {
                    self.eval(left, f);
                }
                value
            }
            Kind::Destructure(p, init) => {
                let value = self.eval(init, f);
                self.bind(p, value.clone(), f);
                value
            }
            Kind::Await(inner) | Kind::Spread(inner) | Kind::Import(inner) => self.eval(inner, f),
            Kind::Other(all) => {
                let mut last = Value::default();
                for x in all {
                    last = self.eval(x, f);
                }
                last
            }
            Kind::Jsx(..) => Value::default(),
        }
    }
    fn assign(&mut self, name: &'a str, value: Value<'a>, f: usize, join: bool) {
        let mut at = Some(f);
        let mut owner = f;
        while let Some(i) = at {
            if self.frames[i].vars.contains_key(name) {
                owner = i;
                break;
            }
            at = self.frames[i].parent;
        }
        let old = self.frames[owner].vars.get(name).cloned();
        // On a way that may not be taken, the old value may stand as well.
        let value = match old {
            Some(old) if (join || self.uncertain > 0) && (old.tags != 0 || old.func.is_some()) => value.join(old),
            _ => value,
        };
        self.frames[owner].vars.insert(name, value);
    }
    fn template(&mut self, texts: &'a [&'a str], between: &'a [Expr<'a>], f: usize) -> Value<'a> {
        if between.is_empty() {
            let text = texts.first().copied();
            return Value { text, truth: text.map(|t| !t.is_empty()), ..Value::default() };
        }
        let mut out = Value { truth: Some(true), ..Value::default() };
        for e in between {
            let v = self.eval(e, f);
            out.tags |= v.tags & (PASSES | ID);
            if let Some(s) = &v.secret {
                out.secret = Some(Rc::new(Secret { names: s.names.clone(), made: SecretMade::Template }));
            }
            if v.is(RAW) {
                out.tags |= RAW;
            }
        }
        out
    }

    /// `process.env.NAME`.
    fn variable(&mut self, of: &Expr<'a>, name: &str) -> Option<Value<'a>> {
        let Kind::Member(root, "env") = &of.kind else { return None };
        if !matches!(root.kind, Kind::Name("process" | "import.meta" | "Bun")) {
            return None;
        }
        Some(self.secret(name, SecretMade::Plain))
    }
    fn secret(&self, name: &str, made: SecretMade) -> Value<'a> {
        if matches!(name, "NODE_ENV" | "VERCEL_ENV" | "APP_ENV") {
            return Value { truth: Some(true), ..Value::of(MODE) };
        }
        let gone = self.assume == Assume::NoSecret;
        let secret = Some(Rc::new(Secret { names: vec![name.to_owned()], made }));
        Value { truth: Some(!gone), secret, ..Value::of(SECRET) }
    }

    fn member(&mut self, of: &Value<'a>, name: &'a str, f: usize, at: u32) -> Value<'a> {
        if let Some(v) = of.field(name) {
            return v.clone();
        }
        if let Some(file) = of.namespace {
            if of.is(MODE) {
                let made = self.schema(file, name);
                return self.secret(name, made);
            }
            return match self.world.export(file, name, 3) {
                Some((found, local)) => self.name_of_file(found, local),
                None => Value::default(),
            };
        }
        if of.is(CONFIG) {
            let is_secret = || ["SECRET", "KEY", "TOKEN", "PASS", "SIGN"].iter().any(|w| name.contains(w));
            return match &of.external {
                None if is_secret() => self.secret(name, SecretMade::Plain),
                // What a framework's configuration calls it is not always the name of the variable.
                Some(_) if name != "public" => {
                    let truth = Some(self.assume != Assume::NoSecret);
                    Value { truth, external: of.external.clone(), ..Value::of(SECRET | CONFIG) }
                }
                _ => Value::default(),
            };
        }
        let external = of.external.clone();
        let tags = of.tags;
        let plain = |tags| Value { external: external.clone(), truth: None, ..Value::of(tags) };
        if tags & CONTEXT != 0 && name == "req" {
            return plain(REQUEST);
        }
        // The variables of a worker; what else is bound to it is no request either.
        if tags & CONTEXT != 0 && name == "env" {
            return Value { truth: Some(true), ..Value::of(CONFIG) };
        }
        if tags & (REQUEST | CONTEXT) != 0 {
            return match name {
                "headers" => Value { truth: Some(true), ..plain(HEADERS) },
                "rawBody" => plain(RAW),
                "body" if self.parsed_body => plain(PARSED | EVENT),
                "body" => plain(RAW),
                "method" => plain(METHOD),
                "raw" | "request" => plain(REQUEST),
                "query" => plain(HEADERS),
                "nextUrl" | "url" | "searchParams" => plain(HEADERS),
                _ => plain(tags & (REQUEST | CONTEXT)),
            };
        }
        if tags & HEADERS != 0 {
            return match name {
                "searchParams" => plain(HEADERS),
                _ => self.header(name, f, at),
            };
        }
        if tags & VERDICT != 0 && !matches!(name, "error" | "message") {
            return Value { truth: of.truth, ..plain(tags) };
        }
        if tags & (EVENT | PARSED) != 0 {
            return match name {
                "type" | "event_type" | "eventType" | "event_name" | "eventName" | "topic" | "action"
                | "alert_name" | "subscriptionType" => plain(TYPE),
                "id" | "event_id" | "eventId" | "notification_id" | "webhook_id" => plain(ID),
                "meta" | "payload" | "body" | "event" => plain(EVENT | OBJECT),
                "status" => plain(STATUS | OBJECT),
                _ => plain(OBJECT),
            };
        }
        if tags & OBJECT != 0 {
            return if name == "status" { plain(STATUS | OBJECT) } else { plain(OBJECT) };
        }
        if name == "length" {
            return plain(0);
        }
        plain(tags & (PASSES | RESPONSE | VERIFIER | SEEN | FOUND | SECRET))
    }
    /// How a schema makes the variable that it checks.
    fn schema(&self, file: usize, name: &str) -> SecretMade {
        let Some(module) = self.world.module(file) else { return SecretMade::Unknown };
        let mut made = SecretMade::Plain;
        ir::walk(&module.body, true, &mut |e| {
            let Kind::Object(all) = &e.kind else { return };
            for (_, value) in all.iter().filter(|(k, _)| *k == Some(name)) {
                let strict = value.any(&mut |e| {
                    matches!(
                        &e.kind,
                        Kind::Member(
                            _,
                            "min"
                                | "nonempty"
                                | "startsWith"
                                | "length"
                                | "regex"
                                | "url"
                                | "uuid"
                                | "nonEmpty"
                                | "minLength"
                        )
                    )
                });
                if strict {
                    made = SecretMade::Guarded;
                }
            }
            // `emptyStringAsUndefined` makes every required name refuse an empty text.
            if all.iter().any(|(k, v)| *k == Some("emptyStringAsUndefined") && matches!(v.kind, Kind::Bool(true))) {
                made = SecretMade::Guarded;
            }
        });
        made
    }
    fn header(&mut self, name: &str, f: usize, at: u32) -> Value<'a> {
        let lower = name.to_ascii_lowercase();
        if matches!(lower.as_str(), "svix-id" | "webhook-id") {
            let gone = self.assume == Assume::NoHeader;
            return Value { truth: Some(!gone), ..Value::of(ID | SIGNATURE) };
        }
        if !calls::is_signature_header(&lower) && !matches!(lower.as_str(), "key" | "sig" | "hash") {
            return Value::default();
        }
        if self.quiet == 0 {
            self.out.headers.insert(lower.clone());
        }
        self.note(f, at, || format!("reads the header {lower}"));
        let gone = self.assume == Assume::NoHeader;
        Value { truth: Some(!gone), ..Value::of(SIGNATURE) }
    }

    /// Notes a comparison with the type of the event, or with a status.
    fn compared(&mut self, value: &Value<'a>, text: &str, f: usize, at: u32) {
        if value.is(TYPE) && self.quiet == 0 {
            if self.out.events.insert(text.to_owned()) {
                self.note(f, at, || format!("handles {text}"));
            }
        } else if value.is(STATUS) && self.quiet == 0 {
            self.out.statuses.insert(text.to_owned());
        }
    }
    /// `handlers[event.type]`: the keys are what is handled.
    fn dispatched(&mut self, table: &Value<'a>, key: &Value<'a>, f: usize, at: u32) {
        if !key.is(TYPE) {
            return;
        }
        let names: Vec<&str> = table.fields.iter().flat_map(|x| x.iter().map(|(k, _)| *k)).collect();
        for name in names.into_iter().filter(|n| !n.is_empty()) {
            self.compared(key, name, f, at);
        }
    }

    fn binary(&mut self, op: &str, a: &'a Expr<'a>, b: &'a Expr<'a>, f: usize, at: u32) -> Value<'a> {
        let (va, vb) = (self.eval(a, f), self.eval(b, f));
        let equal = matches!(op, "==" | "===");
        if !equal && !matches!(op, "!=" | "!==") {
            return Value { truth: None, ..Value::of((va.tags | vb.tags) & PASSES) };
        }
        let said = |t: Option<bool>| if equal { t } else { t.map(|t| !t) };
        let both = va.tags | vb.tags;
        let nothing = |e: &Expr<'_>| {
            matches!(e.kind, Kind::Null | Kind::Name("undefined")) || e.text().is_some_and(str::is_empty)
        };
        let is_type_word = |e: &Expr<'_>| matches!(e.text(), Some("string" | "undefined"));
        // `x === undefined`, `typeof x !== "string"`
        for (e, v, other) in [(a, &va, b), (b, &vb, a)] {
            let _ = e;
            if v.is(SECRET | SIGNATURE) && nothing(other) {
                return Value { truth: said(v.truth.map(|t| !t)), ..Value::of(v.tags) };
            }
            if v.is(SECRET | SIGNATURE) && is_type_word(other) {
                let is_text = other.text() == Some("string");
                return Value { truth: said(v.truth.map(|t| t == is_text)), ..Value::of(v.tags) };
            }
        }
        // What a function of the app gives back: `event === null`, `isValid(…) === false`.
        for (v, e) in [(&va, b), (&vb, a)] {
            if v.is(VERDICT | MODE | TYPE | STATUS | METHOD) {
                continue;
            }
            if nothing(e) && e.text().is_none() && v.truth.is_some() && v.text.is_none() {
                return Value { truth: said(v.truth.map(|t| !t)), ..Value::of(v.tags & (SEEN | FOUND)) };
            }
            if let Kind::Bool(word) = e.kind
                && v.truth.is_some()
                && v.tags == 0
            {
                return Value { truth: said(v.truth.map(|t| t == word)), ..Value::default() };
            }
        }
        if both & MODE != 0 {
            let word = va.text.or(vb.text);
            let production = self.assume != Assume::Elsewhere;
            let truth = word.map(|w| (w == "production") == production);
            // Outside production means every other mode.
            return Value { truth: said(truth), ..Value::of(MODE) };
        }
        let lengths = [a, b].iter().any(|e| matches!(&e.kind, Kind::Member(_, "length")));
        let computed = both & DIGEST != 0 && !lengths;
        let shared = va.is(SECRET) && vb.is(SIGNATURE) || vb.is(SECRET) && va.is(SIGNATURE);
        if computed || shared && !lengths {
            let kind = if computed { VerifyKind::Hmac } else { VerifyKind::Shared };
            let secret = va.secret.clone().or(vb.secret.clone());
            if computed && self.quiet == 0 && self.out.plain_compare.is_none() {
                self.out.plain_compare = Some(self.here(f, at));
            }
            let body = body_of(both);
            let v = self.verdict(kind, format!("a comparison with {op}"), secret, body, None, f, at);
            return Value { truth: said(v.truth), ..v };
        }
        for (v, other) in [(&va, &vb), (&vb, &va)] {
            if v.is(TYPE | STATUS)
                && let Some(text) = other.text
            {
                self.compared(v, text, f, at);
                let truth = (v.is(TYPE) && self.assume == Assume::Unhandled).then_some(false);
                return Value { truth: said(truth), ..Value::default() };
            }
            if v.is(METHOD)
                && let Some(text) = other.text
            {
                return Value { truth: said(Some(text == "POST")), ..Value::default() };
            }
        }
        if both & VERDICT != 0 {
            let truth = va.truth.zip(vb.truth).map(|(x, y)| x == y);
            return Value { truth: said(truth), ..Value::of(VERDICT) };
        }
        Value::of(both & (SEEN | FOUND))
    }
    fn logical(&mut self, op: &str, a: &'a Expr<'a>, b: &'a Expr<'a>, f: usize) -> Value<'a> {
        let va = self.eval(a, f);
        if self.throwing {
            return va;
        }
        if op == "&&" {
            if va.truth == Some(false) {
                return va;
            }
            self.uncertain += u32::from(va.truth.is_none());
            let verified = self.verified;
            let vb = self.eval(b, f);
            self.uncertain -= u32::from(va.truth.is_none());
            if va.truth.is_none() {
                self.verified = verified;
            }
            let truth = match (va.truth, vb.truth) {
                (Some(true), t) => t,
                (None, Some(false)) => Some(false),
                _ => None,
            };
            return Value { tags: va.tags | vb.tags, truth, ..vb };
        }
        // `secret || ""`
        if va.is(SECRET) {
            let vb = self.eval(b, f);
            let names = va.secret.as_ref().map(|s| s.names.clone()).unwrap_or_default();
            let more = vb.secret.as_ref().map(|s| s.names.clone()).unwrap_or_default();
            let made = match vb.text {
                Some("") => SecretMade::EmptyFallback,
                Some(_) => SecretMade::Literal,
                None => vb.secret.as_ref().map_or(SecretMade::Plain, |s| s.made),
            };
            let truth = if va.truth == Some(true) || made == SecretMade::Literal {
                Some(true)
            } else {
                vb.truth.filter(|_| vb.is(SECRET) || vb.text.is_some())
            };
            let names = names.into_iter().chain(more).collect();
            return Value { truth, secret: Some(Rc::new(Secret { names, made })), ..Value::of(SECRET) };
        }
        if va.truth == Some(true) && op == "||" {
            return va;
        }
        if va.is(SIGNATURE) && va.truth == Some(true) {
            return va;
        }
        let vb = self.eval(b, f);
        let truth = match (va.truth, vb.truth) {
            (Some(false), t) => t,
            (None, Some(true)) => Some(true),
            (x, y) if x == y => x,
            _ => None,
        };
        let joined = va.join(vb);
        Value { truth, ..joined }
    }

    // ---- verification ----

    /// The result of a check, as the assumption has it. Nothing throws.
    fn verdict(
        &mut self,
        kind: VerifyKind,
        call: String,
        secret: Option<Rc<Secret>>,
        body: RawBody,
        provider: Option<&'static str>,
        f: usize,
        at: u32,
    ) -> Value<'a> {
        self.seen(kind, call, secret, body, provider, f, at);
        let bad = self.assume.refuses();
        if !bad {
            self.verified = true;
        }
        Value { truth: Some(!bad), ..Value::of(VERDICT) }
    }
    fn seen(
        &mut self,
        kind: VerifyKind,
        call: String,
        secret: Option<Rc<Secret>>,
        body: RawBody,
        provider: Option<&'static str>,
        f: usize,
        at: u32,
    ) {
        if self.quiet > 0 {
            return;
        }
        let place = self.here(f, at);
        let known = self.out.verifies.iter().any(|v| v.at == place);
        if !known {
            self.note(f, at, || format!("verifies the signature with {call}"));
            self.out.verifies.push(Seen { at: place, call, kind, body, secret, provider });
        }
    }
    fn verification(&mut self, v: calls::Verifier, path: &str, args: &[Value<'a>], f: usize, at: u32) -> Value<'a> {
        let mut secret = v.secret.and_then(|i| args.get(i)).and_then(|a| a.secret.clone());
        secret = secret.or_else(|| args.iter().find_map(|a| a.secret.clone()));
        secret = secret.or_else(|| {
            args.iter().flat_map(|a| a.fields.iter().flat_map(|x| x.iter())).find_map(|(_, x)| x.secret.clone())
        });
        let tags = match v.body {
            Some(i) => args.get(i).map_or(0, |a| a.tags),
            None => args
                .iter()
                .fold(0, |a, b| a | b.tags | b.fields.iter().flat_map(|x| x.iter()).fold(0, |a, (_, v)| a | v.tags)),
        };
        let body = body_of(tags);
        // A variable that is not set reaches the library as nothing at all, and one that a guard let
        // through is set.
        self.seen(v.kind, path.to_owned(), secret, body, v.provider, f, at);
        let bad = self.assume.refuses();
        if bad && v.way == Way::Throws {
            self.throwing = true;
            return Value::default();
        }
        if !bad {
            self.verified = true;
        }
        match v.way {
            Way::Throws => Value { truth: Some(true), ..Value::of(EVENT | PARSED) },
            Way::Says => Value { truth: Some(!bad), ..Value::of(VERDICT) },
            Way::Either => Value { truth: Some(!bad), ..Value::of(VERDICT | EVENT) },
        }
    }

    // ---- calls ----

    fn call(&mut self, e: &'a Expr<'a>, callee: &'a Expr<'a>, args: &'a [Expr<'a>], new: bool, f: usize) -> Value<'a> {
        let path = callee.path().unwrap_or_default();
        // The variables of such a function stand elsewhere than the app's, so they have no name here.
        if path == "Deno.env.get" {
            return Value { truth: Some(self.assume != Assume::NoSecret), ..Value::of(SECRET) };
        }
        let last = path.rsplit('.').next().unwrap_or_default().to_owned();
        let (of, method) = match &callee.kind {
            Kind::Member(of, m) if matches!(*m, "then" | "catch" | "finally") => {
                let v = self.eval(of, f);
                match self.promised(&v, m, args, f) {
                    Some(v) => return v,
                    None => (Some(v), *m),
                }
            }
            Kind::Member(of, m) => {
                self.chain += 1;
                let v = self.eval(of, f);
                self.chain -= 1;
                (Some(v), *m)
            }
            Kind::Name(n) => (None, *n),
            _ => (None, ""),
        };
        if self.throwing {
            return Value::default();
        }
        let target = match (&of, &callee.kind) {
            (Some(v), _) => self.member_of_call(v, method, f, callee.at),
            (None, Kind::Name(n)) => self.lookup(n, f),
            (None, Kind::Func(_)) => self.eval(callee, f),
            (None, _) => self.eval(callee, f),
        };
        if let Some(v) = self.scheduled(&last, &path, args, f) {
            return v;
        }
        let values: Vec<Value<'a>> = args.iter().map(|a| self.eval(a, f)).collect();
        if self.throwing {
            return Value::default();
        }
        let receiver = of.clone().unwrap_or_default();
        let package = target.external.as_ref().or(receiver.external.as_ref()).map(|x| x.0.clone());
        if let (Some(p), 0) = (&package, self.quiet) {
            self.out.packages.insert(p.clone());
        }
        // A function of the app that is called as those of libraries are is looked into.
        let own =
            target.func.is_some() && matches!(&*last, "parse" | "safeParse" | "parseAsync" | "validate" | "error");
        let this = receiver.fields.is_some().then(|| receiver.clone());
        if own && let Some(func) = target.func {
            self.this = this;
            return self.call_func(func, values);
        }
        if let Some(v) = self.of_the_web(&receiver, method, &last, &path, &values, f, e.at) {
            return v;
        }
        if path == "useRuntimeConfig" {
            let of = Some(Rc::new(("nuxt".to_owned(), path)));
            return Value { truth: Some(true), external: of, ..Value::of(CONFIG) };
        }
        if let Some(v) = self.of_crypto(&receiver, method, &last, &path, &values, new, f, e.at) {
            return v;
        }
        if let Some(v) = self.answered(&receiver, method, &path, &values, new, f, e.at) {
            // Some frameworks' answers end the handler by themselves: `error(400)` of SvelteKit.
            let ends = target.external.as_ref().is_some_and(|x| {
                x.0 == "@sveltejs/kit" && matches!(&*x.1, "error" | "redirect")
                    || x.0 == "next/navigation" && x.1.ends_with("edirect")
            });
            if ends && let Some(answer) = v.answer {
                if self.quiet == 0 {
                    let place = self.here(f, e.at);
                    self.out.answers.push((answer, place, self.uncertain == 0));
                }
                self.throwing = true;
            }
            return v;
        }
        // A table of handlers: each may run.
        if target.is(TYPE)
            && let Some(fields) = target.fields.clone()
        {
            self.uncertain += 1;
            for (_, v) in fields.iter() {
                if let Some(func) = v.func {
                    self.call_func(func, values.clone());
                }
            }
            self.uncertain -= 1;
            return Value::default();
        }
        if let Some(func) = target.func {
            self.this = this;
            let out = self.call_func(func, values.clone());
            // A wrapper returns a function that remembers the handler.
            return out;
        }
        if new && target.fields.is_some() {
            return Value { external: target.external.clone(), ..target };
        }
        if let Some(package) = &target.external
            && let Some(provider) = calls::verifying_wrapper(&package.1, &package.0)
        {
            return self.wrapped(&package.1, provider, &values, f, e.at);
        }
        let wraps = values.iter().any(|v| v.func.is_some());
        if let Some(v) = calls::verifier(&path, values.len(), package.as_deref()).filter(|_| !wraps) {
            return self.verification(v, &path, &values, f, e.at);
        }
        self.unknown(e, &path, &receiver, &target, package, &values, args, f)
    }
    fn member_of_call(&mut self, v: &Value<'a>, method: &'a str, f: usize, at: u32) -> Value<'a> {
        if v.field(method).is_some() || v.namespace.is_some() {
            return self.member(v, method, f, at);
        }
        Value { external: v.external.clone(), ..Value::default() }
    }
    /// `promise.then(f)`, `promise.catch(g)`: what comes of a promise. `None` where nobody can tell.
    fn promised(&mut self, of: &Value<'a>, method: &str, args: &'a [Expr<'a>], f: usize) -> Option<Value<'a>> {
        let thrown = self.thrown();
        let taker = if thrown && method == "then" { args.get(1) } else { args.first() };
        let func = taker.and_then(|t| self.eval(t, f).func);
        match (method, thrown) {
            ("then", false) => Some(self.call_func(func?, vec![of.clone()])),
            ("catch", false) => func.map(|_| of.clone()),
            ("finally", _) => {
                if let Some(func) = func {
                    self.call_func(func, Vec::new());
                }
                self.throwing |= thrown;
                func.map(|_| of.clone())
            }
            _ => {
                // Whoever takes the failure decides what comes of it.
                let Some(taker) = taker else {
                    self.throwing = true;
                    return Some(Value::default());
                };
                let failure = self.assume == Assume::Fails && self.failed;
                let Some(func) = func else {
                    self.throwing |= failure;
                    return Some(Value::default());
                };
                let value = self.call_func(func, vec![Value { truth: Some(true), ..Value::default() }]);
                let answer = value.answer.or(self.responded.filter(|_| failure));
                if failure && answer.is_some_and(Answer::is_success) && self.out.swallowed.is_none() {
                    self.out.swallowed = Some(self.here(f, taker.at));
                }
                // A failure that somebody only notes is not followed further.
                self.throwing |= failure && answer.is_none();
                Some(value)
            }
        }
    }
    /// `after(() => …)`, `waitUntil(…)`: the answer does not wait.
    fn scheduled(&mut self, last: &str, path: &str, args: &'a [Expr<'a>], f: usize) -> Option<Value<'a>> {
        let later = matches!(
            last,
            "after" | "waitUntil" | "unstable_after" | "setImmediate" | "setTimeout" | "queueMicrotask" | "nextTick"
        );
        if !later || path.starts_with("expect") {
            return None;
        }
        self.loose += 1;
        for a in args {
            let v = self.eval(a, f);
            if let Some(func) = v.func {
                self.call_func(func, Vec::new());
            }
        }
        self.loose -= 1;
        self.throwing = false;
        Some(Value::default())
    }
    /// A wrapper that verifies before it calls what it was given.
    fn wrapped(
        &mut self,
        name: &str,
        provider: Option<&'static str>,
        values: &[Value<'a>],
        f: usize,
        at: u32,
    ) -> Value<'a> {
        let secret =
            values.iter().flat_map(|v| v.fields.iter().flat_map(|x| x.iter())).find_map(|(_, v)| v.secret.clone());
        let quiet = std::mem::take(&mut self.quiet);
        self.seen(VerifyKind::Sdk, name.to_owned(), secret, RawBody::Raw, provider, f, at);
        let place = self.here(f, at);
        if self.assume.refuses() {
            self.out.answers.push((Answer::Status(401), place, true));
            self.quiet = quiet;
            return Value { external: Some(Rc::new(("verified".into(), name.to_owned()))), ..Value::default() };
        }
        self.verified = true;
        for v in values {
            for (key, v) in v.fields.iter().flat_map(|x| x.iter()) {
                if let Some(event) = key.strip_prefix("on").filter(|k| k.starts_with(|c: char| c.is_ascii_uppercase()))
                    && v.func.is_some()
                    && event != "Payload"
                {
                    self.out.events.insert(kebab(event));
                }
                if let Some(func) = v.func {
                    self.call_func(func, vec![Value::of(EVENT | PARSED)]);
                }
            }
            if let Some(func) = v.func {
                self.call_func(func, vec![Value::of(REQUEST | CONTEXT), Value::of(RESPONSE)]);
            }
        }
        self.out.answers.push((Answer::Status(200), place, true));
        self.quiet = quiet;
        Value { external: Some(Rc::new(("verified".into(), name.to_owned()))), ..Value::default() }
    }

    /// Calls of the request, its headers and of JSON.
    fn of_the_web(
        &mut self,
        receiver: &Value<'a>,
        method: &'a str,
        last: &str,
        path: &str,
        values: &[Value<'a>],
        f: usize,
        at: u32,
    ) -> Option<Value<'a>> {
        let first = values.first().cloned().unwrap_or_default();
        if receiver.is(CONTEXT) && !values.is_empty() && matches!(method, "json" | "text" | "body" | "html") {
            return None;
        }
        if receiver.is(REQUEST | CONTEXT) {
            return Some(match method {
                "text" => {
                    self.note(f, at, || "reads the body as text".into());
                    Value::of(RAW)
                }
                "arrayBuffer" | "blob" | "bytes" | "formData" | "buffer" => {
                    self.note(f, at, || format!("reads the body by {method}()"));
                    Value::of(RAW)
                }
                "json" => {
                    self.note(f, at, || "reads the body as JSON".into());
                    Value { truth: Some(true), ..Value::of(PARSED | EVENT) }
                }
                "header" | "get" => self.header(first.text.unwrap_or("?"), f, at),
                "query" => self.header(first.text.unwrap_or("?"), f, at),
                "clone" => Value::of(receiver.tags),
                _ => return None,
            });
        }
        if receiver.is(HEADERS) && matches!(method, "get" | "has") {
            return Some(match first.text {
                Some(name) => self.header(name, f, at),
                None => Value { truth: Some(self.assume != Assume::NoHeader), ..Value::of(SIGNATURE) },
            });
        }
        match (path, last) {
            ("headers", _) if values.is_empty() => Some(Value { truth: Some(true), ..Value::of(HEADERS) }),
            ("JSON.parse", _) | (_, "parse" | "safeParse" | "parseAsync" | "validate")
                if first.is(RAW | PARSED | EVENT | REWRITTEN) =>
            {
                self.note(f, at, || "parses the body".into());
                Some(Value { truth: Some(true), ..Value::of(PARSED | EVENT) })
            }
            ("JSON.stringify", _) => {
                Some(Value { truth: Some(true), ..Value::of(if first.is(PARSED | EVENT) { REWRITTEN } else { 0 }) })
            }
            (_, "buffer" | "getRawBody" | "rawBody" | "text" | "readRawBody" | "readBody" | "toBuffer")
                if first.is(REQUEST | RAW | CONTEXT) =>
            {
                self.note(f, at, || "reads the body as bytes".into());
                Some(if last == "readBody" { Value::of(PARSED | EVENT) } else { Value::of(RAW) })
            }
            (_, "getHeader" | "getRequestHeader" | "getHeaders") if first.is(REQUEST | CONTEXT) => {
                let name = values.get(1).and_then(|v| v.text).unwrap_or("?");
                Some(self.header(name, f, at))
            }
            ("URL", _) if first.is(HEADERS | REQUEST) => Some(Value::of(HEADERS)),
            (_, "fromEntries" | "entries") if first.is(HEADERS) => Some(Value::of(HEADERS)),
            _ if receiver.is(HEADERS) => Some(Value::of(HEADERS)),
            (_, "includes" | "has" | "indexOf" | "some") if first.is(TYPE) => {
                let named = |(k, v): &(&'a str, Value<'a>)| v.text.or_else(|| (!k.is_empty()).then_some(*k));
                let names: Vec<&str> = receiver.fields.iter().flat_map(|x| x.iter().filter_map(named)).collect();
                for n in names {
                    self.compared(&first, n, f, at);
                }
                Some(Value { truth: (self.assume == Assume::Unhandled).then_some(false), ..Value::default() })
            }
            (_, "includes") if first.is(STATUS) => {
                let names: Vec<&str> =
                    receiver.fields.iter().flat_map(|x| x.iter().filter_map(|(_, v)| v.text)).collect();
                for n in names {
                    self.compared(&first, n, f, at);
                }
                Some(Value::default())
            }
            (_, "startsWith" | "match" | "test") if receiver.is(TYPE) || first.is(TYPE) => {
                Some(Value { truth: (self.assume == Assume::Unhandled).then_some(false), ..Value::default() })
            }
            ("Map", _) if first.fields.as_ref().is_some_and(|x| x.iter().any(|(_, v)| pair(v).is_some())) => {
                let pairs = first.fields.iter().flat_map(|x| x.iter()).filter_map(|(_, v)| pair(v)).collect();
                Some(Value { fields: Some(Rc::new(pairs)), truth: Some(true), ..Value::default() })
            }
            (_, "get") if first.is(TYPE) && receiver.fields.is_some() => {
                self.dispatched(receiver, &first, f, at);
                let truth = (self.assume == Assume::Unhandled).then_some(false);
                Some(Value { fields: receiver.fields.clone(), truth, ..Value::of(TYPE) })
            }
            ("Set" | "Map", _) => Some(Value { fields: first.fields.clone(), truth: Some(true), ..Value::default() }),
            _ => None,
        }
    }
    /// Calls of libraries that sign and verify.
    fn of_crypto(
        &mut self,
        receiver: &Value<'a>,
        method: &str,
        last: &str,
        path: &str,
        values: &[Value<'a>],
        new: bool,
        f: usize,
        at: u32,
    ) -> Option<Value<'a>> {
        let secret = || values.iter().find_map(|v| v.secret.clone());
        let all = values.iter().fold(receiver.tags, |a, v| a | v.tags);
        if new && matches!(last, "Webhook" | "WebhookVerifier" | "Receiver" | "Webhooks") {
            let inside = || {
                values.iter().flat_map(|v| v.fields.iter().flat_map(|x| x.iter())).find_map(|(_, v)| v.secret.clone())
            };
            return Some(Value { truth: Some(true), secret: secret().or_else(inside), ..Value::of(VERIFIER) });
        }
        if receiver.is(VERIFIER) && matches!(method, "verify" | "verifyAsync" | "unwrap" | "verifyAndReceive") {
            let mut args = values.to_vec();
            args.push(Value { secret: receiver.secret.clone(), ..Value::default() });
            let v = calls::Verifier {
                kind: VerifyKind::Svix,
                way: Way::Throws,
                body: Some(0),
                secret: Some(args.len() - 1),
                provider: None,
            };
            return Some(self.verification(v, path, &args, f, at));
        }
        match last {
            "createHmac" | "HmacSHA256" | "hmac" | "hmacSha256" => {
                let tags = if last == "createHmac" { HMAC } else { DIGEST | body_tags(all) };
                return Some(Value { truth: Some(true), secret: secret(), ..Value::of(tags) });
            }
            "createHash" if receiver.tags == 0 || path.contains("crypto") => {
                return Some(Value { truth: Some(true), ..Value::of(HMAC) });
            }
            "update" if receiver.is(HMAC) => {
                let secret = receiver.secret.clone().or_else(secret);
                return Some(Value { truth: Some(true), secret, ..Value::of(HMAC | body_tags(all)) });
            }
            "digest" if receiver.is(HMAC) => {
                return Some(Value {
                    truth: Some(true),
                    secret: receiver.secret.clone(),
                    ..Value::of(DIGEST | body_tags(receiver.tags))
                });
            }
            "timingSafeEqual" | "safeCompare" | "secureCompare" | "timingSafeCompare" | "constantTimeEqual"
            | "safeEqual" | "equals"
                if all & (DIGEST | SECRET) != 0 =>
            {
                let kind = if all & DIGEST != 0 { VerifyKind::Hmac } else { VerifyKind::Shared };
                return Some(self.verdict(kind, path.to_owned(), secret(), body_of(all), None, f, at));
            }
            "verify"
                if path.contains("subtle")
                    || path.contains("crypto")
                    || path.contains("createVerify")
                    || path.contains("nacl")
                    || path.contains("ed25519") =>
            {
                return Some(self.verdict(VerifyKind::Subtle, path.to_owned(), secret(), body_of(all), None, f, at));
            }
            "sign" if path.contains("subtle") => {
                return Some(Value { truth: Some(true), secret: secret(), ..Value::of(DIGEST | body_tags(all)) });
            }
            "importKey" => return Some(Value { truth: Some(true), secret: secret(), ..Value::of(SECRET) }),
            _ => {}
        }
        None
    }

    /// Calls that make or send an answer.
    fn answered(
        &mut self,
        receiver: &Value<'a>,
        method: &str,
        path: &str,
        values: &[Value<'a>],
        new: bool,
        f: usize,
        at: u32,
    ) -> Option<Value<'a>> {
        let status = |v: Option<&Value<'a>>| -> Answer {
            match v {
                None => Answer::Status(200),
                Some(v) => match (&v.fields, v.text) {
                    (Some(_), _) => match v.field("status") {
                        None => Answer::Status(200),
                        Some(s) => s.text.and_then(|t| t.parse().ok()).map_or(Answer::Unknown, Answer::Status),
                    },
                    (None, Some(t)) => t.parse().map_or(Answer::Unknown, Answer::Status),
                    _ => Answer::Unknown,
                },
            }
        };
        let made = |answer| Some(Value { answer: Some(answer), truth: Some(true), ..Value::default() });
        let number = || values.first().and_then(|v| v.text).and_then(|t| t.parse().ok());
        if receiver.is(RESPONSE) {
            return match method {
                "status" | "code" | "writeHead" | "setStatus" => {
                    let answer = number().map_or(Answer::Unknown, Answer::Status);
                    if method == "writeHead" {
                        self.responded = Some(answer);
                    }
                    Some(Value { answer: Some(answer), truth: Some(true), ..Value::of(RESPONSE) })
                }
                "sendStatus" => {
                    let answer = number().map_or(Answer::Unknown, Answer::Status);
                    self.responded = Some(answer);
                    made(answer)
                }
                "json" | "send" | "end" | "redirect" => {
                    let answer = receiver
                        .answer
                        .or(self.responded)
                        .unwrap_or(Answer::Status(if method == "redirect" { 307 } else { 200 }));
                    self.responded = Some(answer);
                    made(answer)
                }
                "setHeader" | "header" | "set" | "type" => {
                    Some(Value { answer: receiver.answer, truth: Some(true), ..Value::of(RESPONSE) })
                }
                _ => None,
            };
        }
        if receiver.is(CONTEXT) && matches!(method, "json" | "text" | "body" | "html") && !values.is_empty() {
            return made(status(values.get(1)));
        }
        match path {
            "NextResponse.json" | "Response.json" | "json" | "NextResponse" | "Response"
                if new || path != "NextResponse" && path != "Response" =>
            {
                made(status(values.get(1)))
            }
            "Response.error" | "NextResponse.error" => made(Answer::Status(500)),
            "NextResponse.redirect" | "Response.redirect" | "redirect" => made(Answer::Status(307)),
            "NextResponse.next" => made(Answer::Status(200)),
            "error"
                if values.first().and_then(|v| v.text).is_some_and(|t| t.len() == 3 && t.starts_with(['4', '5'])) =>
            {
                let _ = (f, at);
                made(number().map_or(Answer::Unknown, Answer::Status))
            }
            // React Router: `data({ … }, { status: 400 })`.
            "data" if values.len() == 2 => made(status(values.get(1))),
            "HTTPException" if new => made(number().map_or(Answer::Unknown, Answer::Status)),
            "createError" => made(
                values
                    .first()
                    .and_then(|v| v.field("statusCode").or_else(|| v.field("status")))
                    .and_then(|v| v.text?.parse().ok())
                    .map_or(Answer::Unknown, Answer::Status),
            ),
            _ => None,
        }
    }

    /// A call that nobody can look into: what it does by its name, and what it is given.
    fn unknown(
        &mut self,
        e: &'a Expr<'a>,
        path: &str,
        receiver: &Value<'a>,
        target: &Value<'a>,
        package: Option<String>,
        values: &[Value<'a>],
        args: &'a [Expr<'a>],
        f: usize,
    ) -> Value<'a> {
        let last = path.rsplit('.').next().unwrap_or_default();
        let root = path.split('.').next().unwrap_or_default();
        let given = values.iter().fold(0, |a, v| a | v.tags | inner(v));
        let all = given | receiver.tags;
        let mut provider = package.as_deref().and_then(calls::by_package);
        if root == "fetch" || path == "axios" || root == "axios" {
            let url = args.first().map(url_text).unwrap_or_default();
            provider = calls::by_host(&url);
            let posts = last == "post"
                || last == "put"
                || last == "patch"
                || last == "delete"
                || values.get(1).and_then(|o| o.field("method")).and_then(|m| m.text).is_some_and(|m| m != "GET");
            if posts {
                self.act(EffectKind::Remote, path, provider, given, f, e.at);
            }
        } else if root == "console" || root == "logger" || root == "log" {
            return Value::default();
        } else if self.chain == 0 {
            let kind = calls::effect(path, provider).or_else(|| {
                let text = prepared(e).or_else(|| args.first().and_then(Expr::text))?;
                matches!(last, "query" | "execute" | "$executeRaw" | "$executeRawUnsafe" | "run" | "unsafe")
                    .then(|| calls::sql(text))?
            });
            if let Some(kind) = kind {
                let increments = e.any(&mut counts);
                let kind = if increments { EffectKind::Increment } else { kind };
                self.act(kind, path, provider, given, f, e.at);
            } else if given & (EVENT | PARSED | OBJECT | RAW) != 0 && target.external.is_some() && provider.is_none() {
                // Somebody else's function gets the event.
                let place = self.here(f, e.at);
                let name = target.external.as_ref().map_or_else(|| path.to_owned(), |x| format!("{path} of {}", x.0));
                if self.quiet == 0 {
                    self.out.handed.push((name, place, self.verified));
                }
            } else if given & REQUEST != 0
                && (target.external.is_some() || receiver.fields.is_some())
                && self.quiet == 0
            {
                let place = self.here(f, e.at);
                let name = target.external.as_ref().map_or_else(|| path.to_owned(), |x| format!("{path} of {}", x.0));
                self.out.handed.push((name, place, self.verified));
            }
        }
        // Functions that are handed over run: `transaction(async (tx) => …)`, `withX(handler)`.
        let wrapper = self.returns.is_empty();
        let mut passed = None;
        for v in values {
            let Some(func) = v.func else { continue };
            if wrapper {
                // At the top of a file nothing runs yet; the route is what was wrapped.
                passed = passed.or(Some(func));
            } else {
                self.uncertain += 1;
                self.call_func(func, vec![Value::of(receiver.tags & (PASSES | EVENT))]);
                self.uncertain -= 1;
                self.throwing &= matches!(last, "transaction" | "$transaction" | "run" | "try");
            }
        }
        if let Some(func) = passed {
            let name = target.external.as_ref().map_or_else(|| path.to_owned(), |x| x.1.clone());
            if !calls::is_plain_wrapper(&name) {
                let place = self.here(f, e.at);
                self.out.handed.push((format!("the wrapper {name}"), place, false));
            }
            return Value { func: Some(func), truth: Some(true), ..Value::default() };
        }
        let mut tags = all & PASSES & !VERDICT & !TYPE;
        if calls::is_lookup(path) && self.chain == 0 {
            if given & ID != 0 {
                tags |= SEEN;
            } else if given & OBJECT != 0 {
                tags |= FOUND;
            }
        }
        if matches!(last, "set" | "setnx" | "SET")
            && values.iter().any(|v| v.field("nx").is_some() || v.field("NX").is_some() || v.text == Some("NX"))
            || last == "setnx"
        {
            tags |= if given & ID != 0 { SEEN } else { FOUND };
        }
        let package = package.map(|p| Rc::new((p, last.to_owned())));
        Value {
            external: target.external.clone().or(receiver.external.clone()).or(package),
            truth: None,
            secret: receiver.secret.clone().or_else(|| values.iter().find_map(|v| v.secret.clone())),
            ..Value::of(tags)
        }
    }
    fn tagged(
        &mut self,
        e: &'a Expr<'a>,
        tag: &'a Expr<'a>,
        texts: &'a [&'a str],
        between: &'a [Expr<'a>],
        f: usize,
    ) -> Value<'a> {
        let given = between.iter().map(|b| self.eval(b, f)).fold(0, |a, v| a | v.tags | inner(&v));
        let path = tag.path().unwrap_or_default();
        if let Some(kind) = texts.first().and_then(|t| calls::sql(t)) {
            let text = texts.concat().to_ascii_uppercase();
            let kind = match kind {
                EffectKind::Create if text.contains("ON CONFLICT") => EffectKind::Upsert,
                k => k,
            };
            self.act(kind, &path, None, given, f, e.at);
        }
        let found = if given & ID != 0 {
            SEEN
        } else if given & OBJECT != 0 {
            FOUND
        } else {
            0
        };
        Value::of(found)
    }
    fn act(&mut self, kind: EffectKind, path: &str, provider: Option<&'static str>, given: u32, f: usize, at: u32) {
        if self.quiet > 0 {
            return;
        }
        if self.assume == Assume::Fails && self.loose == 0 && !self.failed {
            self.failed = true;
            self.throwing = true;
        }
        // A row with the event's id in it is the memory of the event.
        if given & ID != 0 && matches!(kind, EffectKind::Create | EffectKind::Upsert | EffectKind::Queue) {
            self.out.by_event_id = true;
            self.guarded = true;
        }
        let place = self.here(f, at);
        let act = Act {
            kind,
            call: path.replace("()", ""),
            provider,
            at: place,
            awaited: self.loose == 0,
            guarded: self.guarded,
            verified: self.verified,
        };
        self.note(f, at, || format!("{} ({})", act.call, words(kind)));
        match self.out.acts.iter_mut().find(|a| a.at == act.at) {
            Some(old) => {
                old.guarded &= act.guarded;
                old.verified &= act.verified;
            }
            None => self.out.acts.push(act),
        }
    }
}

/// The SQL of `DB.prepare("…").bind(…).run()`.
fn prepared<'a>(mut e: &'a Expr<'a>) -> Option<&'a str> {
    loop {
        match &e.kind {
            Kind::Call(callee, args, _) => match &callee.kind {
                Kind::Member(_, "prepare") => return args.first().and_then(Expr::text),
                Kind::Member(of, _) => e = of,
                _ => return None,
            },
            Kind::Await(of) => e = of,
            _ => return None,
        }
    }
}
/// Whether a part of a write counts from what is there: `{ increment: 1 }`, `` sql`${credits} + 1` ``.
fn counts(e: &Expr<'_>) -> bool {
    match &e.kind {
        Kind::Object(all) => all.iter().any(|(k, _)| matches!(k, Some("increment" | "decrement" | "$inc"))),
        Kind::Tagged(tag, texts, _) if tag.path().is_some_and(|p| p == "sql") => {
            let time = ["interval", "now(", "NOW(", "INTERVAL"];
            texts.iter().any(|t| t.contains(" + ") || t.contains(" - "))
                && !texts.iter().any(|t| time.iter().any(|w| t.contains(w)))
        }
        _ => false,
    }
}
/// A pair of a name and a value, as a `Map` is made of them.
fn pair<'a>(v: &Value<'a>) -> Option<(&'a str, Value<'a>)> {
    match v.fields.as_ref()?.as_slice() {
        [(_, key), (_, value)] => Some((key.text?, value.clone())),
        _ => None,
    }
}
/// What an effect is, in words.
pub(super) const fn words(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Create => "makes a row",
        EffectKind::Increment => "counts a number",
        EffectKind::Upsert => "makes or sets a row",
        EffectKind::Update => "sets a row",
        EffectKind::Delete => "deletes a row",
        EffectKind::Mail => "sends a mail",
        EffectKind::Remote => "calls a third party",
        EffectKind::Queue => "queues work",
    }
}
/// The tags of what stands inside an object or an array.
fn inner(v: &Value<'_>) -> u32 {
    let deep = |v: &Value<'_>| v.fields.iter().flat_map(|x| x.iter()).fold(v.tags, |a, (_, v)| a | v.tags);
    v.fields.iter().flat_map(|x| x.iter()).fold(0, |a, (_, v)| a | deep(v))
}
const fn body_tags(tags: u32) -> u32 {
    tags & (RAW | REWRITTEN | PARSED)
}
const fn body_of(tags: u32) -> RawBody {
    if tags & (REWRITTEN | PARSED) != 0 {
        RawBody::Reparsed
    } else if tags & RAW != 0 {
        RawBody::Raw
    } else {
        RawBody::Unknown
    }
}
/// The constant part of a URL.
fn url_text(e: &Expr<'_>) -> String {
    match &e.kind {
        Kind::Text(t) => (*t).to_owned(),
        Kind::Template(texts, _) => texts.concat(),
        Kind::Binary("+", a, b) => url_text(a) + &url_text(b),
        _ => String::new(),
    }
}
/// `OrderPaid` as `order.paid`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('.');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
/// Whether a case ends with `break`.
fn jumps(body: &[Stmt<'_>]) -> bool {
    body.last().is_some_and(|s| match s {
        Stmt::Jump => true,
        Stmt::Block(b) => jumps(b),
        _ => false,
    })
}
