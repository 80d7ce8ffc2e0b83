//! The programs of the record, as one writes them in Rust.

#![allow(
    clippy::manual_clamp,
    clippy::eq_op,
    clippy::let_and_return,
    clippy::neg_multiply,
    reason = "the programs are those that were measured; attributes stand on statements"
)]

use conservative_grad::check::IntoGradient;
use conservative_grad::choices::WithPolicy;
use conservative_grad::*;

/// Value and gradient, and the derivative along every axis.
pub(crate) struct Found {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) along_axes: Vec<f64>,
}

pub(crate) type Program = fn(&[f64], &mut WithPolicy) -> Found;

macro_rules! programs {
    ($($text:literal $name:ident $args:tt = $value:expr;)*) => {
        pub(crate) const ALL: &[(&str, Program)] = &[$(($text, |x, sel| {
            programs!(@run $name $args $value, x, sel)
        })),*];
    };
    (@run $name:ident ($($x:ident),+) $value:expr, $p:ident, $sel:ident) => {{
        #[conservative_grad]
        fn $name($($x: f64),+) -> f64 {
            $value
        }
        let mut numbers = $p.iter().copied();
        $(let $x = numbers.next().expect("a number");)+
        let (value, gradient) = $name::value_and_grad_with($sel, $($x),+);
        let n = $p.len();
        let along_axes = (0..n).map(|i| {
            let mut axis = (0..n).map(|k| if k == i { 1.0 } else { 0.0 });
            programs!(@jvp $name $sel axis ($($x),+))
        });
        let along_axes = along_axes.collect();
        Found { value, gradient: gradient.into_gradient(), along_axes }
    }};
    (@run $name:ident [$x:ident] $value:expr, $p:ident, $sel:ident) => {{
        #[conservative_grad]
        fn $name($x: &[f64]) -> f64 {
            $value
        }
        let (value, gradient) = $name::value_and_grad_with($sel, $p);
        let n = $p.len();
        let along_axes = (0..n).map(|i| {
            let axis: Vec<f64> = (0..n).map(|k| if k == i { 1.0 } else { 0.0 }).collect();
            $name::jvp_with($sel, $p, &axis).1
        });
        let along_axes = along_axes.collect();
        Found { value, gradient, along_axes }
    }};
    (@jvp $name:ident $sel:ident $axis:ident ($a:ident)) => {{
        let da = $axis.next().expect("one");
        $name::jvp_with($sel, $a, da).1
    }};
    (@jvp $name:ident $sel:ident $axis:ident ($a:ident, $b:ident)) => {{
        let (da, db) = ($axis.next().expect("one"), $axis.next().expect("two"));
        $name::jvp_with($sel, $a, $b, da, db).1
    }};
    (@jvp $name:ident $sel:ident $axis:ident ($a:ident, $b:ident, $c:ident)) => {{
        let (da, db, dc) = ($axis.next().expect("one"), $axis.next().expect("two"), $axis.next().expect("three"));
        $name::jvp_with($sel, $a, $b, $c, da, db, dc).1
    }};
}

