//! Looks for the schema files of an app: Prisma, Drizzle and SQL.

use super::{env_files::shown, secrets};
use launchcheck_checks::{billing::declared, vocab::Shown};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The files and folders where schemas stand, from the app's folder on.
const PLACES: &[&str] = &[
    "prisma/schema.prisma",
    "schema.prisma",
    "prisma/schema",
    "src/db/schema.ts",
    "db/schema.ts",
    "lib/db/schema.ts",
    "src/lib/db/schema.ts",
    "src/server/db/schema.ts",
    "drizzle/schema.ts",
    "src/db/schema",
    "db/schema",
    "drizzle",
    "supabase/migrations",
    "supabase/schema.sql",
    "schema.sql",
    "db/schema.sql",
    "db/migrations",
    "migrations",
];
/// How many files are read.
const FILES: usize = 60;

/// What the first schema that speaks of billing says, a sentence a column.
#[must_use]
pub fn guesses(folders: &[PathBuf]) -> Vec<Shown> {
    let places = folders.iter().flat_map(|folder| PLACES.iter().map(|p| folder.join(p)));
    let files = places.flat_map(|place| if place.is_dir() { listing(&place) } else { vec![place] });
    files
        .filter(|f| f.is_file())
        .take(FILES)
        .map(|file| {
            let text = secrets::bytes(&file).unwrap_or_default();
            declared::guesses(&shown(&file), &String::from_utf8_lossy(&text))
        })
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}
fn listing(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let wanted = |p: &PathBuf| {
        let ending = p.extension().and_then(|e| e.to_str()).unwrap_or_default();
        ["sql", "prisma", "ts"].contains(&ending)
    };
    let mut files: Vec<PathBuf> = entries.map(|e| e.path()).filter(wanted).collect();
    files.sort();
    files
}
