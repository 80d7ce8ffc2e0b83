//! Macros that turn a call into a [`Subject`](super::Subject).

/// Checks a call of an annotated function: `check!(f(0.5, &[1.0, 2.0], const 3))`, or, if the
/// result is not a number, `check!(f(0.5) -> many)`.
#[macro_export]
macro_rules! check {
    ($($f:ident)::+ ($($arguments:tt)*) $(-> $many:ident)?) => {
        $crate::subject!(given [$($f)::+] f64 ($($arguments)*) [$($many)?] None)
    };
}

/// Checks a function that exists in the modules `double`, `single` and, possibly, `dual`.
#[macro_export]
macro_rules! check_twins {
    (dual $f:ident $arguments:tt $many:tt) => {
        $crate::subject!(lifted [double::$f] f64 $arguments $many Some($crate::dual_function!($f $arguments)));
        $crate::subject!(lifted [single::$f] f32 $arguments $many Some($crate::dual_function!($f $arguments)));
    };
    (reals $f:ident $arguments:tt $many:tt) => {
        $crate::subject!(lifted [double::$f] f64 $arguments $many None);
        $crate::subject!(lifted [single::$f] f32 $arguments $many None);
    };
}

/// One program in `f64`, `f32` and dual numbers, with calls at which it is checked.
///
/// In the program, `$T` is the type of numbers, `$O` its zero and `$grad` the attribute.
#[macro_export]
macro_rules! twin {
    ($(#[$attribute:meta])* $name:ident ($d:tt $t:ident $zero:ident $grad:ident):
        $($f:ident $arguments:tt $(-> $many:ident)?;)+ { $($body:tt)* }) => {
        $(#[$attribute])*
        mod $name {
            macro_rules! body {
                ($d $t:tt $d $zero:tt $d $grad:ident) => { $($body)* };
            }
            #[allow(unused_imports, reason = "a program uses what it needs")]
            mod double {
                use conservative_grad::*;
                body!(f64 0.0 conservative_grad);
            }
            #[allow(unused_imports, reason = "a program uses what it needs")]
            mod single {
                use conservative_grad::*;
                body!(f32 0.0 conservative_grad);
            }
            #[allow(unused_imports, dead_code, reason = "a program uses what it needs")]
            mod dual {
                use $crate::support::dual::{Dual, ZERO, ops::*};
                body!(Dual ZERO inline);
            }
            #[test]
            fn agrees() {
                $($crate::check_twins!(dual $f $arguments [$($many)?]);)+
            }
        }
    };
}

/// [`twin!`] without dual numbers, for what they cannot do (`as`, constants).
#[macro_export]
macro_rules! reals {
    ($(#[$attribute:meta])* $name:ident ($d:tt $t:ident $grad:ident):
        $($f:ident $arguments:tt $(-> $many:ident)?;)+ { $($body:tt)* }) => {
        $(#[$attribute])*
        mod $name {
            macro_rules! body {
                ($d $t:tt $d $grad:ident) => { $($body)* };
            }
            #[allow(unused_imports, reason = "a program uses what it needs")]
            mod double {
                use conservative_grad::*;
                body!(f64 conservative_grad);
            }
            #[allow(unused_imports, reason = "a program uses what it needs")]
            mod single {
                use conservative_grad::*;
                body!(f32 conservative_grad);
            }
            #[test]
            fn agrees() {
                $($crate::check_twins!(reals $f $arguments [$($many)?]);)+
            }
        }
    };
}

/// Sorts the arguments of a call, then hands them to the macro in front.
///
/// `[all]` has a [`pass!`](crate::pass) for each; `[point]` those that are differentiated, with
/// their values, and `[changed]` the `&mut` among them; each has its place in a tuple.
#[macro_export]
macro_rules! arguments {
    ($next:ident $then:tt [] $all:tt $point:tt $changed:tt $places:tt $slots:tt) => {
        $crate::$next!($then $all $point $changed)
    };
    ($next:ident $then:tt [const $value:expr $(, $($rest:tt)*)?] [$($all:tt)*] $point:tt $changed:tt $places:tt $slots:tt) => {
        $crate::arguments!($next $then [$($($rest)*)?] [$($all)* (constant $value)] $point $changed $places $slots)
    };
    ($next:ident $then:tt [&mut $value:expr $(, $($rest:tt)*)?] [$($all:tt)*] [$($point:tt)*] [$($changed:tt)*] [$i:tt $($places:tt)*] [$j:tt $($slots:tt)*]) => {
        $crate::arguments!($next $then [$($($rest)*)?] [$($all)* (exclusive $i)] [$($point)* (exclusive $i $j $value)] [$($changed)* ($i $j)] [$($places)*] [$($slots)*])
    };
    ($next:ident $then:tt [& $value:expr $(, $($rest:tt)*)?] [$($all:tt)*] [$($point:tt)*] $changed:tt [$i:tt $($places:tt)*] $slots:tt) => {
        $crate::arguments!($next $then [$($($rest)*)?] [$($all)* (shared $i)] [$($point)* (shared $i _ $value)] $changed [$($places)*] $slots)
    };
    ($next:ident $then:tt [$value:expr $(, $($rest:tt)*)?] [$($all:tt)*] [$($point:tt)*] $changed:tt [$i:tt $($places:tt)*] $slots:tt) => {
        $crate::arguments!($next $then [$($($rest)*)?] [$($all)* (value $i)] [$($point)* (value $i _ $value)] $changed [$($places)*] $slots)
    };
}

/// One argument of a call, out of the tuple `from`.
#[macro_export]
macro_rules! pass {
    ($from:ident constant $value:expr) => {
        $value
    };
    ($from:ident value $i:tt) => {
        Clone::clone(&$from.$i)
    };
    ($from:ident shared $i:tt) => {
        &$from.$i
    };
    ($from:ident exclusive $i:tt) => {
        &mut $from.$i
    };
}

/// Puts the gradient of one argument into its place: of what is changed in place it is the
/// adjoint that came out of the buffer, of the others the next part of what the pullback returned.
#[macro_export]
macro_rules! place_gradient {
    ($bars:ident $seeds:ident $rest:ident exclusive $i:tt $j:tt) => {
        $bars.$i = $seeds.$j.clone()
    };
    ($bars:ident $seeds:ident $rest:ident $kind:ident $i:tt _) => {
        $crate::support::Flat::fill(&mut $bars.$i, &mut $rest)
    };
}

/// The given values, or the same made of another kind of number.
#[macro_export]
macro_rules! template {
    (given $number:ident ($($value:expr,)*)) => {
        ($($value,)*)
    };
    (lifted $number:ident ($($value:expr,)*)) => {
        $crate::support::Lift::<$number>::lift(&($($value,)*))
    };
}

/// A call of the function in the module `dual`, as a function of the numbers in its arguments.
#[macro_export]
macro_rules! dual_function {
    ($f:ident ($($arguments:tt)*)) => {
        $crate::arguments!(dual_call ($f) [$($arguments)*] [] [] [] [0 1 2 3 4 5 6 7] [0 1 2 3])
    };
}

/// The end of [`dual_function!`](crate::dual_function).
#[macro_export]
macro_rules! dual_call {
    (($f:ident) [$(($($pass:tt)*))*] [$(($kind:ident $i:tt $slot:tt $value:expr))*] [$(($c:tt $j:tt))*]) => {
        &|at: &[$crate::support::Dual]| {
            type Number = $crate::support::Dual;
            let template = $crate::support::Lift::<Number>::lift(&($($value,)*));
            #[allow(unused_mut, reason = "only what is changed in place needs it")]
            let mut p = $crate::support::shaped(&template, at);
            let result = dual::$f($($crate::pass!(p $($pass)*)),*);
            $crate::support::flatten::<Number>(&(result, ($(p.$c.clone(),)*)))
        }
    };
}

/// Builds the [`Subject`](crate::support::Subject) of a call and verifies it.
#[macro_export]
macro_rules! subject {
    ($mode:ident [$($f:ident)::+] $number:ident ($($arguments:tt)*) $many:tt $dual:expr) => {
        $crate::arguments!(verify ($mode [$($f)::+] $number $many $dual) [$($arguments)*] [] [] [] [0 1 2 3 4 5 6 7] [0 1 2 3])
    };
}

/// The end of [`subject!`](crate::subject).
#[macro_export]
macro_rules! verify {
    (($mode:ident [$($f:ident)::+] $number:ident $many:tt $dual:expr)
        [$(($($pass:tt)*))*] [$(($kind:ident $i:tt $slot:tt $value:expr))*] $changed:tt) => {{
        #![allow(unused_mut, clippy::unit_arg, clippy::let_unit_value, reason = "not every function changes or returns something")]
        use $crate::support::{Subject, epsilon, flatten, shaped, visits};
        let template = $crate::template!($mode $number ($($value,)*));
        let subject = Subject {
            name: stringify!($($f)::+),
            epsilon: epsilon::<f64, _>(&template),
            at: flatten(&template),
            primal: $crate::primal!([$($f)::+] template [$(($($pass)*))*] $changed),
            gradients: $crate::gradients!([$($f)::+] template [$(($($pass)*))*] [$(($kind $i))*] $many $changed),
            vjp: $crate::pullback!([$($f)::+] template [$(($($pass)*))*] [$(($kind $i $slot))*] $changed),
            jvp: $crate::tangent!([$($f)::+] template [$(($($pass)*))*] [$(($kind $i))*] $changed),
            visits: &|| {
                let mut p = template.clone();
                let traced = visits(&$($f)::+::trace($($crate::pass!(p $($pass)*)),*));
                (traced, $crate::selected!([$($f)::+] template [$(($($pass)*))*] $many $changed))
            },
        };
        subject.verify($dual);
    }};
}

/// The result of the function, and what it changed.
#[macro_export]
macro_rules! primal {
    ([$($f:ident)::+] $template:ident [$(($($pass:tt)*))*] [$(($c:tt $j:tt))*]) => {
        &|at| {
            let mut p = shaped(&$template, at);
            let result = $($f)::+($($crate::pass!(p $($pass)*)),*);
            flatten(&(result, ($(p.$c.clone(),)*)))
        }
    };
}

/// What a selection saw, where one can be handed over.
#[macro_export]
macro_rules! selected {
    ([$($f:ident)::+] $template:ident [$(($($pass:tt)*))*] [] []) => {{
        let (p, mut selection) = ($template.clone(), conservative_grad::__private::Recorder::new(conservative_grad::Plain));
        let _ = $($f)::+::value_and_grad_with(&mut selection, $($crate::pass!(p $($pass)*)),*);
        Some(visits(&selection.into_trace()))
    }};
    ($f:tt $template:ident $passes:tt $many:tt $changed:tt) => {
        None
    };
}

/// What each entry point says of the gradient of a number.
#[macro_export]
macro_rules! gradients {
    ([$($f:ident)::+] $template:ident [$(($($pass:tt)*))*] [$(($kind:ident $i:tt))*] [] []) => {
        &|at| {
            use $crate::support::Answer;
            let p = shaped(&$template, at);
            let answer = |entry, value: Option<_>, gradient| Answer { entry, value: value.map(|v| flatten(&v)), gradient };
            let gradient = $($f)::+::grad($($crate::pass!(p $($pass)*)),*);
            let mut answers = vec![answer("grad", None, flatten(&gradient))];
            let (value, gradient) = $($f)::+::value_and_grad($($crate::pass!(p $($pass)*)),*);
            answers.push(answer("value_and_grad", Some(value), flatten(&gradient)));
            let (value, gradient) = $($f)::+::value_and_grad_with(&mut conservative_grad::Plain, $($crate::pass!(p $($pass)*)),*);
            answers.push(answer("value_and_grad_with", Some(value), flatten(&gradient)));
            // The buffers are added to, and not overwritten.
            let before: Vec<f64> = (0..at.len()).map(|i| 0.5 - i as f64).collect();
            let mut bars = shaped(&$template, &before);
            let value = $($f)::+::accumulate_grad($($crate::pass!(p $($pass)*),)* $(&mut bars.$i),*);
            let added = flatten(&bars).iter().zip(&before).map(|(a, b)| a - b).collect();
            answers.push(answer("accumulate_grad", Some(value), added));
            answers
        }
    };
    ($f:tt $template:ident $passes:tt $point:tt $many:tt $changed:tt) => {
        &|_| Vec::new()
    };
}

/// `vjp`: the value, and what a seed is mapped to.
#[macro_export]
macro_rules! pullback {
    ([$($f:ident)::+] $template:ident [$(($($pass:tt)*))*] [$(($kind:ident $i:tt $slot:tt))*] []) => {
        &|at, seed| {
            let p = shaped(&$template, at);
            let (value, pullback) = $($f)::+::vjp($($crate::pass!(p $($pass)*)),*);
            let numbers = flatten(&value);
            (numbers, flatten(&pullback(shaped(&value, seed))))
        }
    };
    ([$($f:ident)::+] $template:ident [$(($($pass:tt)*))*] [$(($kind:ident $i:tt $slot:tt))*] [$(($c:tt $j:tt))+]) => {
        &|at, seed| {
            let mut p = shaped(&$template, at);
            let (value, pullback) = $($f)::+::vjp($($crate::pass!(p $($pass)*)),*);
            let outputs = (value, ($(p.$c.clone(),)+));
            let (seed, mut seeds) = shaped(&outputs, seed);
            let gradient = pullback(seed, $(&mut seeds.$j),+);
            let mut rest = flatten::<f64>(&gradient).into_iter();
            let mut bars = $template.clone();
            $($crate::place_gradient!(bars seeds rest $kind $i $slot);)*
            assert!(rest.next().is_none(), "a gradient for each argument");
            (flatten(&outputs), flatten(&bars))
        }
    };
}

/// `jvp`: the value, and what a tangent is mapped to.
#[macro_export]
macro_rules! tangent {
    ([$($f:ident)::+] $template:ident [$(($($pass:tt)*))*] [$(($kind:ident $i:tt))*] [$(($c:tt $j:tt))*]) => {
        &|at, along| {
            let (mut p, mut dots) = (shaped(&$template, at), shaped(&$template, along));
            let (value, dot) = $($f)::+::jvp($($crate::pass!(p $($pass)*),)* $($crate::pass!(dots $kind $i)),*);
            (
                flatten(&(value, ($(p.$c.clone(),)*))),
                flatten(&(dot, ($(dots.$c.clone(),)*))),
            )
        }
    };
}
