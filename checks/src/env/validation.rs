//! Where the check of the variables by a schema is turned off: in the code itself, in the scripts that
//! build and start the app, in its image.

use crate::vocab::Place;

/// A place that turns the check off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Where it stands.
    pub at: Place,
    /// What it holds for.
    pub place: Where,
    /// What is written there, in words.
    pub what: &'static str,
    /// What to write.
    pub fix: &'static str,
}
/// What a switch holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// The build alone.
    Build,
    /// The app as it runs.
    Run,
}

/// The variable that the templates of T3 turn the check off with.
const SWITCH: &str = "SKIP_ENV_VALIDATION";

/// The places in one file. `file` is its name for people.
#[must_use]
pub fn skipped(file: &str, text: &str) -> Vec<Skip> {
    let name = file.rsplit('/').next().unwrap_or_default();
    if !text.contains(SWITCH) && !text.contains("skipValidation") {
        return Vec::new();
    }
    let image = name.starts_with("Dockerfile") || name.ends_with(".Dockerfile");
    let stages = text.lines().enumerate().filter(|(_, l)| image && l.trim_start().starts_with("FROM "));
    let stage = stages.last().map_or(0, |(at, _)| at);
    let lines = (1..).zip(text.lines()).skip(stage);
    let found = |(number, line): (u32, &str)| {
        let code = line.trim();
        let (place, what, fix) = if name == "package.json" {
            let place = if code.starts_with("\"start\"") {
                Where::Run
            } else if code.starts_with("\"build\"") || code.starts_with("\"vercel-build\"") {
                Where::Build
            } else {
                return None;
            };
            (place, "the script turns the check off", "the same script without SKIP_ENV_VALIDATION")
        } else if image {
            code.strip_prefix("ENV ").filter(|_| is_on(code))?;
            (Where::Run, "the image turns the check off", "take this line out, or put it before the last FROM")
        } else {
            let bare: String = code.chars().filter(|c| !c.is_whitespace()).collect();
            let comment = code.starts_with("//") || code.starts_with('*');
            (bare.contains("skipValidation:true") && !comment).then_some(())?;
            (Where::Run, "skipValidation is true for good", "skipValidation: !!process.env.SKIP_ENV_VALIDATION,")
        };
        let off = name != "package.json" || is_on(code);
        off.then(|| Skip { at: Place::new(file, number, 1), place, what, fix })
    };
    lines.filter_map(found).collect()
}
/// Whether the switch stands in a line, and on.
fn is_on(line: &str) -> bool {
    let Some((_, rest)) = line.split_once(SWITCH) else { return false };
    let value = rest.trim_start_matches(['=', ' ', '"', '\'']);
    value.starts_with('1') || value.starts_with("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_off() {
        let of = |file: &str, text: &str| skipped(file, text).iter().map(|s| (s.at.line, s.place)).collect::<Vec<_>>();
        let scripts = "{\n\"lint\": \"SKIP_ENV_VALIDATION=1 next lint\",\n\"build\": \"SKIP_ENV_VALIDATION=1 next build\",\n\
                       \"start\": \"SKIP_ENV_VALIDATION=true next start\"\n}";
        assert_eq!(of("package.json", scripts), [(3, Where::Build), (4, Where::Run)]);
        let image = "FROM node AS build\nENV SKIP_ENV_VALIDATION=1\nFROM node\nENV SKIP_ENV_VALIDATION 1\nRUN SKIP_ENV_VALIDATION=1 x\n";
        assert_eq!(of("Dockerfile", image), [(4, Where::Run)]);
        assert_eq!(of("src/env.ts", "createEnv({\n  skipValidation: true,\n})"), [(2, Where::Run)]);
        for fine in [
            "skipValidation: !!process.env.SKIP_ENV_VALIDATION",
            "// skipValidation: true",
            "skipValidation: process.env.CI === 'true'",
        ] {
            assert_eq!(of("src/env.ts", fine), [], "{fine}");
        }
    }
}
