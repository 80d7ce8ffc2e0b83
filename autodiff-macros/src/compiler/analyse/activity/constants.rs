//! Fields that are marked `#[constant]`, as far as their structs are declared beside the function.
//!
//! In: the types of memory variables. Out: the places in which no number has a derivative, whatever else the variable holds.

use std::collections::BTreeMap;

use quote::ToTokens;

use super::Activity;
use crate::compiler::diag::{self, Diagnostics};
use crate::compiler::hir::{Member, Ty};
use crate::compiler::ssa::{Arg, Func, Init, MemId, Place, Proj, Stmt, StmtKind, ValId};

/// How to get to a part of a variable: fields, and `None` for elements.
type Path = Vec<Option<Member>>;

/// The constant fields of every memory variable that has some.
#[derive(Clone, Debug)]
pub(crate) struct Constants(BTreeMap<MemId, Vec<Path>>);

impl Constants {
    pub(super) fn of(func: &Func) -> Constants {
        let mut all = BTreeMap::new();
        for (mem, m) in func.mems.iter().zip(0..) {
            let mut found = Vec::new();
            find(&mem.ty, &mut Vec::new(), &mut found);
            if !found.is_empty() {
                all.insert(MemId(m), found);
            }
        }
        Constants(all)
    }

    /// True for (a part of) a constant field.
    pub(crate) fn contain(&self, at: &Place) -> bool {
        self.0.contains_key(&at.mem) && self.field(at.mem, &path_of(at)).is_some()
    }

    /// The constant field that a path leads into.
    fn field(&self, m: MemId, path: &[Option<Member>]) -> Option<&Member> {
        let leads_to = |constant: &&Path| path.starts_with(constant);
        self.0.get(&m)?.iter().find(leads_to)?.last()?.as_ref()
    }
}

fn path_of(at: &Place) -> Path {
    let step = |step: &Proj| match step {
        Proj::Field(name) => Some(Some(name.clone())),
        Proj::Index(_) => Some(None),
        // A part of a list.
        Proj::Range { .. } => None,
    };
    at.path.iter().filter_map(step).collect()
}

/// Reports differentiable values that get into constant fields.
pub(crate) fn check(func: &Func, facts: &Activity, diags: &mut Diagnostics) {
    if facts.constants.0.is_empty() {
        return;
    }
    let mut check = Check { func, facts, diags };
    func.body.walk(&mut |stmt| check.stmt(stmt));
}

struct Check<'a> {
    func: &'a Func,
    facts: &'a Activity,
    diags: &'a mut Diagnostics,
}

impl Check<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Store { place, value, .. } if self.facts.varied(*value) => {
                self.reaches(stmt, place.mem, &path_of(place), Some(*value));
            }
            StmtKind::Copy { dst, src, .. } if self.facts.varied_place(src) => {
                self.reaches(stmt, dst.mem, &path_of(dst), None);
            }
            StmtKind::Alloc(m, init) => self.init(stmt, *m, &mut Vec::new(), init),
            StmtKind::Push { place, init } => {
                let mut path = path_of(place);
                path.push(None);
                self.init(stmt, place.mem, &mut path, init);
            }
            StmtKind::Call(call) if self.facts.varied_call(call) => {
                for arg in &call.args {
                    if let Arg::Ref(true, at) = arg {
                        self.reaches(stmt, at.mem, &path_of(at), None);
                    }
                }
            }
            _ => {}
        }
    }

    /// What a part of a variable begins with, or what is pushed to it.
    fn init(&mut self, stmt: &Stmt, m: MemId, path: &mut Path, init: &Init) {
        let parts: Vec<(Option<Member>, &Init)> = match init {
            Init::Val(v) if self.facts.varied(*v) => {
                return self.reaches(stmt, m, path, Some(*v));
            }
            Init::Clone(src) if self.facts.varied_place(src) => {
                return self.reaches(stmt, m, path, None);
            }
            Init::Repeat(part, _) => vec![(None, part)],
            Init::List(parts) => parts.iter().map(|part| (None, part)).collect(),
            Init::Tuple(parts) => {
                let parts = parts.iter().zip(0..);
                parts.map(|(part, k)| (Some(Member::At(k)), part)).collect()
            }
            Init::Struct { fields, .. } => {
                let fields = fields.iter();
                fields
                    .map(|(name, part)| (Some(name.clone()), part))
                    .collect()
            }
            Init::Val(_) | Init::Clone(_) | Init::Lengths(_) | Init::Blank | Init::Unset => {
                Vec::new()
            }
        };
        for (step, part) in parts {
            path.push(step);
            self.init(stmt, m, path, part);
            path.pop();
        }
    }

    fn reaches(&mut self, stmt: &Stmt, m: MemId, path: &[Option<Member>], value: Option<ValId>) {
        let Some(field) = self.facts.constants.field(m, path) else {
            return;
        };
        let name = field.to_token_stream().to_string();
        let written = value.map(|v| &self.func.val(v).source);
        match written.filter(|written| !written.is_empty()) {
            Some(written) => self
                .diags
                .report_at(&diag::CONSTANT_FIELD, written, &[&name]),
            None => self
                .diags
                .report(&diag::CONSTANT_FIELD, stmt.span, &[&name]),
        };
    }
}

fn find(ty: &Ty, path: &mut Path, found: &mut Vec<Path>) {
    let parts: Vec<(Option<Member>, &Ty)> = match ty {
        Ty::Ref(_, inner) => return find(inner, path, found),
        Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner) => vec![(None, &**inner)],
        Ty::Tuple(parts) => {
            let parts = parts.iter().zip(0..);
            parts.map(|(part, k)| (Some(Member::At(k)), part)).collect()
        }
        Ty::Struct(of) => {
            let fields = of.fields.iter();
            fields
                .map(|(name, field)| (Some(name.clone()), field))
                .collect()
        }
        _ => Vec::new(),
    };
    for (step, part) in parts {
        let constant = match (ty, &step) {
            (Ty::Struct(of), Some(name)) => of.constants.contains(name),
            _ => false,
        };
        path.push(step);
        match constant {
            true => found.push(path.clone()),
            false => find(part, path, found),
        }
        path.pop();
    }
}
