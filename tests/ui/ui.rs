//! What the compiler says to a user, word for word, and what it accepts in silence.
//!
//! * `fail/<cause>`: functions that this compiler refuses, with the whole output of rustc. rustc's
//!   own words change with its version, so these are compared on one named toolchain; our texts are
//!   checked on every toolchain, in memory: `cargo test -p autodiff-macros refusals`.
//! * `refused`: functions that this compiler cannot see to be wrong, and that rustc refuses because
//!   of what the emitted code asks of it. A comment `//~ text` in a function says what has to stand in
//!   an error at that function; one without such a comment has to compile.
//! * `checked`: what tells `cargo check` from a build.
//! * `pass`: programs that compile without a warning under the strictest lints, and run.
//!
//! ```text
//! TRYBUILD=overwrite cargo test --test ui    # after a wanted change of a text; read the difference
//! ```

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The toolchain whose words the `.stderr` files hold.
const TOOLCHAIN: &str = "rustc 1.95.";

#[test]
fn outputs() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    match version().starts_with(TOOLCHAIN) {
        true => cases.compile_fail("fail/*/*.rs"),
        false => println!("refusals are not compared: this is not {TOOLCHAIN}*"),
    }
}

/// What `rustc --version` says.
/// A text whose arguments are missing shows where they should be.
#[test]
fn texts_have_their_arguments() {
    for folder in cases("fail") {
        let outputs = cases(&format!("fail/{}", stem(&folder)));
        for output in outputs
            .iter()
            .filter(|file| file.extension().is_some_and(|e| e == "stderr"))
        {
            let text = std::fs::read_to_string(output).expect("an output");
            let mut ours = text.lines().filter(|line| line.starts_with("error"));
            let gap = ours.find(|line| (0..4).any(|n| line.contains(&format!("`{{{n}}}`"))));
            assert_eq!(gap, None, "{}", output.display());
        }
    }
}

fn version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    output.map_or_else(
        |_| String::new(),
        |o| String::from_utf8_lossy(&o.stdout).into_owned(),
    )
}

