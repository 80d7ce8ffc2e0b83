//! Random programs that are type-correct and in range by construction.
//!
//! What the language refuses is avoided by construction too: an integer or truth value that depends
//! on a comparison of real numbers is never turned into a real number. Every stretch of code under
//! such a comparison is a *region* of its own; what is known to be pure is assigned only in
//! the region that declared it.

mod assign;
mod call;
mod chain;
mod func;
mod grids;
mod int;
mod jump;
mod looping;
mod real;
mod scope;
mod stmt;
mod sums;
mod tame;

use crate::ast::{Expr, Func, Program, Ty};
use crate::dialect::Dialect;
use crate::rng::Rng;
use scope::Info;

pub use tame::{arguments, directions, inputs, tame};

/// The state of the generator inside one function.
pub(crate) struct Gen {
    rng: Rng,
    /// The functions so far, callees before callers.
    funcs: Vec<Func>,
    consts: Vec<(String, f64)>,
    /// Visible variables, outermost first.
    vars: Vec<Info>,
    /// Borrowed for the moment.
    hidden: Vec<String>,
    loops: Vec<Looped>,
    region: u32,
    regions: u32,
    /// Nesting of statements.
    nesting: usize,
    result: Ty,
    fresh: u32,
    /// Whether inputs lie on a grid, so that ties are common.
    grid: bool,
    /// Half of the programs are small.
    small: bool,
}

/// What a program is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// Sums over many elements.
    Sums,
    /// Steps on a grid.
    Grid,
    Anything,
}

/// An enclosing loop.
struct Looped {
    label: Option<String>,
    /// Whether it may be left on a comparison of real numbers.
    real_jumps: bool,
    /// The region of its body.
    region: u32,
}

/// The program of `seed`: the first tame one of a stream that the seed starts.
///
/// One program in three is about sums over many elements, one in ten about steps on a grid.
pub fn program(seed: u64) -> Program {
    let about = match Rng::new(seed ^ 0x0073_756d_7320_6f66).unit() {
        x if x < 0.35 => About::Sums,
        x if x > 0.9 => About::Grid,
        _ => About::Anything,
    };
    let mut stream = Rng::new(seed);
    loop {
        let candidate = Gen::new(stream.bits()).program(seed, about);
        if tame(&candidate) {
            return candidate;
        }
    }
}

impl Gen {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let grid = rng.chance(0.15);
        let small = rng.chance(0.5);
        Gen {
            rng,
            funcs: Vec::new(),
            consts: Vec::new(),
            vars: Vec::new(),
            hidden: Vec::new(),
            loops: Vec::new(),
            region: 0,
            regions: 0,
            nesting: 0,
            result: Ty::Real,
            fresh: 0,
            grid,
            small,
        }
    }

    fn program(mut self, seed: u64, about: About) -> Program {
        for k in 0..self.rng.below(3) {
            let value = self.literal();
            self.consts.push((format!("C{k}"), value));
        }
        // A loop that calls other functions does not run in strips.
        let helpers = match (about, self.small) {
            (About::Sums | About::Grid, _) => usize::from(self.rng.chance(0.15)),
            (_, true) => self.rng.below(2),
            _ => self.rng.below(4),
        };
        for k in 0..helpers {
            let helper = self.helper(&format!("g{k}"));
            self.funcs.push(helper);
        }
        let (main, inputs) = match about {
            About::Sums => self.sums_function(),
            About::Grid => self.grid_function(),
            About::Anything => self.main_function(),
        };
        self.funcs.push(main);
        let mut program = Program {
            seed,
            dialect: Dialect::default(),
            consts: self.consts,
            funcs: self.funcs,
            inputs,
        };
        program.dialect = Dialect::of(seed, &program);
        program
    }

    /// A short literal; on the grid where ties are wanted.
    fn literal(&mut self) -> f64 {
        if self.grid {
            return *self.rng.pick(&[-1.0, -0.5, 0.0, 0.5, 1.0, 2.0]);
        }
        self.rng.short(-1.5, 1.5)
    }

    /// A literal well above 0.
    fn positive_literal(&mut self) -> Expr {
        Expr::Real(self.rng.short(0.3, 1.5))
    }

    /// Runs `f` in a new region if `real`.
    fn within<T>(&mut self, real: bool, f: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.region;
        if real {
            self.regions += 1;
            self.region = self.regions;
        }
        let out = self.scoped(f);
        self.region = outer;
        out
    }

    /// Runs `f` and forgets the variables that it declared.
    fn scoped<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.vars.len();
        self.nesting += 1;
        let out = f(self);
        self.nesting -= 1;
        self.vars.truncate(mark);
        out
    }
}
