//! `launchcheck env`: what Next.js loads from a folder's `.env` files, from which line, and what it
//! makes of it on the way.

use super::{values::one_of, wrong};
use crate::{
    exit,
    probe::{env_files, lockfile},
    problem::Problem,
    render::count,
    settings::Format,
};
use launchcheck_checks::{
    env::{
        loader::{Dropped, Era, Loaded, Mode, Stand, Variable},
        shape::{DigestKey, Shape},
    },
    vocab::Shown,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

/// Show what Next.js loads from the .env files of a folder.
///
/// It reads the files that `next build`, `next dev` or a test run read, in their order, over the
/// variables of this shell, and says who wins and what became of each value.
#[derive(Debug, clap::Args)]
#[command(next_display_order = None, after_help = EXIT_CODES)]
pub(super) struct Args {
    /// The app's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// How it is shown
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&Format::ALL, Format::word), default_value = "human")]
    format: Format,
    /// What the files are loaded for
    #[arg(long, value_name = "MODE", value_parser = one_of(&Mode::ALL, Mode::word), default_value = "production")]
    mode: Mode,
    /// Show the values themselves; mind who looks on
    #[arg(long)]
    show_values: bool,
}

const EXIT_CODES: &str = "\
Ends 0, also where a value is not what its writer meant: `launchcheck audit` judges. Ends 1 where
Next.js gives a whole file up, and 2 for wrong use or a file that cannot be read.";

/// Runs it; returns the text for standard output and the exit code.
pub(super) fn run(args: &Args, environment: &BTreeMap<String, String>) -> anyhow::Result<(String, u8)> {
    if !args.dir.is_dir() {
        let problem = Problem::new(format!("{} is not a folder", args.dir.display()));
        return Err(wrong(problem.hint("name the folder that holds the app's package.json")));
    }
    let next = lockfile::locked(&args.dir, "next");
    let era = next.as_ref().map(|n| Era::of(&n.version)).unwrap_or_default();
    let loaded = env_files::load(&args.dir, args.mode, era, environment)
        .map_err(|(file, why)| wrong(Problem::new(format!("cannot read {file}")).cause(why)))?;
    let shapes = Shapes { key: DigestKey::new(&[0; 32]), values: args.show_values };
    let text = match args.format {
        Format::Json => format!("{:#}\n", to_json(args, next.as_ref(), era, &loaded, &shapes)),
        Format::Human => to_text(args, next.as_ref(), era, &loaded, &shapes),
    };
    let dropped = loaded.files.iter().any(|f| f.dropped.is_some());
    Ok((text, if dropped { exit::NO_GO } else { exit::GO }))
}

/// How a value is shown.
struct Shapes {
    key: DigestKey,
    values: bool,
}
impl Shapes {
    fn of(&self, v: &Variable) -> Shape {
        Shape::of(&v.name, &v.value, &self.key)
    }
    fn cell(&self, v: &Variable) -> Shown {
        if self.values { v.value.replace('\n', "\\n").as_str().into() } else { self.of(v).masked }
    }
}

const fn era_word(era: Era) -> &'static str {
    match era {
        Era::Next12 => "12-13",
        Era::Next14 => "14+",
    }
}

fn why(dropped: &Dropped) -> String {
    match dropped {
        Dropped::Endless { name, line } => format!(
            "Next.js gives this whole file up: {name} on line {line} refers to itself, so none of its values is loaded"
        ),
        Dropped::LoneDollar { name, line } => format!(
            "Next.js gives this whole file up: {name} on line {line} holds a $ with no name behind it; write \\$"
        ),
    }
}

fn to_json(args: &Args, next: Option<&lockfile::Locked>, era: Era, loaded: &Loaded, shapes: &Shapes) -> Value {
    let stand = |s: &Stand| json!({"file": loaded.files[s.file].name, "line": s.line});
    let files: Vec<Value> =
        loaded.files.iter().map(|f| json!({"file": f.name, "dropped": f.dropped.as_ref().map(why)})).collect();
    let mut env = serde_json::Map::new();
    for v in &loaded.variables {
        let mut row = json!({
            "shape": shapes.of(v).masked.as_str(),
            "file": v.from.as_ref().map(|s| loaded.files[s.file].name.as_str()),
            "line": v.from.as_ref().map(|s| s.line),
            "over": v.over.iter().map(stand).collect::<Vec<_>>(),
            "changes": v.changes.iter().map(|c| c.said(&v.name)).collect::<Vec<_>>(),
        });
        if shapes.values {
            row["value"] = v.value.as_str().into();
        }
        env.insert(v.name.clone(), row);
    }
    json!({
        "mode": args.mode.word(),
        "next": next.map(|n| n.version.as_str()),
        "loader": era_word(era),
        "loaded": files,
        "env": env,
    })
}

fn to_text(args: &Args, next: Option<&lockfile::Locked>, era: Era, loaded: &Loaded, shapes: &Shapes) -> String {
    let mut out = String::new();
    let which = match next {
        Some(n) => format!("Next.js {} ({})", Shown::from(n.version.as_str()), n.file),
        None => format!("Next.js {} (no version found)", era_word(era)),
    };
    let _ = writeln!(out, "{which}, NODE_ENV={}: {}\n", args.mode.word(), count(loaded.variables.len(), "variable"));
    if loaded.files.is_empty() {
        let _ = writeln!(out, "No .env file here: {}", args.mode.files().join(", "));
        return out;
    }
    let name = widest(loaded.variables.iter().map(|v| v.name.as_str()), "NAME");
    let cells: Vec<Shown> = loaded.variables.iter().map(|v| shapes.cell(v)).collect();
    let value = widest(cells.iter().map(Shown::as_str), "VALUE").min(48);
    if !loaded.variables.is_empty() {
        let _ = writeln!(out, "{:name$}  {:value$}  FROM", "NAME", "VALUE");
    }
    let stand = |s: &Stand| format!("{}:{}", loaded.files[s.file].name, s.line);
    for (v, cell) in loaded.variables.iter().zip(&cells) {
        let from = v.from.as_ref().map_or_else(|| "the shell".to_owned(), stand);
        let over: Vec<String> = v.over.iter().map(stand).collect();
        let over = if over.is_empty() { String::new() } else { format!(", over {}", over.join(", ")) };
        let _ = writeln!(out, "{:name$}  {:value$}  {from}{over}", v.name, cell.as_str());
        for change in &v.changes {
            let _ = writeln!(out, "{:name$}  ! {}", "", change.said(&v.name));
        }
    }
    if !loaded.variables.is_empty() {
        out.push('\n');
    }
    let read: Vec<&str> = loaded.files.iter().map(|f| f.name.as_str()).collect();
    let _ = writeln!(out, "Read, strongest first: {}", read.join(", "));
    for file in &loaded.files {
        if let Some(dropped) = &file.dropped {
            let _ = writeln!(out, "! {}: {}", file.name, why(dropped));
        }
    }
    out
}

fn widest<'a>(all: impl Iterator<Item = &'a str>, head: &str) -> usize {
    all.map(|t| t.chars().count()).max().unwrap_or(0).max(head.len())
}
