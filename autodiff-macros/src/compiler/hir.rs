//! The high-level form of a function: what the user wrote, with every name resolved, every pattern
//! and operator understood, and everything outside the language already refused.
//!
//! In: nothing (this module only declares the form). `lower` builds it from `syn`, `jumps` removes
//! `break`, `continue` and `return` from it, `ssa` turns it into the form that is differentiated.
//!
//! Guaranteed after `lower`: no node mentions a `syn` type; every variable is an index into
//! [`Func::vars`] (two variables of one name are two indices); every real-valued expression has a
//! [`Ty::Real`] whose precision is known; operands stand in the order in which Rust evaluates them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::names::Names;

pub(crate) mod binding;
pub(crate) mod print;
pub(crate) mod rewrite;
mod walk;

/// Index of a variable in [`Func::vars`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct VarId(pub(crate) u32);

/// Identity of a loop; `break` and `continue` name the loop that they leave or continue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct LoopId(pub(crate) u32);

/// Precision of a real number.
#[derive(Clone, Debug)]
pub(crate) enum Real {
    /// `f64`.
    F64,
    /// `f32`.
    F32,
    /// Any other path (`type Real = f64;`): it has to be one of the two, which the emitted code
    /// has rustc check.
    Named(TokenStream),
    /// A type parameter, which emitted functions bound to be one of the two.
    Param(Ident),
}

impl Real {
    /// Its name, as the user would write it.
    pub(crate) fn name(&self) -> TokenStream {
        match self {
            Real::F64 => quote!(f64),
            Real::F32 => quote!(f32),
            Real::Named(path) => path.clone(),
            Real::Param(name) => name.to_token_stream(),
        }
    }
}

/// Type of a variable or an expression, as far as the compiler has to know it.
#[derive(Clone, Debug)]
pub(crate) enum Ty {
    /// A real number, the only thing that carries a derivative.
    Real(Real),
    /// An integer; its exact type is rustc's business unless it was written down.
    Int,
    /// A truth value.
    Bool,
    /// `()`.
    Unit,
    /// A tuple.
    Tuple(Vec<Ty>),
    /// `[T; N]`; the tokens are the length.
    Array(Box<Ty>, TokenStream),
    /// `Vec<T>`.
    Vec(Box<Ty>),
    /// `[T]`, always behind a [`Ty::Ref`].
    Slice(Box<Ty>),
    /// Something that can be indexed, of a type that rustc knows and the compiler does not (the
    /// result of a call).
    Seq(Box<Ty>),
    /// A value of a type that the compiler does not see the definition of: a struct of the user's.
    Struct(Aggregate),
    /// `&T` (false) or `&mut T` (true).
    Ref(bool, Box<Ty>),
    /// The type of `panic!()` and of a block that ends in it.
    Never,
    /// A constant of a type that the compiler does not look into (`&str`, the result of a call on
    /// constants, a path to a `const`). A path that turns out to be used as a real number keeps
    /// this type; whoever emits the use pins it to a real type there.
    Opaque,
    /// The first part of an `Option` or `Result` that carries a derivative, which is a tuple of its
    /// own here: this flag (there is a value), the value, and a [`Ty::Maybe`] with the error. Only
    /// while `lower` runs: a truth value in what it returns.
    Tag,
    /// An `Option` of a constant: the error of a `Result`, if there is one.
    Maybe,
    /// Not known yet. Only while `lower` runs; none is left in what it returns.
    Infer(u32),
}

impl Ty {
    /// The parts of an `Option` or `Result`: whether there is a value, the value, the error.
    pub(crate) fn is_outcome(&self) -> bool {
        matches!(self, Ty::Tuple(parts) if matches!(parts[..], [Ty::Bool, _, Ty::Maybe]))
    }

    /// The type of the elements of what can be indexed.
    pub(crate) fn element(&self) -> Option<&Ty> {
        match self {
            Ty::Array(inner, _) | Ty::Vec(inner) | Ty::Slice(inner) | Ty::Seq(inner) => Some(inner),
            _ => None,
        }
    }

