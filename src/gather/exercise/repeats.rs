//! The same events again, and events that nobody signed.

use super::{
    counting::{Count, Whom},
    trial::{Trial, reply, said},
};
use crate::probe::Ask;
use futures_util::future::join_all;
use launchcheck_checks::{
    vocab::{Cause, Shown},
    webhook::{
        exercise::{Drill, Grown, Repeats, Run, SideEffect, access::shown, delivery, forgery},
        facts::Reply,
    },
};
use tokio::time::Instant;

impl Trial<'_> {
    /// The same events again: one after another, and at once.
    pub(super) async fn duplicate(&mut self, drill: &mut Drill) -> Result<(), Cause> {
        let (case, whom) = self.case(Run::Duplicate)?;
        let before = self.still(&whom).await?;
        let began = Instant::now();
        drill.refused = self.take(&case.acts).await?;
        if drill.refused.is_some() {
            return Err(said("the first delivery is refused already"));
        }
        let (_, took) = self.until(&whom, |c| *c != before).await?;
        if took.is_none() {
            return Err(said("the events change nothing in the tables that [exercise] names"));
        }
        self.effective = true;
        self.lag = self.lag.max(began.elapsed());
        let first = self.still(&whom).await?;
        let times = self.order.times;
        let mut repeats = Repeats { times: u64::from(times), ..Repeats::default() };
        let mut gap = None;
        for event in self.sent_as(&case.acts) {
            for _ in 0..times {
                let answer = self.deliver(&event, true).await;
                note(answer, &mut repeats, &mut gap);
            }
        }
        let after = self.still(&whom).await?;
        repeats.grown.extend(grown(&first, &after, 0, false));
        if first.access != after.access {
            repeats.changed = Some((shown(&first.access).into(), shown(&after.access).into()));
        }
        let at_once = self.at_once(&whom, &mut repeats, &mut gap).await;
        drill.repeats = Some(repeats);
        at_once?;
        gap.map_or(Ok(()), Err)
    }

    /// A new purchase once, and another one as often at once: the second may make no more rows.
    async fn at_once(&mut self, whom: &Whom, repeats: &mut Repeats, gap: &mut Option<Cause>) -> Result<(), Cause> {
        if self.by_own_id {
            return Err(said("the handler takes each event under Stripe's own id alone, so none is new to it"));
        }
        let before = self.still(whom).await?;
        let (once, _) = self.case(Run::Duplicate)?;
        if self.take(&once.acts).await?.is_some() {
            return Err(said("a second purchase of the customer is refused"));
        }
        let single = self.still(whom).await?;
        let (many, _) = self.case(Run::Duplicate)?;
        for event in &many.acts {
            let question = delivery(&self.plan, event, true);
            let shots = (0..self.order.times).map(|_| self.shooter.ask(&question));
            let answers: Vec<_> = join_all(shots).await;
            self.sent += u64::from(self.order.times);
            for answer in answers {
                note(reply(&question, answer), repeats, gap);
            }
        }
        let after = self.still(whom).await?;
        for table in single.rows.keys() {
            let of = |c: &Count| c.rows.get(table).copied().unwrap_or_default();
            let (alone, together) = (of(&single) - of(&before), of(&after) - of(&single));
            if together > alone {
                repeats.grown.push(Grown { table: table.as_str().into(), rows: together - alone, at_once: true });
            }
        }
        repeats.at_once = true;
        Ok(())
    }

    /// What a purchase with a wrong signature does, where it is answered with a success.
    pub(super) async fn forged(&mut self) -> Option<SideEffect> {
        if self.order.live || !self.effective {
            return None;
        }
        let (case, whom) = self.case(Run::Paid).ok()?;
        let before = self.still(&whom).await.ok()?;
        let mut first = None;
        for event in &case.acts {
            let question = forgery(&self.plan, event, &self.word);
            self.sent += 1;
            let answer = reply(&question, self.shooter.ask(&question).await).ok()?;
            if !answer.is_success() {
                return Some(SideEffect::Refused);
            }
            first.get_or_insert(answer);
        }
        let after = self.still(&whom).await.ok()?;
        let mut changed: Vec<Shown> = grown(&before, &after, 0, false).map(|g| g.table).collect();
        if before.access != after.access {
            changed.extend(self.access.clone());
        }
        let first = first?;
        Some(if changed.is_empty() { SideEffect::None(first) } else { SideEffect::Changed(first, changed) })
    }
}

fn note(answer: Result<Reply, Cause>, repeats: &mut Repeats, gap: &mut Option<Cause>) {
    match answer {
        Ok(reply) if reply.is_success() => {}
        Ok(reply) => repeats.refused.get_or_insert((reply, 0)).1 += 1,
        Err(cause) => {
            gap.get_or_insert(cause);
        }
    }
}
/// The tables whose rows differ by another number than this.
fn grown<'c>(before: &'c Count, after: &'c Count, by: i64, at_once: bool) -> impl Iterator<Item = Grown> + 'c {
    before.rows.iter().filter_map(move |(table, b)| {
        let rows = after.rows.get(table)? - b - by;
        (rows != 0).then(|| Grown { table: table.as_str().into(), rows, at_once })
    })
}
