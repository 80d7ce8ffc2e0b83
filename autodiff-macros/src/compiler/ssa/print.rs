//! The SSA form as text, for dumps and tests.

use quote::ToTokens;
use std::fmt::Write as _;

use super::{Arg, Block, Carried, Func, Init, Op, Place, Proj, StmtKind, StoreOp, Tree, ValId};

/// The whole function.
pub(crate) fn func(func: &Func) -> String {
    let mut out = String::new();
    let printer = Printer { func };
    printer.block(&func.body, 0, &mut out);
    let result = func
        .result
        .as_ref()
        .map_or_else(|| "()".to_owned(), |t| printer.tree(t));
    let _ = writeln!(out, "result {result}");
    out
}

struct Printer<'a> {
    func: &'a Func,
}

impl Printer<'_> {
    fn block(&self, block: &Block, depth: usize, out: &mut String) {
        for stmt in &block.stmts {
            self.stmt(&stmt.kind, depth, out);
        }
    }

    fn stmt(&self, kind: &StmtKind, depth: usize, out: &mut String) {
        let pad = "  ".repeat(depth);
        let line = match kind {
            StmtKind::Def(v, op) => format!("{} = {}", self.val(*v), self.op(op)),
            StmtKind::Alloc(m, init) => {
                format!("alloc {} = {}", self.func.mem(*m).name, self.init(init))
            }
            StmtKind::Store { place, op, value } => {
                let op = match op {
                    StoreOp::Set => "=",
                    StoreOp::Add => "+=",
                    StoreOp::Sub => "-=",
                };
                format!("store {} {op} {}", self.place(place), self.val(*value))
            }
            StmtKind::Push { place, init } => {
                format!("push {} {}", self.place(place), self.init(init))
            }
            StmtKind::Copy { dst, src, .. } => {
                format!("copy {} = {}", self.place(dst), self.place(src))
            }
            StmtKind::If { cond, phis, .. } => {
                let phis: Vec<String> = phis
                    .iter()
                    .map(|p| {
                        format!(
                            "{} = phi({}, {})",
                            self.val(p.out),
                            self.val(p.then),
                            self.val(p.els)
                        )
                    })
                    .collect();
                format!("if {} [{}]", self.val(*cond), phis.join("; "))
            }
            StmtKind::For {
                counter,
                range,
                carried,
                until,
                ..
            } => {
                let until = until.map_or_else(String::new, |v| format!(" until {}", self.val(v)));
                format!(
                    "for {} in {}..{}{until} [{}]",
                    self.val(*counter),
                    self.val(range.lo),
                    self.val(range.hi),
                    self.carried(carried)
                )
            }
            StmtKind::While { cond, carried, .. } => {
                format!("while {} [{}]", self.val(*cond), self.carried(carried))
            }
            StmtKind::Call(call) => {
                let args: Vec<String> = call.args.iter().map(|a| self.arg(a)).collect();
                let result = call
                    .result
                    .as_ref()
                    .map_or_else(|| "()".to_owned(), |t| self.tree(t));
                format!("{result} = call {}({})", call.path, args.join(", "))
            }
            StmtKind::Effect(code) => format!("effect {}", code.tokens),
            StmtKind::Leave {
                cond,
                otherwise,
                code,
            } => {
                let not = if *otherwise { "not " } else { "" };
                format!("leave if {not}{} {}", self.val(*cond), code.tokens)
            }
        };
        let _ = writeln!(out, "{pad}{line}");
        for block in kind.blocks() {
            self.block(block, depth + 1, out);
            let _ = writeln!(out, "{pad}end");
        }
    }

    fn val(&self, v: ValId) -> String {
        self.func.val(v).name.to_string()
    }

    fn carried(&self, carried: &[Carried]) -> String {
        let one = |c: &Carried| {
            format!(
                "{} -> {} -> {}; {} after",
                self.val(c.init),
                self.val(c.phi),
                self.val(c.next),
                self.val(c.out)
            )
        };
        carried.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn place(&self, place: &Place) -> String {
        let mut out = self.func.mem(place.mem).name.to_string();
        for proj in &place.path {
            let bound = |v: &Option<ValId>| v.map_or_else(String::new, |v| self.val(v));
            let _ = match proj {
                Proj::Index(v) => write!(out, "[{}]", self.val(*v)),
                Proj::Range { lo, hi, inclusive } => write!(
                    out,
                    "[{}..{}{}]",
                    bound(lo),
                    if *inclusive { "=" } else { "" },
                    bound(hi)
                ),
                Proj::Field(k) => write!(out, ".{}", k.to_token_stream()),
            };
        }
        out
    }

    fn tree(&self, tree: &Tree) -> String {
        match tree {
            Tree::Val(v) => self.val(*v),
            Tree::Mem(m) => self.func.mem(*m).name.to_string(),
            Tree::Tuple(parts) => format!(
                "({})",
                parts
                    .iter()
                    .map(|p| self.tree(p))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }
    }

    fn arg(&self, arg: &Arg) -> String {
        match arg {
            Arg::Val(v) => self.val(*v),
            Arg::Ref(mutable, place) => format!(
                "&{}{}",
                if *mutable { "mut " } else { "" },
                self.place(place)
            ),
            Arg::RefVal(v, after) => format!(
                "&{}{}",
                self.val(*v),
                after.map_or_else(String::new, |a| format!(" -> {}", self.val(a)))
            ),
            Arg::Own(place) => self.place(place),
            Arg::Tuple(parts) => format!(
                "({})",
                parts
                    .iter()
                    .map(|p| self.arg(p))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }
    }

    fn init(&self, init: &Init) -> String {
        let list = |parts: &[Init]| {
            parts
                .iter()
                .map(|p| self.init(p))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match init {
            Init::Val(v) => self.val(*v),
            Init::Repeat(inner, len) => format!("[{}; {}]", self.init(inner), self.val(*len)),
            Init::List(parts) => format!("[{}]", list(parts)),
            Init::Tuple(parts) => format!("({})", list(parts)),
            Init::Struct { path, fields, base } => format!(
                "{path} {{ {}{} }}",
                fields
                    .iter()
                    .map(|(name, i)| format!("{}: {}", name.to_token_stream(), self.init(i)))
                    .collect::<Vec<_>>()
                    .join(", "),
                base.as_ref()
                    .map_or_else(String::new, |at| format!(", ..{}", self.place(at)))
            ),
            Init::Clone(place) => format!("clone {}", self.place(place)),
            Init::Lengths(place) => format!("lengths {}", self.place(place)),
            Init::Blank => "blank".to_owned(),
            Init::Unset => "unset".to_owned(),
        }
    }

    fn op(&self, op: &Op) -> String {
        let args = |all: &[ValId]| {
            all.iter()
                .map(|v| self.val(*v))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match op {
            Op::Lit(tokens) => tokens.to_string(),
            Op::Param(tokens) => format!("param {tokens}"),
            Op::Un(op, a) => format!("{op:?} {}", self.val(*a)),
            Op::Bin(op, a, b) => format!("{op:?} {} {}", self.val(*a), self.val(*b)),
            Op::Cast(a, ty) => format!("{} as {ty}", self.val(*a)),
            Op::Rule {
                rule,
                args: a,
                weights,
            } => format!("{}({}; {})", rule.name, args(a), args(weights)),
            Op::Weight { site, args: a, .. } => format!("weight #{}({})", site.0, args(a)),
            Op::Branch { site, op, lhs, rhs } => format!(
                "branch #{} {op:?} {} {}",
                site.0,
                self.val(*lhs),
                self.val(*rhs)
            ),
            Op::Load(place) => self.place(place),
            Op::LoadIf(guard, place) => format!("if {} {}", self.val(*guard), self.place(place)),
            Op::Measure(place, method) => format!("{method} {}", self.place(place)),
            Op::Len(place) => format!("len {}", self.place(place)),
            Op::Stop(a) => format!("stop {}", self.val(*a)),
            Op::Classify(method, a) => format!("{method} {}", self.val(*a)),
            Op::Opaque(code) => format!("opaque {}", code.tokens),
        }
    }
}