    /// True for what has [parts](Ty::parts), though it be an empty tuple.
    pub(crate) fn is_compound(&self) -> bool {
        matches!(self, Ty::Tuple(_) | Ty::Ref(..)) || self.element().is_some()
    }

    /// The types that it is made of: those in a tuple, that of the elements, and the one behind a reference.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Ty> {
        let one = match self {
            Ty::Ref(_, inner) => Some(&**inner),
            ty => ty.element(),
        };
        let tuple = match self {
            Ty::Tuple(parts) => &parts[..],
            _ => &[],
        };
        tuple.iter().chain(one)
    }

    /// The length of an array, also behind a reference, if a literal tells it.
    pub(crate) fn known_length(&self) -> Option<usize> {
        match self {
            Ty::Ref(_, inner) => inner.known_length(),
            Ty::Array(_, len) => {
                let len: syn::LitInt = syn::parse2(len.clone()).ok()?;
                len.base10_parse().ok()
            }
            _ => None,
        }
    }
}

/// What is known of a struct: how it is called, and the fields that the function mentions.
#[derive(Clone, Debug)]
pub(crate) struct Aggregate {
    /// The type as written; `None` where only rustc knows it (the result of a call).
    pub(crate) path: Option<TokenStream>,
    /// Whether the path stands for the type somewhere. That of a literal leaves out arguments that
    /// the type may have, so that it is no type.
    pub(crate) whole: bool,
    pub(crate) fields: Vec<(Member, Ty)>,
    /// The fields that are known to be marked `#[constant]`.
    pub(crate) constants: Vec<Member>,
}

/// A field: `.0` or `.name`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Member {
    At(u32),
    Named(Ident),
    /// What a pointer in a field points to, `*p.boxed`. Its gradient is that of the field, which is none of a pointer.
    Behind,
}

impl From<&syn::Member> for Member {
    fn from(member: &syn::Member) -> Member {
        match member {
            syn::Member::Named(name) => Member::Named(name.clone()),
            syn::Member::Unnamed(index) => Member::At(index.index),
        }
    }
}

impl From<&Member> for syn::Member {
    fn from(member: &Member) -> syn::Member {
        match member {
            Member::Named(name) => syn::Member::Named(name.clone()),
            Member::At(k) => syn::Member::Unnamed((*k as usize).into()),
            // No declaration has a field of this number.
            Member::Behind => syn::Member::Unnamed(usize::MAX.into()),
        }
    }
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Member::Named(name) => name.to_tokens(tokens),
            Member::At(k) => proc_macro2::Literal::u32_unsuffixed(*k).to_tokens(tokens),
            Member::Behind => tokens.extend(quote!(*)),
        }
    }
}

/// A variable: a parameter or a `let`.
#[derive(Clone, Debug)]
pub(crate) struct Var {
    /// The user's name for it, with the user's span.
    pub(crate) name: Ident,
    pub(crate) ty: Ty,
    pub(crate) mutable: bool,
}

/// How a parameter takes part in differentiation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// The gradient has an entry for it.
    Differentiable,
    /// Marked `#[constant]`, left out of `wrt(…)`, or of a type without derivative.
    Constant,
}

/// A parameter of the function.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    /// The variable that holds it in the body.
    pub(crate) var: VarId,
    /// The declared type, as the user wrote it, for the signatures of the emitted functions.
    pub(crate) declared: TokenStream,
    pub(crate) ty: Ty,
    pub(crate) role: Role,
}

