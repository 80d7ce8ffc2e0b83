//! Macros: those of std that print and assert pass through, `vec!` is a list, the rest is refused.

use proc_macro2::Ident;
use quote::{ToTokens, quote};
use syn::Token;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::capture::Captured;
use super::scope::Name;
use super::{Lower, stmt};
use crate::compiler::diag::{self, Entry, text_of};
use crate::compiler::hir::{Block, Expr, ExprKind, Stmt, StmtKind, Ty, Verbatim};

/// Macros that print or check, and the number of arguments before their message.
const EFFECTS: [(&str, usize); 10] = [
    ("assert", 1),
    ("assert_eq", 2),
    ("assert_ne", 2),
    ("debug_assert", 1),
    ("debug_assert_eq", 2),
    ("debug_assert_ne", 2),
    ("println", 0),
    ("print", 0),
    ("eprintln", 0),
    ("eprint", 0),
];

/// Macros that give a constant.
const CONSTANTS: [&str; 7] = [
    "concat",
    "stringify",
    "line",
    "column",
    "file",
    "module_path",
    "env",
];

/// Macros that do not return.
const DIVERGING: [&str; 4] = ["panic", "unreachable", "todo", "unimplemented"];

type Arguments = Punctuated<syn::Expr, Token![,]>;

/// True for macros that give a value.
pub(super) fn has_value(mac: &syn::Macro) -> bool {
    !EFFECTS.iter().any(|(name, _)| is(mac, name))
}

fn is(mac: &syn::Macro, name: &str) -> bool {
    let mut segments = mac.path.segments.iter().rev();
    let last = segments.next().is_some_and(|last| last.ident == name);
    let owner = segments.next();
    last && owner.is_none_or(|owner| owner.ident == "std" || owner.ident == "core")
}

impl Lower<'_> {
    /// A macro in the place of a statement.
    pub(super) fn macro_statement(&mut self, mac: &syn::Macro, out: &mut Vec<Stmt>) {
        let span = mac.path.span();
        if let Some((_, leading)) = EFFECTS.iter().find(|(name, _)| is(mac, name)) {
            self.effect(mac, *leading, false, out);
        } else if DIVERGING.iter().any(|name| is(mac, name)) {
            self.effect(mac, 0, true, out);
        } else {
            let value = self.macro_value(mac);
            out.push(stmt(StmtKind::Expr(value), span));
        }
    }

    /// A macro that is used for its value.
    pub(super) fn macro_value(&mut self, mac: &syn::Macro) -> Expr {
        let span = mac.path.span();
        if is(mac, "vec") {
            return self.vec_macro(mac);
        }
        if is(mac, "matches") {
            return self.matches_macro(mac);
        }
        if is(mac, "format") {
            return self.format_macro(mac);
        }
        if CONSTANTS.iter().any(|name| is(mac, name)) {
            let tokens = mac.to_token_stream();
            return self.opaque(tokens, Vec::new(), true, Ty::Opaque, span);
        }
        if is(mac, "cfg") {
            let tokens = mac.to_token_stream();
            return self.opaque(tokens, Vec::new(), true, Ty::Bool, span);
        }
        if has_value(mac) && !DIVERGING.iter().any(|name| is(mac, name)) {
            return self.refuse_macro(mac);
        }
        let mut stmts = Vec::new();
        self.macro_statement(mac, &mut stmts);
        let ty = match has_value(mac) {
            true => Ty::Never,
            false => Ty::Unit,
        };
        let block = Block { stmts, value: None };
        self.make(ExprKind::Block(block), ty, span)
    }

    fn refuse_macro(&mut self, mac: &syn::Macro) -> Expr {
        let name = text_of(&mac.path);
        match is(mac, "dbg") {
            true => self.refuse(&diag::DBG, &mac.path, &[&name]),
            false => self.refuse(&diag::MACRO, &mac.path, &[&name]),
        }
    }

    /// `vec![a, b]`, `vec![v; n]`, `vec![]`.
    fn vec_macro(&mut self, mac: &syn::Macro) -> Expr {
        let span = mac.path.span();
        if let Ok(repeat) = repeat.parse2(mac.tokens.clone()) {
            let mut value = self.operand(&repeat.0);
            let len = self.integer(&repeat.1);
            let inner = self.element_type(&mut value);
            let kind = ExprKind::Repeat(Box::new(value), Box::new(len));
            return self.make(kind, Ty::Vec(Box::new(inner)), span);
        }
        match Arguments::parse_terminated.parse2(mac.tokens.clone()) {
            Ok(list) => {
                let parts: Vec<&syn::Expr> = list.iter().collect();
                let (parts, inner) = self.elements(&parts);
                self.make(ExprKind::List(parts), Ty::Vec(Box::new(inner)), span)
            }
            Err(_) => self.refuse(&diag::MACRO_ARGUMENTS, mac, &["vec"]),
        }
    }

    /// A macro that passes through as written. Its arguments are looked at for what they capture.
    fn effect(&mut self, mac: &syn::Macro, leading: usize, diverges: bool, out: &mut Vec<Stmt>) {
        let Some(captured) = self.macro_captures(mac, leading) else {
            return;
        };
        let code = Verbatim {
            tokens: quote!(#mac;),
            uses: captured.uses,
            pure: false,
        };
        out.push(stmt(StmtKind::Effect { code, diverges }, mac.path.span()));
    }

    /// `format!(…)`: a text, in which numbers may occur; none is made of it again.
    fn format_macro(&mut self, mac: &syn::Macro) -> Expr {
        let span = mac.path.span();
        let Some(captured) = self.macro_captures(mac, 0) else {
            return self.error(mac.to_token_stream());
        };
        let text = self.opaque(
            mac.to_token_stream(),
            captured.uses,
            false,
            Ty::Opaque,
            span,
        );
        self.in_block("text", text, span, |this, place| this.read(place))
    }

    /// What a macro that prints or checks captures.
    fn macro_captures(&mut self, mac: &syn::Macro, leading: usize) -> Option<Captured> {
        let name = text_of(&mac.path);
        let Ok(arguments) = Arguments::parse_terminated.parse2(mac.tokens.clone()) else {
            self.refuse(&diag::MACRO_ARGUMENTS, mac, &[&name]);
            return None;
        };
        let mut captured = Captured::default();
        let mut named = Vec::new();
        for (i, argument) in arguments.iter().enumerate() {
            let argument = match named_argument(argument) {
                Some((name, value)) if i > leading => {
                    named.push(name.to_string());
                    value
                }
                _ => argument,
            };
            self.capture_argument(argument, &mut captured);
        }
        let format = arguments.iter().nth(leading);
        if let Some(syn::Expr::Lit(lit)) = format
            && let syn::Lit::Str(text) = &lit.lit
        {
            self.capture_format(text, &named, &mut captured);
        }
        Some(captured)
    }

    /// Names in a format string: `{x}`, `{x:?}`, `{:w$}`, `{:.p$}`.
    fn capture_format(&mut self, text: &syn::LitStr, named: &[String], captured: &mut Captured) {
        for name in format_names(&text.value()) {
            if named.contains(&name) {
                continue;
            }
            let ident = match name.strip_prefix("r#") {
                Some(raw) => Ident::new_raw(raw, text.span()),
                None => Ident::new(&name, text.span()),
            };
            self.capture_name(&ident, captured);
        }
    }

    fn capture_name(&mut self, name: &Ident, captured: &mut Captured) {
        if let Some(Name::Var(var)) = self.lookup(name) {
            captured.add(name, var);
        }
    }

    fn capture_argument(&mut self, argument: &syn::Expr, captured: &mut Captured) {
        let mut walk = Walk {
            lower: self,
            captured,
            own: Vec::new(),
        };
        walk.visit_expr(argument);
    }
}

