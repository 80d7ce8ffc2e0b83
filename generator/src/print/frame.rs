//! Functions, and what stands around them: blocks, a module, a struct of the parameters.

use super::{Form, Printer, REAL, ty};
use crate::ast::{Block, Expr, Func, Param, Program, Stmt, Ty};
use crate::dialect::{can_be_a_field, in_block};

/// The functions that reach themselves through others.
pub(super) fn cyclic(program: &Program) -> Vec<String> {
    let calls = |f: &Func, name: &str| {
        in_block(
            &f.body,
            &|e| matches!(e, Expr::Call(callee, _) if callee == name),
        )
    };
    let funcs = &program.funcs;
    let mut out = Vec::new();
    for (i, early) in funcs.iter().enumerate() {
        for (j, late) in funcs.iter().enumerate().skip(i + 1) {
            if calls(early, &late.name) {
                out.extend(funcs[i..=j].iter().map(|f| f.name.clone()));
            }
        }
    }
    out
}

/// Which of the functions in another one are closures: what they are called by is one, too.
pub(super) fn lambdas(inner: &[Func]) -> Vec<bool> {
    let mut out = vec![false; inner.len()];
    for (k, func) in inner.iter().enumerate().rev() {
        let called = |f: &Func| {
            in_block(
                &f.body,
                &|e| matches!(e, Expr::Call(callee, _) if *callee == func.name),
            )
        };
        let elsewhere = inner.iter().zip(&out).any(|(f, is)| !is && called(f));
        out[k] = !elsewhere && !returns(&func.body) && !func.params.iter().any(Param::in_place);
    }
    out
}

fn returns(block: &Block) -> bool {
    block.stmts.iter().any(|s| match s {
        Stmt::Return(_) => true,
        Stmt::If(_, then, els) => returns(then) || els.as_ref().is_some_and(returns),
        Stmt::For(_, _, body) | Stmt::While(_, _, body) | Stmt::Loop(_, body) => returns(body),
        _ => false,
    })
}

impl Printer {
    pub(super) fn func(&mut self, func: &Func) {
        let main = func.name == "f";
        if self.dialect.nested && !main {
            return self.inner.push(func.clone());
        }
        if self.dialect.wrapped && main {
            return self.wrapped(func);
        }
        let method = self.dialect.is_method(func);
        let block = method || self.dialect.is_associated(func);
        self.attribute(&func.name);
        if block {
            let head = match (method, self.dialect.generic) {
                (true, true) => format!("impl{REAL} Pair<T> {{"),
                (true, false) => "impl Pair {".to_owned(),
                (false, _) => "impl Maths {".to_owned(),
            };
            self.line(&head);
            self.depth += 1;
            self.attribute(&func.name);
        }
        let (receiver, params) = match func.params.split_first() {
            Some((first, rest)) if method => (Some(first), rest),
            _ => (None, &func.params[..]),
        };
        let mark = match receiver {
            Some(p) if p.in_place() => "&mut self",
            Some(_) => "&self",
            None => "",
        };
        let head = self.signature(&func.name, mark, params, func.result);
        self.line(&format!("{head} {{"));
        self.items();
        let outer = self.enter(params);
        if let Some(p) = receiver {
            self.depth += 1;
            if p.in_place() {
                self.stand_in(&p.name, "*self", "self");
            } else {
                let mutable = if p.mutable { "mut " } else { "" };
                self.line(&format!("let {mutable}{} = *self;", p.name));
            }
            self.depth -= 1;
        }
        self.function_body(&func.body);
        self.names = outer;
        self.line("}");
        self.in_optional = false;
        if block {
            self.depth -= 1;
            self.line("}");
        }
    }

    /// The attribute, where one is needed.
    fn attribute(&mut self, name: &str) {
        if self.form != Form::Annotated || self.dialect.module {
            return;
        }
        match self.cyclic.iter().any(|c| c == name) {
            true => self.line("#[conservative_grad(recursive)]"),
            false => self.line("#[conservative_grad]"),
        }
    }