programs! {
    "relu" f(x) = relu(x);
    "relu_as_maximum_x_0" f(x) = x.max(0.0);
    "relu_as_maximum_0_x" f(x) = f64::max(0.0, x);
    "relu_as_clamp_min" f(x) = x.clamp(0.0, f64::INFINITY);
    "relu_as_where_gt" f(x) = if x > 0.0 { x } else { 0.0 };
    "relu_as_where_ge" f(x) = if x >= 0.0 { x } else { 0.0 };
    "abs" f(x) = x.abs();
    "abs_as_maximum" f(x) = x.max(-x);
    "abs_as_sqrt_sq" f(x) = (x * x).sqrt();
    "abs_as_relu_sum" f(x) = relu(x) + relu(-x);
    "abs_as_norm1d" f(x) = l2_norm(&[x]);
    "maximum2" f(x, y) = x.max(y);
    "minimum2" f(x, y) = x.min(y);
    "maximum2_same" f(x) = x.max(x);
    "max2_as_abs" f(x, y) = (x + y + (x - y).abs()) / 2.0;
    "max2_as_relu" f(x, y) = y + relu(x - y);
    "max2_as_where_gt" f(x, y) = if x > y { x } else { y };
    "max2_as_where_ge" f(x, y) = if x >= y { x } else { y };
    "clamp_0_1" f(x) = x.clamp(0.0, 1.0);
    "clip_by_minmax" f(x) = x.max(0.0).min(1.0);
    "max_n" f[x] = max_of(x);
    "amax_n" f[x] = max_of(x);
    "max_dim_n" f[x] = argmax_value(x);
    "min_n" f[x] = min_of(x);
    "maxpool1d_k3" f[x] = max_pool(x, 3, 3)[0];
    "logsumexp_n" f[x] = {
        let m = max_of(x);
        let mut s = 0.0;
        for i in 0..x.len() {
            s += (x[i] - m).exp();
        }
        m + s.ln()
    };
    "sort_dot" f[x] = {
        let y = sorted(x);
        y[0] + 10.0 * y[1] + 100.0 * y[2]
    };
    "median" f[x] = median(x);
    "top2_dot" f[x] = {
        let y = top_k(x, 2);
        10.0 * y[0] + y[1]
    };
    "cummax_last" f(x, y, z) = x.max(y).max(z);
    "l1norm" f[x] = l1_norm(x);
    "l2norm" f[x] = l2_norm(x);
    "l2norm_sqrt_sum" f(x, y) = (x * x + y * y).sqrt();
    "linfnorm" f[x] = linf_norm(x);
    "leaky_relu_0.1" f(x) = leaky_relu(x, 0.1);
    "relu6" f(x) = relu6(x);
    "hardtanh" f(x) = hardtanh(x);
    "hardsigmoid" f(x) = hard_sigmoid(x);
    "hardswish" f(x) = hard_swish(x);
    "softshrink_0.5" f(x) = softshrink(x, 0.5);
    "hardshrink_0.5" f(x) = if x.abs() > 0.5 { x } else { 0.0 };
    "elu" f(x) = elu(x, 1.0);
    "selu" f(x) = selu(x);
    "celu_2" f(x) = celu(x, 2.0);
    "softsign" f(x) = x / (1.0 + x.abs());
    "threshold_0_minus" f(x) = if x > 0.0 { x } else { 0.0 };
    "hinge" f(x) = hinge(x);
    "huber_delta1" f(x) = huber(x, 1.0);
    "smooth_l1" f(x) = huber(x, 1.0);
    "l1loss_to_0" f(x) = x.abs();
    "sign" f(x) = {
        #[assume_continuous]
        let s = x.signum();
        s
    };
    "floor" f(x) = {
        #[assume_continuous]
        let s = x.floor();
        s
    };
    "ceil" f(x) = {
        #[assume_continuous]
        let s = x.ceil();
        s
    };
    "round" f(x) = {
        #[assume_continuous]
        let s = x.round_ties_even();
        s
    };
    "trunc" f(x) = {
        #[assume_continuous]
        let s = x.trunc();
        s
    };
    "fract_x_minus_floor" f(x) = {
        #[assume_continuous]
        let s = x.floor();
        x - s
    };
    "fmod_1" f(x) = {
        #[assume_continuous]
        let s = x % 1.0;
        s
    };
    "remainder_1" f(x) = {
        #[assume_continuous]
        let s = x.rem_euclid(1.0);
        s
    };
    "remainder_xy" f(x, y) = {
        #[assume_continuous]
        let s = x.rem_euclid(y);
        s
    };
    "heaviside" f(x) = if x > 0.0 { 1.0 } else if x == 0.0 { 0.5 } else { 0.0 };
    "copysign_x_1" f(x) = x.copysign(1.0);
    "copysign_2_y" f(y) = {
        #[assume_continuous]
        let s = f64::copysign(2.0, y);
        s
    };
    "copysign_xy" f(x, y) = {
        #[assume_continuous]
        let s = x.copysign(y);
        s
    };
    "sqrt" f(x) = x.sqrt();
    "cbrt" f(x) = x.cbrt();
    "pow_0.5" f(x) = x.powf(0.5);
    "pow_1" f(x) = x.powf(1.0);
    "pow_0" f(x) = x.powf(0.0);
    "pow_1.5" f(x) = x.powf(1.5);
    "pow_2" f(x) = x.powf(2.0);
    "pow_1_3" f(x) = x.powf(1.0 / 3.0);
    "pow_xy" f(x, y) = x.powf(y);
    "log" f(x) = x.ln();
    "log1p" f(x) = x.ln_1p();
    "rsqrt" f(x) = 1.0 / x.sqrt();
    "inv" f(x) = 1.0 / x;
    "div_xy" f(x, y) = x / y;
    "xlogy" f(x, y) = if x == 0.0 { 0.0 } else { x * y.ln() };
    "asin" f(x) = x.asin();
    "acosh" f(x) = x.acosh();
    "exp_inv" f(x) = (-1.0 / (x * x)).exp();
    "atan2_yx" f(y, x) = y.atan2(x);
    "hypot" f(x, y) = x.hypot(y);
    "abs_sq" f(x) = x.abs() * x.abs();
    "sinc" f(x) = if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
    "angle_sign_x_abs" f(x) = {
        #[assume_continuous]
        let s = x.signum();
        s * x
    };
    "x_times_heaviside" f(x) = if x > 0.0 { x } else { 0.0 };
    "nan_to_num_like" f(x) = if x == 0.0 { 1.0 } else { x.sin() / x };
    "relu2" f(x) = relu(-x) + x;
    "relu3" f(x) = (relu(x) + (relu(-x) + x)) / 2.0;
    "zero" f(x) = relu(-x) + x - relu(x);
    "zero_x10_plus_x" f(x) = x + 10.0 * (relu(-x) + x - relu(x));
    "artificial_critical" f(x) = x - (relu(-x) + x - relu(x));
    "id_relu" f(x) = relu(x) - relu(-x);
    "id_minmax" f(x) = x.max(0.0) + x.min(0.0);
    "id_abs" f(x) = (x.abs() + x) / 2.0 - (x.abs() - x) / 2.0;
    "id_maxmin_xy" f(x, y) = x.max(y) + x.min(y) - y;
    "zero_abs" f(x) = x.abs() - (-x).abs();
    "zero_max" f(x) = x.max(0.0) - relu(x);
    "zero_max_order" f(x) = x.max(0.0) - f64::max(0.0, x);
    "sq_branch_at_3" f(x) = if x == 3.0 { 9.0 } else { x * x };
    "branch_on_line" f(x, y) = if x == y { 2.0 * x } else { x + y };
    "branch_const_on_line" f(x, y) = if x == y { x * x } else { x * y };
    "where_safe_sqrt" f(x) = if x > 0.0 { x.sqrt() } else { 0.0 };
    "where_double_sqrt" f(x) = {
        let safe = if x > 0.0 { x } else { 1.0 };
        if x > 0.0 { safe.sqrt() } else { 0.0 }
    };
    "cont_if" f(x) = if x < 1.0 { x } else { 2.0 * x - 1.0 };
    "jump_if" f(x) = if x > 0.0 { x + 1.0 } else { x };
    "nested_max" f(x, y, z) = x.max(y).max(z);
    "nested_max_r" f(x, y, z) = x.max(y.max(z));
    "mean_max_min" f(x, y) = (x.max(y) + x.min(y)) / 2.0;
    "relu_relu" f(x) = relu(relu(x));
    "relu_of_abs" f(x) = relu(x.abs());
    "abs_relu_diff_xy" f(x, y) = (relu(x) - relu(y)).abs();
    "sorted_span" f[x] = max_of(x) - min_of(x);
    "l2_plus_l1" f[x] = l2_norm(x) + l1_norm(x);
    "relu_sq" f(x) = {
        let r = relu(x);
        r * r
    };
    "x_abs_x" f(x) = x * x.abs();
    "sum_relu_pm_x" f(x) = relu(x) + relu(x) - 2.0 * relu(x);
    "kakade_lee_f1" f(x) = relu(x) - relu(-x);
    "maxout_cancel" f(x, y) = x.max(y) - y.max(x);
    "groupsort2_dot" f(x, y) = 10.0 * x.max(y) + x.min(y);
}