/// A function.
#[derive(Clone, Debug)]
pub(crate) struct Func {
    pub(crate) name: Ident,
    /// The identifiers that the user uses.
    pub(crate) used: Names,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Ty,
    /// Only rustc knows whether the result is a struct, as `result` says, or a number of that name.
    pub(crate) result_is_unknown: bool,
    /// The result is an `Option` or `Result` of something differentiable; `result` are its parts.
    pub(crate) outcome: bool,
    /// Stands for a constant result as long as there is none, if a number does not: `None` of a `-> Option<()>`.
    pub(crate) blank: Option<TokenStream>,
    /// Names of variables that the user did not name, which are new in the function.
    pub(crate) hidden: std::collections::BTreeSet<String>,
    pub(crate) vars: Vec<Var>,
    /// Variables of constant patterns, which rustc alone reads: numbers, or references to numbers.
    pub(crate) matched: std::collections::BTreeSet<VarId>,
    /// The body; its value is the function's result.
    pub(crate) body: Block,
    /// Nested `fn`, `const`, `use` items of the body, copied to the top of every emitted body.
    pub(crate) items: Vec<TokenStream>,
    /// The functions among them that a real number is passed to.
    pub(crate) nested: Vec<Ident>,
    /// Names that were taken for operations of the facade or of std.
    pub(crate) pins: Vec<Pin>,
    /// The type parameters that stand for real numbers.
    pub(crate) reals: Vec<Ident>,
    /// The loops under `#[checkpoint]`.
    pub(crate) checkpoints: std::collections::BTreeMap<LoopId, Checkpoint>,
    /// The loops under `#[checkpoint(whole)]`, and the attribute.
    pub(crate) whole: std::collections::BTreeMap<LoopId, TokenStream>,
}

/// `#[checkpoint]` on a loop.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    /// How many states may be kept; evaluated before the loop.
    pub(crate) budget: Option<VarId>,
    /// The attribute.
    pub(crate) attribute: TokenStream,
}

/// How a name was taken for an operation.
#[derive(Clone, Debug)]
pub(crate) enum PinKind {
    /// `relu(x)`: a function of the facade.
    Function,
    /// `x.relu()`: a method of the facade's trait, which has to be in scope.
    Method,
    /// `v.abs()` on a `v: &f64`: a trait of the user's with an `abs(&self)` would come first. The
    /// tokens are the type behind the reference.
    OnReference(TokenStream),
    /// `x.sin()`, `T::sin(x)` on an `x: T`: any trait may have given it.
    Parameter(Method),
}

/// A method of a type parameter.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    /// The method as an item, `T::sin`; `()` where that could be another.
    pub(crate) item: TokenStream,
    /// A closure that calls it as the user does, `|x: T| x.sin()`.
    pub(crate) own: TokenStream,
    /// The function of the runtime that compares methods of this form.
    pub(crate) form: &'static str,
}

/// A name in the user's function that was taken for an operation. A macro cannot see what it stands
/// for; the emitted code has to check that it is that operation.
#[derive(Clone, Debug)]
pub(crate) struct Pin {
    /// The path as written (`relu`, `conservative_grad::relu`), or the name of the method.
    pub(crate) path: TokenStream,
    /// The operation: the name of a row of the table, of a predicate, or `stop_gradient`.
    pub(crate) operation: String,
    /// Number of operands, receiver included.
    pub(crate) operands: usize,
    pub(crate) kind: PinKind,
}

/// Statements and the value that the block ends in, if it has one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub(crate) stmts: Vec<Stmt>,
    pub(crate) value: Option<Box<Expr>>,
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) struct Stmt {
    pub(crate) kind: StmtKind,
    pub(crate) span: Span,
}

/// A pattern of a `let`.
#[derive(Clone, Debug)]
pub(crate) enum Pat {
    Var(VarId),
    Tuple(Vec<Pat>),
    Wild,
}

/// A loop over a range.
#[derive(Clone, Copy)]
pub(crate) struct Counted<'a> {
    pub(crate) id: LoopId,
    pub(crate) var: VarId,
    pub(crate) range: &'a Range,
    pub(crate) body: &'a Block,
}

impl StmtKind {
    /// The loop, if it is a `for` over a range.
    pub(crate) fn counted(&self) -> Option<Counted<'_>> {
        match self {
            StmtKind::For {
                id,
                var,
                range,
                body,
            } => Some(Counted {
                id: *id,
                var: *var,
                range,
                body,
            }),
            _ => None,
        }
    }
}

