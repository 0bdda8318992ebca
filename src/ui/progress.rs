//! Progress on standard error: one bar a category, only on a terminal, only after a while, and
//! gone before the report.

use crate::{
    events::{Event, Listener},
    render::Verbosity,
    score::Category,
};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use launchcheck_checks::vocab::Family;
use std::{
    collections::BTreeMap,
    io::Write,
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::Duration,
};

/// A run that is done sooner shows no bars.
const DELAY: Duration = Duration::from_millis(300);

/// Bars on a terminal.
pub struct Bars {
    state: Mutex<State>,
    open: Box<dyn Fn() -> ProgressDrawTarget + Send + Sync>,
    delay: Duration,
    unicode: bool,
}
#[derive(Default)]
struct State {
    all: Option<MultiProgress>,
    bars: BTreeMap<Category, ProgressBar>,
    /// Ends the wait; the thread shows the bars if nobody does.
    shower: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bars {
    /// Bars on standard error, which must be a terminal.
    #[must_use]
    pub fn stderr(unicode: bool) -> Self {
        Self::on(ProgressDrawTarget::stderr, DELAY, unicode)
    }

    fn on(open: impl Fn() -> ProgressDrawTarget + Send + Sync + 'static, delay: Duration, unicode: bool) -> Self {
        Self { state: Mutex::default(), open: Box::new(open), delay, unicode }
    }

    fn plan(&self, state: &mut State, totals: &[(Family, usize)]) {
        let mut by: BTreeMap<Category, u64> = BTreeMap::new();
        for (family, units) in totals {
            *by.entry(Category::of(*family)).or_default() += u64::try_from(*units).unwrap_or(u64::MAX);
        }
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        for (category, total) in by.into_iter().filter(|(c, n)| *n > 0 && *c != Category::Config) {
            let bar = all.add(ProgressBar::new(total).with_style(style(self.unicode)));
            bar.set_prefix(category.title());
            state.bars.insert(category, bar);
        }
        let (done, wait) = channel();
        let (shown, target, delay) = (all.clone(), (self.open)(), self.delay);
        let first = state.bars.values().cloned().collect::<Vec<_>>();
        let thread = std::thread::Builder::new().name("progress".to_owned());
        // Without a thread there are no bars, and nothing else is lost.
        state.shower = thread.spawn(move || show_after(delay, &wait, &shown, target, &first)).ok().map(|t| (done, t));
        state.all = Some(all);
    }
}

fn show_after(
    delay: Duration,
    wait: &Receiver<()>,
    all: &MultiProgress,
    target: ProgressDrawTarget,
    bars: &[ProgressBar],
) {
    if wait.recv_timeout(delay) == Err(RecvTimeoutError::Timeout) {
        all.set_draw_target(target);
        bars.iter().for_each(ProgressBar::tick);
    }
}

fn style(unicode: bool) -> ProgressStyle {
    let chars = if unicode { "━╸ " } else { "=> " };
    ProgressStyle::with_template("  {prefix:<9} {bar:24} {pos:>3}/{len}  {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars(chars)
}

impl Listener for Bars {
    fn on(&self, event: Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Planned { totals } => self.plan(&mut state, totals),
            Event::Waiting { family, what } => {
                if let Some(bar) = state.bars.get(&Category::of(family)) {
                    bar.set_message(what.to_string());
                }
            }
            Event::Settled { family } => {
                if let Some(bar) = state.bars.get(&Category::of(family)) {
                    bar.inc(1);
                }
            }
            Event::Judged { .. } => {}
            Event::Finished => {
                if let Some((done, thread)) = state.shower.take() {
                    // Either it still waits and is told, or it has shown the bars and is gone.
                    let _ = done.send(());
                    drop(thread.join());
                }
                for bar in std::mem::take(&mut state.bars).into_values() {
                    bar.finish_and_clear();
                }
                if let Some(all) = state.all.take() {
                    drop(all.clear());
                }
            }
        }
    }
}

/// Settled and all units of each family.
type Counts = BTreeMap<Family, (usize, usize)>;

/// A line for each family that is settled: `-v` where standard error is no terminal.
pub struct Lines<W> {
    state: Mutex<(W, Counts)>,
}
impl<W: Write + Send> Lines<W> {
    /// Lines on this writer.
    pub const fn on(out: W) -> Self {
        Self { state: Mutex::new((out, BTreeMap::new())) }
    }
}
impl<W: Write + Send> Listener for Lines<W> {
    fn on(&self, event: Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (out, families) = &mut *state;
        match event {
            Event::Planned { totals } => *families = totals.iter().map(|(f, n)| (*f, (0, *n))).collect(),
            Event::Settled { family } => {
                if let Some((settled, total)) = families.get_mut(&family) {
                    *settled += 1;
                    if settled == total {
                        // Nobody reads it any more: the report will notice.
                        let s = if *total == 1 { "" } else { "s" };
                        drop(writeln!(out, "launchcheck: {}: {total} check{s}", family.word()));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The listener for standard error: bars on a terminal, lines elsewhere when asked for, else none.
#[must_use]
pub fn listener(terminal: bool, detail: Verbosity, unicode: bool) -> Box<dyn Listener> {
    match detail {
        Verbosity::Quiet => Box::new(()),
        _ if terminal => Box::new(Bars::stderr(unicode)),
        Verbosity::Verbose | Verbosity::Debug => Box::new(Lines::on(std::io::stderr())),
        Verbosity::Normal => Box::new(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::{io, sync::Arc};

    #[derive(Clone, Debug, Default)]
    struct Screen(Arc<Mutex<String>>);
    impl Screen {
        fn push(&self, s: &str) {
            self.0.lock().unwrap().push_str(s);
        }
        fn text(&self) -> String {
            self.0.lock().unwrap().clone()
        }
    }
    impl TermLike for Screen {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, s: &str) -> io::Result<()> {
            self.push(s);
            Ok(())
        }
        fn write_str(&self, s: &str) -> io::Result<()> {
            self.push(s);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.push("<clear>");
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    const TOTALS: &[(Family, usize)] = &[(Family::Email, 2), (Family::Dns, 1), (Family::Tls, 4), (Family::Config, 2)];

    fn bars(delay: Duration) -> (Screen, Bars) {
        let screen = Screen::default();
        let on = screen.clone();
        (screen, Bars::on(move || ProgressDrawTarget::term_like(Box::new(on.clone())), delay, true))
    }

    #[test]
    fn a_quick_run_shows_nothing() {
        let (screen, bars) = bars(Duration::from_hours(1));
        bars.on(Event::Planned { totals: TOTALS });
        bars.on(Event::Settled { family: Family::Email });
        bars.on(Event::Finished);
        assert_eq!(screen.text(), "");
    }

    #[test]
    fn a_slow_run_shows_a_bar_a_category_and_takes_them_away() {
        let (screen, bars) = bars(Duration::ZERO);
        bars.on(Event::Planned { totals: TOTALS });
        while !screen.text().contains("TLS") {
            std::thread::sleep(Duration::from_millis(5));
        }
        bars.on(Event::Settled { family: Family::Dns });
        bars.on(Event::Finished);
        let text = screen.text();
        assert!(text.contains("Email") && text.contains("/3"), "{text}");
        assert!(!text.contains("Config"), "{text}");
        assert!(text.ends_with("<clear>"), "{text}");
    }

    #[test]
    fn lines_tell_of_families_that_are_done() {
        let out = Lines::on(Vec::new());
        out.on(Event::Planned { totals: &[(Family::Email, 2), (Family::Tls, 1)] });
        out.on(Event::Settled { family: Family::Email });
        out.on(Event::Settled { family: Family::Tls });
        out.on(Event::Settled { family: Family::Email });
        out.on(Event::Finished);
        let told = String::from_utf8(out.state.into_inner().unwrap().0).unwrap();
        assert_eq!(told, "launchcheck: tls: 1 check\nlaunchcheck: email: 2 checks\n");
    }
}
