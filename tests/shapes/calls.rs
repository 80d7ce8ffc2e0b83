//! Calls in loops: copies that pullbacks read, as rows of one list, and integers that a loop changes under a condition, which
//! the reverse sweep steps back. What stands above each is what would go wrong if it were taken for one of those.

use conservative_grad::conservative_grad;

mod cases {
    check_all!(
        in_place_by_turns from 1,
        two_copies_of_one_array from 1,
        copies_of_different_lengths from 1,
        copies_in_inner_loops from 1,
        copies_in_a_branch from 2,
        copies_under_checkpoints from 1,
        copies_until_a_break from 1,
        copies_in_a_while_loop from 1,
        exchanged_for_a_longer_one from 1,
        one_array_for_two_arguments from 1,
        a_part_of_an_array from 2,
        nothing_in_it from 0,
        rotated from 2,
        counted_under_a_condition from 0,
        counted_in_both_arms from 1,
        counted_in_nested_loops from 1,
        counted_in_three_loops from 1,
        counted_by_what_it_counts from 1,
        counted_by_numbers from 1,
        counted_and_changed_beside from 1,
        counted_in_two_inner_loops from 1,
        counted_until_a_break from 1,
        counted_and_read_before from 1,
    );
}

#[conservative_grad]
fn mixed(a: &[f64], b: &[f64], out: &mut [f64]) {
    for i in 0..a.len() {
        out[i] = 0.7 * (a[i] * b[i]).sin() + 0.2 * a[i];
    }
}

#[conservative_grad]
fn weight(a: &[f64]) -> f64 {
    let mut s = 0.1;
    for i in 0..a.len() {
        s += a[i] * a[i];
    }
    s.sqrt()
}

/// The reverse sweep finds what each call found.
#[conservative_grad]
fn in_place_by_turns(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut b = vec![0.25; n];
    for k in 0..crate::FOUR {
        mixed(&a, x, &mut b);
        for i in 0..n {
            a[i] = 0.5 * a[i] + b[i] * x[k % n];
        }
        let w = weight(&a);
        b[0] = w * x[0];
        mixed(x, &b, &mut a);
    }
    a[0] + weight(&b)
}

/// In the same iteration.
#[conservative_grad]
fn two_copies_of_one_array(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut s = 0.3;
    for k in 0..crate::THREE {
        let v = weight(&a);
        a[k % n] = v * x[0];
        let w = weight(&a);
        a[(k + 1) % n] += 0.5 * w * s;
        s = 0.4 * s * v + w * 0.1;
    }
    s + a[n - 1]
}

/// Two arrays that are not of the same length.
#[conservative_grad]
fn copies_of_different_lengths(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut b = vec![0.2; 2 * n + 1];
    let mut s = 0.3;
    for k in 0..crate::THREE {
        let v = weight(&a);
        let w = weight(&b);
        a[k % n] = w * x[0];
        b[k + n - 1] = 0.2 * v * x[n - 1] * s;
        s = 0.4 * s * weight(&a) + weight(&b) * v * 0.1;
    }
    s
}

/// One list serves all runs of the inner loop.
#[conservative_grad]
fn copies_in_inner_loops(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut s = 0.3;
    for k in 0..crate::THREE {
        for j in 0..k {
            s = 0.5 * s + 0.1 * weight(&a) * s;
            a[j % n] = 0.3 * s * x[k % n];
        }
        s += 0.2 * weight(&a);
        a[0] *= 0.5 * s;
    }
    s
}

/// The outer iterations run more often than they are reversed.
#[conservative_grad]
fn copies_under_checkpoints(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut s = 0.3;
    #[checkpoint(budget = 2)]
    for k in 0..7 {
        for j in 0..crate::THREE {
            s = 0.5 * s + 0.1 * weight(&a) * s;
            a[j % n] = 0.3 * s * x[k % n] + 0.1;
        }
        s += 0.2 * a[0];
    }
    s
}

/// Not every iteration makes the copy.
#[conservative_grad]
fn copies_in_a_branch(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut s = 0.3;
    for k in 0..5 {
        if k % 2 == 0 {
            s = 0.5 * s + 0.1 * weight(&a);
        } else if x[0] > 0.0 {
            s *= weight(&a);
        }
        a[k % n] = 0.3 * s * x[k % n] + 0.1;
    }
    s
}

/// The last iteration is not whole.
#[conservative_grad]
fn copies_until_a_break(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut s = 0.3;
    for k in 0..6 {
        let v = weight(&a);
        s = 0.5 * s * v + 0.2;
        if k == 3 {
            break;
        }
        a[k % n] = 0.3 * s * x[k % n] + 0.1 * weight(&a);
    }
    s + a[0]
}

#[conservative_grad]
fn copies_in_a_while_loop(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut s = 0.3;
    let mut k = 0;
    while k < 4 {
        s = 0.5 * s * weight(&a) + 0.2;
        a[k % n] = 0.3 * s * x[k % n] + 0.1;
        k += 1;
    }
    s + a[0]
}

/// The adjoint of the last one is longer than the first ones.
#[conservative_grad]
fn exchanged_for_a_longer_one(x: &[f64]) -> f64 {
    let mut a = vec![0.5; 2];
    let mut s = 0.3;
    for k in 0..crate::THREE {
        s = 0.5 * s * weight(&a) + 0.2;
        a = vec![s * x[0]; 3 + k];
    }
    s + a[3]
}

/// The pullback adds to one adjoint twice.
#[conservative_grad]
fn one_array_for_two_arguments(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut b = vec![0.0; n];
    for k in 0..crate::THREE {
        mixed(&a, &a, &mut b);
        for i in 0..n {
            a[i] = b[i] * x[k % n] + 0.1;
        }
    }
    a[0] * b[0]
}

