//! Type inference: variables for what is not written down, and their unification.
//!
//! A `let` without annotation, the result of a call and a float literal have a type that later uses
//! decide. [`Infer`] holds one slot for each; [`Infer::resolve`] replaces what no use decided by a
//! default: `f64` for literals (as rustc does), the function's real type for results of calls that
//! may carry a derivative, and [`Ty::Opaque`] for constants.

use proc_macro2::{TokenStream, TokenTree};

use crate::compiler::hir::{Aggregate, Member, Real, Ty};

/// What is known of a type that no use has decided yet.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Comes from constants only.
    Const,
    /// The result of a call that may carry a derivative.
    Call,
    /// A float literal. `soft`: it met something whose type rustc knows and we do not.
    Float { soft: bool },
    /// An annotation with a path: an alias of a real type, or anything. `real`: the default.
    Path { path: TokenStream, real: bool },
    /// Stands for an expression that was refused; fits everything.
    Error,
}

impl Kind {
    /// What is known of a part of it: a name is that of the whole.
    pub(super) fn of_part(&self) -> Kind {
        match self {
            Kind::Path { real: true, .. } => Kind::Call,
            Kind::Path { real: false, .. } => Kind::Const,
            kind => kind.clone(),
        }
    }
}

/// No tuple of more parts is `Differentiable`.
const LONGEST_TUPLE: usize = 8;

#[derive(Clone, Debug)]
enum Slot {
    Free(Kind),
    Bound(Ty),
    Link(u32),
}

/// Two types that do not fit.
pub(super) struct Mismatch;

/// All inference variables of a function.
#[derive(Debug)]
pub(super) struct Infer {
    slots: Vec<Slot>,
    /// The real type of the function.
    real: Real,
    /// That of the fields of structs that are declared elsewhere.
    usual: Real,
    /// Results of calls that are passed on by reference.
    borrowed: Vec<u32>,
    /// Results of calls of which fields are taken.
    fields: Vec<Fields>,
    /// The type of the function's result.
    pub(super) result: Ty,
    /// Where no use tells what the result is, it may be a struct.
    pub(super) result_is_struct: bool,
    /// Names of types that do not sound like those of numbers are names of structs.
    pub(super) named_structs: bool,
    /// The type that `real` names, if it is a path.
    pub(super) real_path: Option<Ty>,
    /// Types that the signature names by a path.
    named: Vec<u32>,
    /// Types that a `let` names by a path that is no word for numbers.
    annotated: Vec<u32>,
    /// Results of calls that are handed to callees by value.
    handed: Vec<u32>,
    /// Types of which it is known that they are structs.
    structs: Vec<Struct>,
    /// Types of fields.
    members: Vec<u32>,
    /// Types of which it is known that they are `Option`s in memory.
    optional: Vec<u32>,
    /// Types of operands of operators.
    operands: Vec<u32>,
    /// Types of values that are compared, or of which a remainder is taken.
    numbers: Vec<u32>,
    /// Types of values that are cloned.
    cloned: Vec<u32>,
    /// Results of calls, or parts of them, that nobody reads.
    ignored: Vec<u32>,
    /// The paths of literals.
    literals: Vec<String>,
    /// The paths that are written as types.
    types: Vec<String>,
    /// How deep in structs inside of structs a question is: a struct may contain its own type.
    depth: std::cell::Cell<u32>,
    /// Fields that were looked at for the question that is being answered.
    seen: std::cell::Cell<u32>,
}

/// What is known of an undecided type that is a struct.
#[derive(Debug)]
struct Struct {
    of: u32,
    fields: Vec<(Member, Ty)>,
}

/// How deep structs are looked into.
const DEEPEST: u32 = 5;

/// How many fields are looked at to answer one question: structs that hold themselves have no end.
const MOST: u32 = 200;

/// What fields tell of a type that no other use has decided: it is a tuple, at least that long.
#[derive(Debug)]
struct Fields {
    of: u32,
    parts: Vec<Ty>,
}

impl Infer {
    pub(super) fn new(real: Real, usual: Real) -> Self {
        Infer {
            slots: Vec::new(),
            real,
            usual,
            borrowed: Vec::new(),
            fields: Vec::new(),
            result: Ty::Unit,
            result_is_struct: false,
            named_structs: false,
            real_path: None,
            named: Vec::new(),
            annotated: Vec::new(),
            handed: Vec::new(),
            structs: Vec::new(),
            members: Vec::new(),
            optional: Vec::new(),
            operands: Vec::new(),
            numbers: Vec::new(),
            cloned: Vec::new(),
            ignored: Vec::new(),
            literals: Vec::new(),
            types: Vec::new(),
            depth: std::cell::Cell::new(0),
            seen: std::cell::Cell::new(0),
        }
    }

    /// A new variable.
    pub(super) fn fresh(&mut self, kind: Kind) -> Ty {
        self.slots.push(Slot::Free(kind));
        Ty::Infer(self.slots.len() as u32 - 1)
    }