/// Finds what an argument captures, and refuses what would do more than read.
struct Walk<'w, 'a> {
    lower: &'w mut Lower<'a>,
    captured: &'w mut Captured,
    /// The parameters of the closures around.
    own: Vec<String>,
}

impl Walk<'_, '_> {
    fn refuse(&mut self, entry: &'static Entry, tokens: &impl ToTokens) {
        self.lower.refuse(entry, tokens, &[&text_of(tokens)]);
    }
}

impl<'ast> Visit<'ast> for Walk<'_, '_> {
    fn visit_expr(&mut self, expr: &'ast syn::Expr) {
        match expr {
            syn::Expr::Path(path) => {
                if let (Some(name), None) = (path.path.get_ident(), &path.qself)
                    && !self.own.contains(&name.to_string())
                {
                    match self.lower.lookup(name) {
                        Some(Name::Callable(_) | Name::Chain(_)) => {
                            self.refuse(&diag::EFFECT_ARGUMENT, path);
                        }
                        _ => self.lower.capture_name(name, self.captured),
                    }
                }
            }
            syn::Expr::MethodCall(call) if self.lower.is_chain(&call.receiver) => {
                self.visit_expr(&call.receiver);
                for arg in &call.args {
                    match arg {
                        // It runs where it stands, and what it does is looked at.
                        syn::Expr::Closure(closure) => self.closure(closure),
                        arg => self.visit_expr(arg),
                    }
                }
            }
            syn::Expr::Macro(inner) if is(&inner.mac, "format") => {
                self.refuse(&diag::EFFECT_ARGUMENT, &inner.mac.path);
            }
            syn::Expr::Array(_)
            | syn::Expr::Binary(_)
            | syn::Expr::Call(_)
            | syn::Expr::Cast(_)
            | syn::Expr::Field(_)
            | syn::Expr::Group(_)
            | syn::Expr::Index(_)
            | syn::Expr::Lit(_)
            | syn::Expr::MethodCall(_)
            | syn::Expr::Paren(_)
            | syn::Expr::Range(_)
            | syn::Expr::Repeat(_)
            | syn::Expr::Tuple(_)
            | syn::Expr::Unary(_) => self.look_inside(expr),
            syn::Expr::Reference(reference) if reference.mutability.is_none() => {
                self.look_inside(expr);
            }
            syn::Expr::If(branch) if is_plain_if(branch) => self.look_inside(expr),
            syn::Expr::Closure(closure) => {
                let entry = &diag::EFFECT_ARGUMENT;
                self.lower.refuse(entry, &closure.or1_token, &["|…|"]);
            }
            other => self.refuse(&diag::EFFECT_ARGUMENT, other),
        }
    }
}

