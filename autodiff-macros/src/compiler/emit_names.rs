//! The names of emitted variables that are not the user's: adjoints, tangents, the selection.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};

use super::companion::Renamed;
use super::names::{self, Names};
use super::naming::Naming;
use super::ssa::{Func, MemId, Origin, Tree, ValId};

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
    val_bars: BTreeMap<ValId, Ident>,
    mem_bars: BTreeMap<MemId, Ident>,
    val_dots: BTreeMap<ValId, Ident>,
    mem_dots: BTreeMap<MemId, Ident>,
    by_name: BTreeMap<String, super::tidy::Var>,
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
        let ids = || {
            (0..func.vals.len())
                .map(|k| ValId(u32::try_from(k).unwrap_or(u32::MAX)))
                .filter(|v| func.is_real(*v))
        };
        let val_bars: BTreeMap<ValId, Ident> =
            ids().map(|v| (v, of(&func.val(v).name, "bar"))).collect();
        let mut val_dots: BTreeMap<ValId, Ident> = BTreeMap::new();
        for (p, dot) in func.params.iter().zip(&dots) {
            // The tangent of a `&mut` scalar is written to at the end, and keeps its name.
            if let (Tree::Val(v), None) = (&p.entry, &p.exit) {
                val_dots.insert(*v, dot.clone());
            }
        }
        for v in ids() {
            val_dots
                .entry(v)
                .or_insert_with(|| of(&func.val(v).name, "dot"));
        }
        let mems = || {
            func.mems
                .iter()
                .enumerate()
                .map(|(k, m)| (MemId(u32::try_from(k).unwrap_or(u32::MAX)), m))
        };
        let param = |m: &super::ssa::Mem, from: &[Ident]| match m.origin {
            Origin::Shared(i) | Origin::Exclusive(i) | Origin::Owned(i) => from.get(i).cloned(),
            Origin::Local => None,
        };
        let mem_bars: BTreeMap<MemId, Ident> = mems()
            .map(|(id, m)| (id, param(m, &bars).unwrap_or_else(|| of(&m.name, "bar"))))
            .collect();
        let mem_dots = mems()
            .map(|(id, m)| (id, param(m, &dots).unwrap_or_else(|| of(&m.name, "dot"))))
            .collect();
        let of_vals = val_bars
            .iter()
            .map(|(v, n)| (n.to_string(), super::tidy::Var::Bar(*v)));
        let of_mems = mem_bars
            .iter()
            .map(|(m, n)| (n.to_string(), super::tidy::Var::MemBar(*m)));
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
        for (k, val) in func.vals.iter().enumerate() {
            let id = ValId(u32::try_from(k).unwrap_or(u32::MAX));
            if func.is_real(id) && !self.val_bars.contains_key(&id) {
                let base = format!("{}_bar", names::plain(&val.name));
                let bar = names.exact(&base, val.name.span());
                self.by_name
                    .insert(bar.to_string(), super::tidy::Var::Bar(id));
                self.val_bars.insert(id, bar);
            }
        }
        for (k, mem) in func.mems.iter().enumerate() {
            let id = MemId(u32::try_from(k).unwrap_or(u32::MAX));
            if !self.mem_bars.contains_key(&id) {
                let base = format!("{}_bar", names::plain(&mem.name));
                let bar = names.exact(&base, mem.name.span());
                self.by_name
                    .insert(bar.to_string(), super::tidy::Var::MemBar(id));
                self.mem_bars.insert(id, bar);
            }
        }
    }

    pub(crate) fn bar(&self, v: ValId) -> Ident {
        lookup(&self.val_bars, v)
    }

    pub(crate) fn mem_bar(&self, m: MemId) -> Ident {
        lookup(&self.mem_bars, m)
    }

    /// What adjoint a name stands for.
    pub(crate) fn adjoint_of(&self, name: &Ident) -> Option<super::tidy::Var> {
        self.by_name.get(&name.to_string()).copied()
    }

    pub(crate) fn dot(&self, v: ValId) -> Ident {
        lookup(&self.val_dots, v)
    }

    pub(crate) fn mem_dot(&self, m: MemId) -> Ident {
        lookup(&self.mem_dots, m)
    }
}

/// Every real value and every memory variable has a name; the fallback only keeps this total.
fn lookup<K: Ord>(table: &BTreeMap<K, Ident>, key: K) -> Ident {
    table
        .get(&key)
        .cloned()
        .unwrap_or_else(|| Ident::new("adjoint", proc_macro2::Span::call_site()))
}