    fn root(&self, mut id: u32) -> u32 {
        while let Slot::Link(next) = self.slots[id as usize] {
            id = next;
        }
        id
    }

    /// The type as far as it is known, outermost constructor only.
    pub(super) fn shallow(&self, ty: &Ty) -> Ty {
        match ty {
            Ty::Infer(id) => {
                let root = self.root(*id);
                match &self.slots[root as usize] {
                    Slot::Bound(ty) => self.shallow(ty),
                    _ => Ty::Infer(root),
                }
            }
            ty => ty.clone(),
        }
    }

    /// [`Infer::shallow`], through references.
    pub(super) fn strip(&self, ty: &Ty) -> Ty {
        match self.shallow(ty) {
            Ty::Ref(_, inner) => self.strip(&inner),
            ty => ty,
        }
    }

    /// What is known of an undecided type.
    pub(super) fn kind(&self, ty: &Ty) -> Option<&Kind> {
        let Ty::Infer(id) = ty else { return None };
        match &self.slots[self.root(*id) as usize] {
            Slot::Free(kind) => Some(kind),
            _ => None,
        }
    }

    /// Makes two types one. References are transparent.
    pub(super) fn unify(&mut self, a: &Ty, b: &Ty) -> Result<(), Mismatch> {
        let (x, y) = (self.strip(a), self.strip(b));
        match (&x, &y) {
            (Ty::Infer(i), Ty::Infer(j)) => {
                let clash = |a: &Ty, b: &Ty| self.is_struct(a) && self.is_real(b);
                if clash(&x, &y) || clash(&y, &x) {
                    return Err(Mismatch);
                }
                self.link(*i, *j);
            }
            (Ty::Infer(i), _) => self.bind(*i, &y)?,
            (_, Ty::Infer(j)) => self.bind(*j, &x)?,
            (Ty::Opaque | Ty::Never, _) | (_, Ty::Opaque | Ty::Never) => {}
            (Ty::Real(_), Ty::Real(_))
            | (Ty::Int, Ty::Int)
            | (Ty::Bool, Ty::Bool)
            | (Ty::Unit, Ty::Unit)
            | (Ty::Tag, Ty::Tag)
            | (Ty::Maybe, Ty::Maybe) => {}
            (Ty::Tuple(p), Ty::Tuple(q)) if p.len() == q.len() => {
                for (p, q) in p.iter().zip(q) {
                    self.unify(p, q)?;
                }
            }
            (Ty::Struct(_), Ty::Struct(_)) => {}
            _ => {
                let (Some(p), Some(q)) = (x.element(), y.element()) else {
                    return Err(Mismatch);
                };
                self.unify(p, q)?;
                self.refine(a, &y);
                self.refine(b, &x);
            }
        }
        Ok(())
    }

    /// A variable that was only known to be indexed takes the exact type that it meets.
    fn refine(&mut self, ty: &Ty, exact: &Ty) {
        let Ty::Infer(id) = ty else { return };
        let root = self.root(*id) as usize;
        let inexact = matches!(&self.slots[root], Slot::Bound(Ty::Seq(_)));
        if inexact && !matches!(exact, Ty::Seq(_) | Ty::Slice(_)) {
            self.slots[root] = Slot::Bound(exact.clone());
        }
    }

    fn link(&mut self, i: u32, j: u32) {
        if i == j {
            return;
        }
        let Some(a) = self.kind(&Ty::Infer(i)).cloned() else {
            return;
        };
        let Some(b) = self.kind(&Ty::Infer(j)).cloned() else {
            return;
        };
        self.slots[i as usize] = Slot::Link(j);
        self.slots[j as usize] = match (a, b) {
            (Kind::Error, _) | (_, Kind::Error) => Slot::Free(Kind::Error),
            (Kind::Path { path, .. }, Kind::Float { .. })
            | (Kind::Float { .. }, Kind::Path { path, .. }) => {
                Slot::Bound(Ty::Real(Real::Named(path)))
            }
            (
                Kind::Path { path, real: p },
                Kind::Path {
                    path: other,
                    real: q,
                },
            ) => {
                let path = if self.is_no_type(&path) { other } else { path };
                Slot::Free(Kind::Path { path, real: p || q })
            }
            (Kind::Path { path, real }, other) | (other, Kind::Path { path, real }) => {
                let real = real || matches!(other, Kind::Call);
                Slot::Free(Kind::Path { path, real })
            }
            (Kind::Float { soft: p }, Kind::Float { soft: q }) => {
                Slot::Free(Kind::Float { soft: p || q })
            }
            (Kind::Float { .. }, _) | (_, Kind::Float { .. }) => {
                Slot::Free(Kind::Float { soft: true })
            }
            (Kind::Call, _) | (_, Kind::Call) => Slot::Free(Kind::Call),
            (Kind::Const, Kind::Const) => Slot::Free(Kind::Const),
        };
        // What follows may find out more, also of these two.
        self.link_fields(i, j);
        self.link_structs(i, j);
    }

