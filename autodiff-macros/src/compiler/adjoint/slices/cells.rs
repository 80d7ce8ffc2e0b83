//! Elements as cells, of which slices may overlap.
//!
//! In: the accesses of a body. Out: what takes slices of cells in front of the loop, and the elements that they stand for.
//!
//! ```text
//! u[j] = f(u[j + 1])              let u_cells = cells(&mut u[..]);  let u_row = &u_cells[..n];  let u_row_2 = &u_cells[1..][..n];
//! a[i][j] -= m * a[p][j]          let [a_cells, a_cells_2] = cells_of_rows(&mut a[..], [i, p]);  …   also where i and p are equal
//! ```

use std::collections::BTreeSet;

use proc_macro2::Ident;
use quote::quote;

use super::accesses::{Accesses, Base, Element, Rows};
use super::{Kernel, is_number, part};
use crate::compiler::code::{Expr, Stmt};
use crate::compiler::ssa::ValId;

/// What stands in front of a loop over slices, as far as it is written.
pub(super) struct Front<'a> {
    pub(super) accesses: &'a Accesses,
    pub(super) count: &'a Ident,
    /// The loop runs over positions that are in a list.
    pub(super) listed: bool,
    pub(super) rows: &'a mut Rows,
    pub(super) lets: &'a mut Vec<Stmt>,
}

impl Kernel<'_> {
    /// Memory that is written to and reached at several places, as cells of which slices may overlap.
    pub(super) fn cells(&self, front: &mut Front<'_>) -> Vec<(Base, Ident)> {
        let mut all = Vec::new();
        // What a stretch writes to is found by its assignments.
        if !self.cx.func.stretched.is_empty() {
            return all;
        }
        for (base, indices) in &front.accesses.always {
            let fits = self.may_be_sliced(base, front.listed) && self.is_array_of_numbers(base);
            if !front.accesses.needs_cells(base) || !fits {
                continue;
            }
            let starts = self.starts(indices, front.count);
            if starts.is_empty() {
                continue;
            }
            let cells = self.name(&format!("{}_cells", self.base_name(base)));
            front.lets.push(self.all_cells(&cells, base));
            self.parts(base, &cells, starts, front);
            all.push((base.clone(), cells));
        }
        all
    }

    /// Rows of one list of lists, some of which are written to, as cells: they may be one and the same.
    pub(super) fn rows_as_cells(&self, front: &mut Front<'_>) -> Vec<(Base, Ident)> {
        let Front {
            accesses,
            count,
            listed,
            ..
        } = *front;
        let mut all = Vec::new();
        for (of, bases) in accesses.rows_of_one_list() {
            let fits =
                |base: &Base| self.may_be_sliced(base, listed) && self.is_array_of_numbers(base);
            let starts = |base: &Base| self.starts(&accesses.always[base], count);
            if !bases.iter().all(fits) || bases.iter().all(|base| starts(base).is_empty()) {
                continue;
            }
            let named = |base: Base| {
                let name = self.name(&format!("{}_cells", self.base_name(&base)));
                (base, name)
            };
            let cells: Vec<(Base, Ident)> = bases.into_iter().map(named).collect();
            front.lets.push(self.cells_of_rows(&of, &cells));
            for (base, cells) in &cells {
                self.parts(base, cells, starts(base), front);
            }
            all.extend(cells);
        }
        all
    }

    /// Where the slices for indices begin, if they are slices.
    fn starts(&self, indices: &BTreeSet<ValId>, count: &Ident) -> Vec<(ValId, Expr)> {
        let starts = indices.iter().map(|i| (*i, self.start(*i, count)));
        starts.filter_map(|(i, start)| Some((i, start?))).collect()
    }

    /// Slices of cells in place of elements.
    fn parts(&self, base: &Base, cells: &Ident, starts: Vec<(ValId, Expr)>, front: &mut Front<'_>) {
        for (index, start) in starts {
            let row = self.name(&format!("{}_row", self.base_name(base)));
            let cells = Expr::Name(cells.clone());
            front
                .lets
                .push(part(&row, cells, start, front.count, false));
            front
                .rows
                .insert((base.clone(), index), Element { row, at: None });
        }
    }

    fn is_array_of_numbers(&self, base: &Base) -> bool {
        !self.is_of_kind(base) && self.element_if(base, is_number).is_some()
    }

    /// `let x_cells = cells(&mut x[..]);`
    fn all_cells(&self, name: &Ident, base: &Base) -> Stmt {
        let rt = &self.cx.names.rt;
        let all = Expr::index(self.array_of(base), Expr::Range(None, None, false));
        Stmt::Let {
            name: name.clone(),
            mutable: false,
            ty: None,
            init: Some(Expr::call(
                quote!(#rt::cells),
                vec![Expr::borrow(true, all)],
            )),
        }
    }

    /// `let [a_cells, a_cells_2] = cells_of_rows(&mut a[..], [i, p]);`
    fn cells_of_rows(&self, of: &Base, cells: &[(Base, Ident)]) -> Stmt {
        let rt = &self.cx.names.rt;
        let all = Expr::index(self.array_of(of), Expr::Range(None, None, false));
        let row = |(base, _): &(Base, Ident)| match base {
            Base::Row(_, at) => self.invariant(*at),
            _ => None,
        };
        let which = Expr::List(cells.iter().filter_map(row).collect());
        let names = cells.iter().map(|(_, name)| name);
        Stmt::Bind {
            pattern: quote!([#(#names),*]),
            init: Expr::call(
                quote!(#rt::cells_of_rows),
                vec![Expr::borrow(true, all), which],
            ),
        }
    }
}