    /// `pub fn f<T: Real>(x: T) -> T`.
    fn signature(&mut self, name: &str, receiver: &str, params: &[Param], result: Ty) -> String {
        // The parameters of a method's type stand at its block.
        let real = self.dialect.generic && matches!(receiver, "");
        let lived = |p: &&Param| matches!(p.ty, Ty::Slice(_) | Ty::ArrayRef(_));
        let lived = self.dialect.clauses && params.iter().any(|p| lived(&p));
        let mut generics = Vec::new();
        if lived {
            generics.push("'a".to_owned());
        }
        if real {
            let bound = if self.dialect.clauses {
                "T"
            } else {
                "T: conservative_grad::Real"
            };
            generics.push(bound.to_owned());
        }
        if self.dialect.lengths {
            for p in params {
                if let Ty::ArrayRef(n) = p.ty {
                    generics.push(format!("const N{n}: usize"));
                }
            }
            generics.dedup();
            let mut seen = Vec::new();
            generics.retain(|g| {
                let new = !seen.contains(g);
                seen.push(g.clone());
                new
            });
        }
        let generics = match generics.is_empty() {
            true => String::new(),
            false => format!("<{}>", generics.join(", ")),
        };
        let mut list: Vec<String> = Vec::new();
        if !receiver.is_empty() {
            list.push(receiver.to_owned());
        }
        list.extend(params.iter().map(|p| self.param(p, lived)));
        let mut head = format!("pub fn {name}{generics}({})", list.join(", "));
        self.in_optional = self.optional.contains(name);
        if result != Ty::Unit {
            let result = self.ty(result);
            head += &match (self.in_optional, self.dialect.results) {
                (true, false) => format!(" -> Option<{result}>"),
                (true, true) => format!(" -> Result<{result}, &'static str>"),
                (false, _) => format!(" -> {result}"),
            };
        }
        if real && self.dialect.clauses {
            head += " where T: conservative_grad::Real";
        }
        head
    }

    fn param(&self, p: &Param, lived: bool) -> String {
        let attribute = self.form == Form::Annotated && p.constant;
        let attribute = if attribute { "#[constant] " } else { "" };
        let mutable = if p.mutable { "mut " } else { "" };
        let real = self.real();
        let life = if lived { "'a " } else { "" };
        let of = match p.ty {
            Ty::Slice(_) => format!("&{life}[{real}]"),
            Ty::ArrayRef(n) if self.dialect.lengths => format!("&{life}[{real}; N{n}]"),
            Ty::ArrayRef(n) => format!("&{life}[{real}; {n}]"),
            of => self.ty(of),
        };
        format!("{attribute}{mutable}{}: {of}", p.name)
    }

    /// What the names of parameters stand for; gives back what names stood for before.
    fn enter(&mut self, params: &[Param]) -> super::Names {
        let outer = std::mem::take(&mut self.names);
        self.depth += 1;
        for p in params {
            if matches!(p.ty, Ty::RealMut | Ty::PairMut) {
                self.stand_in(&p.name, &format!("*{}", p.name), &p.name);
            } else if self.dialect.shadows && p.ty == Ty::Real && !p.constant {
                let mutable = if p.mutable { "mut " } else { "" };
                self.line(&format!("let {mutable}{0} = {0};", p.name));
            }
        }
        if let (true, false, Some(x)) = (
            self.in_optional,
            self.dialect.generic,
            params.iter().find(|p| p.ty == Ty::Real),
        ) {
            let none = self.none();
            self.line(&format!("if {}.is_nan() {{ return {none}; }}", x.name));
        }
        self.depth -= 1;
        outer
    }

    fn function_body(&mut self, body: &Block) {
        let (true, Some(tail)) = (self.in_optional, &body.tail) else {
            return self.inside(body);
        };
        let stmts = Block {
            stmts: body.stmts.clone(),
            tail: None,
        };
        let outer = self.names.clone();
        self.open(&stmts);
        self.depth += 1;
        let tail = self.expr(tail);
        let tail = self.some(&tail);
        self.line(&tail);
        self.depth -= 1;
        self.names = outer;
    }

    /// The functions that stand in the one at hand.
    fn items(&mut self) {
        let inner = std::mem::take(&mut self.inner);
        if inner.is_empty() {
            return;
        }
        let closures = match self.dialect.lambdas {
            true => lambdas(&inner),
            false => vec![false; inner.len()],
        };
        let optional = self.in_optional;
        let (form, nested) = (self.form, self.dialect.nested);
        self.depth += 1;
        for (func, closure) in inner.iter().zip(closures) {
            if closure && !self.optional.contains(&func.name) {
                self.lambda(func);
                continue;
            }
            // No attribute: what stands in an annotated function is part of it.
            self.dialect.nested = false;
            let module = std::mem::replace(&mut self.dialect.module, true);
            self.func(func);
            self.dialect.module = module;
            self.dialect.nested = nested;
        }
        self.depth -= 1;
        self.form = form;
        self.in_optional = optional;
    }

    fn lambda(&mut self, func: &Func) {
        let lengths = std::mem::replace(&mut self.dialect.lengths, false);
        let params: Vec<String> = func.params.iter().map(|p| self.param(p, false)).collect();
        self.dialect.lengths = lengths;
        let (name, result) = (&func.name, self.ty(func.result));
        self.in_optional = false;
        self.line(&format!(
            "let {name} = |{}| -> {result} {{",
            params.join(", ")
        ));
        let outer = self.enter(&func.params);
        self.inside(&func.body);
        self.names = outer;
        self.line("};");
    }

