//! Types as far as a program sees them that reads one crate.
//!
//! In: definitions. Out: for a type, code that makes a value of it from numbers, that sets the numbers in a
//! tangent, and that collects the numbers of a value or a gradient, in the same order.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;

/// A type that the crate defines.
pub(crate) enum Definition {
    /// Path, parameters and fields.
    Struct(String, syn::Generics, syn::Fields),
    /// Parameters and what it stands for.
    Alias(syn::Generics, Box<syn::Type>),
    /// Something that has no numbers in it for us; one of its values.
    Enum(Option<String>),
}

/// All of them, by name.
#[derive(Default)]
pub(crate) struct Types {
    /// By name: two of one name are rare.
    pub(crate) all: BTreeMap<String, Definition>,
}

/// A type with everything filled in.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Shape {
    /// `f64` (true) or `f32`.
    Float(bool),
    /// Anything without numbers, by the text of a value of it.
    Constant(String),
    /// A text.
    Str,
    /// `&T`, `&mut T`.
    Ref(bool, Box<Shape>),
    /// `[T]` or `Vec<T>`; what collects them.
    List(Box<Shape>),
    /// `[T; N]`, with the length where it has to be given.
    Array(Box<Shape>, &'static str),
    /// `(A, B)`.
    Tuple(Vec<Shape>),
    /// Name, whether fields have names, and the fields.
    Struct(String, bool, Vec<(String, Shape)>),
    /// `Option<T>` or `Result<T, E>`.
    Maybe(Box<Shape>),
}

/// What the names in scope stand for.
pub(crate) type Scope = BTreeMap<String, syn::Type>;

impl Types {
    /// Whether it is a type of the crate, or a reference to one, that holds no numbers.
    pub(crate) fn is_constant(&self, ty: &syn::Type, reals: &BTreeSet<String>) -> bool {
        match ty {
            syn::Type::Reference(reference) => self.is_constant(&reference.elem, reals),
            syn::Type::Path(path) => path.path.segments.last().is_some_and(|last| {
                let definition = self.all.get(&last.ident.to_string());
                let own = matches!(
                    definition,
                    Some(Definition::Enum(_) | Definition::Struct(..))
                );
                own && !self.has_float(ty, reals)
            }),
            _ => false,
        }
    }

    /// Whether there are floating-point numbers in it.
    pub(crate) fn has_float(&self, ty: &syn::Type, reals: &BTreeSet<String>) -> bool {
        self.float_in(ty, reals, 0)
    }

    fn float_in(&self, ty: &syn::Type, reals: &BTreeSet<String>, depth: usize) -> bool {
        if depth > 8 {
            return false;
        }
        let inner = |ty: &syn::Type| self.float_in(ty, reals, depth + 1);
        match ty {
            syn::Type::Reference(t) => inner(&t.elem),
            syn::Type::Slice(t) => inner(&t.elem),
            syn::Type::Array(t) => inner(&t.elem),
            syn::Type::Paren(t) => inner(&t.elem),
            syn::Type::Group(t) => inner(&t.elem),
            syn::Type::Tuple(t) => t.elems.iter().any(inner),
            syn::Type::Path(path) => {
                let Some(last) = path.path.segments.last() else {
                    return false;
                };
                let name = last.ident.to_string();
                if matches!(name.as_str(), "f64" | "f32") || reals.contains(&name) {
                    return true;
                }
                let arguments = arguments(last);
                match self.all.get(&name) {
                    Some(Definition::Struct(_, generics, fields)) => {
                        let given = generics.type_params().zip(&arguments);
                        let real = given.filter(|(_, argument)| inner(argument));
                        let mut reals = reals.clone();
                        reals.extend(real.map(|(p, _)| p.ident.to_string()));
                        fields
                            .iter()
                            .any(|field| self.float_in(&field.ty, &reals, depth + 1))
                    }
                    Some(Definition::Alias(_, ty)) => inner(ty) || arguments.iter().any(inner),
                    Some(Definition::Enum(_)) => false,
                    None => {
                        let known = ["Vec", "Option", "Result", "Box"];
                        known.contains(&name.as_str()) && arguments.first().is_some_and(inner)
                    }
                }
            }
            _ => false,
        }
    }

    /// The type with all names replaced; `None` for what cannot be made here.
    pub(crate) fn shape(&self, ty: &syn::Type, scope: &Scope) -> Option<Shape> {
        self.shape_in(ty, scope, 0)
    }

