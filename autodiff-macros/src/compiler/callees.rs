//! Calls of functions that have no derivative, where the compiler sees that.
//!
//! In: the SSA form, and which functions an annotated `impl` block or module leaves alone. Out: reports. A call by path of what stands
//! elsewhere is for rustc, which knows what there is.

use super::analyse::activity::Activity;
use super::diag::{self, Diagnostics};
use super::hir::Form;
use super::parse::attribute::Options;
use super::ssa::{Arg, Call, Func, MemId, Place, Proj, StmtKind};

/// Types of std that hold a value.
const HOLDERS: [&str; 6] = ["Box", "Rc", "Arc", "RefCell", "Mutex", "RwLock"];

/// Reports calls with a varied argument of functions beside this one that were left alone, and of those that put a value into a box.
pub(crate) fn check(func: &Func, facts: &Activity, options: &Options, diags: &mut Diagnostics) {
    func.body.walk(&mut |stmt| {
        let StmtKind::Call(call) = &stmt.kind else {
            return;
        };
        if let Some(of) = divided(&call.args) {
            let name = func.mem(of).name.to_string();
            diags.report_at(&diag::PARTS_OF_ONE, &call.path, &[&name]);
        }
        if !facts.varied_call(call) {
            return;
        }
        if let Some(holder) = holder(call, options) {
            diags.report_at(&diag::HELD, &call.path, &[holder]);
        } else if !options.left_alone.is_empty()
            && options.left_alone.contains(&name(func, call, options))
        {
            let name = call.path.clone().into_iter().last();
            let name = name.map_or_else(String::new, |name| name.to_string());
            diags.report_at(&diag::LEFT_ALONE, &call.path, &[&name]);
        }
    });
}

/// The memory of which a call gets two parts, one of them by `&mut`, that are no two fields.
fn divided(args: &[Arg]) -> Option<MemId> {
    let parts = args.iter().filter_map(|arg| match arg {
        Arg::Ref(mutable, place) => Some((*mutable, place)),
        _ => None,
    });
    let parts: Vec<(bool, &Place)> = parts.collect();
    parts.iter().enumerate().find_map(|(k, (mutable, part))| {
        let mut before = parts[..k].iter();
        let meets = |(other, of): &&(bool, &Place)| {
            (*mutable || *other) && of.mem == part.mem && !are_fields(part, of)
        };
        before.find(meets).map(|_| part.mem)
    })
}

/// True for places in two fields, which rustc can tell apart.
fn are_fields(a: &Place, b: &Place) -> bool {
    let mut pairs = a.path.iter().zip(&b.path);
    pairs.any(|pair| matches!(pair, (Proj::Field(x), Proj::Field(y)) if x != y))
}

/// The type in `Box::new(x)`.
fn holder(call: &Call, options: &Options) -> Option<&'static str> {
    let path: syn::Path = match call.form {
        Form::Associated if call.args.len() == 1 => syn::parse2(call.path.clone()).ok()?,
        _ => return None,
    };
    let mut names = path.segments.iter().rev();
    let (new, of) = (names.next()?, names.next()?);
    let holder = HOLDERS.iter().find(|holder| of.ident == **holder)?;
    let own = options.known.is_differentiable(&of.ident.clone().into());
    (new.ident == "new" && own.is_none()).then_some(*holder)
}

/// The name of a callee in the list of those that were left alone.
fn name(func: &Func, call: &Call, options: &Options) -> String {
    let path = call.path.to_string().replace(' ', "");
    let on_receiver = |arg: &Arg| match arg {
        Arg::Ref(_, at) => {
            let receiver = options.naming.receiver();
            let name = &func.mem(at.mem).name;
            at.path.is_empty() && receiver.is_some_and(|receiver| *name == receiver.this)
        }
        _ => false,
    };
    match call.form {
        Form::Companion if options.known.is_hidden(&path) => String::new(),
        Form::Companion | Form::Associated => path,
        Form::Method if call.args.first().is_some_and(on_receiver) => format!("Self::{path}"),
        Form::Method => format!("*::{path}"),
    }
}
