//! How facts reach a rule: by its parameters, strict unless it says otherwise.

use super::{Cause, Gaps, Missing, Observed, Origin, TargetId, TargetKind, Targets};
use crate::facts::{FactKind, Facts};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::Arc,
};

/// A kind of fact: made once for a target, with what it could not see.
pub trait Fact: Gaps + Sized + Send + Sync + 'static {
    /// Its kind.
    const KIND: FactKind;
    /// The kind of target it belongs to.
    const OF: TargetKind;
    /// Its table among all facts.
    fn table(facts: &Facts) -> &Table<Self>;
    /// Its table among all facts, to fill.
    fn table_mut(facts: &mut Facts) -> &mut Table<Self>;
}
/// The facts of one kind, by target.
pub type Table<F> = BTreeMap<TargetId, Arc<Observed<F>>>;

/// What a rule may look at: the facts of its target and of those linked to it.
pub struct View<'a> {
    at: &'a TargetId,
    targets: &'a Targets,
    facts: &'a Facts,
    seen: Cell<u32>,
    unseen: RefCell<Vec<Cause>>,
}
impl<'a> View<'a> {
    /// A view from one target.
    #[must_use]
    pub fn new(at: &'a TargetId, targets: &'a Targets, facts: &'a Facts) -> Self {
        Self { at, targets, facts, seen: Cell::new(0), unseen: RefCell::default() }
    }
    /// How many facts the rule was given, and what it could not be given.
    #[must_use]
    pub fn close(self) -> (u32, Vec<Cause>) {
        (self.seen.get(), self.unseen.into_inner())
    }
    fn each<F: Fact>(&self) -> impl Iterator<Item = (&'a TargetId, Result<&'a F, Missing>)> + use<'_, 'a, F> {
        let (targets, at, facts) = (self.targets, self.at, self.facts);
        targets.linked(at, F::OF).map(move |t| {
            let found = F::table(facts).get(t).ok_or(Missing::Unknown(Cause::Deadline)).and_then(|o| o.get());
            if found.is_ok() {
                self.seen.set(self.seen.get() + 1);
            }
            (t, found)
        })
    }
}

fn whole<F: Fact>(found: Result<&F, Missing>) -> Result<&F, Missing> {
    found.and_then(|f| f.gaps().first().map_or(Ok(f), |c| Err(Missing::Unknown(c.clone()))))
}

/// A parameter of a rule. The type says how much of the fact the rule must see.
pub trait Arg<'a>: Sized {
    /// The kinds of fact it asks for.
    const WANTS: &'static [FactKind];
    /// Takes it from the view.
    ///
    /// # Errors
    /// [`Missing`] where the rule must not be called.
    fn take(view: &View<'a>) -> Result<Self, Missing>;
}

/// The whole facts of every linked target; one gap anywhere and the rule is not called.
pub struct All<'a, F>(pub Vec<(&'a TargetId, &'a F)>);
/// What is there of every linked target: a fault stands, but a pass becomes Unknown where
/// something was missing.
pub struct Part<'a, F>(pub Vec<(&'a TargetId, &'a F)>);

impl<'a, F> All<'a, F> {
    /// The facts.
    pub fn iter(&self) -> impl Iterator<Item = &'a F> + '_ {
        self.0.iter().map(|(_, f)| *f)
    }
}
impl<'a, F> Part<'a, F> {
    /// The facts.
    pub fn iter(&self) -> impl Iterator<Item = &'a F> + '_ {
        self.0.iter().map(|(_, f)| *f)
    }
    /// The first fact, for rules on the kind of target that has exactly one.
    #[must_use]
    pub fn first(&self) -> Option<&'a F> {
        self.0.first().map(|(_, f)| *f)
    }
}

impl<'a, F: Fact> Arg<'a> for &'a F {
    const WANTS: &'static [FactKind] = &[F::KIND];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        whole(view.each().next().ok_or(Missing::NotConfigured("no such target"))?.1)
    }
}
impl<'a, F: Fact> Arg<'a> for Option<&'a F> {
    const WANTS: &'static [FactKind] = &[F::KIND];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        match <&F>::take(view) {
            Err(Missing::NotConfigured(_)) => Ok(None),
            other => other.map(Some),
        }
    }
}
impl<'a, F: Fact> Arg<'a> for All<'a, F> {
    const WANTS: &'static [FactKind] = &[F::KIND];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        view.each()
            .filter(|(_, r)| !matches!(r, Err(Missing::NotConfigured(_))))
            .map(|(t, r)| Ok((t, whole(r)?)))
            .collect::<Result<_, _>>()
            .map(All)
    }
}
impl<'a, F: Fact> Arg<'a> for Part<'a, F> {
    const WANTS: &'static [FactKind] = &[F::KIND];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        let (mut seen, mut unseen, mut absent) = (Vec::new(), Vec::new(), None);
        for (target, found) in view.each::<F>() {
            match found {
                Ok(f) => {
                    unseen.extend_from_slice(f.gaps());
                    seen.push((target, f));
                }
                Err(Missing::Unknown(c)) => unseen.push(c),
                Err(m @ Missing::NotConfigured(_)) => absent = Some(m),
            }
        }
        // A rule about its own target's fact has nothing to judge where that is not configured.
        if F::OF == view.at.kind && seen.is_empty() && unseen.is_empty() {
            return Err(absent.unwrap_or(Missing::NotConfigured("no such target")));
        }
        view.unseen.borrow_mut().extend(unseen);
        Ok(Part(seen))
    }
}
impl<'a> Arg<'a> for &'a TargetId {
    const WANTS: &'static [FactKind] = &[];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        Ok(view.at)
    }
}

/// Where the rule stands: its target, and whether a person declared that target or it was inferred.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// The target.
    pub id: &'a TargetId,
    /// Where it comes from.
    pub origin: &'a Origin,
}
impl<'a> Arg<'a> for At<'a> {
    const WANTS: &'static [FactKind] = &[];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        static RUN: Origin = Origin::CommandLine;
        Ok(At { id: view.at, origin: view.targets.origin(view.at).unwrap_or(&RUN) })
    }
}
