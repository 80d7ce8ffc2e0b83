//! The names of emitted variables that are not the user's: adjoints, tangents, the selection.

use std::collections::{BTreeMap, HashMap};

use proc_macro2::{Ident, TokenStream};

use super::companion::Renamed;
use super::names::{self, Names};
use super::naming::Naming;
use super::ssa::{Func, MemId, Origin, Tree, ValId};
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
    /// Allocates the names.
    pub(crate) fn new(
        func: &Func,
        names: &mut Names,
        rt: TokenStream,
        naming: Naming,
    ) -> EmitNames {
        let span = func.name.span();
        let mut of = |base: &Ident, suffix: &str| {
            let written = match naming.receiver() {
                Some(receiver) if receiver.this == *base => "self".to_owned(),
                _ => names::plain(base),
            };
            names.exact(&format!("{written}_{suffix}"), base.span())
        };
        let bars: Vec<Ident> = func.params.iter().map(|p| of(&p.name, "bar")).collect();
        let dots: Vec<Ident> = func.params.iter().map(|p| of(&p.name, "dot")).collect();
        let reals: Vec<bool> = vals(func).map(|v| func.is_real(v)).collect();
        let all = || func.vals.iter().zip(&reals);
        let val_bars: Vec<Option<Ident>> = all()
            .map(|(val, real)| real.then(|| of(&val.name, "bar")))
            .collect();
        let mut val_dots: Vec<Option<Ident>> = vec![None; func.vals.len()];
        for (p, dot) in func.params.iter().zip(&dots) {
            // The tangent of a `&mut` scalar is written to at the end, and keeps its name.
            if let (Tree::Val(v), None) = (&p.entry, &p.exit) {
                val_dots[v.0 as usize] = Some(dot.clone());
            }
        }
        for ((val, real), dot) in all().zip(&mut val_dots) {
            if *real && dot.is_none() {
                *dot = Some(of(&val.name, "dot"));
            }
        }
        let param = |m: &super::ssa::Mem, from: &[Ident]| match m.origin {
            Origin::Shared(i) | Origin::Exclusive(i) | Origin::Owned(i) => from.get(i).cloned(),
            Origin::Local => None,
        };
        let mems = || func.mems.iter();
        let mem_bars: Vec<Option<Ident>> = mems()
            .map(|m| Some(param(m, &bars).unwrap_or_else(|| of(&m.name, "bar"))))
            .collect();
        let mem_dots = mems()
            .map(|m| Some(param(m, &dots).unwrap_or_else(|| of(&m.name, "dot"))))
            .collect();
        let of_vals = vals(func).zip(&val_bars);
        let of_vals = of_vals.filter_map(|(v, n)| Some((n.as_ref()?.to_string(), Var::Bar(v))));
        let of_mems = mem_ids(func).zip(&mem_bars);
        let of_mems = of_mems.filter_map(|(m, n)| Some((n.as_ref()?.to_string(), Var::MemBar(m))));
        let by_name = of_vals.chain(of_mems).collect();
        let sel = names.exact("sel", span);
        let seed = names.exact("seed", span);
        let kinds = names.exact("kinds", span);
        let directions = names.exact("directions", span);
        EmitNames {
            sel,
            seed,
            kinds,
            directions,
            bars,
            dots,
            val_bars,
            mem_bars,
            val_dots,
            mem_dots,
            by_name,
            rt,
            naming,
            companions: Renamed::default(),
        }
    }

    /// Names the adjoints of values and memory that came later.
    pub(crate) fn extend(&mut self, func: &Func, names: &mut Names) {
        self.val_bars.resize(func.vals.len(), None);
        for ((id, val), slot) in vals(func).zip(&func.vals).zip(&mut self.val_bars) {
            if slot.is_none() && func.is_real(id) {
                let base = format!("{}_bar", names::plain(&val.name));
                let bar = names.exact(&base, val.name.span());
                self.by_name.insert(bar.to_string(), Var::Bar(id));
                *slot = Some(bar);
            }
        }
        self.mem_bars.resize(func.mems.len(), None);
        for ((id, mem), slot) in mem_ids(func).zip(&func.mems).zip(&mut self.mem_bars) {
            if slot.is_none() {
                let base = format!("{}_bar", names::plain(&mem.name));
                let bar = names.exact(&base, mem.name.span());
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

/// Every real value and every memory variable has a name; the fallback only keeps this total.
fn lookup(table: &[Option<Ident>], key: u32) -> Ident {
    table
        .get(key as usize)
        .cloned()
        .flatten()
        .unwrap_or_else(|| Ident::new("adjoint", proc_macro2::Span::call_site()))
}
