//! `generate --seed S --count N --out DIR`: writes N programs, in both forms, with their checks.
//!
//! `generate --seed S --count N --run DIR [--batch B] [--shrink [--only TEXT]] [--values]`: compiles and runs
//! them in a scratch package in DIR, B at a time, and reports what failed, one of each kind shrunk
//! (or only of the kinds whose name contains TEXT). `--seeds 3,14,15` names the seeds one by one.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use program_generator::ast::Program;
use program_generator::emit::{self, Check};
use program_generator::generate;
use program_generator::lab::{Failure, Lab};
use program_generator::print::{self, Form};
use program_generator::shrink::Shrinker;

struct Options {
    seeds: Vec<u64>,
    batch: usize,
    out: Option<String>,
    run: Option<String>,
    shrink: bool,
    only: String,
    check: Check,
}

fn options() -> Result<Options, String> {
    let mut o = Options {
        seeds: Vec::new(),
        batch: 50,
        out: None,
        run: None,
        shrink: false,
        only: String::new(),
        check: Check::Gradients,
    };
    let (mut first, mut count) = (1, 50);
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or(format!("{word} needs a value"));
        let number = |text: String| text.parse::<u64>().map_err(|e| format!("{text}: {e}"));
        match word.as_str() {
            "--seed" => first = number(next()?)?,
            "--count" => count = number(next()?)?,
            "--seeds" => {
                let list: Result<_, _> = next()?.split(',').map(|s| number(s.into())).collect();
                o.seeds = list?;
            }
            "--batch" => o.batch = number(next()?)?.max(1) as usize,
            "--out" => o.out = Some(next()?),
            "--run" => o.run = Some(next()?),
            "--shrink" => o.shrink = true,
            "--only" => o.only = next()?,
            "--quick" => o.check = Check::Quick,
            "--values" => o.check = Check::Values,
            _ => return Err(format!("unknown option {word}")),
        }
    }
    if o.seeds.is_empty() {
        o.seeds = (first..first + count).collect();
    }
    Ok(o)
}

fn main() -> ExitCode {
    let done = options().and_then(|o| act(&o).map_err(|e| e.to_string()));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn act(o: &Options) -> io::Result<bool> {
    if let Some(dir) = &o.run {
        return run(o, Path::new(dir));
    }
    let programs: Vec<Program> = o.seeds.iter().map(|&s| generate::program(s)).collect();
    let text = emit::file(&programs, o.check);
    match &o.out {
        Some(dir) => {
            fs::create_dir_all(dir)?;
            fs::write(Path::new(dir).join("programs.rs"), text)?;
        }
        None => print!("{text}"),
    }
    Ok(true)
}

fn run(o: &Options, dir: &Path) -> io::Result<bool> {
    let lab = Lab::new(&dir.join("checked"), o.check)?;
    let plain = Lab::new(&dir.join("plain"), Check::Values)?;
    let shrinker = Shrinker {
        lab: &lab,
        plain: &plain,
    };
    let mut found: BTreeMap<String, Vec<(Program, Failure)>> = BTreeMap::new();
    let mut failed = 0;
    for chunk in o.seeds.chunks(o.batch) {
        let programs: Vec<Program> = chunk.iter().map(|&s| generate::program(s)).collect();
        let failures = lab.test(&programs)?;
        eprintln!(
            "seeds {}..={}: {} of {} fail",
            chunk[0],
            chunk[chunk.len() - 1],
            failures.len(),
            chunk.len()
        );
        for (k, failure) in failures {
            failed += 1;
            eprintln!("  seed {}: {}", programs[k].seed, failure.kinds.join("; "));
            for kind in &failure.kinds {
                let same = found.entry(kind.clone()).or_default();
                same.push((programs[k].clone(), failure.clone()));
            }
        }
    }
    println!(
        "{} programs, {failed} failures of {} kinds",
        o.seeds.len(),
        found.len()
    );
    for (kind, same) in &found {
        report(o, &shrinker, kind, same)?;
    }
    Ok(found.is_empty())
}

/// Prints the failures of one kind: their seeds, and the smallest program.
fn report(
    o: &Options,
    shrinker: &Shrinker<'_>,
    kind: &str,
    same: &[(Program, Failure)],
) -> io::Result<()> {
    let seeds: Vec<String> = same.iter().map(|(p, _)| p.seed.to_string()).collect();
    println!(
        "\n## {kind}\n{} programs: seeds {}",
        same.len(),
        seeds.join(" ")
    );
    let text = |p: &Program| print::program(p, Form::Annotated);
    let Some((program, failure)) = same
        .iter()
        .min_by_key(|(p, f)| (f.kinds.len(), text(p).len()))
    else {
        return Ok(());
    };
    let (small, failure) = if o.shrink && kind.contains(&o.only) {
        let small = shrinker.shrink(program, kind)?;
        let failure = shrinker.lab.test(std::slice::from_ref(&small))?.remove(&0);
        (small, failure.unwrap_or_default())
    } else {
        (program.clone(), failure.clone())
    };
    println!(
        "{}\n```rust\n{}```\ninputs {:?}",
        failure.text,
        text(&small),
        small.inputs
    );
    Ok(())
}
