//! What the source does beyond webhooks: at the routes that only some may call, on its schedule, in
//! its logs. The files that speak of a matter are parsed once for all of it, and no others.

pub(crate) mod columns;
mod doors;
mod gates;
mod guards;
mod inputs;
mod jobs;
mod logins;
mod logs;
pub(crate) mod marks;
mod money;
mod notes;
mod queues;
pub(crate) mod room;
mod schedule;
mod tools;
pub(crate) mod watch;

use crate::summary::Summary;
use launchcheck_checks::{
    code::{deeds::Deeds, practice::Practice, work::Work},
    vocab::Cause,
};
use room::Room;

/// Reads all of it.
#[must_use]
pub(crate) fn practice(room: Room<'_>) -> Practice {
    let tree = room.tree;
    let schedule = schedule::schedule(tree);
    let deeds = Deeds {
        money: money::money(&room),
        tools: tools::tools(&room),
        columns: columns::columns(&room),
        watch: watch::watch(tree),
    };
    let work = Work { inputs: inputs::inputs(&room), jobs: jobs::jobs(&room), notes: notes::notes(&room) };
    Practice { doors: doors::doors(&room, &schedule), logs: logs::logs(&room), schedule, deeds, work }
}

/// Whether a file is of the app itself: no test, nothing that a machine made.
fn is_own(f: &Summary) -> bool {
    !f.test && !f.generated
}
/// That a file could not be parsed.
fn unparsed(f: &Summary) -> Cause {
    Cause::Unreadable(format!("{} (it could not be parsed)", f.shown).into())
}
