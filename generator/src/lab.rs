//! Compiles and runs generated files in a scratch package.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::ast::Program;
use crate::emit::{self, Check};

/// What is wrong with a program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Failure {
    /// The same for failures that probably have one cause; several if there are several errors.
    pub kinds: Vec<String>,
    /// What the compiler or the comparison said.
    pub text: String,
}

/// A scratch package beside the workspace, and what its programs are checked for.
#[derive(Debug)]
pub struct Lab {
    dir: PathBuf,
    /// Where cargo builds, as an absolute path.
    target: PathBuf,
    check: Check,
}

/// Longest that the programs of one file may run.
const PATIENCE: Duration = Duration::from_secs(60);

impl Lab {
    /// A scratch package in `dir`.
    pub fn new(dir: &Path, check: Check) -> io::Result<Lab> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(dir.join("src"))?;
        let mut manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [profile.dev]\ndebug = false\nincremental = false\n\n[dependencies]\n",
            name(check)
        );
        manifest += &format!("program-generator = {{ path = {root:?} }}\n");
        if check != Check::Values {
            let facade = root.parent().unwrap_or(root);
            manifest += &format!("conservative-grad = {{ path = {facade:?} }}\n");
        }
        fs::write(dir.join("Cargo.toml"), manifest)?;
        fs::write(
            dir.join("src/main.rs"),
            "#![allow(warnings)]\nmod programs;\nfn main() {\n    \
             std::process::exit(i32::from(program_generator::compare::run(programs::CHECKS) > 0));\n}\n",
        )?;
        let dir = dir.canonicalize()?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let target = target.filter(|t| t.is_absolute());
        Ok(Lab {
            target: target.unwrap_or_else(|| dir.join("target")),
            dir,
            check,
        })
    }

    /// The failures of `programs`, by position.
    pub fn test(&self, programs: &[Program]) -> io::Result<BTreeMap<usize, Failure>> {
        let mut failures = BTreeMap::new();
        loop {
            let left: Vec<usize> = (0..programs.len())
                .filter(|k| !failures.contains_key(k))
                .collect();
            if left.is_empty() {
                return Ok(failures);
            }
            let chosen: Vec<Program> = left.iter().map(|&k| programs[k].clone()).collect();
            let found = self.attempt(&chosen)?;
            let done = found.complete;
            failures.extend(found.failures.into_iter().map(|(k, f)| (left[k], f)));
            if done {
                return Ok(failures);
            }
        }
    }

    /// One build, and one run if it succeeds.
    fn attempt(&self, programs: &[Program]) -> io::Result<Attempt> {
        let text = emit::file(programs, self.check);
        fs::write(self.dir.join("src/programs.rs"), &text)?;
        let built = self.cargo("build", programs.len())?;
        if built.status.success() {
            return self.run(programs.len());
        }
        let errors = String::from_utf8_lossy(&built.stderr).into_owned();
        let own = format!("could not compile `{}`", name(self.check));
        if errors.contains("could not compile") && !errors.contains(&own) {
            return Err(io::Error::other(errors));
        }
        let failures = blame(&text, &errors);
        if !failures.is_empty() {
            return Ok(Attempt {
                failures,
                complete: false,
            });
        }
        self.halve(programs, &errors)
    }

    /// For errors without a place: finds the programs that cause them by compiling fewer.
    fn halve(&self, programs: &[Program], errors: &str) -> io::Result<Attempt> {
        let mut failures = BTreeMap::new();
        if programs.len() == 1 {
            let text = errors.lines().rev().take(30).collect::<Vec<_>>().join("\n");
            failures.insert(
                0,
                Failure {
                    kinds: vec![format!("compile: {}", first_error(errors))],
                    text,
                },
            );
        } else {
            let (a, b) = programs.split_at(programs.len() / 2);
            failures.extend(self.test(a)?);
            failures.extend(self.test(b)?.into_iter().map(|(k, f)| (k + a.len(), f)));
        }
        Ok(Attempt {
            failures,
            complete: true,
        })
    }

    fn cargo(&self, verb: &str, programs: usize) -> io::Result<Output> {
        // What does not end is found by building less, as what fails without a place is.
        let patience = format!("{}", 600 + 6 * programs);
        Command::new("timeout")
            .args([&patience, "cargo", verb, "--quiet", "--offline"])
            .args(["--message-format", "short"])
            .current_dir(&self.dir)
            .env("CARGO_TARGET_DIR", &self.target)
            // Each build is of other programs, so that what is saved for the next one is only a cost.
            .env("CARGO_INCREMENTAL", "0")
            .output()
    }

    fn run(&self, count: usize) -> io::Result<Attempt> {
        let log = self.dir.join("log.txt");
        let mut child = Command::new(self.target.join("debug").join(name(self.check)))
            .stdout(fs::File::create(&log)?)
            .stderr(Stdio::null())
            .spawn()?;
        let start = Instant::now();
        while child.try_wait()?.is_none() {
            if start.elapsed() > PATIENCE {
                child.kill()?;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(judge(&fs::read_to_string(&log)?, count))
    }
}

/// The name of the scratch package.
fn name(check: Check) -> &'static str {
    match check {
        Check::Values => "scratch-values",
        Check::Gradients => "scratch-gradients",
        Check::Quick => "scratch-quick",
    }
}