impl Walk<'_, '_> {
    fn closure(&mut self, closure: &syn::ExprClosure) {
        struct Names<'n>(&'n mut Vec<String>);
        impl<'ast> Visit<'ast> for Names<'_> {
            fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
                self.0.push(pat.ident.to_string());
                visit::visit_pat_ident(self, pat);
            }
        }
        let before = self.own.len();
        for pat in &closure.inputs {
            Names(&mut self.own).visit_pat(pat);
        }
        self.visit_expr(&closure.body);
        self.own.truncate(before);
    }

    fn look_inside(&mut self, expr: &syn::Expr) {
        match expr {
            syn::Expr::Binary(binary) if super::operator::compound(&binary.op).is_some() => {
                return self.refuse(&diag::EFFECT_ARGUMENT, expr);
            }
            syn::Expr::MethodCall(call) if self.may_change(call) => {
                return self.refuse(&diag::EFFECT_ARGUMENT, &call.method);
            }
            _ => {}
        }
        visit::visit_expr(self, expr);
    }

    /// True for a method that may change the variable that it is called on.
    fn may_change(&self, call: &syn::ExprMethodCall) -> bool {
        const CHANGES: [&str; 26] = [
            "push",
            "pop",
            "next",
            "insert",
            "remove",
            "clear",
            "truncate",
            "drain",
            "sort",
            "sort_by",
            "sort_unstable",
            "swap",
            "fill",
            "iter_mut",
            "as_mut",
            "as_mut_slice",
            "extend",
            "resize",
            "reverse",
            "rotate_left",
            "rotate_right",
            "take",
            "replace",
            "retain",
            "append",
            "last_mut",
        ];
        let name = call.method.to_string();
        let root = self.lower.root(&call.receiver);
        let hidden = root.is_some_and(|var| self.lower.is_hidden_state(var));
        let var = root.map(|var| self.lower.var(var));
        let mutable = var.is_some_and(|var| var.mutable || matches!(var.ty, Ty::Ref(true, _)));
        hidden || (mutable && CHANGES.contains(&name.as_str()))
    }
}

/// `if c { a } else { b }` of plain values.
fn is_plain_if(branch: &syn::ExprIf) -> bool {
    let plain = |block: &syn::Block| matches!(block.stmts[..], [syn::Stmt::Expr(_, None)]);
    let els = match &branch.else_branch {
        Some((_, els)) => match &**els {
            syn::Expr::Block(block) => block.label.is_none() && plain(&block.block),
            syn::Expr::If(branch) => is_plain_if(branch),
            _ => false,
        },
        None => false,
    };
    els && plain(&branch.then_branch) && !matches!(*branch.cond, syn::Expr::Let(_))
}

/// `name = value` among the arguments of a format string.
fn named_argument(argument: &syn::Expr) -> Option<(&Ident, &syn::Expr)> {
    let syn::Expr::Assign(assign) = argument else {
        return None;
    };
    let syn::Expr::Path(path) = &*assign.left else {
        return None;
    };
    Some((path.path.get_ident()?, &assign.right))
}

/// `value; length`
fn repeat(input: syn::parse::ParseStream<'_>) -> syn::Result<(syn::Expr, syn::Expr)> {
    let value = input.parse()?;
    input.parse::<Token![;]>()?;
    Ok((value, input.parse()?))
}

/// The names that a format string captures.
pub(super) fn format_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix('{') {
            rest = after;
            continue;
        }
        let Some(end) = rest.find('}') else { break };
        let (argument, format) = rest[..end].split_once(':').unwrap_or((&rest[..end], ""));
        names.extend(name(argument.trim()));
        // Width and precision: `name$`.
        for part in format
            .split('$')
            .collect::<Vec<_>>()
            .split_last()
            .map_or(&[][..], |(_, p)| p)
        {
            let start = part
                .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
                .map_or(0, |at| {
                    at + part[at..].chars().next().map_or(1, char::len_utf8)
                });
            names.extend(name(
                part[start..].trim_start_matches(|c: char| c.is_ascii_digit()),
            ));
        }
        rest = &rest[end + 1..];
    }
    names
}

fn name(text: &str) -> Option<String> {
    let names = [text.to_owned(), format!("r#{text}")];
    names
        .into_iter()
        .find(|name| syn::parse_str::<Ident>(name).is_ok())
}