/// A range of integers that a `for` runs over.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) lo: Expr,
    pub(crate) hi: Expr,
    pub(crate) inclusive: bool,
    /// `.step_by(n)`; applied before `rev` if `rev_first` is false.
    pub(crate) step: Option<Expr>,
    pub(crate) rev: bool,
    /// `(a..b).rev().step_by(n)` (true) is not `(a..b).step_by(n).rev()` (false).
    pub(crate) rev_first: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum StmtKind {
    /// `let pat = init;` (`init` is absent for a declaration that is assigned later).
    Let {
        pat: Pat,
        init: Option<Expr>,
    },
    /// `let row = &place;` or `let row = &mut place;`: another name for a place. The indices in it
    /// are evaluated here.
    Alias {
        var: VarId,
        place: Place,
    },
    /// `place = value`, or `place op= value`. `value` is evaluated before the indices of `place`
    /// are read, as Rust does for `op=` on numbers; `lower` refuses what could tell the difference.
    Assign {
        place: Place,
        op: Option<BinOp>,
        value: Expr,
    },
    If {
        cond: Expr,
        then: Block,
        els: Block,
    },
    For {
        id: LoopId,
        var: VarId,
        range: Range,
        body: Block,
    },
    /// `while cond { body }`, and what `jumps` makes of every other loop that is not counted; the
    /// condition has no effects. `lower` never builds it.
    While {
        id: LoopId,
        cond: Expr,
        body: Block,
    },
    /// A counted loop that also ends when one of the flags is set; only `jumps` builds it.
    ForUntil {
        id: LoopId,
        var: VarId,
        range: Range,
        body: Block,
        until: Vec<VarId>,
    },
    /// `loop { … }`; `while c { b }` is `loop { if c { b } else { break } }`.
    Loop {
        id: LoopId,
        body: Block,
    },
    Break(LoopId),
    Continue(LoopId),
    Return(Option<Expr>),
    /// `place.push(value)` on a vector.
    Push {
        place: Place,
        value: Expr,
    },
    /// An expression whose value is not used: a call with `&mut` arguments, a block.
    Expr(Expr),
    /// A statement that passes through as written and runs exactly once (`println!`, `assert!`);
    /// `diverges` if control never leaves it (`panic!`).
    Effect {
        code: Verbatim,
        diverges: bool,
    },
}

/// A place: a variable and the way from it to the part that is meant.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) root: VarId,
    pub(crate) path: Vec<Proj>,
    pub(crate) ty: Ty,
    pub(crate) span: Span,
}