#[test]
fn types_that_only_look_right_are_refused() {
    let files = cases("refused");
    let errors = check("refused", &files, Bodies::AsNeeded);
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|file| complaints(file, &errors))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Under `cargo check` bodies are not emitted, and what is must be as quiet.
#[test]
fn programs_that_compile_are_checked_in_silence() {
    let errors = check("checked", &cases("pass"), Bodies::AsNeeded);
    let errors: Vec<String> = errors.into_iter().map(|error| error.text).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// That cargo's check is recognised, and that everything is emitted for those who ask for it.
#[test]
fn bodies_are_for_builds_and_on_request() {
    let files = cases("checked");
    assert!(check("signatures", &files, Bodies::AsNeeded).is_empty());
    let errors = check("bodies", &files, Bodies::Always);
    assert!(
        errors
            .iter()
            .all(|e| e.text.contains("the pullback is known"))
    );
    assert_eq!(errors.len(), files.len());
}

/// Whether what is emitted has bodies under `cargo check`.
enum Bodies {
    AsNeeded,
    Always,
}

/// An error of rustc.
struct Error {
    file: String,
    /// Where it points to; 0 for the end of the list of errors.
    line: usize,
    text: String,
}

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder of cases");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

/// Has cargo check all files as programs of one package, with the default features where they ask for
/// nothing else, and where trybuild compiles: it has the compiler already.
fn check(package: &str, files: &[PathBuf], bodies: Bodies) -> Vec<Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the folder of the workspace");
    let base = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let project = base.join(package);
    let (features, num_traits) = match files.iter().any(|file| uses_num_traits(file)) {
        true => ("\"num-traits\"", "num-traits = \"0.2\"\n"),
        false => ("", ""),
    };
    let mut manifest = format!(
        "[package]\nname = {package:?}\nedition = \"2024\"\nautobins = false\n\n[workspace]\n\n[dependencies]\nconservative-grad = {{ path = {root:?}, features = [{features}] }}\n{num_traits}"
    );
    for file in files {
        let _ = write!(
            manifest,
            "\n[[bin]]\nname = {:?}\npath = {file:?}\n",
            stem(file)
        );
    }
    std::fs::create_dir_all(&project).expect("a folder for the package");
    std::fs::write(project.join("Cargo.toml"), manifest).expect("a manifest");
    std::fs::copy(root.join("Cargo.lock"), project.join("Cargo.lock"))
        .expect("the versions in use");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    match bodies {
        Bodies::AsNeeded => command.env_remove("AUTODIFF_BODIES"),
        Bodies::Always => command.env("AUTODIFF_BODIES", "1"),
    };
    let output = command
        .args([
            "check",
            "--offline",
            "--keep-going",
            "--bins",
            "--message-format=json",
            "--quiet",
        ])
        .current_dir(&project)
        .env("CARGO_TARGET_DIR", base.with_file_name("tests/trybuild"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("compiler-artifact"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.lines().filter_map(error).collect()
}

fn uses_num_traits(file: &Path) -> bool {
    std::fs::read_to_string(file)
        .expect("a case")
        .contains("num_traits")
}

/// The error that a line of cargo's output tells of.
fn error(line: &str) -> Option<Error> {
    let message: Value = serde_json::from_str(line).ok()?;
    let file = message["target"]["src_path"].as_str()?.to_owned();
    let message = &message["message"];
    if message["level"] != "error" {
        return None;
    }
    let spans = message["spans"].as_array()?;
    let primary = spans.iter().find(|span| span["is_primary"] == true);
    let line = primary.and_then(|span| span["line_start"].as_u64());
    let line = usize::try_from(line.unwrap_or(0)).ok()?;
    Some(Error {
        file,
        line,
        text: message["rendered"].as_str()?.to_owned(),
    })
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// What a file announces and rustc does not say, and what it says unannounced.
fn complaints(file: &Path, errors: &[Error]) -> Vec<String> {
    let source = std::fs::read_to_string(file).expect("a case");
    let name = file.to_string_lossy();
    let errors: Vec<&Error> = errors.iter().filter(|error| error.file == name).collect();
    let functions = functions(&source);
    functions
        .iter()
        .flat_map(|function| {
            function
                .complaints(&errors)
                .into_iter()
                .map(|text| format!("{name}: {text}"))
        })
        .collect()
}

/// An annotated function of a case.
struct Function {
    /// The lines from its attribute to the next one.
    lines: std::ops::Range<usize>,
    wanted: Vec<String>,
}

fn functions(source: &str) -> Vec<Function> {
    let starts: Vec<usize> = (1..)
        .zip(source.lines())
        .filter(|(_, line)| line.starts_with("#[conservative_grad"))
        .map(|(number, _)| number)
        .collect();
    let ends = starts
        .iter()
        .skip(1)
        .copied()
        .chain([source.lines().count() + 1]);
    let function = |(start, end): (&usize, usize)| {
        let lines = source.lines().skip(start - 1).take(end - start);
        let wanted = lines.filter_map(|line| Some(line.split_once("//~ ")?.1.trim().to_owned()));
        Function {
            lines: *start..end,
            wanted: wanted.collect(),
        }
    };
    starts.iter().zip(ends).map(function).collect()
}

impl Function {
    fn complaints(&self, errors: &[&Error]) -> Vec<String> {
        let here: Vec<&&Error> = errors
            .iter()
            .filter(|error| self.lines.contains(&error.line))
            .collect();
        let said = |text: &String| here.iter().any(|error| error.text.contains(text.as_str()));
        let missing = self.wanted.iter().filter(|text| !said(text));
        let mut all: Vec<String> = missing
            .map(|text| format!("line {}: no error says `{text}`", self.lines.start))
            .collect();
        if self.wanted.is_empty() {
            all.extend(
                here.iter()
                    .map(|error| format!("line {}: {}", error.line, error.text)),
            );
        }
        all
    }
}
