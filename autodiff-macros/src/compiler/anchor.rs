//! Literals that a `let` gives one type.
//!
//! In: the SSA form as it was built. Out: the form in which such literals are variables at the start of the function.
//!
//! Literals are printed where they are used, and rustc finds a type for each. The literal of a `let` has one type for all
//! its uses, though, which a use by itself may not tell:
//!
//! ```text
//! let big = 3_000_000_000;  x.len() % big + (big * big) as …      `big` is a `usize`, and `big * big` would be an `i32`
//! ```
//!
//! So a literal that is used more than once, and somewhere without a companion whose type is known, gets its name back.

use proc_macro2::{TokenStream, TokenTree};

use super::hir::Ty;
use super::names::{Names, plain};
use super::ssa::{Block, Func, Op, Stmt, StmtKind, ValId, Verbatim};

/// Gives literals back the names that they need.
pub(crate) fn run(mut func: Func, names: &mut Names) -> Func {
    let mut uses = Uses {
        func: &func,
        literal: vec![None; func.vals.len()],
        count: vec![0; func.vals.len()],
        alone: vec![false; func.vals.len()],
    };
    func.body.walk(&mut |s| uses.of(s));
    if let Some(result) = &func.result {
        result.for_each_val(&mut |v| uses.add(v));
    }
    let often = uses.count.iter().map(|n| *n > 1);
    let named: Vec<bool> = uses.alone.iter().zip(often).map(|(a, b)| *a && b).collect();
    let mut first = Vec::new();
    if named.contains(&true) {
        take(&mut func.body, &named, &mut first);
        for stmt in &first {
            // In front of everything, the name may stand for something else.
            if let StmtKind::Def(v, _) = stmt.kind {
                let val = &mut func.vals[v.0 as usize];
                val.name = names.numbered(&plain(&val.name), "_", 1, val.span);
            }
        }
        func.body.stmts.splice(..0, first);
    }
    func
}

/// True for a literal whose type rustc finds out from all uses of its name: a copy could have another one.
pub(crate) fn is_anchor(ty: &Ty, code: &Verbatim) -> bool {
    let mut tokens = code.tokens.clone().into_iter();
    let literal = matches!(tokens.next(), Some(TokenTree::Literal(_)));
    matches!(ty, Ty::Int) && literal && tokens.next().is_none()
}

#[derive(Clone, Copy)]
enum Literal<'a> {
    /// As it is written, maybe with a suffix.
    Written(&'a TokenStream),
    Made,
}

struct Uses<'a> {
    func: &'a Func,
    /// Literals, and integers that are made of literals without suffixes alone.
    literal: Vec<Option<Literal<'a>>>,
    count: Vec<usize>,
    /// Literals that are used somewhere without a companion that could tell their type.
    alone: Vec<bool>,
}

impl<'a> Uses<'a> {
    fn of(&mut self, stmt: &'a Stmt) {
        stmt.kind.for_each_input(&mut |v| self.add(v));
        for v in stmt.kind.carried().iter().map(|c| c.init) {
            self.merge(v);
        }
        match &stmt.kind {
            StmtKind::If { phis, .. } => {
                for p in phis {
                    self.merge(p.then);
                    self.merge(p.els);
                }
            }
            StmtKind::Def(v, Op::Lit(tokens)) => {
                let number = matches!(self.func.val(*v).ty, Ty::Int | Ty::Real(_));
                self.literal[v.0 as usize] = number.then_some(Literal::Written(tokens));
            }
            StmtKind::Def(_, Op::Cast(a, _)) => self.leave_alone(*a),
            StmtKind::Def(v, op @ (Op::Un(..) | Op::Bin(..))) if !self.func.is_real(*v) => {
                let mut all = true;
                op.for_each_use(&mut |u| all = all && self.is_untyped(u));
                if all {
                    self.literal[v.0 as usize] = Some(Literal::Made);
                    op.for_each_use(&mut |u| self.leave_alone(u));
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, v: ValId) {
        self.count[v.0 as usize] += 1;
    }

    /// True for an integer that is made of literals without suffixes.
    fn is_untyped(&self, v: ValId) -> bool {
        match self.literal[v.0 as usize] {
            Some(Literal::Written(tokens)) => !has_suffix(&tokens.to_string()),
            Some(Literal::Made) => true,
            None => false,
        }
    }

    /// What a variable starts with, whose type is written down if it is a real number.
    fn merge(&mut self, v: ValId) {
        if matches!(self.func.val(v).ty, Ty::Int) {
            self.leave_alone(v);
        }
    }

    fn leave_alone(&mut self, v: ValId) {
        self.alone[v.0 as usize] |= self.is_untyped(v);
    }
}

/// `7usize`, `1.5f32`
fn has_suffix(text: &str) -> bool {
    let radix = ["0x", "0b", "0o"]
        .iter()
        .any(|start| text.starts_with(start));
    match radix {
        true => text.contains(['i', 'u']),
        false => text.contains(['i', 'u', 'f']),
    }
}

/// Takes the definitions of the literals that are to have names out of a block.
fn take(block: &mut Block, named: &[bool], first: &mut Vec<Stmt>) {
    let stmts = std::mem::take(&mut block.stmts);
    for mut stmt in stmts {
        for inner in stmt.kind.blocks_mut() {
            take(inner, named, first);
        }
        match &stmt.kind {
            StmtKind::Def(v, Op::Lit(tokens)) if named[v.0 as usize] => {
                let code = Verbatim {
                    tokens: tokens.clone(),
                    uses: Vec::new(),
                    pure: true,
                };
                first.push(Stmt {
                    kind: StmtKind::Def(*v, Op::Opaque(code)),
                    span: stmt.span,
                });
            }
            _ => block.stmts.push(stmt),
        }
    }
}
