use super::check;

#[test]
fn straight_line() {
    check(
        "fn f(x: f64, y: f64) -> f64 { let a = x * y; let b = (a + 2.0).exp() / 3.0; -b }",
        "fn f(x: f64, y: f64) -> f64
           let a: f64 = (x * y)
           let b: f64 = (exp((a + 2.0)) / 3.0)
           -b",
    );
}

#[test]
fn loops_over_slices() {
    check(
        "fn f(w: &[f64]) -> f64 { let mut s = 0.0; for i in 0..w.len() { s += w[i].max(0.0); } s }",
        "fn f(w: &[f64]) -> f64
           let mut s: f64 = 0.0
           for i in 0..len(w) @0
             s += max(w[i], 0.0)
           s",
    );
}

#[test]
fn zz_show() {
    let Ok(path) = std::env::var("SHOW") else {
        return;
    };
    let text = std::fs::read_to_string(&path).unwrap();
    if path.ends_with(".rs") {
        struct V;
        impl<'a> syn::visit::Visit<'a> for V {
            fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
                let any: syn::Attribute = syn::parse_quote!(#[x]);
                if let Some(attr) = item
                    .attrs
                    .iter()
                    .chain(std::env::var("ALL").ok().map(|_| &any))
                    .find(|a| {
                        a.path()
                            .segments
                            .last()
                            .is_some_and(|s| s.ident == "conservative_grad" || s.ident == "x")
                    })
                {
                    let mut diags = crate::compiler::diag::Diagnostics::new();
                    let attr = match &attr.meta {
                        syn::Meta::List(l) => l.tokens.clone(),
                        _ => Default::default(),
                    };
                    let options =
                        crate::compiler::parse::attribute::Options::parse(attr, &mut diags);
                    match super::super::lower(item, &options, &mut diags) {
                        Some(func) => {
                            let t = crate::compiler::hir::print::func(&func);
                            println!("OK {} {}", item.sig.ident, t.lines().count());
                            if std::env::var("FULL").is_ok() {
                                println!("{t}");
                            }
                        }
                        None => println!("REFUSED {}\n{}", item.sig.ident, super::messages(&diags)),
                    }
                }
                syn::visit::visit_item_fn(self, item);
            }
        }
        syn::visit::Visit::visit_file(&mut V, &syn::parse_file(&text).unwrap());
        return;
    }
    for part in text.split("\n\n") {
        let (func, diags) = super::lower("", part);
        match func {
            Some(func) => println!("{}", crate::compiler::hir::print::func(&func)),
            None => println!("REFUSED {part}\n{}", super::messages(&diags)),
        }
    }
}
