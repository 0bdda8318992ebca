//! The loader of `.env` files against the real ones: every case is loaded by `@next/env` of five
//! major versions and by us, and both must come to the same environment.

use launchcheck_checks::env::loader::{Era, Source, load};
use launchcheck_fixtures::{npm, temp::TempDir};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, process::Command};

struct Case {
    process: Vec<(&'static str, String)>,
    files: Vec<(&'static str, String)>,
}
fn one(text: &str) -> Case {
    Case { process: Vec::new(), files: vec![(".env", text.to_owned())] }
}

/// What people write, and what goes wrong with it.
const WRITTEN: &[&str] = &[
    "",
    "A",
    "A=",
    "A= ",
    "=x",
    "A=1",
    "A = 1",
    "  A=1  ",
    "\tA=1",
    "A\t=\t1",
    "A=hello world",
    "A=1\nB=2\n",
    "A=1\r\nB=2\r\n",
    "A=1\rB=2",
    "\u{feff}A=1",
    "A=1\n\n\n   \nB=2",
    "# A=1",
    "#A=1\nB=2",
    "A=1 # c",
    "A=1# c",
    "A=1 #c",
    "A=#c",
    "A= #c",
    "A=p@ss#w0rd",
    "A=#ff00aa",
    "A='p@ss#w0rd'",
    "A=\"p@ss#w0rd\" # c",
    "A='it''s'",
    "A='it\\'s'",
    "A=\"say \\\"hi\\\"\"",
    "A=`a 'b' \"c\"`",
    "A='a\nb'",
    "A=\"a\nB=2\nc\"\nD=4",
    "A='open\nB=2",
    "A=\"open\nB=2",
    "A=`open\nB=2",
    "A=\"one\" two",
    "A=\"one\" \"two\"",
    "A=\"x\",",
    "A=\"x\"y\"",
    "A=x\"y\"",
    "A=\"\"",
    "A=''",
    "A=' '",
    "A=\" x \"",
    "A=\"a\\nb\"",
    "A='a\\nb'",
    "A=`a\\nb`",
    "A=a\\nb",
    "A=\"a\\rb\"",
    "A=\"a\\\\nb\"",
    "A=\"open\\nx",
    "A=\"",
    "A='",
    "A=\n\"below\"",
    "A=\n'below\nmore'",
    "A=\nB=2",
    "A=\n\nB=2",
    "export A=1",
    "export  A=1",
    "export\tA=1",
    "export A",
    "export=1",
    "export = 1",
    "exportA=1",
    "A: v",
    "A:v",
    "A : v",
    "A:\nB=2",
    "A:  v # c",
    "A-B=1\nA.B=2",
    "1=a\n0=b\nA=$0$1",
    "2=$1\n1=x",
    "A=1\nA=2",
    "A=1\nB=$A\nA=2",
    "A=1\nA=",
    "__proto__=1\nA=2",
    "A=b c=d",
    "A==b",
    "A=b==",
    "A=a,b;c|d&e",
    "A={\"a\": 1}",
    "A='{\"a\": 1}'",
    "A=[1,2]",
    "A={\n\"a\": 1\n}",
    "A=-----BEGIN KEY-----\nAAAA=\nBBB=\n-----END KEY-----",
    "A=\"-----BEGIN KEY-----\nAAAA=\n-----END KEY-----\"",
    "A=\u{a0}x\u{a0}",
    "A=\u{200b}x",
    "A=\u{201c}x\u{201d}",
    "\u{200b}A=1",
    "A=é\nB=日本",
    "A=pa$word",
    "A='pa$word'",
    "A=pa\\$word",
    "A='pa\\$word'",
    "A=pa$$word",
    "A=$$",
    "A=$",
    "A=50$",
    "A=a $ b",
    "A=$B/$\nB=1",
    "A=$/$B\nB=1",
    "A=$2b$10$abcdefghij",
    "A=\"$2b$10$abcdefghij\"",
    "X=1\nA=$X",
    "X=1\nA=${X}",
    "X=1\nA=${X",
    "X=1\nA=$X}",
    "X=1\nA={$X}",
    "X=1\nA=$XY $X",
    "X=1\nA=$X$X",
    "X=1\nA=$X-$X",
    "X=1\nA=\\$X",
    "X=1\nA=\\\\$X",
    "X=1\nA=${X}${Y}",
    "A=$X\nX=1",
    "A=${X}\nX=${Y}\nY=1",
    "A=${NONE}",
    "A=${NONE:-d}",
    "A=${NONE:-}",
    "A=${NONE:-a b}",
    "A=${NONE:-a:b/c}",
    "A=${NONE:-a\\}b}",
    "A=${NONE-d}",
    "A=${NONE:d}",
    "A=$NONE:-d",
    "X=1\nA=${X:-d}",
    "X=1\nA=${X:-d} tail",
    "A=${X:-d}\nX=1",
    "A=${NONE:-${X}}\nX=1",
    "A=${NONE:-$X}\nX=1",
    "A=${NONE:-${ALSO:-d}}",
    "A=${NONE:-d}${NONE:-e}",
    "A=${}",
    "A=${ X }\nX=1",
    "A=$(echo hi)",
    "A=`echo hi`",
    "A=${A}",
    "A=$A",
    "A=${A}x",
    "A=x$A",
    "A=${A:-d}",
    "A=$B\nB=$A",
    "A=$B\nB=$C\nC=$A\nD=1",
    "X='$Y'\nY=1\nA=$X",
    "X=\\$Y\nY=1\nA=$X",
    "X=a#b\nA=$X",
    "URL=postgres://u:p$w@h/db?a=b#c",
    "A='unclosed # c\nB=1 # it's",
    "A=\"a\" # it's \"quoted\"",
    "A='a' 'b' # c",
    "A=\\\"x\\\"",
    "A='\\'",
    "A=\"\\\"",
    "A='a\\''",
    "A=x\\",
    "A=\u{0}x",
    " export A = 'x' # y",
    "A='x' \nB=1",
    "A=\"x\" ",
];

/// The order of files, and the process.
fn several() -> Vec<Case> {
    let files = |all: &[(&'static str, &str)]| all.iter().map(|(n, t)| (*n, (*t).to_owned())).collect::<Vec<_>>();
    let case = |process: &[(&'static str, &str)], all: &[(&'static str, &str)]| Case {
        process: process.iter().map(|(n, v)| (*n, (*v).to_owned())).collect(),
        files: files(all),
    };
    let local = ".env.local";
    vec![
        case(&[("A", "p")], &[(".env", "A=f")]),
        case(&[("A", "")], &[(".env", "A=f")]),
        case(&[("A", "ab$cd")], &[(".env", "A=")]),
        case(&[("A", "ab$cd")], &[(".env", "B=1")]),
        case(&[("A", "ab\\$cd")], &[(".env", "A=x")]),
        case(&[("A", "ab\\$cd")], &[(local, "A=x"), (".env", "A=x")]),
        case(&[("H", "a$&")], &[(".env", "B=1\nA=$H")]),
        case(&[("H", "a$$b")], &[(".env", "A=x$H")]),
        case(&[("H", "$`|$'")], &[(".env", "A=<\\$>$H")]),
        case(&[("X", "p")], &[(".env", "A=${X:-d}\nX=f")]),
        case(&[("X", "")], &[(".env", "A=${X:-d}\nX=f")]),
        case(&[("X", "")], &[(".env", "A=$X\nX=f")]),
        case(&[], &[(local, "A=1"), (".env", "A=2\nB=$A")]),
        case(&[], &[(local, "A=$B"), (".env", "B=1")]),
        case(&[], &[(local, "A="), (".env", "A=2\nB=$A")]),
        case(&[], &[(local, "X=1"), (".env", "A=${X:-d}\nX=2")]),
        case(&[], &[(local, "A=${A}x\nB=1"), (".env", "B=2\nA=3")]),
        case(&[], &[(local, "A=a\\$B"), (".env", "A=x\nB=1")]),
        case(&[], &[(local, "A=1\nB=2"), (".env.production", "B=3\nC=$A"), (".env", "C=4\nD=$B$C")]),
        case(&[("A", "x#y")], &[(".env", "A='q'\nB=$A")]),
        case(&[("C", "$A")], &[(local, "A=1\nC="), (".env", "A=2\nC=")]),
    ]
}

/// Pieces that are put together at random, always the same way: what nobody thought of.
fn random(count: usize) -> Vec<Case> {
    // No piece refers to itself: Node takes long to fill its stack, and the rows above have those.
    const PIECES: &[&str] = &[
        "A",
        "B",
        "C",
        "A=",
        "B=",
        "C=",
        "=",
        ":",
        ": ",
        " ",
        "\n",
        "\n",
        "\n",
        "\t",
        "#",
        " #",
        "'",
        "\"",
        "`",
        "\\",
        "\\n",
        "$",
        "$X",
        "$Y",
        "${X}",
        "${Y",
        "${Z:-",
        ":-",
        "}",
        "{",
        "x",
        "1",
        "y z",
        "export ",
        "\r\n",
        "-",
        ".",
        "_",
        "é",
        "\u{a0}",
        "undefined",
        "&",
        "'x'",
        "\"y\"",
        "\\$",
        "$$",
        "\nX=1\n",
        "\nZ=a b\n",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    (0..count)
        .map(|_| {
            let mut text =
                |longest: usize| -> String { (0..=next(longest)).map(|_| PIECES[next(PIECES.len())]).collect() };
            let mut files = vec![(".env", format!("A={}", text(14)))];
            if text(3).len() > 3 {
                files.insert(0, (".env.local", text(12)));
            }
            let host = text(4).replace(['\n', '\r', '\0'], "");
            let process = if host.len() > 4 { vec![("Y", host)] } else { Vec::new() };
            Case { process, files }
        })
        .collect()
}

fn oracle(cases: &[Case], package: &str) -> Vec<BTreeMap<String, String>> {
    let asked = cases.iter().map(|case| {
        let files: Vec<Value> = case.files.iter().map(|(n, t)| json!({"path": n, "contents": t})).collect();
        let process: BTreeMap<_, _> = case.process.iter().cloned().collect();
        json!({"package": package, "process": process, "files": files})
    });
    ask(asked.collect())
}

fn ask(asked: Vec<Value>) -> Vec<BTreeMap<String, String>> {
    let folder = npm::install("dotenv", Path::new(env!("CARGO_TARGET_TMPDIR")), &[]).unwrap();
    let count = asked.len();
    let scratch = TempDir::new("launchcheck-oracle").unwrap();
    let path = scratch.path().join("cases.json");
    std::fs::write(&path, Value::from(asked).to_string()).unwrap();
    let done = Command::new("node").arg("oracle.js").arg(&path).current_dir(&folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let all: Vec<BTreeMap<String, String>> = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(all.len(), count);
    all
}

fn ours(case: &Case, era: Era) -> BTreeMap<String, String> {
    let process: BTreeMap<String, String> = case.process.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    let files: Vec<Source<'_>> =
        case.files.iter().map(|(name, text)| Source { name, bytes: text.as_bytes() }).collect();
    let loaded = load(&process, &files, era);
    let mut all = process;
    all.extend(loaded.variables.into_iter().map(|v| (v.name, v.value)));
    all
}

#[test]
fn we_load_what_every_next_loads() {
    let mut cases: Vec<Case> = WRITTEN.iter().map(|t| one(t)).collect();
    cases.extend(several());
    cases.extend(random(600));
    for (package, era) in [
        ("env12", Era::Next12),
        ("env13", Era::Next12),
        ("env14", Era::Next14),
        ("env15", Era::Next14),
        ("env16", Era::Next14),
    ] {
        let want = oracle(&cases, package);
        let mut wrong = Vec::new();
        for (case, want) in cases.iter().zip(want) {
            let got = ours(case, era);
            if got != want {
                wrong.push(format!("{:?} over {:?}\n  real {want:?}\n  ours {got:?}", case.files, case.process));
            }
        }
        let shown = wrong.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{package}: {} of {} cases differ:\n{shown}", wrong.len(), cases.len());
    }
}

/// The executable in a folder, as a person runs it, with this process.
fn env_json(dir: &Path, mode: &str, process: &[(&str, &str)], flags: &[&str]) -> (i32, Value, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["env", ".", "--mode", mode, "--format", "json"])
        .args(flags)
        .env_clear()
        .envs(process.iter().copied())
        .current_dir(dir)
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    (done.status.code().unwrap(), serde_json::from_str(&text).unwrap_or_default(), text)
}

const FOLDER: &[(&str, &str)] = &[
    ("package.json", r#"{"dependencies": {"next": "^16.0.0"}}"#),
    (".env", "NAME=base\nDB_PASSWORD=p@ss#w0rd\nHOST=db\nURL=${HOST:-localhost}\nFROM_HOST=\n"),
    (".env.local", "NAME=local\nTOKEN=abc\n"),
    (".env.production", "NAME=production\n"),
    (".env.production.local", "NAME=own\nLATER=${TOKEN}\n"),
    (".env.development", "NAME=development\n"),
    (".env.test", "NAME=test\n"),
    ("src/.env", "NAME=never\n"),
];

#[test]
fn the_command_reads_the_files_that_next_reads() {
    let scratch = TempDir::new("launchcheck-env").unwrap();
    for (name, text) in FOLDER {
        let path = scratch.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let host = [("FROM_HOST", "ab$cd"), ("TOKEN", "")];
    for (mode, files) in [
        ("production", vec![".env.production.local", ".env.local", ".env.production", ".env"]),
        ("development", vec![".env.local", ".env.development", ".env"]),
        ("test", vec![".env.test", ".env"]),
    ] {
        let (code, shown, _) = env_json(scratch.path(), mode, &host, &["--show-values"]);
        assert_eq!(code, 0);
        let loaded: Vec<&str> = shown["loaded"].as_array().unwrap().iter().filter_map(|f| f["file"].as_str()).collect();
        assert_eq!(loaded, files, "{mode}");
        let node_env = if mode == "test" { "test" } else { "" };
        let process = json!({"FROM_HOST": "ab$cd", "TOKEN": "", "NODE_ENV": node_env});
        let real = ask(vec![json!({
            "package": "env16", "process": process, "dir": scratch.path(), "dev": mode == "development"
        })]);
        for (name, row) in shown["env"].as_object().unwrap() {
            assert_eq!(row["value"].as_str(), real[0].get(name).map(String::as_str), "{mode} {name}");
        }
        assert!(
            real[0].keys().all(|n| ["NODE_ENV", "TOKEN"].contains(&n.as_str()) || shown["env"].get(n).is_some()),
            "{:?}",
            real[0]
        );
    }
}

#[test]
fn what_became_of_a_value_is_said_and_the_value_is_not_shown() {
    let scratch = TempDir::new("launchcheck-env").unwrap();
    for (name, text) in FOLDER.iter().filter(|(n, _)| !n.contains('/')) {
        std::fs::write(scratch.path().join(name), text).unwrap();
    }
    let (_, shown, text) = env_json(scratch.path(), "production", &[("FROM_HOST", "ab$cd")], &[]);
    let row = |name: &str| &shown["env"][name];
    assert_eq!(row("NAME")["file"], ".env.production.local");
    assert_eq!(row("NAME")["line"], 1);
    let over: Vec<&str> = row("NAME")["over"].as_array().unwrap().iter().filter_map(|o| o["file"].as_str()).collect();
    assert_eq!(over, [".env.local", ".env.production", ".env"]);
    let said = |name: &str| row(name)["changes"].to_string();
    assert!(said("DB_PASSWORD").contains("cut at #"), "{}", said("DB_PASSWORD"));
    assert!(said("URL").contains("HOST") && said("LATER").contains("$TOKEN"), "{} {}", said("URL"), said("LATER"));
    assert!(said("FROM_HOST").contains("take FROM_HOST out"), "{}", said("FROM_HOST"));
    assert!(row("FROM_HOST")["file"].is_null());
    for value in ["p@ss", "abc", "ab$cd", "\"value\""] {
        assert!(!text.contains(value), "{value} is shown: {text}");
    }
    std::fs::write(scratch.path().join(".env.local"), "A=${A}x\nTOKEN=abc\n").unwrap();
    let (code, shown, text) = env_json(scratch.path(), "production", &[], &[]);
    assert_eq!(code, 1);
    assert!(shown["env"].get("TOKEN").is_none() && text.contains("A on line 1 refers to itself"), "{text}");
}
