//! Literals get the type that rustc finds for them.
//!
//! In: the HIR with its types resolved, and the types that the user declared. Out: the same, with a suffix at the literals
//! whose type may matter and is told somewhere else.
//!
//! What is emitted repeats literals, and leaves out what no derivative needs. rustc finds the type of a literal from all of its
//! uses, one of which may be gone:
//!
//! ```text
//! let t = [3_000_000_000, 5];  let z = t[k % 2] + x.len();  … t[0] as f64      the elements are `usize`
//! ```
//!
//! So numbers are put into classes of one type, as rustc would do, by a union of what operations, assignments and lists hold
//! together. A class has a type if an annotation, a suffix, an index, a length or a range tells it. The type of one whose
//! numbers are neither cast nor handed to code that is copied decides nothing, and its literals stay as they are.

mod methods;

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use crate::compiler::hir::{
    BinOp, Block, Expr, ExprKind, Func, Member, Pat, Place, Proj, Range, Real, Stmt, StmtKind, Ty,
    VarId, Verbatim,
};
use crate::compiler::parse::types;

/// Puts suffixes at literals. `declared`: the type that the user gave a variable.
pub(super) fn run(func: &mut Func, declared: &dyn Fn(VarId) -> Option<syn::Type>) {
    let mut body = std::mem::take(&mut func.body);
    let mut classes = Classes {
        func,
        declared,
        nodes: Vec::new(),
        vars: BTreeMap::new(),
        literals: Vec::new(),
        told: false,
        mutable: false,
        bound: false,
    };
    classes.block(&mut body);
    let Classes {
        nodes, literals, ..
    } = classes;
    for literal in literals {
        let class = &nodes[root(&nodes, literal.node) as usize];
        let matters = class.cast || class.copied && !literal.bound;
        let ty = class.ty.as_ref().filter(|_| matters);
        if let Some(typed) = ty.and_then(|ty| typed(literal.at, ty)) {
            *literal.at = typed;
        }
    }
    func.body = body;
}