    fn bind(&mut self, i: u32, ty: &Ty) -> Result<(), Mismatch> {
        let Some(kind) = self.kind(&Ty::Infer(i)).cloned() else {
            return Ok(());
        };
        if let Ty::Struct(of) = ty {
            return self.adopt(i, of);
        }
        let bound = match (kind, ty) {
            (Kind::Error, _) | (_, Ty::Never) => return Ok(()),
            (Kind::Float { .. }, Ty::Opaque) => Slot::Free(Kind::Float { soft: true }),
            (_, Ty::Opaque) => return Ok(()),
            (Kind::Path { .. }, Ty::Tuple(parts)) if self.payload(ty).is_none() => {
                self.unname(i, parts)?;
                // A tuple that would be a part of itself: a function that calls another one of its own name.
                if self.occurs(i, ty) {
                    return Err(Mismatch);
                }
                Slot::Bound(self.open(ty))
            }
            _ if self.is_struct(&Ty::Infer(i)) => return Err(Mismatch),
            (Kind::Float { .. }, Ty::Real(_)) => Slot::Bound(ty.clone()),
            (Kind::Float { .. }, _) => return Err(Mismatch),
            (Kind::Path { path, .. }, Ty::Real(_)) => Slot::Bound(Ty::Real(Real::Named(path))),
            (_, ty) if self.occurs(i, ty) => return Err(Mismatch),
            // What a call gave is no slice by itself: it was lent as one.
            (Kind::Call, Ty::Slice(inner)) => Slot::Bound(Ty::Seq(Box::new(self.open(inner)))),
            (_, ty) => Slot::Bound(self.open(ty)),
        };
        self.slots[i as usize] = bound;
        self.settle_fields(i, ty)
    }

    /// The name of an undecided type turns out to be that of a tuple: what its fields are, these parts are. A part that nothing
    /// else tells about is whatever the name says.
    fn unname(&mut self, i: u32, parts: &[Ty]) -> Result<(), Mismatch> {
        if let Some(known) = self.structs.iter().position(|known| known.of == i) {
            let fields = &self.structs[known].fields;
            let part = |name: &Member| match name {
                Member::At(k) => parts.get(*k as usize).cloned(),
                Member::Named(_) | Member::Behind => None,
            };
            let pairs: Option<Vec<(Ty, Ty)>> = fields
                .iter()
                .map(|(name, ty)| Some((ty.clone(), part(name)?)))
                .collect();
            let pairs = pairs.filter(|pairs| !pairs.is_empty()).ok_or(Mismatch)?;
            self.structs.swap_remove(known);
            for (field, part) in pairs {
                self.unify(&field, &part)?;
            }
        }
        for part in parts {
            if let Ty::Infer(id) = self.strip(part) {
                self.handed.push(id);
                self.members.push(id);
            }
        }
        Ok(())
    }

    /// Decides that a type is one that the compiler does not look into.
    pub(super) fn freeze(&mut self, ty: &Ty) {
        if let Ty::Infer(id) = self.strip(ty) {
            self.slots[id as usize] = Slot::Bound(Ty::Opaque);
        }
    }

