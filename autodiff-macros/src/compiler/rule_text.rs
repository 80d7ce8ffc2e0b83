//! Texts of the table of rules → expressions over the operands.
//!
//! In: a text such as `pick(w, -1.0, 1.0)` or `x.cos()`, and what its names stand for. Out: an
//! expression in which every operation is called by path (`f64::cos(x)`), so that no trait of the
//! user's can take its place.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::code::{Callee, Expr, Pick};
use super::dots::{self, Guard};
use super::hir::Ty;
use super::primal::ty_tokens;
use super::real;
use super::ssa::ValId;

/// A value of an operation of the table: its name, its arguments, and the value.
pub(crate) type Evaluation = (&'static str, Vec<ValId>, ValId);

/// What the names in a text stand for.
pub(crate) struct Scope<'a> {
    /// Arguments, results and weights.
    pub(crate) names: Vec<(&'a str, Expr)>,
    /// The type of the operands.
    pub(crate) real: Ty,
    /// What has been computed from the operands anyway: the operation, its arguments and its value.
    pub(crate) known: Vec<Evaluation>,
    /// Partials are multiplied by tangents, as opposed to adjoints, with this guard.
    pub(crate) tangents: Option<Guard>,
    /// Path to the runtime.
    pub(crate) rt: TokenStream,
}

impl Scope<'_> {
    /// The expression that a text stands for.
    pub(crate) fn expr(&self, text: &str) -> Expr {
        match syn::parse_str::<syn::Expr>(text) {
            Ok(expr) => self.lower(&expr),
            // Rows are parsed by a test of the runtime; a text that does not parse cannot occur.
            Err(_) => Expr::Raw(quote!(::core::compile_error!("a rule does not parse"))),
        }
    }

    /// The product of a partial derivative and the adjoint `bar`, as a select between finished
    /// values: no factor 0 or 1 is ever multiplied in.
    pub(crate) fn seeded(&self, partial: &str, bar: &Expr) -> Expr {
        match syn::parse_str::<syn::Expr>(partial) {
            Ok(expr) => self.seed(&expr, bar),
            Err(_) => self.expr(partial),
        }
    }

    fn seed(&self, e: &syn::Expr, bar: &Expr) -> Expr {
        if let Some([weight, below, above]) = picked(e) {
            let (weight, below, above) = (
                self.lower(weight),
                self.seed(below, bar),
                self.seed(above, bar),
            );
            return match self.tangents {
                Some(_) => Expr::Call(Callee::Pick(Pick::Dots), vec![weight, below, above]),
                None => pick(weight, below, above),
            };
        }
        match e {
            syn::Expr::Paren(p) => self.seed(&p.expr, bar),
            syn::Expr::If(branch) => self.if_expr(branch, &|e| self.seed(e, bar)),
            syn::Expr::Unary(u) if matches!(u.op, syn::UnOp::Neg(_)) => {
                match self.seed(&u.expr, bar) {
                    zero if real::is_literal(&zero, "0.0") || dots::is_none(&zero) => zero,
                    e => Expr::neg(e),
                }
            }
            syn::Expr::Lit(lit) if lit.to_token_stream().to_string() == "0.0" => {
                match self.tangents {
                    Some(_) => dots::none(&self.real),
                    None => self.zero(),
                }
            }
            syn::Expr::Lit(lit) if lit.to_token_stream().to_string() == "1.0" => bar.clone(),
            e => {
                let guard = self.tangents.unwrap_or(Guard::Nothing);
                match quotient(e) {
                    Some((true, by)) => guard.over(&self.rt, bar.clone(), self.lower(by)),
                    _ => guard.times(&self.rt, bar.clone(), self.lower(e)),
                }
            }
        }
    }

    fn if_expr(&self, e: &syn::ExprIf, f: &dyn Fn(&syn::Expr) -> Expr) -> Expr {
        let cond = self.lower(&e.cond);
        let then = tail(&e.then_branch).map_or_else(|| self.zero(), f);
        let els = match &e.else_branch {
            Some((_, els)) => match &**els {
                syn::Expr::Block(block) => tail(&block.block).map_or_else(|| self.zero(), f),
                els => f(els),
            },
            None => self.zero(),
        };
        Expr::If(Box::new(cond), Box::new(then), Box::new(els))
    }

    fn lower(&self, e: &syn::Expr) -> Expr {
        if let Some([weight, below, above]) = picked(e) {
            return pick(self.lower(weight), self.lower(below), self.lower(above));
        }
        match e {
            syn::Expr::Paren(p) => self.lower(&p.expr),
            syn::Expr::Group(g) => self.lower(&g.expr),
            syn::Expr::Lit(lit) if matches!(lit.lit, syn::Lit::Float(_)) => {
                real::number(&self.real, lit.to_token_stream())
            }
            syn::Expr::Lit(lit) => Expr::Raw(lit.to_token_stream()),
            syn::Expr::Path(path) => self.name(path),
            syn::Expr::Unary(u) => match u.op {
                syn::UnOp::Neg(_) => Expr::neg(self.lower(&u.expr)),
                _ => Expr::Not(Box::new(self.lower(&u.expr))),
            },
            syn::Expr::Binary(b) => {
                Expr::bin(operator(&b.op), self.lower(&b.left), self.lower(&b.right))
            }
            syn::Expr::MethodCall(call) => self.method(call),
            // `real(n)`: an integer argument as a real number.
            syn::Expr::Call(call) if call.args.len() == 1 => {
                self.integer(self.lower(&call.args[0]))
            }
            syn::Expr::If(branch) => self.if_expr(branch, &|e| self.lower(e)),
            syn::Expr::Block(block) => {
                tail(&block.block).map_or_else(|| self.zero(), |e| self.lower(e))
            }
            e => Expr::Raw(e.to_token_stream()),
        }
    }

    fn zero(&self) -> Expr {
        real::zero(&self.real)
    }

    fn integer(&self, e: Expr) -> Expr {
        let (rt, real) = (&self.rt, ty_tokens(&self.real));
        match real::is_parameter(&self.real) {
            true => Expr::call(quote!(#rt::real::<#real>), vec![e]),
            false => Expr::Cast(Box::new(e), real),
        }
    }

    fn name(&self, path: &syn::ExprPath) -> Expr {
        let Some(ident) = path.path.get_ident() else {
            return Expr::Raw(path.to_token_stream());
        };
        let name = ident.to_string();
        if let Some((_, e)) = self.names.iter().find(|(n, _)| *n == name) {
            return e.clone();
        }
        if autodiff_runtime::rules::CONSTANTS.contains(&name.as_str()) {
            return real::constant(&self.real, ident, &self.rt);
        }
        Expr::Raw(path.to_token_stream())
    }

    fn method(&self, call: &syn::ExprMethodCall) -> Expr {
        let name = &call.method;
        let mut args = vec![self.lower(&call.receiver)];
        args.extend(call.args.iter().map(|a| self.lower(a)));
        // A row for reals is called by path; anything else is a method of an integer argument.
        match autodiff_runtime::rules::find(&name.to_string(), args.len()) {
            Some(rule) => self
                .evaluated(rule.name, &args)
                .unwrap_or_else(|| Expr::call(real::method(&self.real, name, &self.rt), args)),
            None => {
                let receiver = args.remove(0);
                match name.to_string().as_str() {
                    "saturating_sub" => Expr::method(receiver, "saturating_sub", args),
                    "wrapping_sub" => Expr::method(receiver, "wrapping_sub", args),
                    _ => Expr::Raw(call.to_token_stream()),
                }
            }
        }
    }
}

impl Scope<'_> {
    /// The value of an operation that the primal evaluates, too.
    fn evaluated(&self, name: &str, args: &[Expr]) -> Option<Expr> {
        let same = |of: &[ValId]| {
            let mut pairs = of.iter().zip(args);
            of.len() == args.len() && pairs.all(|(v, e)| matches!(e, Expr::Val(u) if u == v))
        };
        let found = self
            .known
            .iter()
            .find(|(n, of, _)| *n == name && same(of))?;
        Some(Expr::Val(found.2))
    }
}

/// `1.0 / b`: whether the numerator is one, and `b`.
fn quotient(e: &syn::Expr) -> Option<(bool, &syn::Expr)> {
    match e {
        syn::Expr::Binary(b) if matches!(b.op, syn::BinOp::Div(_)) => {
            Some((b.left.to_token_stream().to_string() == "1.0", &b.right))
        }
        _ => None,
    }
}

/// `pick(weight, below, above)`: its arguments.
fn picked(e: &syn::Expr) -> Option<[&syn::Expr; 3]> {
    let syn::Expr::Call(call) = e else {
        return None;
    };
    let args: Vec<&syn::Expr> = call.args.iter().collect();
    let is_pick = matches!(&*call.func, syn::Expr::Path(p) if p.path.is_ident("pick"));
    is_pick.then(|| args.try_into().ok()).flatten()
}

/// The side that alone passes an adjoint on, as it is, if that is what the partial says: `pick(w, 0.0, 1.0)`.
pub(crate) fn only_side(partial: &str) -> Option<Pick> {
    let e = syn::parse_str(partial).ok()?;
    let [_, below, above] = picked(&e)?;
    let [below, above] = [below, above].map(|e| e.to_token_stream().to_string());
    match (below.as_str(), above.as_str()) {
        ("0.0", "1.0") => Some(Pick::Above),
        ("1.0", "0.0") => Some(Pick::Below),
        _ => None,
    }
}

/// What a decision passes on; less is written where one side is 0, and where it is the negative of the other one.
fn pick(weight: Expr, below: Expr, above: Expr) -> Expr {
    let is_opposite = matches!(&below, Expr::Neg(e) if format!("{e:?}") == format!("{above:?}"));
    let (sides, args) = if is_opposite {
        (Pick::Sign, vec![weight, above])
    } else if real::is_literal(&below, "0.0") {
        (Pick::Above, vec![weight, above])
    } else if real::is_literal(&above, "0.0") {
        (Pick::Below, vec![weight, below])
    } else {
        (Pick::Either, vec![weight, below, above])
    };
    Expr::Call(Callee::Pick(sides), args)
}

fn tail(block: &syn::Block) -> Option<&syn::Expr> {
    match block.stmts.last() {
        Some(syn::Stmt::Expr(e, None)) => Some(e),
        _ => None,
    }
}

fn operator(op: &syn::BinOp) -> &'static str {
    match op {
        syn::BinOp::Add(_) => "+",
        syn::BinOp::Sub(_) => "-",
        syn::BinOp::Mul(_) => "*",
        syn::BinOp::Div(_) => "/",
        syn::BinOp::Rem(_) => "%",
        syn::BinOp::And(_) => "&&",
        syn::BinOp::Or(_) => "||",
        syn::BinOp::Eq(_) => "==",
        syn::BinOp::Ne(_) => "!=",
        syn::BinOp::Lt(_) => "<",
        syn::BinOp::Le(_) => "<=",
        syn::BinOp::Gt(_) => ">",
        _ => ">=",
    }
}
