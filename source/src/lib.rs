//! Reads the source of an app: the names of its variables, its webhook handlers, where its secrets
//! go. It is the only user of the parser, and only [`lower`] knows the parser's tree.

#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the tools that read these files tell their endings by case too"
)]
#![allow(clippy::needless_for_each, reason = "a match whose arms are all one call reads better with one here too")]
#![allow(clippy::unused_self, reason = "the steps of lowering are methods, whether or not they look at the text")]
#![allow(clippy::too_many_arguments, reason = "a call is judged by its path, its values and its place at once")]

mod calls_map;
#[doc(hidden)]
pub mod example;
mod hook;
pub mod index;
pub mod ir;
mod leaks;
pub mod lower;
mod practice;
mod reads;
pub mod resolve;
pub mod summary;
pub mod walk;
mod workspace;
mod world;

use launchcheck_checks::code::facts::CodeIndex;
use std::path::Path;

/// Reads the app in a folder. `shown` gives a path as people know it. It takes as many threads as the
/// machine has cores, and returns when all is read.
#[must_use]
pub fn read(folder: &Path, shown: &(dyn Fn(&Path) -> String + Sync)) -> CodeIndex {
    let mut found = walk::walk(folder, "", shown);
    workspace::add(folder, &mut found, shown);
    let walk::Found { files, mut extras, mentions, keyless, unguarded, gaps } = found;
    practice::watch::above(folder, &mut extras);
    let text = |path: &str| std::fs::read_to_string(folder.join(path)).ok();
    let named = |path: &str| shown(&workspace::plain(&folder.join(path)));
    let tree = workspace::reached(index::Tree::new(files, extras, &text, &named));
    let index = index::index(&tree, mentions.into_iter().collect(), gaps);
    // To give thousands of summaries back takes as long as to read a hundred files.
    let files = tree.files;
    std::thread::spawn(move || drop(files));
    CodeIndex { keyless: keyless.into_iter().collect(), unguarded, ..index }
}

/// Reads files that are given by their paths and texts, as tests and examples have them.
#[must_use]
pub fn of_texts(texts: &[(String, String)]) -> CodeIndex {
    let mut files: Vec<summary::Summary> =
        texts.iter().filter(|(p, _)| summary::is_source(p)).map(|(p, t)| summary::summarise(p, p, t)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let extras = texts.iter().filter(|(p, _)| !summary::is_source(p)).cloned().collect();
    let mentions = texts.iter().flat_map(|(_, t)| launchcheck_checks::env::reads::mentions(t)).map(str::to_owned);
    let mentions = mentions.collect();
    let text = |path: &str| texts.iter().find(|(p, _)| p == path).map(|(_, t)| t.clone());
    let tree = index::Tree::new(files, extras, &text, &str::to_owned);
    index::index(&tree, mentions, Vec::new())
}
