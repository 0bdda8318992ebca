//! The files that are looked into a second time, parsed when they are first needed and kept for all
//! that look: handlers, calls, leaks and what else the code does.

use crate::{
    index::Tree,
    ir::{Export, ExportOf, Module},
    lower::lower,
    summary::{parsed_as, script},
};
use std::sync::OnceLock;

/// The texts of a tree's files, as far as they were read.
pub(crate) type Texts = Vec<OnceLock<Option<String>>>;
/// Their trees, as far as they were parsed.
pub(crate) type Modules<'t> = Vec<OnceLock<Option<Module<'t>>>>;

/// Room for as many files as a tree has.
pub(crate) fn room<T>(tree: &Tree<'_>) -> Vec<OnceLock<T>> {
    tree.files.iter().map(|_| OnceLock::new()).collect()
}

/// Files by their number.
#[derive(Clone, Copy)]
pub(crate) struct World<'m, 't> {
    pub(crate) tree: &'m Tree<'m>,
    pub(crate) texts: &'t Texts,
    pub(crate) modules: &'m Modules<'t>,
}
impl<'m, 't: 'm> World<'m, 't> {
    pub(crate) fn text(&self, file: usize) -> Option<&'t str> {
        let read = || {
            let f = &self.tree.files[file];
            if f.generated {
                return None;
            }
            let text = (self.tree.text)(&f.path)?;
            Some(script(&f.path, &text).into_owned())
        };
        self.texts[file].get_or_init(read).as_deref()
    }
    pub(crate) fn module(&self, file: usize) -> Option<&'m Module<'t>> {
        let parse = || lower(parsed_as(&self.tree.files[file].path), self.text(file)?);
        self.modules[file].get_or_init(parse).as_ref()
    }
    /// The file and the local name of an exported name, through files that pass it on.
    pub(crate) fn export(&self, file: usize, name: &str, hops: u8) -> Option<(usize, &'t str)> {
        let module = self.module(file)?;
        let find = |m: &str| self.tree.resolver.find(&self.tree.files[file].path, m);
        match module.exports.iter().find(|e| e.name == name) {
            Some(Export { of: ExportOf::Local(local), .. }) => {
                match module.imports.iter().find(|i| i.local == *local) {
                    Some(i) if hops > 0 => self.export(find(i.from)?, i.name, hops - 1),
                    _ => Some((file, local)),
                }
            }
            Some(Export { of: ExportOf::From(from, there), .. }) if hops > 0 => {
                self.export(find(from)?, there, hops - 1)
            }
            None if hops > 0 => module.stars.iter().find_map(|s| self.export(find(s)?, name, hops - 1)),
            _ => None,
        }
    }
}