/// The literal with its type.
fn typed(literal: &ExprKind, ty: &TokenStream) -> Option<ExprKind> {
    let ExprKind::Lit(tokens) = literal else {
        return None;
    };
    if let Ok(syn::Type::Path(path)) = syn::parse2(ty.clone())
        && types::primitive(&path.path).is_none()
    {
        // An alias is no suffix.
        return Some(ExprKind::Opaque(Verbatim {
            tokens: quote!({ let value: #ty = #tokens; value }),
            uses: Vec::new(),
            pure: true,
        }));
    }
    let mut literal: Literal = format!("{tokens}{ty}").parse().ok()?;
    literal.set_span(tokens.clone().into_iter().next()?.span());
    Some(ExprKind::Lit(literal.into_token_stream()))
}

type NodeId = u32;

/// Numbers of one type.
struct Node {
    parent: NodeId,
    /// The type, once something tells it.
    ty: Option<TokenStream>,
    real: bool,
    /// Its numbers are cast.
    cast: bool,
    /// Its numbers are handed to code that is copied.
    copied: bool,
}

fn root(nodes: &[Node], mut id: NodeId) -> NodeId {
    while nodes[id as usize].parent != id {
        id = nodes[id as usize].parent;
    }
    id
}

/// The classes of the numbers in a value.
#[derive(Clone)]
enum Shape {
    Number(NodeId),
    Tuple(Vec<Shape>),
    /// An array, a vector or a slice, by its elements.
    List(Box<Shape>),
    /// No number whose type could be unknown.
    Other,
}

impl Shape {
    fn has_number(&self) -> bool {
        match self {
            Shape::Number(_) => true,
            Shape::Tuple(parts) => parts.iter().any(Shape::has_number),
            Shape::List(inner) => inner.has_number(),
            Shape::Other => false,
        }
    }
}

/// A literal without suffix.
struct Untyped<'h> {
    at: &'h mut ExprKind,
    node: NodeId,
    /// The end of a range: what is handed to copied code is the counter, which that code tells the type of.
    bound: bool,
}

struct Classes<'f, 'h> {
    func: &'f Func,
    declared: &'f dyn Fn(VarId) -> Option<syn::Type>,
    nodes: Vec<Node>,
    vars: BTreeMap<VarId, Shape>,
    /// Those without suffix.
    literals: Vec<Untyped<'h>>,
    /// A neighbour of the expression tells its type wherever it is printed.
    told: bool,
    /// The expression is for a variable that changes.
    mutable: bool,
    /// The expression is the end of a range.
    bound: bool,
}

impl<'h> Classes<'_, 'h> {
    fn number(&mut self, ty: Option<TokenStream>, real: bool) -> Shape {
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node {
            parent: id,
            ty,
            real,
            cast: false,
            copied: false,
        });
        Shape::Number(id)
    }

    fn fresh(&mut self, ty: &Ty) -> Shape {
        match ty {
            Ty::Int => self.number(None, false),
            // Literals are `f64` where nothing tells.
            Ty::Real(Real::F32) => self.number(Some(quote!(f32)), true),
            Ty::Real(Real::Named(path)) => self.number(Some(path.clone()), true),
            Ty::Tuple(parts) => Shape::Tuple(parts.iter().map(|part| self.fresh(part)).collect()),
            Ty::Ref(_, inner) => self.fresh(inner),
            ty => match ty.element() {
                Some(inner) => Shape::List(Box::new(self.fresh(inner))),
                None => Shape::Other,
            },
        }
    }

    fn index(&mut self) -> Shape {
        self.number(Some(quote!(usize)), false)
    }

    fn var(&mut self, var: VarId) -> Shape {
        if let Some(shape) = self.vars.get(&var) {
            return shape.clone();
        }
        let func = self.func;
        let shape = self.fresh(&func.vars[var.0 as usize].ty);
        let param = func.params.iter().find(|param| param.var == var);
        if shape.has_number() {
            let declared = match param {
                Some(param) => syn::parse2(param.declared.clone()).ok(),
                None => (self.declared)(var),
            };
            if let Some(declared) = declared {
                self.declare(&shape, &declared);
            }
        }
        self.vars.insert(var, shape.clone());
        shape
    }

    /// The user wrote down the type of the value.
    fn declare(&mut self, shape: &Shape, ty: &syn::Type) {
        match (shape, types::bare(ty)) {
            (shape, syn::Type::Reference(reference)) => self.declare(shape, &reference.elem),
            (Shape::Number(node), ty @ syn::Type::Path(path)) => {
                let name = match types::primitive(&path.path) {
                    Some(_) => path.path.segments.last().to_token_stream(),
                    None => ty.to_token_stream(),
                };
                self.tell(*node, name);
            }
            (Shape::Tuple(parts), syn::Type::Tuple(tuple)) => {
                for (part, ty) in parts.iter().zip(&tuple.elems) {
                    self.declare(part, ty);
                }
            }
            (Shape::List(inner), syn::Type::Array(array)) => self.declare(inner, &array.elem),
            (Shape::List(inner), syn::Type::Slice(slice)) => self.declare(inner, &slice.elem),
            (Shape::List(inner), syn::Type::Path(path)) => {
                let last = path.path.segments.last();
                let element = last.filter(|last| last.ident == "Vec");
                if let Some(element) = element.and_then(|last| types::type_arguments(last).pop()) {
                    self.declare(inner, element);
                }
            }
            _ => {}
        }
    }

    fn tell(&mut self, node: NodeId, ty: TokenStream) {
        let root = root(&self.nodes, node) as usize;
        self.nodes[root].ty.get_or_insert(ty);
    }

    fn matters(&mut self, shape: &Shape) {
        match shape {
            Shape::Number(node) => {
                let root = root(&self.nodes, *node) as usize;
                self.nodes[root].copied |= !self.nodes[root].real;
            }
            Shape::Tuple(parts) => parts.iter().for_each(|part| self.matters(part)),
            Shape::List(inner) => self.matters(inner),
            Shape::Other => {}
        }
    }

    fn join(&mut self, a: &Shape, b: &Shape) {
        match (a, b) {
            (Shape::Number(a), Shape::Number(b)) => {
                let (a, b) = (root(&self.nodes, *a), root(&self.nodes, *b));
                if a == b || self.nodes[a as usize].real != self.nodes[b as usize].real {
                    return;
                }
                let from = &mut self.nodes[a as usize];
                from.parent = b;
                let (ty, cast, copied) = (from.ty.take(), from.cast, from.copied);
                let into = &mut self.nodes[b as usize];
                into.ty = into.ty.take().or(ty);
                into.cast |= cast;
                into.copied |= copied;
            }
            (Shape::Tuple(p), Shape::Tuple(q)) => {
                p.iter().zip(q).for_each(|(a, b)| self.join(a, b));
            }
            (Shape::List(a), Shape::List(b)) => self.join(a, b),
            // What it meets is known to rustc alone.
            (known, Shape::Other) | (Shape::Other, known) => self.matters(known),
            _ => {}
        }
    }

    fn block(&mut self, block: &'h mut Block) -> Shape {
        block.stmts.iter_mut().for_each(|stmt| self.stmt(stmt));
        match &mut block.value {
            Some(value) => self.expr(value),
            None => Shape::Other,
        }
    }

    fn stmt(&mut self, stmt: &'h mut Stmt) {
        match &mut stmt.kind {
            StmtKind::Let { pat, init } => {
                let func = self.func;
                let var = |var: &VarId| func.vars[var.0 as usize].mutable;
                self.mutable = matches!(pat, Pat::Var(v) if var(v));
                if let Some(init) = init {
                    let shape = self.expr(init);
                    self.bind(pat, &shape);
                }
                self.mutable = false;
            }
            StmtKind::Alias { var, place } => {
                let (var, place) = (self.var(*var), self.place(place));
                self.join(&var, &place);
            }
            StmtKind::Assign { place, op, value } => {
                self.mutable = true;
                let place = self.place(place);
                let told = op.is_some() && is_literal(value);
                let value = self.beside(value, told);
                self.mutable = false;
                if !matches!(op, Some(BinOp::Shl | BinOp::Shr)) {
                    self.join(&place, &value);
                }
            }
            StmtKind::If { cond, then, els } => {
                self.expr(cond);
                self.block(then);
                self.block(els);
            }
            StmtKind::For {
                var, range, body, ..
            } => {
                let counted = self.range(range);
                let var = self.var(*var);
                self.join(&var, &counted);
                self.block(body);
            }
            StmtKind::Loop { body, .. } => {
                self.block(body);
            }
            StmtKind::Push { place, value } => {
                let (place, value) = (self.place(place), self.expr(value));
                if let Shape::List(inner) = &place {
                    self.join(inner, &value);
                }
            }
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    let shape = self.expr(value);
                    self.matters(&shape);
                }
            }
            StmtKind::Expr(value) => {
                self.expr(value);
            }
            StmtKind::Effect { code, .. } => self.uses(code),
            // The last two are made by `jumps` only.
            StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::While { .. }
            | StmtKind::ForUntil { .. } => {}
        }
    }

    fn bind(&mut self, pat: &Pat, shape: &Shape) {
        match (pat, shape) {
            (Pat::Var(var), shape) => {
                let var = self.var(*var);
                self.join(&var, shape);
            }
            (Pat::Tuple(pats), Shape::Tuple(parts)) => {
                let pairs = pats.iter().zip(parts);
                pairs.for_each(|(pat, part)| self.bind(pat, part));
            }
            _ => {}
        }
    }

    fn range(&mut self, range: &'h mut Range) -> Shape {
        // One of the two is enough.
        let lo = self.beside(&mut range.lo, true);
        self.bound = matches!(range.hi.kind, ExprKind::Lit(_));
        let hi = self.expr(&mut range.hi);
        self.bound = false;
        self.join(&lo, &hi);
        if let Some(step) = &mut range.step {
            let (step, index) = (self.expr(step), self.index());
            self.join(&step, &index);
        }
        hi
    }

    fn place(&mut self, place: &'h mut Place) -> Shape {
        let func = self.func;
        let mut shape = self.var(place.root);
        let mut ty = Some(&func.vars[place.root.0 as usize].ty);
        for step in &mut place.path {
            while let Some(Ty::Ref(_, inner)) = ty {
                ty = Some(inner);
            }
            let indexed = match ty {
                Some(Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner)) => Some(&**inner),
                _ => None,
            };
            match step {
                Proj::Index(at) => {
                    let mut at = vec![self.expr(at)];
                    self.indices(&mut at, indexed.is_some());
                    ty = indexed;
                    shape = match shape {
                        Shape::List(inner) => *inner,
                        _ => Shape::Other,
                    };
                }
                Proj::Slice { lo, hi, .. } => {
                    let bounds = [lo, hi].into_iter().flatten();
                    let mut bounds: Vec<Shape> = bounds.map(|at| self.expr(at)).collect();
                    self.indices(&mut bounds, indexed.is_some());
                }
                Proj::Field(Member::At(k)) => match (&shape, ty) {
                    (Shape::Tuple(parts), Some(Ty::Tuple(types))) => {
                        ty = types.get(*k as usize);
                        shape = parts.get(*k as usize).cloned().unwrap_or(Shape::Other);
                    }
                    _ => (shape, ty) = (Shape::Other, None),
                },
                Proj::Field(Member::Named(_) | Member::Behind) => {
                    (shape, ty) = (Shape::Other, None)
                }
            }
        }
        match (&shape, ty) {
            // A field, whose type nobody has seen: a number of its own.
            (Shape::Other, None) => {
                let shape = self.fresh(&place.ty);
                self.matters(&shape);
                shape
            }
            _ => shape,
        }
    }

    /// Positions in something that is `known` to be an array, a vector or a slice.
    fn indices(&mut self, at: &mut [Shape], known: bool) {
        for at in at {
            match known {
                true => {
                    let index = self.index();
                    self.join(at, &index);
                }
                false => self.matters(at),
            }
        }
    }

    fn uses(&mut self, code: &Verbatim) {
        for (_, var) in &code.uses {
            let shape = self.var(*var);
            self.matters(&shape);
        }
    }

    /// Code that is copied: `a.max(b)` is of the type of both.
    fn code(&mut self, code: &Verbatim, ty: &Ty) -> Shape {
        self.uses(code);
        let shape = self.fresh(ty);
        self.matters(&shape);
        for var in methods::of_one_type(code) {
            let var = self.var(var);
            self.join(&var, &shape);
        }
        shape
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'h mut Expr>) -> Vec<Shape> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    /// An expression beside one that tells its type.
    fn beside(&mut self, expr: &'h mut Expr, told: bool) -> Shape {
        let outer = std::mem::replace(&mut self.told, told);
        let shape = self.expr(expr);
        self.told = outer;
        shape
    }

    fn literal(&mut self, at: &'h mut ExprKind, ty: &Ty) -> Shape {
        let shape = self.fresh(ty);
        if let (ExprKind::Lit(tokens), Shape::Number(node)) = (&*at, &shape) {
            match suffix(&tokens.to_string()) {
                Some(suffix) => self.tell(*node, suffix),
                None if self.told || self.mutable && matches!(ty, Ty::Real(_)) => {}
                None => {
                    let (node, bound) = (*node, self.bound);
                    self.literals.push(Untyped { at, node, bound });
                }
            }
        }
        shape
    }

    fn expr(&mut self, expr: &'h mut Expr) -> Shape {
        if let ExprKind::Lit(_) = expr.kind {
            return self.literal(&mut expr.kind, &expr.ty);
        }
        let ty = &expr.ty;
        match &mut expr.kind {
            ExprKind::Lit(_) => Shape::Other,
            ExprKind::Place(place) | ExprKind::Ref(_, place) | ExprKind::CloneOf(place) => {
                self.place(place)
            }
            ExprKind::Len(place) => {
                self.place(place);
                self.index()
            }
            ExprKind::Measure(place, _) => {
                self.place(place);
                self.unknown(ty)
            }
            ExprKind::Unary(_, inner) | ExprKind::StopGradient(inner) => self.expr(inner),
            ExprKind::Cast(inner, target) => {
                let shape = self.beside(inner, false);
                if let Shape::Number(node) = shape {
                    let root = root(&self.nodes, node) as usize;
                    self.nodes[root].cast = true;
                }
                let shape = self.fresh(ty);
                if let (Ty::Int, Ok(target)) = (ty, syn::parse2(target.clone())) {
                    self.declare(&shape, &target);
                }
                shape
            }
            ExprKind::Binary(op, a, b) => match (*op, self.operands(*op, a, b)) {
                (BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge, _) => {
                    Shape::Other
                }
                (_, Shape::Other) => self.unknown(ty),
                (_, a) => a,
            },
            ExprKind::Rule(_, args) => {
                let args = self.exprs(args);
                let real = self.fresh(ty);
                for arg in &args {
                    self.join(arg, &real);
                }
                real
            }
            ExprKind::Call(call) => {
                let args = self.exprs(&mut call.args);
                args.iter().for_each(|arg| self.matters(arg));
                self.unknown(ty)
            }
            ExprKind::Classify(_, inner) => {
                self.expr(inner);
                Shape::Other
            }
            ExprKind::If(cond, then, els) => {
                self.expr(cond);
                let (then, els) = (self.block(then), self.block(els));
                self.join(&then, &els);
                match then {
                    Shape::Other => els,
                    then => then,
                }
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::Tuple(parts) => Shape::Tuple(self.exprs(parts)),
            ExprKind::Struct(lit) => {
                let fields = self.exprs(lit.fields.iter_mut().map(|(_, field)| field));
                fields.iter().for_each(|field| self.matters(field));
                if let Some(base) = &mut lit.base {
                    self.place(base);
                }
                Shape::Other
            }
            ExprKind::List(parts) => {
                let parts = self.exprs(parts);
                if let [first, rest @ ..] = &parts[..] {
                    rest.iter().for_each(|part| self.join(part, first));
                }
                let first = parts.into_iter().next();
                Shape::List(Box::new(first.unwrap_or(Shape::Other)))
            }
            ExprKind::Repeat(value, len) => {
                let (value, len, index) = (self.expr(value), self.expr(len), self.index());
                self.join(&len, &index);
                Shape::List(Box::new(value))
            }
            ExprKind::Opaque(code) => self.code(code, ty),
        }
    }

    fn operands(&mut self, op: BinOp, a: &'h mut Expr, b: &'h mut Expr) -> Shape {
        if matches!(op, BinOp::Shl | BinOp::Shr) {
            let first = self.expr(a);
            self.beside(b, true);
            return first;
        }
        let (left, right) = (is_literal(a), is_literal(b));
        let told = self.told && left && right;
        let first = self.beside(a, told || left && !right);
        let second = self.beside(b, told || right && !left);
        self.join(&first, &second);
        first
    }

    /// Of what only rustc knows the type.
    fn unknown(&mut self, ty: &Ty) -> Shape {
        let shape = self.fresh(ty);
        self.matters(&shape);
        shape
    }
}

/// The suffix of a literal.
fn suffix(text: &str) -> Option<TokenStream> {
    let radix = ["0x", "0b", "0o"]
        .iter()
        .any(|start| text.starts_with(start));
    let starts: &[char] = match radix {
        true => &['i', 'u'],
        false => &['i', 'u', 'f'],
    };
    text.find(starts).and_then(|at| text[at..].parse().ok())
}

/// True for arithmetic of literals.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Lit(_) => true,
        ExprKind::Unary(_, inner) => is_literal(inner),
        ExprKind::Binary(_, a, b) => is_literal(a) && is_literal(b),
        _ => false,
    }
}
