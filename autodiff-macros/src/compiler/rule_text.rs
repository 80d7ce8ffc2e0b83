//! Texts of the table of rules → expressions over the operands.
//!
//! In: a text such as `pick(w, -1.0, 1.0)` or `x.cos()`, and what its names stand for. Out: an
//! expression in which every operation is called by path (`f64::cos(x)`), so that no trait of the
//! user's can take its place.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::code::Expr;
use super::dots;
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
    /// Partials are multiplied by tangents, as opposed to adjoints.
    pub(crate) tangents: bool,
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
        match e {
            syn::Expr::Paren(p) => self.seed(&p.expr, bar),
            syn::Expr::Call(call) if is_pick(call) && call.args.len() == 3 => {
                let (below, above) = (self.seed(&call.args[1], bar), self.seed(&call.args[2], bar));
                let rt = &self.rt;
                match self.tangents {
                    true => Expr::Call(
                        quote!(#rt::pick_dots),
                        vec![self.lower(&call.args[0]), below, above],
                    ),
                    false => self.pick(&call.args[0], below, above),
                }
            }
            syn::Expr::If(branch) => self.if_expr(branch, &|e| self.seed(e, bar)),
            syn::Expr::Unary(u) if matches!(u.op, syn::UnOp::Neg(_)) => {
                match self.seed(&u.expr, bar) {
                    zero if real::is_literal(&zero, "0.0") || dots::is_none(&zero) => zero,
                    e => Expr::neg(e),
                }
            }
            syn::Expr::Lit(lit) if lit.to_token_stream().to_string() == "0.0" => {
                match self.tangents {
                    true => dots::none(&self.real, &self.rt),
                    false => self.zero(),
                }
            }
            syn::Expr::Lit(lit) if lit.to_token_stream().to_string() == "1.0" => bar.clone(),
            e => match quotient(e) {
                Some((one, by)) if one => Expr::bin("/", bar.clone(), self.lower(by)),
                _ => Expr::mul(bar.clone(), self.lower(e)),
            },
        }
    }

    fn pick(&self, weight: &syn::Expr, below: Expr, above: Expr) -> Expr {
        let rt = &self.rt;
        let weight = self.lower(weight);
        if real::is_literal(&below, "0.0") {
            return Expr::Call(quote!(#rt::pick_above), vec![weight, above]);
        }
        if real::is_literal(&above, "0.0") {
            return Expr::Call(quote!(#rt::pick_below), vec![weight, below]);
        }
        Expr::Call(quote!(#rt::pick), vec![weight, below, above])
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
            syn::Expr::Call(call) if is_pick(call) && call.args.len() == 3 => self.pick(
                &call.args[0],
                self.lower(&call.args[1]),
                self.lower(&call.args[2]),
            ),
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
            true => Expr::Call(quote!(#rt::real::<#real>), vec![e]),
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
                .unwrap_or_else(|| Expr::Call(real::method(&self.real, name, &self.rt), args)),
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

fn is_pick(call: &syn::ExprCall) -> bool {
    matches!(&*call.func, syn::Expr::Path(p) if p.path.is_ident("pick"))
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
