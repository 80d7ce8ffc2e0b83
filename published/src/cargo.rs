//! Runs cargo, and reads what it says.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A message of the compiler.
pub(crate) struct Message {
    /// `error` or `warning`.
    pub(crate) error: bool,
    /// The first line and, behind it, the rest of what `compile_error!` said.
    pub(crate) text: String,
    /// `E0433`, or nothing.
    pub(crate) code: String,
    /// File and byte of what is underlined, and of the macro calls that it came from; the most
    /// important first.
    pub(crate) places: Vec<(PathBuf, usize)>,
}

/// A folder in which cargo runs.
pub(crate) struct Cargo<'a> {
    /// The crate.
    pub(crate) folder: &'a Path,
    /// Where it builds.
    pub(crate) target: &'a Path,
    /// Choice of features.
    pub(crate) options: &'a [&'static str],
}

impl Cargo<'_> {
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command.arg(name).args(self.options).arg("--lib");
        command.current_dir(self.folder);
        command.env("CARGO_TARGET_DIR", self.target);
        command.env("CARGO_INCREMENTAL", "1");
        command
    }

    /// Type-checks the library.
    pub(crate) fn check(&self) -> io::Result<Vec<Message>> {
        let mut command = self.command("check");
        command.env("AUTODIFF_BODIES", "1");
        let output = command.arg("--message-format=json").output()?;
        let messages = self.messages(&output.stdout);
        if !output.status.success() && !messages.iter().any(|m| m.error) {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(text.into_owned()));
        }
        Ok(messages)
    }

    /// Compiles the tests of the library.
    pub(crate) fn compile_tests(&self) -> io::Result<Vec<Message>> {
        let mut command = self.command("test");
        let output = command
            .args(["--no-run", "--message-format=json"])
            .output()?;
        Ok(self.messages(&output.stdout))
    }

    /// Runs the tests of the library; what they print.
    pub(crate) fn run_tests(&self) -> io::Result<String> {
        let mut command = self.command("test");
        let output = command
            .args(["--", "--nocapture", "--test-threads=1", "__published"])
            .output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn messages(&self, json: &[u8]) -> Vec<Message> {
        let json = String::from_utf8_lossy(json);
        let lines = json
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let lines = lines.filter(|line| line["reason"] == "compiler-message");
        let ours = lines.filter(|line| {
            let manifest = line["manifest_path"].as_str().unwrap_or_default();
            Path::new(manifest).parent() == Some(self.folder)
        });
        ours.filter_map(|line| self.message(&line["message"]))
            .collect()
    }

    fn message(&self, message: &Value) -> Option<Message> {
        let text = message["message"].as_str()?.to_owned();
        let level = message["level"].as_str()?;
        if text.starts_with("aborting due to") || !matches!(level, "error" | "warning") {
            return None;
        }
        let spans = message["spans"].as_array()?;
        let (main, other): (Vec<&Value>, Vec<&Value>) =
            spans.iter().partition(|span| span["is_primary"] == true);
        let mut places = Vec::new();
        for span in main.into_iter().chain(other) {
            self.places(span, &mut places);
        }
        let code = message["code"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Some(Message {
            error: level == "error",
            text,
            code,
            places,
        })
    }

    fn places(&self, span: &Value, into: &mut Vec<(PathBuf, usize)>) {
        if let (Some(file), Some(start)) = (span["file_name"].as_str(), span["byte_start"].as_u64())
        {
            into.push((self.folder.join(file), usize::try_from(start).unwrap_or(0)));
        }
        if span["expansion"].is_object() {
            self.places(&span["expansion"]["span"], into);
        }
    }
}

/// The folders with the sources of crates from the registry.
pub(crate) fn fetch(scratch: &Path, crates: &[(&str, &str, &str)]) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(scratch.join("src"))?;
    std::fs::write(scratch.join("src/lib.rs"), "")?;
    // Our own dependencies are resolved with theirs, so that all crates share one lock file and
    // what they have in common is built once.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut manifest = format!(
        "[package]\nname = \"scratch\"\nedition = \"2021\"\n[workspace]\n[dependencies]\nconservative-grad = {{ path = {:?} }}\n",
        root.display().to_string()
    );
    for (name, version, _) in crates {
        manifest += &format!("{name} = {{ version = \"={version}\", default-features = false }}\n");
    }
    std::fs::write(scratch.join("Cargo.toml"), manifest)?;
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version", "1"]);
    let output = command.current_dir(scratch).output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(text.into_owned()));
    }
    let data: Value = serde_json::from_slice(&output.stdout).map_err(io::Error::other)?;
    let packages = data["packages"].as_array().cloned().unwrap_or_default();
    let folder = |(name, version, _): &(&str, &str, &str)| {
        let found = packages
            .iter()
            .find(|p| p["name"] == *name && p["version"] == *version);
        let manifest = found.and_then(|p| p["manifest_path"].as_str());
        let folder = manifest.and_then(|path| Path::new(path).parent());
        folder
            .map(Path::to_path_buf)
            .ok_or_else(|| io::Error::other(format!("{name} was not fetched")))
    };
    crates.iter().map(folder).collect()
}
