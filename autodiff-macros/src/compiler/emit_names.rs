//! The names of emitted variables that are not the user's: adjoints, tangents, the selection.

use std::collections::{BTreeMap, HashMap};

use proc_macro2::{Ident, TokenStream};

use super::companion::Renamed;
use super::names::{self, Names};
use super::naming::Naming;
use super::ssa::{Func, Mem, MemId, Origin, Tree, ValId};
use super::tidy::Var;

/// Names by what they belong to.
#[derive(Clone, Debug)]
pub(crate) struct EmitNames {
    pub(crate) sel: Ident,
    pub(crate) seed: Ident,
    pub(crate) kinds: Ident,
    /// The directions of the tangent sweep.
    pub(crate) directions: Ident,
    /// Adjoints and tangents of the parameters, in order.
    pub(crate) bars: Vec<Ident>,
    pub(crate) dots: Vec<Ident>,
    /// By the number of the value or the variable.
    val_bars: Vec<Option<Ident>>,
    mem_bars: Vec<Option<Ident>>,
    val_dots: Vec<Option<Ident>>,
    mem_dots: Vec<Option<Ident>>,
    by_name: BTreeMap<String, Var>,
    /// Path to what emitted code needs: `::conservative_grad::__private`.
    pub(crate) rt: TokenStream,
    /// Where the derivatives of functions are that have no companion of their own name.
    pub(crate) companions: Renamed,
    /// How the items that are emitted for the function are called.
    pub(crate) naming: Naming,
}

impl EmitNames {
    /// Allocates the names that signatures have.
    pub(crate) fn new(
        func: &Func,
        names: &mut Names,
        rt: TokenStream,
        naming: Naming,
    ) -> EmitNames {
        let span = func.name.span();
        let mut of = |suffix: &str| -> Vec<Ident> {
            let params = func.params.iter();
            params
                .map(|p| derived(&p.name, suffix, &naming, names))
                .collect()
        };
        EmitNames {
            bars: of("bar"),
            dots: of("dot"),
            sel: names.exact("sel", span),
            seed: names.exact("seed", span),
            kinds: names.exact("kinds", span),
            directions: names.exact("directions", span),
            val_bars: Vec::new(),
            mem_bars: Vec::new(),
            val_dots: Vec::new(),
            mem_dots: Vec::new(),
            by_name: BTreeMap::new(),
            rt,
            naming,
            companions: Renamed::default(),
        }
    }

    /// Names the adjoints and tangents of values and memory.
    pub(crate) fn name_variables(&mut self, func: &Func, names: &mut Names) {
        let of_param = |m: &Mem, from: &[Ident]| match m.origin {
            Origin::Shared(i) | Origin::Exclusive(i) | Origin::Owned(i) => from.get(i).cloned(),
            Origin::Local => None,
        };
        let mems = || func.mems.iter();
        self.mem_bars = mems().map(|m| of_param(m, &self.bars)).collect();
        for (id, bar) in mem_ids(func).zip(&self.mem_bars) {
            let bar = bar.iter().map(|bar| (bar.to_string(), Var::MemBar(id)));
            self.by_name.extend(bar);
        }
        self.extend(func, names);
        self.val_dots = vec![None; func.vals.len()];
        for (p, dot) in func.params.iter().zip(&self.dots) {
            // The tangent of a `&mut` scalar is written to at the end, and keeps its name.
            if let (Tree::Val(v), None) = (&p.entry, &p.exit) {
                self.val_dots[v.0 as usize] = Some(dot.clone());
            }
        }
        for ((id, val), dot) in vals(func).zip(&func.vals).zip(&mut self.val_dots) {
            if dot.is_none() && func.is_real(id) {
                *dot = Some(derived(&val.name, "dot", &self.naming, names));
            }
        }
        let dots = mems().map(|m| {
            let dot = of_param(m, &self.dots);
            Some(dot.unwrap_or_else(|| derived(&m.name, "dot", &self.naming, names)))
        });
        self.mem_dots = dots.collect();
    }

    /// Names the adjoints of values and memory that came later.
    pub(crate) fn extend(&mut self, func: &Func, names: &mut Names) {
        self.val_bars.resize(func.vals.len(), None);
        for ((id, val), slot) in vals(func).zip(&func.vals).zip(&mut self.val_bars) {
            if slot.is_none() && func.is_real(id) {
                let bar = derived(&val.name, "bar", &self.naming, names);
                self.by_name.insert(bar.to_string(), Var::Bar(id));
                *slot = Some(bar);
            }
        }
        self.mem_bars.resize(func.mems.len(), None);
        for ((id, mem), slot) in mem_ids(func).zip(&func.mems).zip(&mut self.mem_bars) {
            if slot.is_none() {
                let bar = derived(&mem.name, "bar", &self.naming, names);
                self.by_name.insert(bar.to_string(), Var::MemBar(id));
                *slot = Some(bar);
            }
        }
    }

    pub(crate) fn bar(&self, v: ValId) -> Ident {
        lookup(&self.val_bars, v.0)
    }

    pub(crate) fn mem_bar(&self, m: MemId) -> Ident {
        lookup(&self.mem_bars, m.0)
    }

    /// What adjoint a name stands for.
    pub(crate) fn adjoint_of(&self, name: &Ident) -> Option<Var> {
        self.by_name.get(&name.to_string()).copied()
    }

    pub(crate) fn dot(&self, v: ValId) -> Ident {
        lookup(&self.val_dots, v.0)
    }

    /// The values by the names of their tangents.
    pub(crate) fn values_by_dot(&self) -> HashMap<String, ValId> {
        let dots = (0..).map(ValId).zip(&self.val_dots);
        dots.filter_map(|(v, dot)| Some((dot.as_ref()?.to_string(), v)))
            .collect()
    }

    pub(crate) fn mem_dot(&self, m: MemId) -> Ident {
        lookup(&self.mem_dots, m.0)
    }
}

fn vals(func: &Func) -> impl Iterator<Item = ValId> {
    (0..).take(func.vals.len()).map(ValId)
}

fn mem_ids(func: &Func) -> impl Iterator<Item = MemId> {
    (0..).take(func.mems.len()).map(MemId)
}

/// `x_bar` of `x`; a receiver is `self`, whatever it is called in the body.
fn derived(base: &Ident, suffix: &str, naming: &Naming, names: &mut Names) -> Ident {
    let written = match naming.receiver() {
        Some(receiver) if receiver.this == *base => "self".to_owned(),
        _ => names::plain(base),
    };
    names.exact(&format!("{written}_{suffix}"), base.span())
}

/// Every real value and every memory variable has a name; the fallback only keeps this total.
fn lookup(table: &[Option<Ident>], key: u32) -> Ident {
    table
        .get(key as usize)
        .cloned()
        .flatten()
        .unwrap_or_else(|| Ident::new("adjoint", proc_macro2::Span::call_site()))
}
