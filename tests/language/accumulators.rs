//! Sums that look like plain accumulations, and some that are none.

/// Each function folds the slice in a loop of its own kind.
macro_rules! folds {
    ($($name:ident |$x:ident, $n:ident| $body:block)*) => {$(
        mod $name {
            mod double { fold!(f64 conservative_grad::conservative_grad, 0.0, |$x, $n| $body); }
            mod single { fold!(f32 conservative_grad::conservative_grad, 0.0, |$x, $n| $body); }
            mod dual {
                #[allow(unused_imports, reason = "a body uses what it needs")]
                use crate::support::dual::{Dual, ZERO};
                fold!(Dual inline, ZERO, |$x, $n| $body);
            }
            #[test]
            fn agrees() {
                check_twins!(dual f (&[0.5, 2.0, -1.0, 0.25], const 4) []);
                check_twins!(dual f (&[0.5, 2.0, -1.0, 0.25], const 1) []);
                check_twins!(dual f (&[0.5, 2.0, -1.0, 0.25], const 0) []);
            }
        }
    )*};
}

macro_rules! fold {
    ($t:ident $($grad:ident)::+, $zero:tt, |$x:ident, $n:ident| $body:block) => {
        #[$($grad)::+]
        pub fn f($x: &[$t], $n: usize) -> $t {
            $body
        }
    };
}