    fn shape_in(&self, ty: &syn::Type, scope: &Scope, depth: usize) -> Option<Shape> {
        if depth > 12 {
            return None;
        }
        let inner = |ty: &syn::Type| self.shape_in(ty, scope, depth + 1);
        let boxed = |ty: &syn::Type| inner(ty).map(Box::new);
        Some(match ty {
            syn::Type::Reference(t) => Shape::Ref(t.mutability.is_some(), boxed(&t.elem)?),
            syn::Type::Slice(t) => Shape::List(boxed(&t.elem)?),
            syn::Type::Array(t) => {
                // A parameter has no value here; a constant has its own.
                let length = t.len.to_token_stream().to_string();
                let parameter = length.len() == 1 && !length.chars().all(|c| c.is_ascii_digit());
                Shape::Array(boxed(&t.elem)?, if parameter { "3" } else { "_" })
            }
            syn::Type::Paren(t) => inner(&t.elem)?,
            syn::Type::Group(t) => inner(&t.elem)?,
            syn::Type::Tuple(t) => Shape::Tuple(t.elems.iter().map(inner).collect::<Option<_>>()?),
            syn::Type::Path(path) => {
                let last = path.path.segments.last()?;
                let name = last.ident.to_string();
                if let (Some(ty), true) = (scope.get(&name), path.path.segments.len() == 1) {
                    return self.shape_in(ty, &Scope::new(), depth + 1).or_else(|| {
                        // `Self` with parameters of its own block.
                        self.shape_in(ty, scope, depth + 1)
                    });
                }
                let arguments = arguments(last);
                match (name.as_str(), self.all.get(&name)) {
                    ("f64", _) => Shape::Float(true),
                    ("f32", _) => Shape::Float(false),
                    ("bool", _) => Shape::Constant("true".into()),
                    ("char", _) => Shape::Constant("'a'".into()),
                    ("usize" | "u8" | "u16" | "u32" | "u64" | "u128", _) => {
                        Shape::Constant("s.small() as _".into())
                    }
                    ("isize" | "i8" | "i16" | "i32" | "i64" | "i128", _) => {
                        Shape::Constant("s.small() as _".into())
                    }
                    ("str" | "String", _) => Shape::Str,
                    (_, Some(Definition::Struct(path, generics, fields))) => {
                        let fill = |ty: &syn::Type| fill(ty, scope);
                        let given = generics.type_params().zip(arguments.iter().map(fill));
                        let scope: Scope = given.map(|(p, ty)| (p.ident.to_string(), ty)).collect();
                        let named = matches!(fields, syn::Fields::Named(_));
                        let field = |(i, field): (usize, &syn::Field)| {
                            let name = field
                                .ident
                                .as_ref()
                                .map_or(i.to_string(), |name| name.to_string());
                            Some((name, self.shape_in(&field.ty, &scope, depth + 1)?))
                        };
                        let fields = fields
                            .iter()
                            .enumerate()
                            .map(field)
                            .collect::<Option<Vec<_>>>()?;
                        Shape::Struct(path.clone(), named, fields)
                    }
                    (_, Some(Definition::Enum(value))) => Shape::Constant(value.clone()?),
                    (_, Some(Definition::Alias(generics, ty))) => {
                        let fill = |ty: &syn::Type| fill(ty, scope);
                        let given = generics.type_params().zip(arguments.iter().map(fill));
                        let scope: Scope = given.map(|(p, ty)| (p.ident.to_string(), ty)).collect();
                        self.shape_in(ty, &scope, depth + 1)?
                    }
                    ("Vec", None) => Shape::List(boxed(arguments.first()?)?),
                    ("Option" | "Result", None) => Shape::Maybe(boxed(arguments.first()?)?),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}

/// The types in angle brackets.
fn arguments(segment: &syn::PathSegment) -> Vec<syn::Type> {
    let syn::PathArguments::AngleBracketed(list) = &segment.arguments else {
        return Vec::new();
    };
    let types = list.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    types.collect()
}

/// The type with the names of the scope replaced, at any depth.
pub(crate) fn fill(ty: &syn::Type, scope: &Scope) -> syn::Type {
    fn tokens(stream: proc_macro2::TokenStream, scope: &Scope) -> proc_macro2::TokenStream {
        let tree = |tree: proc_macro2::TokenTree| match tree {
            proc_macro2::TokenTree::Ident(name) => match scope.get(&name.to_string()) {
                Some(ty) => ty.to_token_stream(),
                None => name.into_token_stream(),
            },
            proc_macro2::TokenTree::Group(group) => {
                proc_macro2::Group::new(group.delimiter(), tokens(group.stream(), scope))
                    .into_token_stream()
            }
            other => other.into_token_stream(),
        };
        stream.into_iter().map(tree).collect()
    }
    syn::parse2(tokens(ty.to_token_stream(), scope)).unwrap_or_else(|_| ty.clone())
}

impl Shape {
    /// Whether there are numbers in it.
    pub(crate) fn has_float(&self) -> bool {
        match self {
            Shape::Float(_) => true,
            Shape::Constant(_) | Shape::Str => false,
            Shape::Ref(_, inner)
            | Shape::List(inner)
            | Shape::Array(inner, _)
            | Shape::Maybe(inner) => inner.has_float(),
            Shape::Tuple(parts) => parts.iter().any(Shape::has_float),
            Shape::Struct(_, _, fields) => fields.iter().any(|(_, field)| field.has_float()),
        }
    }

    /// Whether all numbers are `f64`.
    pub(crate) fn is_double(&self) -> bool {
        match self {
            Shape::Float(double) => *double,
            Shape::Constant(_) | Shape::Str => true,
            Shape::Ref(_, inner)
            | Shape::List(inner)
            | Shape::Array(inner, _)
            | Shape::Maybe(inner) => inner.is_double(),
            Shape::Tuple(parts) => parts.iter().all(Shape::is_double),
            Shape::Struct(_, _, fields) => fields.iter().all(|(_, field)| field.is_double()),
        }
    }

    /// Whether its gradient is of a type of its own.
    pub(crate) fn has_struct(&self) -> bool {
        match self {
            Shape::Float(_) | Shape::Constant(_) | Shape::Str => false,
            Shape::Ref(_, inner)
            | Shape::List(inner)
            | Shape::Array(inner, _)
            | Shape::Maybe(inner) => inner.has_struct(),
            Shape::Tuple(parts) => parts.iter().any(Shape::has_struct),
            Shape::Struct(..) => true,
        }
    }

    /// An expression for an owned value, from the source of numbers `s`.
    pub(crate) fn make(&self) -> String {
        match self {
            Shape::Float(true) => "s.next()".into(),
            Shape::Float(false) => "s.next() as f32".into(),
            Shape::Constant(text) => text.clone(),
            Shape::Str => "String::from(\"a\")".into(),
            Shape::Ref(_, inner) => inner.make(),
            Shape::List(inner) => format!(
                "(0..s.length()).map(|_| {}).collect::<Vec<_>>()",
                inner.make()
            ),
            Shape::Array(inner, n) => {
                format!("::core::array::from_fn::<_, {n}, _>(|_| {})", inner.make())
            }
            Shape::Tuple(parts) => {
                let parts: String = parts.iter().map(|part| part.make() + ", ").collect();
                format!("({parts})")
            }
            Shape::Struct(name, true, fields) => {
                let fields: String = fields
                    .iter()
                    .map(|(name, field)| format!("{name}: {}, ", field.make()))
                    .collect();
                format!("{name} {{ {fields} }}")
            }
            Shape::Struct(name, false, fields) => {
                let fields: String = fields
                    .iter()
                    .map(|(_, field)| field.make() + ", ")
                    .collect();
                match fields.is_empty() {
                    true => name.clone(),
                    false => format!("{name}({fields})"),
                }
            }
            Shape::Maybe(inner) => format!("Some({})", inner.make()),
        }
    }

    /// A statement that sets the numbers at a place from the source `s`.
    pub(crate) fn set(&self, place: &str) -> String {
        match self {
            Shape::Float(true) => format!("{place} = s.next();"),
            Shape::Float(false) => format!("{place} = s.next() as f32;"),
            Shape::Constant(_) | Shape::Str => String::new(),
            Shape::Ref(_, inner) => inner.set(place),
            Shape::List(inner) | Shape::Array(inner, _) => match inner.has_float() {
                true => format!("for e in {place}.iter_mut() {{ {} }}", inner.set("(*e)")),
                false => String::new(),
            },
            Shape::Tuple(parts) => parts
                .iter()
                .enumerate()
                .map(|(i, part)| part.set(&format!("{place}.{i}")))
                .collect(),
            Shape::Struct(_, _, fields) => fields
                .iter()
                .map(|(name, field)| field.set(&format!("{place}.{name}")))
                .collect(),
            Shape::Maybe(inner) => {
                format!("for e in {place}.iter_mut() {{ {} }}", inner.set("(*e)"))
            }
        }
    }

    /// A statement that puts the numbers at a place at the end of the list `o`.
    pub(crate) fn list(&self, place: &str) -> String {
        match self {
            Shape::Float(_) => format!("o.push({place} as f64);"),
            Shape::Constant(_) | Shape::Str => String::new(),
            Shape::Ref(_, inner) => inner.list(place),
            Shape::List(inner) | Shape::Array(inner, _) => match inner.has_float() {
                true => format!("for e in {place}.iter() {{ {} }}", inner.list("(*e)")),
                false => String::new(),
            },
            Shape::Tuple(parts) => parts
                .iter()
                .enumerate()
                .map(|(i, part)| part.list(&format!("{place}.{i}")))
                .collect(),
            Shape::Struct(_, _, fields) => fields
                .iter()
                .map(|(name, field)| field.list(&format!("{place}.{name}")))
                .collect(),
            Shape::Maybe(inner) => format!("for e in {place}.iter() {{ {} }}", inner.list("(*e)")),
        }
    }
}
