//! Methods of the block or the module that are called by their path.
//!
//! In: `Self::area(&self.base, h)`, where the block has `fn area(&self, h: f64)`. Out: `self.base.area(h)`, the
//! form in which the compiler knows calls of methods.

/// The call of a method, if it is one of the block's.
pub(super) fn method_call(expr: &syn::Expr, block: &syn::ItemImpl) -> Option<syn::Expr> {
    let syn::Expr::Call(call) = expr else {
        return None;
    };
    let syn::Expr::Path(function) = bare(&call.func) else {
        return None;
    };
    let segments = &function.path.segments;
    let own = function.qself.is_none() && segments.len() == 2 && segments[0].ident == "Self";
    let last = segments.last().filter(|_| own)?;
    let has_receiver = |item: &syn::ImplItem| matches!(item, syn::ImplItem::Fn(f) if f.sig.ident == last.ident && f.sig.receiver().is_some());
    if !block.items.iter().any(has_receiver) {
        return None;
    }
    as_method(call, last)
}

/// The call of a function that is a method, by the last name of its path.
pub(crate) fn as_method(call: &syn::ExprCall, last: &syn::PathSegment) -> Option<syn::Expr> {
    let mut args = call.args.iter();
    let receiver = match bare(args.next()?) {
        syn::Expr::Reference(lent) => bare(&lent.expr),
        other => other,
    };
    let turbofish = match &last.arguments {
        syn::PathArguments::AngleBracketed(given) => Some(given.clone()),
        _ => None,
    };
    Some(syn::Expr::MethodCall(syn::ExprMethodCall {
        attrs: call.attrs.clone(),
        receiver: Box::new(syn::Expr::Paren(syn::ExprParen {
            attrs: Vec::new(),
            paren_token: call.paren_token,
            expr: Box::new(receiver.clone()),
        })),
        dot_token: syn::token::Dot(last.ident.span()),
        method: last.ident.clone(),
        turbofish,
        paren_token: call.paren_token,
        args: args.cloned().collect(),
    }))
}

/// The expression in parentheses.
fn bare(expr: &syn::Expr) -> &syn::Expr {
    match expr {
        syn::Expr::Paren(inner) => bare(&inner.expr),
        syn::Expr::Group(inner) => bare(&inner.expr),
        other => other,
    }
}
