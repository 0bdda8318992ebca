//! What is known of an app's environment. Values are never here, only their shapes.
use super::{
    loader::{self, Change},
    shape::Shape,
    sources::Format,
    validation::Skip,
};
use crate::vocab::{Cause, Evidence, Gaps, Place, Shown};
use std::collections::BTreeSet;

/// What stands in the repository: the names that the source reads, the example file, the files of
/// a developer's machine. It is always known, and nothing in it says what production has.
#[derive(Clone, Debug, Default)]
pub struct EnvSet {
    /// The names in the example file (`.env.example`, or `[[app]] example`).
    pub example: Vec<Entry>,
    /// The names in files that exist and that nobody declared as production's, such as
    /// `.env.local`: for inference and context only.
    pub nearby: Vec<Entry>,
    /// Where the source reads which name.
    pub reads: Vec<Read>,
    /// Names that a schema in the source calls optional or gives a default.
    pub optional: BTreeSet<String>,
    /// Words in the shape of a variable's name that stand anywhere in the app, whatever the file;
    /// one that ends in `_` is the start of a name that is put together.
    pub mentions: BTreeSet<String>,
    /// How many JavaScript or TypeScript files were read.
    pub sources: u32,
    /// The packages that package.json depends on.
    pub packages: Vec<String>,
    /// Where the check of the variables by a schema is turned off.
    pub skips: Vec<Skip>,
    /// `[[app]] required`.
    pub required: Vec<(String, Option<Place>)>,
    /// `[[app]] ignore`: names that are left alone.
    pub ignore: BTreeSet<String>,
    /// What could not be read.
    pub gaps: Vec<Cause>,
}
impl EnvSet {
    /// Whether the configuration says to leave this name alone.
    #[must_use]
    pub fn ignores(&self, name: &str) -> bool {
        self.ignore.contains(name)
    }
    /// Where the source reads this name.
    pub fn reads_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Read> + 'a {
        self.reads.iter().filter(move |r| r.name == name)
    }
    /// The line of the example file that names it.
    #[must_use]
    pub fn in_example(&self, name: &str) -> Option<&Entry> {
        self.example.iter().find(|e| e.name == name)
    }
}
impl Gaps for EnvSet {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// What production really has, as a declared source says: `[[app]] production`, `--env-file`, or
/// the process where `CI` is set. Not configured where nobody named one.
#[derive(Clone, Debug, Default)]
pub struct Production {
    /// The sources, strongest first, as people know them.
    pub sources: Vec<Shown>,
    /// The variables, each once, from the strongest source that has it; in the order of their names.
    pub entries: Vec<Entry>,
    /// The dotenv files that the loader gives up, with all they hold.
    pub dropped: Vec<Dropped>,
    /// The formats of what was named, but for files that the loader reads.
    pub formats: Vec<Format>,
    /// Whether the app is hosted as functions that come and go, as far as files beside it say.
    pub serverless: bool,
    /// Whose loader reads the dotenv files: `Next.js 16.4.6 (pnpm-lock.yaml)`. Empty where no version
    /// was found.
    pub loader: Shown,
    /// What could not be read.
    pub gaps: Vec<Cause>,
}
/// A dotenv file of which nothing is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The file and the line that is the reason.
    pub at: Place,
    /// The variable on that line.
    pub name: String,
    /// Why.
    pub why: loader::Dropped,
}

/// What previews and test deployments have, as `[[app]] preview` or `--preview-env-file` says. Not
/// configured where nobody named it.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// The same as of production.
    pub set: Production,
}
impl Gaps for Preview {
    fn gaps(&self) -> &[Cause] {
        &self.set.gaps
    }
}
/// Why [`Preview`] is not there.
pub const NO_PREVIEW: &str = "no preview source; name one with [[app]] preview or --preview-env-file";

impl Production {
    /// The variable of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.name == name)
    }
    /// The sources in words.
    #[must_use]
    pub fn named(&self) -> Shown {
        self.sources.iter().map(Shown::as_str).collect::<Vec<_>>().join(", ").into()
    }
}
impl Gaps for Production {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// Why [`Production`] is not there; the engine calls its rules skipped then, with these words.
pub const NO_PRODUCTION: &str = "no production source; name one with [[app]] production or --env-file";

/// A variable somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What its value looks like.
    pub shape: Shape,
    /// Its line; `None` where it comes from the process.
    pub at: Option<Place>,
    /// The assignments that lost, strongest first.
    pub over: Vec<Place>,
    /// What the loader made of it on the way.
    pub changes: Vec<Change>,
    /// Who wrote the source.
    pub format: Format,
}
impl Entry {
    /// A variable of this shape at this line.
    #[must_use]
    pub fn new(name: &str, shape: Shape, at: Option<Place>) -> Self {
        let format = if at.is_some() { Format::Dotenv } else { Format::Process };
        Self { name: name.to_owned(), shape, at, over: Vec::new(), changes: Vec::new(), format }
    }
    /// As evidence: where it stands, what its value looks like, and what became of it on the way.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        let changes = self.changes.iter().filter(|c| !matches!(c, Change::DollarReplaced(_)));
        let text = format!("{}={}", self.name, self.shape.masked);
        let text = changes.fold(text, |all, c| all + "; " + &c.said(&self.name));
        match &self.at {
            Some(at) => Evidence::Place(at.clone(), text.into()),
            None => format!("{text} in the process environment").into(),
        }
    }
    /// Whether a real value stands there that nothing else is wrong with: no placeholder, not empty.
    #[must_use]
    pub fn is_real(&self) -> bool {
        !self.shape.is_empty() && !matches!(self.shape.kind, super::shape::Kind::Placeholder(_))
    }
    /// Whether both hold the same value, as far as that is known.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.shape.digest.is_some() && self.shape.digest == other.shape.digest
    }
}

/// One place where source reads a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The variable.
    pub name: String,
    /// Where.
    pub at: Place,
    /// What happens when it is not set.
    pub without: Without,
    /// Whether this is a configuration or maintenance file (`scripts/`, `*.config.ts`) rather than
    /// the app.
    pub tooling: bool,
}
/// What the code does without the variable, as far as the expression itself shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Without {
    /// Nothing follows: it goes on with `undefined`.
    Undefined,
    /// `|| ""`: it goes on with an empty text.
    Empty,
    /// It has a default, or another variable to fall back on.
    Default,
    /// It only asks whether the variable is there, or compares it.
    Asks,
}
