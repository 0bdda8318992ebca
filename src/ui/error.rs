//! How errors are written: one headline, the place with a caret, the causes, then the hints.

use crate::problem::{Problem, Problems, Snippet};
use std::fmt::Write as _;

/// How wide a quoted line may be before it is cut around the caret.
const WIDTH: usize = 100;

/// All problems as text. Hints that several share are written once, at the end.
#[must_use]
pub fn problems(all: &Problems, color: bool) -> String {
    let mut out = String::new();
    for problem in &all.0 {
        one(&mut out, problem, color);
    }
    let mut said: Vec<&str> = Vec::new();
    for hint in all.0.iter().flat_map(|p| &p.hints) {
        if !said.contains(&hint.as_str()) {
            said.push(hint.as_str());
            line(&mut out, &paint("hint:", "36", color), hint.as_str());
        }
    }
    out
}

/// An error that is no [`Problems`]: the outermost message, then each cause.
#[must_use]
pub fn chain(messages: &[String], color: bool) -> String {
    let mut messages = messages.iter();
    let mut problem = Problem::new(messages.next().map_or("something went wrong", String::as_str));
    for cause in messages {
        problem = problem.cause(cause);
    }
    problems(&problem.into(), color)
}

fn one(out: &mut String, problem: &Problem, color: bool) {
    line(out, &paint("error:", "1;31", color), &problem.to_string());
    if let Some(snippet) = &problem.snippet {
        quote(out, snippet, color);
    }
    for cause in &problem.causes {
        line(out, " cause:", cause.as_str());
    }
}

fn quote(out: &mut String, s: &Snippet, color: bool) {
    let chars: Vec<char> = s.text.as_str().chars().collect();
    let column = s.column as usize - 1;
    // Keep the caret in view: start a cut line some way before it.
    let from = if chars.len() > WIDTH { column.saturating_sub(WIDTH / 2) } else { 0 };
    let to = (from + WIDTH).min(chars.len());
    let text: String = chars.get(from..to).unwrap_or_default().iter().collect();
    let (head, tail) = (if from > 0 { "…" } else { "" }, if to < chars.len() { "…" } else { "" });
    let number = format!("{:>5} | ", s.line);
    let gap = " ".repeat(column - from + head.chars().count());
    let caret = paint(&"^".repeat(s.width.min(WIDTH - (column - from).min(WIDTH - 1))), "1;31", color);
    let _ = writeln!(out, "{number}{head}{text}{tail}");
    let _ = writeln!(out, "{}", format!("      | {gap}{caret} {}", s.label).trim_end());
}

fn line(out: &mut String, head: &str, text: &str) {
    let _ = writeln!(out, "{head} {text}");
}

fn paint(text: &str, code: &str, color: bool) -> String {
    if color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn source(text: &str) -> Source {
        Source { shown: "launchcheck.toml".into(), root: "/repo".into(), text: text.into() }
    }

    #[test]
    fn headline_place_caret_causes_hints() {
        let source = source("[email]\n  dkim-selector = \"s1\"\n");
        let p = Problem::new("unknown key `dkim-selector`")
            .at(&source, &(10..23))
            .label("did you mean `dkim-selectors`?")
            .cause("a cause")
            .hint("`launchcheck schema config` lists every key");
        assert_eq!(
            problems(&Problems(vec![p.clone(), p]), false),
            "\
error: launchcheck.toml:2:3: unknown key `dkim-selector`
    2 |   dkim-selector = \"s1\"
      |   ^^^^^^^^^^^^^ did you mean `dkim-selectors`?
 cause: a cause
error: launchcheck.toml:2:3: unknown key `dkim-selector`
    2 |   dkim-selector = \"s1\"
      |   ^^^^^^^^^^^^^ did you mean `dkim-selectors`?
 cause: a cause
hint: `launchcheck schema config` lists every key
"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let text = format!("x = \"{}\" BAD", "words and ".repeat(40));
        let at = text.find("BAD").unwrap();
        let shown = problems(&Problem::new("no").at(&source(&text), &(at..at + 3)).into(), false);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[1].chars().count() < 115, "{shown}");
        let caret = lines[2].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[1].chars().skip(caret).take(3).collect::<String>(), "BAD");
    }

    #[test]
    fn nothing_in_a_file_reaches_the_terminal_as_an_escape() {
        let shown = problems(&Problem::new("\x1b[2J").at(&source("\x1b]0;x\x07 = 1"), &(0..2)).into(), false);
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    }
}
