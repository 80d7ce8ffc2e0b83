//! Generic structs: type, const and lifetime parameters, bounds, associated types.

use std::fmt::Debug;
use std::marker::PhantomData;

use conservative_grad::__private::{
    Bar, Kind, SameShape, Scalar, Unvaried, Varied, discard, zero_like,
};
use conservative_grad::{ConstantField, Differentiable};

#[derive(Differentiable)]
struct Mesh<'a, T: Copy, const N: usize = 2>
where
    T: Debug,
{
    nodes: Vec<[T; N]>,
    weight: T,
    borrowed: &'a [T],
    fixed: f64,
}

#[test]
fn parameters_stand_for_numbers() {
    let mesh = Mesh {
        nodes: vec![[1.0f32, 2.0]],
        weight: 3.0,
        borrowed: &[4.0],
        fixed: 5.0,
    };
    let zero: MeshGradient<f32> = mesh.zero_gradient();
    assert_eq!((&zero.nodes[..], zero.weight), (&[[0.0f32; 2]][..], 0.0));
    assert_eq!((zero.borrowed, zero.fixed), (vec![0.0f32], 0.0f64));
}

/// As emitted for a function over `T: Scalar`.
fn weight<T: Scalar, K: Kind>(_: K, mesh: &Mesh<'_, T>, seed: T, bar: &mut Bar<K, Mesh<'_, T>>) {
    bar.weight += seed;
    bar.nodes[0][1] += seed;
    bar.borrowed[mesh.borrowed.len() - 1] -= seed;
    bar.fixed += 1.0;
}

fn gradient_of_weight<T: Scalar>(mesh: &Mesh<'_, T>, seed: T) -> MeshGradient<T> {
    let mut bar: MeshGradient<T> = zero_like(mesh);
    mesh.assert_same_shape(&bar, "mesh", "bar");
    weight(Varied, mesh, seed, &mut bar);
    weight(Unvaried, mesh, seed, &mut discard());
    let other = bar.clone();
    conservative_grad::__private::add(&mut bar, &other);
    conservative_grad::__private::sum(&[bar, other])
}

#[test]
fn gradients_are_generic_over_scalars() {
    let mesh = Mesh {
        nodes: vec![[1.0, 2.0]],
        weight: 3.0,
        borrowed: &[4.0, 5.0],
        fixed: 5.0,
    };
    let gradient = gradient_of_weight(&mesh, 2.0);
    assert_eq!(
        (gradient.weight, gradient.nodes[0], gradient.fixed),
        (6.0, [0.0, 6.0], 3.0)
    );
    assert_eq!(gradient.borrowed, [0.0, -6.0]);
}

/// What is not a number, but has a gradient.
#[derive(Differentiable)]
struct Twice<T> {
    first: T,
    second: Option<T>,
}

#[test]
fn parameters_stand_for_whatever_has_a_gradient() {
    let twice = Twice {
        first: vec![1.0],
        second: Some(vec![2.0, 3.0]),
    };
    let zero = twice.zero_gradient();
    assert_eq!(
        zero,
        TwiceGradient {
            first: vec![0.0],
            second: Some(vec![0.0; 2])
        }
    );
    let nested = Twice {
        first: Twice {
            first: 1.0,
            second: None,
        },
        second: None,
    };
    assert_eq!(nested.zero_gradient().first.first, 0.0);
    assert_eq!((nested.second.is_none(), nested.first.first), (true, 1.0));
}

struct Metre;

/// A parameter that no number depends on.
#[derive(Differentiable)]
struct Length<Unit>(f64, PhantomData<Unit>);

/// A struct with a parameter that is not a number itself, but whose fields are.
#[derive(Differentiable)]
struct Box2<Unit, F: Fn(f64) -> f64> {
    sides: [Length<Unit>; 2],
    #[constant]
    map: F,
}

#[test]
fn parameters_without_numbers_are_left_out() {
    let side = |x| Length(x, PhantomData::<Metre>);
    let area = Box2 {
        sides: [side(1.0), side(2.0)],
        map: |x| x,
    };
    let zero: Box2Gradient<Metre> = area.zero_gradient();
    let length: LengthGradient = side(1.0).zero_gradient();
    assert_eq!(zero.sides, [length, length]);
    assert_eq!(zero.map, ConstantField);
    assert_eq!((area.map)(area.sides[1].0), 2.0);
}

trait Model {
    type Number;
    type Options;
}

struct Linear;

impl Model for Linear {
    type Number = f64;
    type Options = usize;
}

#[derive(Differentiable)]
struct Fit<'m, M: Model> {
    slope: M::Number,
    slopes: Vec<<M as Model>::Number>,
    #[constant]
    options: &'m M::Options,
}

#[test]
fn associated_types_may_be_numbers() {
    let fit = Fit::<Linear> {
        slope: 1.0,
        slopes: vec![2.0],
        options: &3,
    };
    let zero: FitGradient<Linear> = fit.zero_gradient();
    assert_eq!((zero.slope, zero.slopes), (0.0, vec![0.0]));
    assert_eq!(*fit.options, 3);
}

/// Nested structs with lifetimes of their own.
#[derive(Differentiable)]
struct Outer<'o, 'i: 'o, T: 'i> {
    inner: &'o [Inner<'i, T>],
    one: Inner<'o, T>,
}

#[derive(Differentiable)]
struct Inner<'i, T> {
    w: &'i [T],
}

#[test]
fn gradients_borrow_nothing() {
    let gradient: OuterGradient<f64> = {
        let w = vec![1.0, 2.0];
        let inner = [Inner { w: &w }, Inner { w: &w[..1] }];
        Outer {
            inner: &inner,
            one: Inner { w: &w[1..] },
        }
        .zero_gradient()
    };
    assert_eq!(
        gradient.inner[0].w.len() + gradient.inner[1].w.len() + gradient.one.w.len(),
        4
    );
}
