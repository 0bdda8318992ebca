//! The acceptance table, and what was left behind.

use super::{Drill, Exercise, Run};
use crate::{
    facts::Facts,
    vocab::{Cell, Exhibit, ExhibitBody, TargetId, Targets},
};

/// What an exercise shows beside its findings.
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let _ = targets;
    let known = facts.exercise.iter().filter_map(|(at, e)| e.get().ok().map(|e| (at, e)));
    known.flat_map(|(at, e)| [acceptance(e), left(e)].into_iter().flatten().map(|x| (at.clone(), x))).collect()
}

fn acceptance(exercise: &Exercise) -> Option<Exhibit> {
    let rows: Vec<Vec<Cell>> = exercise.drills.iter().map(|d| row(exercise, d)).collect();
    let body = ExhibitBody::Table { columns: vec!["run", "acceptance", "wanted", "seen", "result"], rows };
    (!exercise.drills.is_empty()).then(|| Exhibit { id: "acceptance", title: "Acceptance".into(), body })
}

fn row(exercise: &Exercise, drill: &Drill) -> Vec<Cell> {
    let (wanted, seen, met) = told(exercise, drill);
    let result = match (met, &drill.open) {
        (Some(false), _) => "fails",
        (_, Some(_)) | (None, None) => "not known",
        (Some(true), None) => "ok",
    };
    let seen = match (&drill.open, met) {
        (Some(why), None | Some(true)) => why.to_string(),
        _ => seen,
    };
    let text = |t: &str| Cell::Text(t.into());
    vec![text(drill.run.word()), text(drill.run.title()), text(&wanted), text(&seen), text(result)]
}

/// What was wanted, what was seen, and whether that is as it should be; `None` where nothing tells.
fn told(exercise: &Exercise, drill: &Drill) -> (String, String, Option<bool>) {
    if let Some((kind, reply)) = &drill.refused {
        return ("2xx".to_owned(), format!("{} to {kind}", reply.status), Some(false));
    }
    match drill.run {
        Run::Failed => {
            let Some(table) = &exercise.alerts else {
                return ("2xx".to_owned(), "2xx; [exercise] names no alerts".to_owned(), None);
            };
            let seen = drill.alerts.map(|n| format!("{n} more"));
            let met = drill.alerts.map(|n| n == 1);
            (format!("1 more row in {table}"), seen.unwrap_or_default(), met)
        }
        Run::Duplicate => repeats(drill),
        Run::Dispute | Run::Delayed => ("2xx".to_owned(), "2xx".to_owned(), drill.open.is_none().then_some(true)),
        _ => {
            let wanted = if drill.run.ends_open() == Some(true) { "access" } else { "no access" };
            let Some(sight) = &drill.access else {
                let why = if exercise.access.is_none() { "2xx; [exercise] names no access" } else { "" };
                return (wanted.to_owned(), why.to_owned(), None);
            };
            let within = if drill.run == Run::Paid { format!(" within {} s", sight.within_s) } else { String::new() };
            let took = sight.took_s.filter(|_| drill.run == Run::Paid).map(|s| format!(" in {} s", s.max(1)));
            let seen = format!("{} -> {}{}", sight.before, sight.after, took.unwrap_or_default());
            (format!("{wanted}{within}"), seen, Some(sight.met))
        }
    }
}

fn repeats(drill: &Drill) -> (String, String, Option<bool>) {
    let wanted = "2xx and no row more".to_owned();
    let Some(repeats) = &drill.repeats else { return (wanted, String::new(), None) };
    let mut seen: Vec<String> = repeats
        .grown
        .iter()
        .map(|g| format!("{:+} in {}{}", g.rows, g.table, if g.at_once { " at once" } else { "" }))
        .collect();
    seen.extend(repeats.refused.as_ref().map(|(reply, n)| format!("{n} times {}", reply.status)));
    seen.extend(repeats.changed.as_ref().map(|(from, to)| format!("access {from} -> {to}")));
    let met = seen.is_empty();
    if met {
        let at_once = if repeats.at_once { ", and as often at once" } else { "" };
        seen.push(format!("nothing, {} times{at_once}", repeats.times));
    }
    (wanted, seen.join("; "), Some(met))
}

fn left(exercise: &Exercise) -> Option<Exhibit> {
    let rows: Vec<Vec<Cell>> = exercise
        .left
        .iter()
        .map(|l| {
            vec![
                Cell::Text(l.table.clone()),
                Cell::Number(l.before),
                Cell::Number(l.after),
                Cell::Number(l.after - l.before),
            ]
        })
        .collect();
    let whom = exercise.customer.as_ref().map(|c| format!(" of {c}")).unwrap_or_default();
    let title = format!("Left behind by {} events{whom}", exercise.sent);
    let body = ExhibitBody::Table { columns: vec!["table", "rows before", "rows after", "difference"], rows };
    (exercise.sent > 0).then(|| Exhibit { id: "left-behind", title: title.into(), body })
}