    /// The last function as a method of the struct of its parameters.
    fn wrapped(&mut self, func: &Func) {
        let (fields, rest): (Vec<&Param>, Vec<&Param>) =
            func.params.iter().partition(|p| can_be_a_field(p));
        let rest: Vec<Param> = rest.into_iter().cloned().collect();
        let real = self.real();
        let list: Vec<String> = fields
            .iter()
            .map(|p| format!("pub {}: {}", p.name, self.owned(p.ty)))
            .collect();
        self.derive("Clone, Debug");
        let generics = if self.dialect.generic { "<T>" } else { "" };
        self.line(&format!(
            "pub struct Model{generics} {{ {} }}",
            list.join(", ")
        ));
        self.attribute("run");
        self.line(&match self.dialect.generic {
            true => format!("impl{REAL} Model<T> {{"),
            false => "impl Model {".to_owned(),
        });
        self.depth += 1;
        self.attribute("run");
        let by_value = func.params.len().is_multiple_of(2);
        let receiver = match (self.dialect.wrapped_mut, by_value) {
            (true, _) => "&mut self",
            (false, true) => "self",
            (false, false) => "&self",
        };
        let head = self.signature("run", receiver, &rest, func.result);
        self.line(&format!("{head} {{"));
        self.items();
        let outer = self.enter(&rest);
        for p in fields {
            self.field(p, by_value);
        }
        self.function_body(&func.body);
        self.names = outer;
        self.line("}");
        self.depth -= 1;
        self.line("}");
        self.constructor(func, &rest, real);
    }

    /// What the name of a parameter stands for that is a field.
    fn field(&mut self, p: &Param, by_value: bool) {
        let place = format!("self.{}", p.name);
        // Of one part alone nobody could tell how long the tuple is.
        let tuple = p.ty == Ty::Pair && !self.dialect.structs;
        if (p.mutable || tuple) && !self.dialect.wrapped_mut {
            let copy = if matches!(p.ty, Ty::Vec(_)) && !by_value {
                ".clone()"
            } else {
                ""
            };
            self.depth += 1;
            let mutable = if p.mutable { "mut " } else { "" };
            let of = match p.ty {
                Ty::Pair => format!(": {}", self.ty(p.ty)),
                _ => String::new(),
            };
            self.line(&format!("let {mutable}{}{of} = {place}{copy};", p.name));
            self.depth -= 1;
            return;
        }
        let value = match p.ty {
            Ty::Slice(_) | Ty::ArrayRef(_) => format!("&{place}"),
            _ => place.clone(),
        };
        self.stand_in(&p.name, &value, &place);
    }

    /// The type of a field for a parameter.
    fn owned(&self, of: Ty) -> String {
        match of {
            Ty::Slice(n) => self.ty(Ty::Vec(n)),
            Ty::ArrayRef(n) => self.ty(Ty::Array(n)),
            of => self.ty(of),
        }
    }

    /// The function with the parameters as everybody knows them.
    fn constructor(&mut self, func: &Func, rest: &[Param], real: &str) {
        let structs = self.dialect.structs;
        self.attribute("f");
        let plain = |p: &Param| {
            let attribute = self.form == Form::Annotated && p.constant;
            let attribute = if attribute { "#[constant] " } else { "" };
            format!("{attribute}{}: {}", p.name, ty(p.ty, real, None))
        };
        let params: Vec<String> = func.params.iter().map(plain).collect();
        let generics = if self.dialect.generic { REAL } else { "" };
        let mut head = format!("pub fn f{generics}({})", params.join(", "));
        if func.result != Ty::Unit {
            head += &format!(" -> {}", ty(func.result, real, None));
        }
        let made = func.params.iter().filter(|p| can_be_a_field(p));
        let made: Vec<String> = made
            .map(|p| match p.ty {
                Ty::Slice(_) => format!("{0}: {0}.to_vec()", p.name),
                Ty::ArrayRef(_) => format!("{0}: *{0}", p.name),
                Ty::Pair if structs => {
                    format!("{0}: Pair {{ first: {0}.0, second: {0}.1 }}", p.name)
                }
                _ => p.name.clone(),
            })
            .collect();
        let args: Vec<String> = rest.iter().map(|p| p.name.clone()).collect();
        let mutable = if self.dialect.wrapped_mut { "mut " } else { "" };
        self.line(&format!("{head} {{"));
        self.depth += 1;
        self.line(&format!(
            "let {mutable}model = Model {{ {} }};",
            made.join(", ")
        ));
        let call = format!("model.run({})", args.join(", "));
        if structs && func.result == Ty::Pair {
            self.line(&format!("let pair = {call};"));
            self.line("(pair.first, pair.second)");
        } else {
            self.line(&call);
        }
        self.depth -= 1;
        self.line("}");
    }

    pub(super) fn derive(&mut self, derive: &str) {
        let ours = match self.form {
            Form::Annotated => ", conservative_grad::Differentiable",
            _ => "",
        };
        self.line(&format!("#[derive({derive}{ours})]"));
    }
}