#[conservative_grad]
fn a_part_of_an_array(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut s = 0.3;
    for k in 0..crate::THREE {
        s = 0.5 * s + weight(&a[1..]) * weight(&a);
        a[k % n] = 0.2 * s * x[k % n] + 0.1;
    }
    s
}

/// Rows without elements.
#[conservative_grad]
fn nothing_in_it(x: &[f64]) -> f64 {
    let mut a = vec![0.0; x.len()];
    let mut s = 0.3;
    for _ in 0..crate::THREE {
        s = 0.5 * s + weight(&a) * s;
        for i in 0..x.len() {
            a[i] += s * x[i];
        }
    }
    s
}

/// The arrays change places.
#[conservative_grad]
fn rotated(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![0.5; n];
    let mut b = vec![0.0; n];
    for _ in 0..crate::FOUR {
        mixed(&a, x, &mut b);
        std::mem::swap(&mut a, &mut b);
    }
    a[0] + a[n - 1] * b[0]
}

#[conservative_grad]
fn counted_under_a_condition(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.3; n + 1];
    let mut next = 0;
    for j in 0..n {
        if j % 3 != 1 {
            y[next] = y[next + 1] * x[j] * x[j] + 0.1 * y[0];
            next += 1;
        }
    }
    y[0] * y[next] + y[n]
}

#[conservative_grad]
fn counted_in_both_arms(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.3; 2 * n + 3];
    let mut next = 2;
    for j in 0..n {
        if j % 2 == 0 {
            y[next] = y[next - 1] * x[j] + 0.1;
            next += 2;
        } else {
            y[next] += y[next + 1] * x[j] * 0.5;
            next -= 1;
        }
        y[next] *= x[j];
    }
    y[1] + y[2] * y[next]
}

#[conservative_grad]
fn counted_in_nested_loops(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.3; n * n + 1];
    let mut next = 0;
    for i in 0..n {
        for j in 0..n {
            if j == i {
                continue;
            }
            y[next + 1] = y[next] * x[j] * 0.3 + x[i];
            next += 1;
        }
    }
    y[next] + y[next / 2]
}

/// The middle one gets along without the number.
#[conservative_grad]
fn counted_in_three_loops(x: &[f64]) -> f64 {
    let mut y = [0.3; 14];
    let mut next = 13;
    for i in 0..crate::TWO {
        for k in 0..crate::THREE {
            for j in 0..crate::THREE {
                if (i + j + k) % 2 == 0 {
                    y[next - 1] = y[next] * x[j % x.len()] * 0.5 + 0.2;
                    next -= 1;
                }
            }
        }
    }
    y[next] + y[10]
}

/// The condition is about the number itself.
#[conservative_grad]
fn counted_by_what_it_counts(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.3; n + 2];
    let mut next = 0;
    for j in 0..n {
        if next < 3 || j % 2 == 0 {
            y[next + 1] = y[next] * x[j] * 0.5 + 0.2;
            next += 1;
        }
    }
    y[next] * y[0]
}

/// The condition is about numbers with an adjoint, which change.
#[conservative_grad]
fn counted_by_numbers(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.3; n + 1];
    let mut next = 0;
    let mut p = 0.4;
    for j in 0..n {
        if p * x[j] > 0.5 {
            y[next + 1] = y[next] * x[j] * p + 0.2;
            next += 1;
        }
        p = 0.5 * p + 0.3 * x[j] * y[next];
    }
    y[next] + p
}

/// Nothing but the condition changes it in the inner loop; the outer one does.
#[conservative_grad]
fn counted_and_changed_beside(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.3; 4 * n + 2];
    let mut next = 0;
    for i in 0..n {
        for j in 0..crate::THREE {
            if j != i {
                y[next + 1] = y[next] * x[i] * 0.5 + 0.2;
                next += 1;
            }
        }
        next += 1;
        y[next] += x[i] * y[next / 2];
    }
    y[next] + y[1]
}

#[conservative_grad]
fn counted_in_two_inner_loops(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.3; 6 * n + 2];
    let mut next = 0;
    for i in 0..n {
        for j in 0..crate::THREE {
            if j != i {
                y[next + 1] = y[next] * x[i] * 0.5 + 0.2;
                next += 1;
            }
        }
        for j in 0..crate::TWO {
            if i != j + 1 {
                y[next + 1] = y[next] * x[i] * y[next] + 0.1;
                next += 1;
            }
        }
    }
    y[next] + y[1]
}

#[conservative_grad]
fn counted_until_a_break(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.3; 4 * n + 2];
    let mut next = 0;
    for i in 0..n {
        for j in 0..crate::FOUR {
            if j == 3 - i % 2 {
                break;
            }
            if j % 2 == 0 {
                y[next + 1] = y[next] * x[i] * 0.5 + 0.2;
                next += 1;
            }
        }
    }
    y[next] + y[1]
}

/// The outer iteration reads it, too.
#[conservative_grad]
fn counted_and_read_before(x: &[f64]) -> f64 {
    let n = x.len();
    let mut y = vec![0.3; 4 * n + 2];
    let mut next = 0;
    let mut p = 0.5;
    for i in 0..n {
        p = (0.5 * p * y[next] + x[i]).sin();
        for j in 0..crate::THREE {
            if j != i {
                y[next + 1] = y[next] * p * 0.5 + 0.2;
                next += 1;
            }
        }
        p += y[next] * x[i] * 0.02;
    }
    y[next] + p
}
