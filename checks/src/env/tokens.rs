//! JavaScript and TypeScript source as tokens, well enough to tell code from comments, texts and
//! regular expressions. Text between JSX tags comes out as words; a lone apostrophe in it is harmless.

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word,
    /// A text without anything put into it.
    Text,
    /// A part of a template, a number or a regular expression.
    Literal,
    /// An operator or a bracket.
    Sign,
}
/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// Its text; of a text, what stands between the quotes.
    pub(super) text: &'a str,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// The operators that must not be taken apart, longest first.
const SIGNS: &[&str] =
    &["===", "!==", "...", "??=", "||=", "&&=", "=>", "==", "!=", "??", "||", "&&", "?.", "<=", ">=", "++", "--"];

/// Every token of a source text.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { source, at: 0, line: 1, column: 1, out: Vec::new(), templates: Vec::new() };
    lexer.run();
    lexer.out
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    line: u32,
    column: u32,
    out: Vec<Token<'a>>,
    /// For each template that is open around here, how many braces are open inside its `${`.
    templates: Vec<u32>,
}
impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }
    fn byte(&self, ahead: usize) -> u8 {
        self.source.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }
    /// Moves on over `count` bytes, which end at a character.
    fn advance(&mut self, count: usize) {
        for b in &self.source.as_bytes()[self.at..self.at + count] {
            if *b == b'\n' {
                self.line += 1;
                self.column = 1;
            } else if b & 0xc0 != 0x80 {
                // Bytes that continue a character are not counted.
                self.column += 1;
            }
        }
        self.at += count;
    }
    fn push(&mut self, kind: Kind, text: &'a str, length: usize) {
        self.out.push(Token { kind, text, line: self.line, column: self.column });
        self.advance(length);
    }

    fn run(&mut self) {
        while self.at < self.source.len() {
            let rest = self.rest();
            let b = self.byte(0);
            match b {
                b' ' | b'\t' | b'\r' | b'\n' => self.advance(1),
                b'/' if self.byte(1) == b'/' => self.advance(rest.find('\n').unwrap_or(rest.len())),
                b'/' if self.byte(1) == b'*' => self.advance(rest[2..].find("*/").map_or(rest.len(), |i| i + 4)),
                b'/' if self.regex_may_begin() => match regex(rest) {
                    Some(length) => self.push(Kind::Literal, &rest[..length], length),
                    None => self.push(Kind::Sign, "/", 1),
                },
                b'"' | b'\'' => match closing(rest, b) {
                    Some(end) => self.push(Kind::Text, &rest[1..end], end + 1),
                    None => self.push(Kind::Sign, &rest[..1], 1),
                },
                b'`' => self.template(1),
                b'{' => {
                    if let Some(depth) = self.templates.last_mut() {
                        *depth += 1;
                    }
                    self.push(Kind::Sign, "{", 1);
                }
                b'}' if self.templates.last() == Some(&0) => {
                    self.templates.pop();
                    self.template(1);
                }
                b'}' => {
                    if let Some(depth) = self.templates.last_mut() {
                        *depth -= 1;
                    }
                    self.push(Kind::Sign, "}", 1);
                }
                _ => self.word_or_sign(),
            }
        }
    }
    fn word_or_sign(&mut self) {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
        if length > 0 {
            let kind = if rest.starts_with(|c: char| c.is_ascii_digit()) { Kind::Literal } else { Kind::Word };
            return self.push(kind, &rest[..length], length);
        }
        let one = rest.chars().next().map_or(1, char::len_utf8);
        let length = SIGNS.iter().find(|s| rest.starts_with(**s)).map_or(one, |s| s.len());
        self.push(Kind::Sign, &rest[..length], length);
    }
    /// The part of a template up to its end or to the next `${`; `skip` passes the sign before it.
    fn template(&mut self, skip: usize) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let whole = bytes[0] == b'`';
        let mut i = skip;
        while i < bytes.len() {
            match bytes[i] {
                b'\\' => i += 1,
                b'`' => {
                    let kind = if whole { Kind::Text } else { Kind::Literal };
                    return self.push(kind, &rest[skip..i], i + 1);
                }
                b'$' if bytes.get(i + 1) == Some(&b'{') => {
                    self.push(Kind::Literal, &rest[skip..i], i + 2);
                    self.templates.push(0);
                    return;
                }
                _ => {}
            }
            i += 1;
        }
        // It never ends: that was no template but a lone backtick in a text.
        self.push(Kind::Sign, &rest[..1], 1);
    }
    /// Whether a slash here begins a regular expression: after a value it divides, and `</` closes.
    fn regex_may_begin(&self) -> bool {
        let Some(last) = self.out.last() else { return true };
        match last.kind {
            Kind::Word => matches!(last.text, "return" | "typeof" | "case" | "in" | "of" | "void" | "await" | "yield"),
            Kind::Text | Kind::Literal => false,
            Kind::Sign => !matches!(last.text, ")" | "]" | "}" | "<" | "++" | "--"),
        }
    }
}

/// Where the quote closes, on the same line.
fn closing(rest: &str, quote: u8) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut i = 1;
    while i < bytes.len() {
        match bytes[i] {
            b if b == quote => return Some(i),
            b'\n' => return None,
            b'\\' => i += 2,
            _ => i += 1,
        }
    }
    None
}
/// The length of a regular expression with its flags.
fn regex(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let (mut i, mut class) = (1, false);
    while i < bytes.len() {
        match bytes[i] {
            b'\n' => return None,
            b'\\' => i += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => {
                let flags = bytes[i + 1..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
                return Some(i + 1 + flags);
            }
            _ => {}
        }
        i += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_makes_it_stumble() {
        for text in
            ["", "`", "`${", "`${}", "'\\", "/\\", "/[", "}", "é`ü${'ß'}`", "\"a\n\"", "/*", "a\\", "`\\", "\u{feff}x"]
        {
            let _ = tokens(text);
        }
    }

    #[test]
    fn columns_count_characters() {
        let t = tokens("é x\n  y");
        assert_eq!((t[1].line, t[1].column, t[2].line, t[2].column), (1, 3, 2, 3));
    }
}