struct Attempt {
    failures: BTreeMap<usize, Failure>,
    /// Whether the others passed.
    complete: bool,
}

/// Which programs the errors of a build belong to.
fn blame(source: &str, errors: &str) -> BTreeMap<usize, Failure> {
    let starts: Vec<usize> = source
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with("pub mod p") && line.ends_with('{'))
        .map(|(k, _)| k + 1)
        .collect();
    let mut out: BTreeMap<usize, Failure> = BTreeMap::new();
    for line in errors.lines() {
        let Some((at, message)) = error_at(line) else {
            continue;
        };
        let inside = starts.iter().filter(|&&s| s <= at).count();
        let entry = out.entry(inside.saturating_sub(1));
        let kind = format!("compile: {}", general(message));
        let source_line = source.lines().nth(at - 1).unwrap_or_default().trim();
        let text = format!("{message}   at   {source_line}");
        let failure = entry.or_default();
        if !failure.kinds.contains(&kind) {
            failure.kinds.push(kind);
        }
        failure.text += &text;
        failure.text.push('\n');
    }
    out
}

/// `src/programs.rs:12:5: error[E0308]: mismatched types`.
fn error_at(line: &str) -> Option<(usize, &str)> {
    let rest = line.strip_prefix("src/programs.rs:")?;
    let (at, rest) = rest.split_once(':')?;
    let (_, message) = rest.split_once(": ")?;
    message
        .starts_with("error")
        .then_some((at.parse().ok()?, message))
}

fn first_error(errors: &str) -> String {
    let line = errors
        .lines()
        .find(|l| l.contains("error") || l.contains("panicked"));
    general(line.unwrap_or("unknown"))
}

/// The message without what differs from program to program.
pub fn general(message: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    let mut code = false;
    for c in message.chars() {
        // Error codes such as E0308 stay.
        code = c == 'E' || c == 'D' || (code && c.is_ascii_digit());
        match c {
            '`' => {
                quoted = !quoted;
                out.push(c);
            }
            _ if quoted => {}
            '0'..='9' if !code => {}
            _ => out.push(c),
        }
    }
    out.chars().take(120).collect()
}

/// Reads what a run printed.
fn judge(log: &str, count: usize) -> Attempt {
    let mut failures = BTreeMap::new();
    let (mut started, mut ended) = (None, 0);
    for line in log.lines() {
        let mut words = line.splitn(3, ' ');
        let verb = words.next().unwrap_or_default();
        let name = words.next().unwrap_or_default();
        let Ok(k) = name.trim_start_matches('p').parse::<usize>() else {
            continue;
        };
        match verb {
            "start" => started = Some(k),
            "ok" => ended += 1,
            _ => {
                ended += 1;
                let text = words.next().unwrap_or_default().to_string();
                failures.insert(
                    k,
                    Failure {
                        kinds: vec![kind(&text)],
                        text,
                    },
                );
            }
        }
    }
    let complete = ended == count;
    if let (false, Some(k)) = (complete, started) {
        let text = "the process ended or hung".to_string();
        failures.insert(
            k,
            Failure {
                kinds: vec!["crash".to_string()],
                text,
            },
        );
    }
    Attempt { failures, complete }
}

/// Which comparisons failed.
fn kind(text: &str) -> String {
    if text.starts_with("panic") {
        return general(text);
    }
    let varies = |c: char| c == '[' || c == '-' || c.is_ascii_digit();
    let head = |part: &str| part.split(varies).next().map(general);
    let mut parts: Vec<String> = text.split("; ").filter_map(head).collect();
    parts.dedup();
    let nan = if text.contains("NaN") { " (NaN)" } else { "" };
    parts.join("; ") + nan
}
