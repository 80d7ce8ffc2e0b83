//! Crates on disk, compiled by cargo.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What cargo is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    Check,
    Release,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Check => "cargo check",
            Action::Release => "cargo build --release",
        })
    }
}

/// What one run took, in seconds of CPU time.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// The part of it that expansions of the attribute took.
    pub(crate) expansion: f64,
}

/// A crate with one file.
pub(crate) struct Crate {
    folder: PathBuf,
    target: PathBuf,
}

impl Crate {
    pub(crate) fn new(name: &str, source: &str) -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .canonicalize()?;
        let base = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) => PathBuf::from(target).join("compile-time"),
            None => root.join("target/compile-time"),
        };
        let folder = base.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nconservative-grad = {{ path = {root:?} }}\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/lib.rs"), source)?;
        let target = base.join("build");
        Ok(Crate { folder, target })
    }

    /// Builds the dependencies, and the crate once.
    pub(crate) fn warm(&self, action: Action) -> io::Result<()> {
        self.cargo(action).map(drop)
    }

    /// Compiles the crate again, and nothing else.
    pub(crate) fn run(&self, action: Action) -> io::Result<Run> {
        let file = fs::File::options()
            .append(true)
            .open(self.folder.join("src/lib.rs"))?;
        file.set_modified(std::time::SystemTime::now())?;
        let before = children()?;
        let output = self.cargo(action)?;
        let seconds = children()? - before;
        let text = String::from_utf8_lossy(&output.stderr);
        let expansion = text.lines().filter_map(milliseconds).sum::<f64>() / 1e3;
        Ok(Run { seconds, expansion })
    }

    /// Seconds that the one expansion of the crate takes, with all bodies, as for a build. What rustc does with it is cut short.
    pub(crate) fn expand(&self) -> io::Result<f64> {
        let mut cargo = self
            .command(Action::Check)
            .env("AUTODIFF_BODIES", "1")
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let lines = BufReader::new(cargo.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?).lines();
        let mut found = None;
        for line in lines {
            found = milliseconds(&line?);
            if found.is_some() {
                break;
            }
        }
        let group = Pid::from_raw(cargo.id().try_into().map_err(io::Error::other)?);
        // Cargo may have come to its end by itself.
        let _ = killpg(group, Signal::SIGKILL);
        cargo.wait()?;
        found
            .map(|ms| ms / 1e3)
            .ok_or_else(|| io::Error::other("no expansion was seen"))
    }

    fn command(&self, action: Action) -> Command {
        let mut command = Command::new(env!("CARGO"));
        match action {
            Action::Check => command.arg("check"),
            Action::Release => command.args(["build", "--release"]),
        };
        command
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
            .env("AUTODIFF_TIMES", "1");
        command
    }

    fn cargo(&self, action: Action) -> io::Result<Output> {
        let output = self.command(action).output()?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(io::Error::other(text));
        }
        Ok(output)
    }
}

/// `expansion of f: 12.5 ms`
fn milliseconds(line: &str) -> Option<f64> {
    let (_, time) = line.strip_prefix("expansion of ")?.rsplit_once(": ")?;
    time.strip_suffix(" ms")?.parse().ok()
}

/// CPU time of all children so far.
fn children() -> io::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |t: nix::sys::time::TimeVal| t.tv_sec() as f64 + t.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