/// One step from a place to a part of it. A dereference is no step: references are transparent.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a place has few steps, most of them indices"
)]
pub(crate) enum Proj {
    /// `[i]`.
    Index(Expr),
    /// `[lo..hi]`, a sub-slice; only as the argument of a call or in an [`StmtKind::Alias`].
    Slice {
        lo: Option<Expr>,
        hi: Option<Expr>,
        inclusive: bool,
    },
    /// `.0`, `.1`, … of a tuple, `.name` of a struct.
    Field(Member),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum BinOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    BitAnd,
    BitOr,
    BitXor,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinOp {
    /// The operator as it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            BinOp::Add => "+",
            BinOp::Sub => "-",
            BinOp::Mul => "*",
            BinOp::Div => "/",
            BinOp::Rem => "%",
            BinOp::And => "&&",
            BinOp::Or => "||",
            BinOp::BitAnd => "&",
            BinOp::BitOr => "|",
            BinOp::BitXor => "^",
            BinOp::Shl => "<<",
            BinOp::Shr => ">>",
            BinOp::Eq => "==",
            BinOp::Ne => "!=",
            BinOp::Lt => "<",
            BinOp::Le => "<=",
            BinOp::Gt => ">",
            BinOp::Ge => ">=",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum UnOp {
    Neg,
    Not,
}

/// An expression with its type and its place in the source.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) ty: Ty,
    pub(crate) span: Span,
    /// The expression as written, for sites and messages; empty where nobody needs it.
    pub(crate) source: TokenStream,
    /// What the user wrote about the nonsmooth operations of the statement that this stands in.
    pub(crate) marks: Marks,
}

/// `#[tie(θ)]` and `#[assume_continuous]` of the enclosing statement.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub(crate) struct Marks {
    pub(crate) tie: Option<f64>,
    pub(crate) assume_continuous: bool,
    /// Told apart from the copies of other expressions; only `unroll` makes copies. Those of one are one site.
    pub(crate) copied: Option<u32>,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    /// A literal, with its suffix if it has one.
    Lit(TokenStream),
    /// The value of a variable or of a part of one (a copy, or a move).
    Place(Place),
    /// `&place` or `&mut place`; only as the argument of a call.
    Ref(bool, Place),
    Unary(UnOp, Box<Expr>),
    /// `&&` and `||` keep Rust's short circuit.
    Binary(BinOp, Box<Expr>, Box<Expr>),
    /// `value as ty`; the tokens are the target type.
    Cast(Box<Expr>, TokenStream),
    /// An operation that has a row in the table of rules (refused rows included: whether they are
    /// refused depends on activity), with its operands (receiver first).
    Rule(&'static autodiff_runtime::rules::Rule, Vec<Expr>),
    /// A call of a function that may be annotated and has at least one argument that is, or may
    /// be, a real number. If it turns out that no argument is differentiable, the function itself
    /// is called.
    Call(Call),
    /// `x.is_nan()` and its kin, by the name of the method: a truth value computed from a real
    /// number.
    Classify(Ident, Box<Expr>),
    /// `stop_gradient(x)`: the value of `x` with derivative zero.
    StopGradient(Box<Expr>),
    If(Box<Expr>, Block, Block),
    Block(Block),
    Tuple(Vec<Expr>),
    /// `Path { x: a, ..base }`, `Path(a, b)`.
    Struct(StructLit),
    /// `[a, b, c]`; `vec![a, b, c]` if the type is a `Vec`.
    List(Vec<Expr>),
    /// `[value; len]`; `vec![value; len]` if the type is a `Vec`.
    Repeat(Box<Expr>, Box<Expr>),
    /// `place.clone()`, `.to_vec()`: an owned copy of a vector, slice or array. The type of the
    /// expression tells what the copy is.
    CloneOf(Place),
    /// `place.len()`.
    Len(Place),
    /// `place.method()`: an integer or a truth value that depends on lengths and integers alone.
    Measure(Place, Ident),
    /// Anything else that is made of constants only: a `const`, a call of a function or method on
    /// constants, an integer method.
    Opaque(Verbatim),
}

/// A struct literal.
#[derive(Clone, Debug)]
pub(crate) struct StructLit {
    pub(crate) path: TokenStream,
    pub(crate) fields: Vec<(Member, Expr)>,
    /// `..base`: where the other fields come from.
    pub(crate) base: Option<Place>,
}

/// How a callee is named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// `f(x)`: its companion is the type of the same path.
    Companion,
    /// `Type::f(x)`, `Self::f(x)`: its companions stand beside it.
    Associated,
    /// `x.f(y)`: the same, found by rustc from the type of the receiver, which is the first argument.
    Method,
}

/// A call of an annotated function.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) form: Form,
    /// Path to the function, without generic arguments on its last segment; the name of a method.
    pub(crate) path: TokenStream,
    /// Generic arguments of the last segment, `<…>` without the leading `::`, or empty.
    pub(crate) generics: TokenStream,
    /// True if the function calls itself here.
    pub(crate) recursive: bool,
    /// The row of the name that is called, if it has one with decisions. The name may stand for a
    /// function of the user's all the same.
    pub(crate) operation: Option<&'static autodiff_runtime::rules::Rule>,
    /// The receiver can change, and nothing tells whether the method changes it.
    pub(crate) may_change: bool,
    pub(crate) args: Vec<Expr>,
    /// It gives an `Option` or `Result`, of which the type of the expression names the parts.
    pub(crate) outcome: bool,
}

/// Tokens of the user's that are copied as they are.
#[derive(Clone, Debug)]
pub(crate) struct Verbatim {
    pub(crate) tokens: TokenStream,
    /// The variables that occur in the tokens (format strings included), each once; emitted code
    /// makes them available under the user's names.
    pub(crate) uses: Vec<(Ident, VarId)>,
    /// True if running it twice gives the same value and does nothing else: a path to a `const`,
    /// arithmetic on constants, known integer methods. Anything unknown is not pure: it runs once,
    /// in the order written, and what it gave is kept.
    pub(crate) pure: bool,
}
