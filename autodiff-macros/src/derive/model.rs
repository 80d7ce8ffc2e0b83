//! A struct as the derive understands it.
//!
//! In: the item. Out: a [`Model`], or reports on everything in it that cannot have a gradient.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Type, Visibility};

use super::generics::{Needs, Params, static_type};
use super::options::{Options, marked_constant};
use super::types::{Itself, Unfit, fresh, is_constant, owned};
use crate::compiler::diag::{self, Diagnostics, text_of_type};

/// The struct and its gradient type.
pub(crate) struct Model {
    pub(crate) name: Ident,
    pub(crate) gradient: Ident,
    pub(crate) visibility: Visibility,
    /// Path of the runtime: `::conservative_grad::__private`.
    pub(crate) rt: TokenStream,
    pub(crate) fields: Vec<Field>,
    /// Fields have names, as opposed to numbers.
    pub(crate) named: bool,
    /// Parameters of the struct.
    pub(crate) own: Params,
    /// Parameters of the gradient type.
    pub(crate) kept: Params,
    /// The parameter of the gradient type that tells whether the struct is differentiated.
    pub(crate) kind: Ident,
    pub(crate) needs: Needs,
}

/// A field.
pub(crate) struct Field {
    /// Name or number.
    pub(crate) member: syn::Member,
    pub(crate) visibility: Visibility,
    pub(crate) declared: Type,
    pub(crate) place: Place,
}

/// What the gradient has in the place of a field.
pub(crate) enum Place {
    /// The bar of this type.
    Bar(Box<Type>),
    /// Nothing: the field is marked as constant.
    Marked,
    /// Nothing: the field is constant by the name of its type, which `rustc` has to confirm.
    Constant,
}

impl Field {
    /// The type of the bar, if the field is differentiated.
    pub(crate) fn bar(&self) -> Option<&Type> {
        match &self.place {
            Place::Bar(ty) => Some(ty),
            Place::Marked | Place::Constant => None,
        }
    }

    /// The name as a text.
    pub(crate) fn text(&self) -> String {
        match &self.member {
            syn::Member::Named(name) => name.unraw().to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        }
    }
}

impl Model {
    /// Reads the struct; `None` if it has no gradient, for a reason that was reported.
    pub(crate) fn read(input: &DeriveInput, diags: &mut Diagnostics) -> Option<Model> {
        let name = input.ident.unraw().to_string();
        let data = match &input.data {
            Data::Struct(data) => data,
            Data::Enum(data) => {
                diags.report_at(&diag::DERIVE_ENUM, &data.enum_token, &[&name]);
                return None;
            }
            Data::Union(data) => {
                diags.report_at(&diag::DERIVE_UNION, &data.union_token, &[&name]);
                return None;
            }
        };
        let options = Options::read(&input.attrs, diags);
        let krate = options.krate;
        let rt = quote!(#krate::__private);
        let this = Itself {
            name: input.ident.clone(),
            ty: static_type(&input.ident, &input.generics),
            rt: rt.clone(),
        };
        let (numbers, fields) = (0.., data.fields.iter());
        let fields = numbers
            .zip(fields)
            .filter_map(|(number, field)| read_field(number, field, &this, diags));
        let fields: Vec<Field> = fields.collect();
        let bars: Vec<&Type> = fields.iter().filter_map(Field::bar).collect();
        if bars.is_empty() && diags.is_empty() {
            diags.report_at(&diag::DERIVE_NOTHING, &input.ident, &[&name]);
        }
        Some(Model {
            gradient: options
                .gradient
                .unwrap_or_else(|| format_ident!("{name}Gradient", span = input.ident.span())),
            visibility: input.vis.clone(),
            named: matches!(data.fields, Fields::Named(_)),
            own: Params::all(&input.generics),
            kept: Params::of_gradient(&input.generics, &bars),
            kind: fresh("K", input),
            needs: Needs::of(&input.generics, &bars, &input.ident),
            name: input.ident.clone(),
            rt,
            fields,
        })
    }
}

fn read_field(
    number: u32,
    field: &syn::Field,
    this: &Itself,
    diags: &mut Diagnostics,
) -> Option<Field> {
    let member = field
        .ident
        .clone()
        .map_or_else(|| syn::Member::from(number as usize), syn::Member::Named);
    let place = if marked_constant(&field.attrs, diags) {
        Place::Marked
    } else if is_constant(&field.ty) {
        Place::Constant
    } else {
        match owned(&field.ty, this) {
            Ok(ty) => Place::Bar(Box::new(ty)),
            Err(unfit) => {
                report(&unfit, this, diags);
                return None;
            }
        }
    };
    Some(Field {
        member,
        visibility: field.vis.clone(),
        declared: field.ty.clone(),
        place,
    })
}

fn report(unfit: &Unfit, this: &Itself, diags: &mut Diagnostics) {
    let (entry, tokens) = match unfit {
        Unfit::Other(tokens) => (&diag::DERIVE_TYPE, tokens),
        Unfit::Mixed(tokens) => (&diag::DERIVE_MIXED, tokens),
        Unfit::Itself(tokens) => (&diag::DERIVE_RECURSIVE, tokens),
    };
    let (ty, name) = (text_of_type(tokens), this.name.unraw().to_string());
    diags.report_at(entry, &tokens.to_token_stream(), &[&ty, &name]);
}
