//! The programs: a small subset of Rust, as trees. The generator builds only trees that type-check,
//! whose indices are in range and whose loops end.

use crate::dialect::Dialect;

/// A type. The numbers are lengths; of a slice, the least length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ty {
    /// `f64`.
    Real,
    /// `usize`.
    Usize,
    /// `i32`.
    I32,
    /// `bool`.
    Bool,
    /// `(f64, f64)`.
    Pair,
    /// `[f64; N]`.
    Array(usize),
    /// `[[f64; N]; M]`, as `Matrix(M, N)`.
    Matrix(usize, usize),
    /// `Vec<f64>`.
    Vec(usize),
    /// `&[f64]`.
    Slice(usize),
    /// `&[f64; N]`.
    ArrayRef(usize),
    /// `&mut [f64]`.
    SliceMut(usize),
    /// `&mut f64`.
    RealMut,
    /// `&mut (f64, f64)`.
    PairMut,
    /// `()`.
    Unit,
}

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each is named as the operator is")]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Or,
}

impl Op {
    /// Whether it compares.
    pub fn compares(self) -> bool {
        matches!(self, Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne)
    }

    /// The operator in Rust.
    pub fn text(self) -> &'static str {
        const TEXTS: [&str; 13] = [
            "+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||",
        ];
        TEXTS[self as usize]
    }
}

/// How a function of real numbers is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// `x.max(y)`.
    Method,
    /// `f64::max(x, y)`.
    Path,
    /// `relu(x)`.
    Free,
}

/// What a list of numbers is kept in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Store {
    /// `[…]`.
    Array,
    /// `vec![…]`.
    Vec,
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// A real literal.
    Real(f64),
    /// An integer literal.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// A variable or constant.
    Var(String),
    /// `std::f64::consts::…`.
    StdConst(&'static str),
    /// `base[index]`.
    Index(Box<Expr>, Box<Expr>),
    /// `base.0`.
    Field(Box<Expr>, usize),
    /// `-x`.
    Neg(Box<Expr>),
    /// `!x`.
    Not(Box<Expr>),
    /// `x + y`.
    Binary(Op, Box<Expr>, Box<Expr>),
    /// A function of std or of the runtime; the first argument is the receiver.
    Function(&'static str, Style, Vec<Expr>),
    /// `k as f64`.
    ToReal(Box<Expr>),
    /// `k as usize` or `k as i32`.
    ToInt(Box<Expr>, Ty),
    /// `xs.len()`.
    Len(Box<Expr>),
    /// `if c { … } else { … }` as a value.
    If(Box<Expr>, Block, Block),
    /// `{ … }` as a value.
    Block(Block),
    /// `f(…)`, a function of this program.
    Call(String, Vec<Expr>),
    /// `(a, b)`.
    Tuple(Vec<Expr>),
    /// `[a, b]` or `vec![a, b]`.
    List(Store, Vec<Expr>),
    /// `[a; n]` or `vec![a; n]`.
    Repeat(Store, Box<Expr>, Box<Expr>),
    /// `&x`, `&mut x[a..b]`.
    Borrow(bool, Box<Expr>, Option<Span>),
}

/// The bounds of a sub-slice.
#[derive(Clone, PartialEq, Debug)]
pub struct Span {
    /// First index.
    pub from: Option<Box<Expr>>,
    /// One past the last index.
    pub to: Option<Box<Expr>>,
}

/// Statements and a final value.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Block {
    /// In order.
    pub stmts: Vec<Stmt>,
    /// The value.
    pub tail: Option<Box<Expr>>,
}

/// A name that a `let` binds.
#[derive(Clone, PartialEq, Debug)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// Whether it is `mut`.
    pub mutable: bool,
}

/// A `for` loop's head.
#[derive(Clone, PartialEq, Debug)]
pub struct Head {
    /// The counter.
    pub var: String,
    /// First bound.
    pub from: Expr,
    /// Second bound.
    pub to: Expr,
    /// `..=` instead of `..`.
    pub inclusive: bool,
    /// `.rev()`.
    pub rev: bool,
    /// Whether `.rev()` stands before `.step_by(n)`.
    pub rev_first: bool,
    /// `.step_by(n)`.
    pub step: Option<i64>,
}

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub enum Stmt {
    /// `let x: T = e;`, `let (x, y) = e;`. Without a value it is assigned later.
    Let(Vec<Binding>, Option<Ty>, Option<Expr>),
    /// `const X: f64 = 0.5;`.
    Const(String, f64),
    /// `place = e;` or `place += e;`.
    Assign(Option<Op>, Expr, Expr),
    /// `if c { … } else { … }`.
    If(Expr, Block, Option<Block>),
    /// `'a: for i in 0..n { … }`.
    For(Option<String>, Head, Block),
    /// `'a: while c { … }`.
    While(Option<String>, Expr, Block),
    /// `'a: loop { … }`.
    Loop(Option<String>, Block),
    /// `break 'a;`.
    Break(Option<String>),
    /// `continue 'a;`.
    Continue(Option<String>),
    /// `return e;`.
    Return(Option<Expr>),
    /// A call for its effect.
    Call(Expr),
    /// `assert!(c);`, or `debug_assert!`.
    Assert(bool, Expr),
}

/// A parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    /// The name.
    pub name: String,
    /// The type.
    pub ty: Ty,
    /// `mut x: f64`.
    pub mutable: bool,
    /// Marked `#[constant]`.
    pub constant: bool,
}

impl Param {
    /// Whether the caller sees what the function does to it.
    pub fn in_place(&self) -> bool {
        matches!(self.ty, Ty::SliceMut(_) | Ty::RealMut | Ty::PairMut)
    }

    /// Whether the gradient has an entry for it.
    pub fn varied(&self) -> bool {
        !self.constant && !matches!(self.ty, Ty::Usize | Ty::I32 | Ty::Bool)
    }
}

/// A function.
#[derive(Clone, PartialEq, Debug)]
pub struct Func {
    /// The name.
    pub name: String,
    /// The parameters.
    pub params: Vec<Param>,
    /// The result.
    pub result: Ty,
    /// The body.
    pub body: Block,
}

/// What an argument of the main function is.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// A real number, or several.
    Reals(Vec<f64>),
    /// An integer.
    Int(i64),
    /// A truth value.
    Bool(bool),
}

/// A program: functions, the last of which is the one that is differentiated.
#[derive(Clone, PartialEq, Debug)]
pub struct Program {
    /// The seed that it came from.
    pub seed: u64,
    /// How it is spelled.
    pub dialect: Dialect,
    /// Module-level constants.
    pub consts: Vec<(String, f64)>,
    /// Callees before callers.
    pub funcs: Vec<Func>,
    /// The arguments of the last function.
    pub inputs: Vec<Input>,
}

impl Program {
    /// The function that is differentiated.
    pub fn main(&self) -> &Func {
        self.funcs.last().expect("a program has a main function")
    }
}

/// A boxed expression, for building trees.
pub fn boxed(e: Expr) -> Box<Expr> {
    Box::new(e)
}

/// `a op b`.
pub fn binary(op: Op, a: Expr, b: Expr) -> Expr {
    Expr::Binary(op, boxed(a), boxed(b))
}

/// A variable.
pub fn var(name: &str) -> Expr {
    Expr::Var(name.to_string())
}

/// `base[index]`.
pub fn index(base: Expr, at: Expr) -> Expr {
    Expr::Index(boxed(base), boxed(at))
}

/// A method call.
pub fn method(name: &'static str, args: Vec<Expr>) -> Expr {
    Expr::Function(name, Style::Method, args)
}