    /// Opens up what is not known: a variable that starts as a constant may take up a real number.
    pub(super) fn open(&mut self, ty: &Ty) -> Ty {
        match self.shallow(ty) {
            Ty::Opaque | Ty::Never => self.fresh(Kind::Const),
            Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.open(part)).collect()),
            Ty::Array(inner, len) => Ty::Array(Box::new(self.open(&inner)), len),
            Ty::Vec(inner) => Ty::Vec(Box::new(self.open(&inner))),
            Ty::Seq(inner) => Ty::Seq(Box::new(self.open(&inner))),
            // Known by its fields alone, of which there may be more.
            Ty::Struct(of) if of.path.is_none() => {
                let fields = self.fresh(Kind::Call);
                let _ = self.unify(&fields, &Ty::Struct(of));
                fields
            }
            ty => ty,
        }
    }

    /// Of two types that fit, all that both tell.
    pub(super) fn merge(&self, a: &Ty, b: &Ty) -> Ty {
        let inside = |a: &Ty, b: &Ty| Box::new(self.merge(a, b));
        match (self.strip(a), self.strip(b)) {
            (Ty::Opaque | Ty::Never, b) => b,
            (Ty::Tuple(p), Ty::Tuple(q)) => {
                Ty::Tuple(p.iter().zip(&q).map(|(p, q)| self.merge(p, q)).collect())
            }
            (Ty::Array(p, len), Ty::Array(q, _)) => Ty::Array(inside(&p, &q), len),
            (Ty::Vec(p), Ty::Vec(q)) => Ty::Vec(inside(&p, &q)),
            (a, _) => a,
        }
    }

    /// True if a value of the type `from` would carry a real number into a part of `to` whose type
    /// nobody knows.
    pub(super) fn hides(&self, to: &Ty, from: &Ty) -> bool {
        match (self.strip(to), self.strip(from)) {
            (Ty::Opaque, from) => self.may_be_real(&from),
            (Ty::Tuple(p), Ty::Tuple(q)) => p.iter().zip(&q).any(|(p, q)| self.hides(p, q)),
            (to, from) => match (to.element(), from.element()) {
                (Some(p), Some(q)) => self.hides(p, q),
                _ => false,
            },
        }
    }

    fn occurs(&self, i: u32, ty: &Ty) -> bool {
        match self.shallow(ty) {
            Ty::Infer(j) => i == j,
            Ty::Tuple(parts) => parts.iter().any(|part| self.occurs(i, part)),
            Ty::Ref(_, inner) => self.occurs(i, &inner),
            ty => ty.element().is_some_and(|inner| self.occurs(i, inner)),
        }
    }

    /// True if a real number may be in it.
    pub(super) fn may_be_real(&self, ty: &Ty) -> bool {
        match self.strip(ty) {
            Ty::Real(_) => true,
            Ty::Tuple(parts) => parts.iter().any(|part| self.may_be_real(part)),
            Ty::Struct(_) => true,
            ty @ Ty::Infer(_) => match self.kind(&ty) {
                Some(Kind::Float { .. } | Kind::Call) => true,
                Some(Kind::Path { real: true, .. }) => true,
                _ => self.any_field(&ty, |field| self.may_be_real(field)),
            },
            ty => ty.element().is_some_and(|inner| self.may_be_real(inner)),
        }
    }

    /// True if no use has decided some part of it, and it comes from constants.
    pub(super) fn is_open(&self, ty: &Ty) -> bool {
        match self.strip(ty) {
            Ty::Tuple(parts) => parts.iter().any(|part| self.is_open(part)),
            ty @ Ty::Infer(_) if self.is_struct(&ty) => false,
            ty @ Ty::Infer(_) => matches!(
                self.kind(&ty),
                Some(Kind::Const | Kind::Path { real: false, .. })
            ),
            ty => ty.element().is_some_and(|inner| self.is_open(inner)),
        }
    }

    /// What `C::cis(t)` gives, and nothing else tells, is a `C`, if that is a struct. True if that was so.
    pub(super) fn made_of(&mut self, made: &Ty, of: &Ty) -> bool {
        let made = self.strip(made);
        let open = matches!(self.kind(&made), Some(Kind::Call)) && !self.is_struct(&made);
        open && self.is_struct(of) && self.unify(&made, &self.strip(of)).is_ok()
    }

    /// Of a function that changes what it is lent, an `Option` or `Result` whose value nobody looks at has none.
    pub(super) fn give_up_with_nothing(&mut self, result: &Ty) {
        if let Some(value) = self.payload(result)
            && matches!(self.kind(&self.strip(&value)), Some(Kind::Call))
        {
            let _ = self.unify(&value, &Ty::Unit);
        }
    }

    /// The type of the value in an `Option` or `Result` that carries a derivative.
    pub(super) fn payload(&self, ty: &Ty) -> Option<Ty> {
        match self.strip(ty) {
            Ty::Tuple(parts) => match &parts[..] {
                [Ty::Tag, value, _] => Some(value.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// True for a real number, and for a literal or annotation that can only become one.
    pub(super) fn is_real(&self, ty: &Ty) -> bool {
        match self.strip(ty) {
            Ty::Real(_) => true,
            ty => matches!(self.kind(&ty), Some(Kind::Float { .. })),
        }
    }

    /// The type with every variable replaced by what was found, or by its default.
    pub(super) fn resolve(&self, ty: &Ty) -> Ty {
        let inside = |inner: &Ty| Box::new(self.resolve(inner));
        match self.shallow(ty) {
            Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.resolve(part)).collect()),
            Ty::Array(inner, len) => Ty::Array(inside(&inner), len),
            Ty::Vec(inner) => Ty::Vec(inside(&inner)),
            Ty::Slice(inner) => Ty::Slice(inside(&inner)),
            Ty::Seq(inner) => Ty::Seq(inside(&inner)),
            Ty::Ref(mutable, inner) => Ty::Ref(mutable, inside(&inner)),
            Ty::Struct(of) => self.resolve_struct(of.path, &of.fields),
            ty @ Ty::Infer(_) => self.default(&ty),
            ty => ty,
        }
    }

    fn resolve_struct(&self, path: Option<TokenStream>, fields: &[(Member, Ty)]) -> Ty {
        let inside = |(name, ty): &(Member, Ty)| (name.clone(), self.resolve(ty));
        let fields = self.deeper(|| fields.iter().map(inside).collect());
        let fields = fields.unwrap_or_default();
        let whole = !path.as_ref().is_some_and(|path| self.is_no_type(path));
        Ty::Struct(Aggregate {
            path,
            whole,
            fields,
            constants: Vec::new(),
        })
    }

    /// The answer to a question about the fields of a struct; nothing if that leads too deep.
    fn deeper<R>(&self, ask: impl FnOnce() -> R) -> Option<R> {
        let depth = self.depth.get();
        let seen = if depth == 0 { 0 } else { self.seen.get() };
        if depth >= DEEPEST || seen >= MOST {
            return None;
        }
        self.seen.set(seen + 1);
        self.depth.set(depth + 1);
        let answer = ask();
        self.depth.set(depth);
        Some(answer)
    }

    fn any_field(&self, ty: &Ty, holds: impl Fn(&Ty) -> bool) -> bool {
        let Some(of) = self.struct_of(ty) else {
            return false;
        };
        let any = || of.fields.iter().any(|(_, field)| holds(field));
        self.deeper(any).unwrap_or(false)
    }

    fn struct_of(&self, ty: &Ty) -> Option<&Struct> {
        let Ty::Infer(id) = ty else { return None };
        let root = self.root(*id);
        self.structs.iter().find(|of| self.root(of.of) == root)
    }

    /// True if the type is known to be a struct.
    pub(super) fn is_struct(&self, ty: &Ty) -> bool {
        let ty = self.strip(ty);
        matches!(ty, Ty::Struct(_)) || self.struct_of(&ty).is_some()
    }

    /// Decides that an undecided type is a struct; false if it cannot be one.
    pub(super) fn make_struct(&mut self, ty: &Ty) -> bool {
        let ty = self.strip(ty);
        if self.is_struct(&ty) {
            return true;
        }
        match (self.kind(&ty), &ty) {
            (Some(Kind::Call | Kind::Const | Kind::Path { .. }), Ty::Infer(id)) => {
                self.structs.push(Struct {
                    of: *id,
                    fields: Vec::new(),
                });
                true
            }
            _ => false,
        }
    }

    /// The type of a field, which makes an undecided type a struct; `None` for any other type.
    pub(super) fn member(&mut self, ty: &Ty, name: &Member) -> Option<Ty> {
        let ty = self.strip(ty);
        if let Ty::Struct(of) = &ty {
            let mut known = of.fields.iter();
            let known = known.find(|(field, _)| field == name);
            return Some(known.map_or_else(|| Ty::Opaque, |(_, ty)| ty.clone()));
        }
        if !self.make_struct(&ty) {
            return None;
        }
        let kind = match self.kind(&ty) {
            Some(Kind::Const | Kind::Path { real: false, .. }) => Kind::Const,
            _ => Kind::Call,
        };
        let known = self.struct_of(&ty)?;
        if let Some((_, field)) = known.fields.iter().find(|(field, _)| field == name) {
            return Some(field.clone());
        }
        let of = known.of;
        let field = self.fresh(kind);
        if let Ty::Infer(id) = field {
            self.members.push(id);
        }
        let known = self.structs.iter_mut().find(|known| known.of == of)?;
        known.fields.push((name.clone(), field.clone()));
        Some(field)
    }

    /// The type of a field, if it was mentioned before.
    pub(super) fn known_member(&self, ty: &Ty, name: &Member) -> Option<Ty> {
        let ty = self.strip(ty);
        let fields = match (&ty, self.struct_of(&ty)) {
            (_, Some(known)) => &known.fields,
            (Ty::Struct(of), _) => &of.fields,
            _ => return None,
        };
        let mut fields = fields.iter();
        let found = fields.find(|(field, _)| field == name);
        found.map(|(_, ty)| ty.clone())
    }

    /// An undecided type turns out to be this struct.
    fn adopt(&mut self, i: u32, of: &Aggregate) -> Result<(), Mismatch> {
        let ty = Ty::Infer(i);
        if !self.make_struct(&ty) {
            return Err(Mismatch);
        }
        let kind = self.kind(&ty).cloned();
        if let (Some(Kind::Call | Kind::Const), Some(path)) = (kind, of.path.clone()) {
            let root = self.root(i) as usize;
            self.slots[root] = Slot::Free(Kind::Path { path, real: true });
        }
        for (name, field) in &of.fields {
            if let Some(own) = self.member(&ty, name) {
                self.unify(&own, field)?;
            }
        }
        Ok(())
    }

    /// Two undecided types have become one, `j`.
    fn link_structs(&mut self, i: u32, j: u32) {
        let of = |this: &Self, id: u32| this.structs.iter().position(|known| known.of == id);
        let Some(known) = of(self, i) else { return };
        let Some(other) = of(self, j) else {
            self.structs[known].of = j;
            return;
        };
        let first = std::mem::take(&mut self.structs[known].fields);
        let mut pairs = Vec::new();
        for (name, ty) in first {
            let mut theirs = self.structs[other].fields.iter();
            match theirs.find(|(field, _)| *field == name) {
                Some((_, field)) => pairs.push((ty, field.clone())),
                None => self.structs[other].fields.push((name, ty)),
            }
        }
        self.structs.swap_remove(known);
        for (a, b) in pairs {
            // What the uses of one tell of a field has to fit the uses of the other, or rustc
            // refuses the function.
            let _ = self.unify(&a, &b);
        }
    }

    /// Decides that an undecided type is that of an `Option` in memory, and gives what is in it.
    pub(super) fn make_optional(&mut self, ty: &Ty, inner: Ty) {
        if let Ty::Infer(id) = self.behind(ty)
            && self.unify(ty, &Ty::Seq(Box::new(inner))).is_ok()
        {
            self.optional.push(id);
        }
    }

    /// True if the type is that of an `Option` in memory.
    pub(super) fn is_optional(&self, ty: &Ty) -> bool {
        let ty = self.behind(ty);
        self.is_among(&self.optional, &ty)
    }

    /// True for the type of a field.
    pub(super) fn is_member(&self, ty: &Ty) -> bool {
        let ty = self.behind(ty);
        self.is_among(&self.members, &ty)
    }

    /// What is in a field is in memory, as the field is.
    pub(super) fn in_member(&mut self, of: &Ty, inner: &Ty) {
        if let (true, Ty::Infer(id)) = (self.is_member(of), inner) {
            self.members.push(*id);
        }
    }

    /// The type behind references, decided or not.
    fn behind(&self, ty: &Ty) -> Ty {
        match ty {
            Ty::Ref(_, inner) => self.behind(inner),
            Ty::Infer(id) => match &self.slots[self.root(*id) as usize] {
                Slot::Bound(bound @ Ty::Ref(..) | bound @ Ty::Infer(_)) => self.behind(bound),
                _ => Ty::Infer(self.root(*id)),
            },
            ty => ty.clone(),
        }
    }

    /// Fields that turned out to be `Option`s that the function makes itself: their names.
    pub(super) fn outcome_fields(&self) -> Vec<&Member> {
        let fields = self.structs.iter().flat_map(|of| &of.fields);
        let made = fields.filter(|(_, ty)| self.payload(ty).is_some());
        made.map(|(name, _)| name).collect()
    }

    /// The path is that of a literal.
    pub(super) fn names_literal(&mut self, path: &TokenStream) {
        self.literals.push(path.to_string());
    }

    /// The path is written as a type.
    pub(super) fn names_type(&mut self, path: &TokenStream) {
        self.types.push(path.to_string());
    }

    /// True for the path of a literal that is nowhere written as a type.
    fn is_no_type(&self, path: &TokenStream) -> bool {
        let path = path.to_string();
        self.literals.contains(&path) && !self.types.contains(&path)
    }

    /// The signature names the type by a path.
    pub(super) fn name(&mut self, ty: &Ty) {
        if let Ty::Infer(id) = ty {
            self.named.push(*id);
        }
    }

    /// A `let` names the type by a path: what its value is, nothing else may tell.
    pub(super) fn annotate(&mut self, path: TokenStream) -> Ty {
        let is_number = super::aliases::is_word_for_numbers(&path);
        self.names_type(&path);
        let ty = self.fresh(Kind::Path { path, real: false });
        match ty {
            Ty::Infer(id) if !is_number => self.annotated.push(id),
            _ => {}
        }
        if self.named_structs && !is_number {
            self.make_struct(&ty);
        }
        ty
    }

    /// A value of this type is handed to a callee: if no use tells what it is, only rustc knows.
    pub(super) fn hand_over(&mut self, ty: &Ty) {
        if let Ty::Infer(id) = self.strip(ty) {
            self.handed.push(id);
        }
    }

    /// A value of this type is an operand.
    pub(super) fn operate(&mut self, ty: &Ty) {
        if let Ty::Infer(id) = self.strip(ty) {
            self.operands.push(id);
        }
    }

    /// A value of this type is compared: no struct is.
    pub(super) fn compare(&mut self, ty: &Ty) {
        if let Ty::Infer(id) = self.strip(ty) {
            self.numbers.push(id);
        }
    }

    /// Nobody reads a value of this type: if no use of another one tells what it is, only rustc knows.
    pub(super) fn ignore(&mut self, ty: &Ty) {
        if let Ty::Infer(id) = self.strip(ty) {
            self.ignored.push(id);
        }
    }

    /// A value of this type is cloned, which anything can be: if no use tells what it is, only rustc
    /// knows. False if it is the result of no call, or known already.
    pub(super) fn clone_of(&mut self, ty: &Ty) -> bool {
        match (self.strip(ty), self.is_struct(ty)) {
            (ty @ Ty::Infer(id), false) if matches!(self.kind(&ty), Some(Kind::Call)) => {
                self.cloned.push(id);
                true
            }
            _ => false,
        }
    }

    /// A value of this type is passed on by reference: if no use tells what it is, it is taken for
    /// a container, whose emitted code fits numbers, too.
    pub(super) fn borrow(&mut self, ty: &Ty) {
        match self.strip(ty) {
            Ty::Infer(id) => self.borrowed.push(id),
            ty => {
                if let Some(inner) = ty.element().cloned() {
                    self.borrow(&inner);
                }
            }
        }
    }

    /// The type of a field of the result of a call that nothing else decided; `None` for any other
    /// type.
    pub(super) fn field(&mut self, ty: &Ty, at: u32) -> Option<Ty> {
        let (ty, at) = (self.strip(ty), at as usize);
        let (Ty::Infer(id), Some(Kind::Call)) = (&ty, self.kind(&ty)) else {
            return None;
        };
        let known = self.fields.iter().position(|fields| fields.of == *id);
        let known = known.filter(|_| at < LONGEST_TUPLE).or_else(|| {
            self.fields.push(Fields {
                of: *id,
                parts: Vec::new(),
            });
            (at < LONGEST_TUPLE).then(|| self.fields.len() - 1)
        })?;
        while self.fields[known].parts.len() <= at {
            let part = self.fresh(Kind::Call);
            self.ignore(&part);
            self.fields[known].parts.push(part);
        }
        let part = self.fields[known].parts[at].clone();
        self.ignored
            .retain(|id| !matches!(part, Ty::Infer(at) if at == *id));
        Some(part)
    }

    /// The type `ty` takes the place of the undecided type `i`, of which fields may be taken.
    fn settle_fields(&mut self, i: u32, ty: &Ty) -> Result<(), Mismatch> {
        let Some(known) = self.fields.iter().position(|fields| fields.of == i) else {
            return Ok(());
        };
        let fields = self.fields.swap_remove(known);
        let Ty::Tuple(parts) = ty else {
            return Err(Mismatch);
        };
        if parts.len() < fields.parts.len() {
            return Err(Mismatch);
        }
        let mut pairs = fields.parts.iter().zip(parts);
        pairs.try_for_each(|(a, b)| self.unify(a, b))
    }

    /// Two undecided types have become one, `j`.
    fn link_fields(&mut self, i: u32, j: u32) {
        let Some(known) = self.fields.iter().position(|fields| fields.of == i) else {
            return;
        };
        let Some(other) = self.fields.iter().position(|fields| fields.of == j) else {
            self.fields[known].of = j;
            return;
        };
        let (a, b) = (&self.fields[known].parts, &self.fields[other].parts);
        let pairs: Vec<(Ty, Ty)> = a.iter().cloned().zip(b.iter().cloned()).collect();
        let (short, long) = match a.len() < b.len() {
            true => (known, other),
            false => (other, known),
        };
        self.fields[long].of = j;
        self.fields.swap_remove(short);
        for (a, b) in pairs {
            // Both are results of calls: whatever they are, the uses decide.
            let _ = self.unify(&a, &b);
        }
    }

    /// The real type of the function; a path in its signature may turn out to be a struct.
    fn real(&self) -> Real {
        match &self.real_path {
            // A struct is no number, and what its fields are is asked here.
            Some(ty) if self.is_struct(ty) => self.usual.clone(),
            Some(ty) if !matches!(self.default_named(ty), Ty::Real(_)) => self.usual.clone(),
            _ => self.real.clone(),
        }
    }

    fn default_named(&self, ty: &Ty) -> Ty {
        match self.shallow(ty) {
            ty @ Ty::Infer(_) => self.default(&ty),
            ty => ty,
        }
    }

    fn is_result(&self, ty: &Ty) -> bool {
        match (ty, self.strip(&self.result)) {
            (Ty::Infer(id), Ty::Infer(result)) => self.root(*id) == self.root(result),
            _ => false,
        }
    }

    /// The path by which the signature names a type that is not decided yet.
    pub(super) fn path_in_signature(&self, ty: &Ty) -> Option<TokenStream> {
        let ty = self.strip(ty);
        match self.kind(&ty).filter(|_| self.is_named(&ty)) {
            Some(Kind::Path { path, .. }) => Some(path.clone()),
            _ => None,
        }
    }

    fn is_named(&self, ty: &Ty) -> bool {
        let Ty::Infer(id) = ty else { return false };
        self.named.iter().any(|n| self.root(*n) == self.root(*id))
    }

    fn is_handed(&self, ty: &Ty) -> bool {
        let Ty::Infer(id) = ty else { return false };
        self.handed.iter().any(|b| self.root(*b) == self.root(*id))
    }

    /// True for the type of a field, or of what is in one.
    pub(super) fn is_in_field(&self, ty: &Ty) -> bool {
        let Ty::Infer(id) = ty else { return false };
        let id = self.root(*id);
        self.members
            .iter()
            .any(|member| self.occurs(id, &Ty::Infer(*member)))
    }

    /// True if the function computes in double precision.
    pub(super) fn is_f64(&self) -> bool {
        matches!(self.real(), Real::F64)
    }

    fn is_operand(&self, ty: &Ty) -> bool {
        self.is_among(&self.operands, ty)
    }

    /// True for an operand, and for what is compared.
    fn computes(&self, ty: &Ty) -> bool {
        self.is_operand(ty) || self.is_among(&self.numbers, ty)
    }

    /// True if only rustc knows whether the result is a struct or has another name of a number: it is handed on as memory, which
    /// fits both.
    pub(super) fn result_is_unknown(&self) -> bool {
        let result = self.strip(&self.result);
        match (self.kind(&result), self.struct_of(&result)) {
            (Some(Kind::Path { path, .. }), None) => {
                !takes_arguments(path) && matches!(self.default(&result), Ty::Struct(_))
            }
            _ => false,
        }
    }

    fn is_cloned(&self, ty: &Ty) -> bool {
        self.is_among(&self.cloned, ty)
    }

    fn is_among(&self, list: &[u32], ty: &Ty) -> bool {
        let Ty::Infer(id) = ty else { return false };
        list.iter().any(|known| self.root(*known) == self.root(*id))
    }

    fn is_borrowed(&self, ty: &Ty) -> bool {
        let Ty::Infer(id) = ty else { return false };
        self.borrowed
            .iter()
            .any(|b| self.root(*b) == self.root(*id))
    }

    fn default(&self, ty: &Ty) -> Ty {
        if let Some(of) = self.struct_of(ty) {
            let path = match self.kind(ty) {
                Some(Kind::Path { path, .. }) => Some(path.clone()),
                _ => None,
            };
            return self.resolve_struct(path, &of.fields);
        }
        let of = |fields: &&Fields| matches!(ty, Ty::Infer(id) if self.root(*id) == fields.of);
        if let Some(fields) = self.fields.iter().find(of) {
            // A tuple or a struct with fields that have numbers, and maybe more of them: what is right for a struct is right for a tuple.
            let asked = |part: &(Member, Ty)| !self.is_among(&self.ignored, &part.1);
            let parts = (0..).map(Member::At).zip(fields.parts.iter().cloned());
            let asked: Vec<(Member, Ty)> = parts.filter(asked).collect();
            return self.resolve_struct(None, &asked);
        }
        match self.kind(ty) {
            // A number, a tuple, an array: what is right for a struct is right for all of them. A
            // field that is an operand is a number, and so is what calls give where nothing else is
            // a struct.
            Some(Kind::Call)
                if self.is_handed(ty)
                    && !self.is_among(&self.numbers, ty)
                    && (!self.is_operand(ty)
                        || !self.structs.is_empty() && !self.is_among(&self.members, ty)) =>
            {
                self.resolve_struct(None, &[])
            }
            Some(Kind::Call) if self.is_cloned(ty) && !self.is_borrowed(ty) => {
                self.resolve_struct(None, &[])
            }
            Some(Kind::Call)
                if self.is_among(&self.ignored, ty)
                    && !self.is_operand(ty)
                    && !self.is_borrowed(ty)
                    && !self.is_result(ty) =>
            {
                self.resolve_struct(None, &[])
            }
            Some(Kind::Call) if self.is_borrowed(ty) => Ty::Seq(Box::new(Ty::Real(self.real()))),
            // A buffer that callees fill: rustc knows their type, and it is most likely ours.
            Some(Kind::Float { soft: false }) if self.is_borrowed(ty) => Ty::Real(self.real()),
            Some(Kind::Float { soft: false }) => Ty::Real(Real::F64),
            Some(Kind::Float { soft: true } | Kind::Call) => Ty::Real(self.real()),
            // A value of a named type that is only handed on may be anything. What is right for a
            // struct is right for a number.
            Some(Kind::Path { path, real: true })
                if takes_arguments(path)
                    || self.is_result(ty) && self.result_is_struct && !self.computes(ty)
                    || !self.is_result(ty)
                        && (self.is_handed(ty)
                            || self.is_borrowed(ty)
                            || self.is_named(ty)
                            || self.is_among(&self.annotated, ty)) =>
            {
                self.resolve_struct(Some(path.clone()), &[])
            }
            Some(Kind::Path { path, real: true }) => Ty::Real(Real::Named(path.clone())),
            _ => Ty::Opaque,
        }
    }
}

/// True for `Pair<T>`: no alias of a real number has arguments.
fn takes_arguments(path: &TokenStream) -> bool {
    let opens = |tree| matches!(tree, TokenTree::Punct(p) if p.as_char() == '<');
    path.clone().into_iter().any(opens)
}

/// An `Option` or `Result` that carries a derivative.
pub(super) fn outcome(value: Ty) -> Ty {
    Ty::Tuple(vec![Ty::Tag, value, Ty::Maybe])
}