folds! {
    added |x, n| {
        let mut s = x[0];
        for i in 0..n {
            s += x[i] * x[i];
        }
        s
    }
    added_on_the_right |x, n| {
        let mut s = x[0];
        for i in 0..n {
            s = x[i] * x[1] + s;
        }
        s * s
    }
    subtracted_from |x, n| {
        let mut s = x[0];
        for i in 0..n {
            s = x[i] - s;
        }
        s * x[1]
    }
    negated |x, n| {
        let mut s = x[0];
        for i in 0..n {
            s = -s + x[i];
        }
        s * x[1]
    }
    doubled |x, n| {
        let mut s = x[0];
        for i in 0..n {
            s += s;
            s += x[i];
        }
        s
    }
    added_to_itself_scaled |x, n| {
        let mut s = x[0];
        for i in 0..n {
            s = s + x[i] * s;
        }
        s
    }
    minus_a_part_of_itself |x, n| {
        let mut s = x[0];
        for i in 0..n {
            s -= 0.5 * s;
            s += x[i];
        }
        s
    }
    added_twice |x, n| {
        let mut s = x[0];
        for i in 0..n {
            s += x[i];
            s -= x[0] * x[i];
            s = s + x[1] + x[i];
        }
        s * x[1]
    }
    read_through_a_name |x, n| {
        let mut s = x[0];
        let mut total = x[1];
        for i in 0..n {
            s += x[i];
            let now = s;
            total += now;
        }
        total
    }
    read_before |x, n| {
        let mut s = x[0];
        let mut total = x[1];
        for i in 0..n {
            let before = s;
            s += x[i];
            total += before * x[i];
        }
        total
    }
    stored |x, n| {
        let mut s = x[0];
        let mut a = [x[1]; 4];
        for i in 0..n {
            s += x[i];
            a[i] = s;
        }
        a[0] + a[1] * a[2] + a[3]
    }
    added_to_an_element |x, n| {
        let mut s = x[0];
        let mut a = [x[1]; 4];
        for i in 0..n {
            s += x[i];
            a[i] += s;
            a[3 - i] -= s;
        }
        a[0] + a[1] * a[2] + a[3]
    }
    element_added_to_another |x, n| {
        let mut a = [x[1], x[0], x[2]];
        for i in 0..n {
            a[0] += x[i];
            a[1] += a[0];
            a[2] -= a[1];
        }
        a[2]
    }
    element_added_to_a_scalar |x, n| {
        let mut a = [x[1], x[0]];
        let mut s = x[3];
        for i in 0..n {
            a[i % 2] += x[i];
            s += a[0];
        }
        s + a[1]
    }
    scalar_added_to_all |x, n| {
        let mut a = [x[1], x[0]];
        let mut s = x[3];
        for i in 0..n {
            s += x[i];
            for j in 0..crate::TWO {
                a[j] += s;
            }
            s += a[1];
        }
        s + a[0]
    }
    field_of_a_tuple |x, n| {
        let mut p = (x[0], x[1]);
        for i in 0..n {
            p.0 += x[i];
            p.1 += p.0;
        }
        p.1
    }
    through_an_alias |x, n| {
        let mut s = x[0];
        let mut total = x[1];
        for i in 0..n {
            let r = &mut s;
            *r += x[i];
            total += *r;
        }
        total
    }
    read_in_a_condition |x, n| {
        let mut s = x[0];
        let mut total = x[1];
        for i in 0..n {
            s += x[i];
            if s > 1.25 {
                total += x[i];
            } else {
                total -= s;
            }
        }
        total
    }
    added_in_a_branch |x, n| {
        let mut s = x[0];
        let mut total = x[1];
        for i in 0..n {
            if i % 2 == 0 {
                s += x[i];
            }
            if i > 1 {
                total += s;
            }
        }
        total
    }
    reset_in_a_branch |x, n| {
        let mut s = x[0];
        let mut total = x[1];
        for i in 0..n {
            s += x[i];
            if i == 1 {
                total += s;
                s = x[2];
            }
        }
        total - s
    }
    assigned_at_the_end |x, n| {
        let mut s = x[0];
        let mut last = x[1];
        for i in 0..n {
            s += last;
            last = x[i];
        }
        s * last
    }
    handed_round |x, n| {
        let mut a = x[0];
        let mut b = x[1];
        let mut c = x[2];
        for i in 0..n {
            c += b;
            b += a;
            a += c;
            a += x[i];
        }
        a + 2.0 * b + 3.0 * c
    }
    inner_sum_added_outside |x, n| {
        let mut total = x[0];
        for i in 0..n {
            let mut s = x[1];
            for j in 0..n {
                s += x[j];
            }
            total += s;
            total += x[i] * s;
        }
        total
    }
    outer_sum_read_inside |x, n| {
        let mut total = x[0];
        let mut s = x[1];
        for i in 0..n {
            total += x[i];
            for _ in 0..crate::TWO {
                s += total;
            }
        }
        s
    }
    inner_sum_read_outside |x, n| {
        let mut total = x[0];
        let mut s = x[1];
        for _ in 0..n {
            for j in 0..n {
                s += x[j];
            }
            total += s;
        }
        total
    }
    both_in_the_inner_loop |x, n| {
        let mut total = x[0];
        let mut s = x[1];
        for _ in 0..n {
            for j in 0..n {
                s += x[j];
                total += s;
            }
        }
        total
    }
    sum_then_state |x, n| {
        let mut s = x[0];
        let mut p = x[1];
        for i in 0..n {
            s += p;
            p *= x[i];
            p += s;
        }
        s + p
    }
    exchanged |x, n| {
        let mut a = x[0];
        let mut b = x[1];
        for i in 0..n {
            a += x[i];
            let t = a;
            a = b;
            b = t;
        }
        a * x[2] + b
    }
    in_a_while |x, n| {
        let mut a = x[0];
        let mut b = x[1];
        let mut i = 0;
        while i < n {
            b += a;
            a += x[i];
            i += 1;
        }
        b
    }
    with_a_break |x, n| {
        let mut a = x[0];
        let mut b = x[1];
        for i in 0..n {
            b += a;
            if i == 2 {
                break;
            }
            a += x[i];
        }
        b - 2.0 * a
    }
    with_a_continue |x, n| {
        let mut a = x[0];
        let mut b = x[1];
        for i in 0..n {
            a += x[i];
            if i == 1 {
                continue;
            }
            b += a;
        }
        b
    }
    reversed |x, n| {
        let mut a = x[0];
        let mut b = x[1];
        for i in (0..n).rev() {
            a -= x[i];
            b -= a;
        }
        b
    }
    initial_value_used_later |x, n| {
        let start = x[0] * x[1];
        let mut a = start;
        for i in 0..n {
            a += x[i] * start;
        }
        a * start
    }
    sum_used_in_the_next_loop |x, n| {
        let mut a = x[0];
        for i in 0..n {
            a += x[i];
        }
        let mut b = a;
        for i in 0..n {
            b += a * x[i];
            a += x[i];
        }
        a - b
    }
    matrix_symmetrised |x, n| {
        let mut m = [[x[0], x[1]], [x[2], x[3]]];
        for i in 0..n {
            m[0][1] += m[1][0];
            m[1][0] += m[0][1];
            m[i % 2][0] += x[i];
            m[1][1] -= m[0][0];
        }
        m[0][0] + m[0][1] + 2.0 * m[1][0] - m[1][1]
    }
    whole_rows_copied |x, n| {
        let mut m = [[x[0], x[1]], [x[2], x[3]]];
        for i in 0..n {
            m[0][0] += x[i];
            m[1] = m[0];
            m[0][1] += m[1][0];
        }
        m[0][1] + m[1][1]
    }
    vector_of_sums |x, n| {
        let mut v = vec![x[0]; 4];
        for i in 0..n {
            for j in i..4 {
                v[j] += x[i];
            }
            for j in 1..crate::FOUR {
                v[j] = v[j] - v[j - 1];
            }
        }
        v[0] + v[1] + v[2] + 2.0 * v[3]
    }
}

// What a loop reads may be changed after it: its adjoint is then another one.
reals! { read_then_changed ($ T grad): f(&[0.5, 2.0, 1.0], [0.3, 0.7]); g(vec![0.5, 2.0]); {
    #[$grad]
    pub fn f(x: &[$T], y: [$T; 2]) -> $T {
        let mut a = x.to_vec();
        let mut b = y;
        let mut s = 0.0;
        for i in 0..a.len() {
            s += a[i] * a[i] * b[0];
        }
        a[0] = 5.0;
        b = [b[1], x[0]];
        for i in 0..crate::TWO {
            s += b[i] * b[i] * a[i];
        }
        a[1] += s;
        b[0] *= x[1];
        s + a[0] * a[1] * b[0] * b[1]
    }
    #[$grad]
    pub fn g(mut x: Vec<$T>) -> $T {
        let mut s = 0.0;
        for i in 0..x.len() {
            s += x[i] * x[i];
        }
        for i in 0..crate::TWO {
            x[i] = 3.0;
        }
        let mut t = 0.0;
        for i in 0..x.len() {
            t += x[i] * x[i];
        }
        x = Vec::new();
        x.push(s);
        s + x[0] * t
    }
} }
