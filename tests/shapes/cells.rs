//! Matrices whose cells two loops go through: what they have come past is read again in the reverse sweep, unless something still
//! writes to it.

use conservative_grad::conservative_grad;

/// Programs that change the entries of `$m`, a list of rows (`rows`) or one list (`flat`) of `$n` by `$n` numbers, made of `$x`.
macro_rules! on {
    (rows $m:ident $n:ident $x:ident: $($(#[$doc:meta])* $f:ident { $($body:tt)* })*) => {$(
        $(#[$doc])*
        #[conservative_grad]
        fn $f($x: &[f64]) -> f64 {
            let $n = 4;
            let mut $m: Vec<Vec<f64>> = Vec::new();
            for i in 0..$n {
                let at = |j: usize| 0.3 * $x[(3 * i + j) % $x.len()] + if i == j { 2.0 } else { 0.1 };
                $m.push((0..$n).map(at).collect());
            }
            $($body)*
            let mut sum = 0.0;
            for i in 0..$n {
                for j in 0..$n {
                    sum += $m[i][j] * $m[i][j] * (1 + i + 2 * j) as f64;
                }
            }
            sum.sqrt()
        }
    )*};
    (flat $m:ident $n:ident $x:ident: $($(#[$doc:meta])* $f:ident { $($body:tt)* })*) => {$(
        $(#[$doc])*
        #[conservative_grad]
        fn $f($x: &[f64]) -> f64 {
            let $n = 3 + $x.len() % 2;
            let mut $m: Vec<f64> = Vec::new();
            for i in 0..$n {
                for j in 0..$n {
                    $m.push(0.3 * $x[(3 * i + j) % $x.len()] + if i == j { 2.0 } else { 0.1 });
                }
            }
            $($body)*
            let mut sum = 0.0;
            for (k, v) in $m.iter().enumerate() {
                sum += v * v * (1 + k) as f64;
            }
            sum.sqrt()
        }
    )*};
}

on! {
    rows m n x:
    cholesky {
        for i in 0..n {
            for j in 0..=i {
                let s: f64 = (0..j).map(|k| m[i][k] * m[j][k]).sum();
                if i == j {
                    m[i][j] = (m[i][i] - s).sqrt();
                } else {
                    m[i][j] = (m[i][j] - s) / m[j][j];
                }
            }
        }
    }
    by_columns {
        for j in 0..n {
            let mut d = m[j][j];
            for k in 0..j {
                d -= m[j][k] * m[j][k];
            }
            m[j][j] = d.sqrt();
            for i in j + 1..n {
                let mut s = m[i][j];
                for k in 0..j {
                    s -= m[i][k] * m[j][k];
                }
                m[i][j] = s / m[j][j];
            }
        }
    }
    doolittle {
        let mut l = vec![vec![0.0; n]; n];
        for i in 0..n {
            for k in i..n {
                for j in 0..i {
                    m[i][k] -= l[i][j] * m[j][k];
                }
            }
            for k in i + 1..n {
                let mut s = m[k][i];
                for j in 0..i {
                    s -= l[k][j] * m[j][i];
                }
                l[k][i] = s / m[i][i];
            }
        }
        for i in 0..n {
            for j in 0..i {
                m[i][j] = l[i][j];
            }
        }
    }
    table {
        for i in 1..n {
            for j in 1..n {
                m[i][j] += (m[i - 1][j] * m[i][j - 1]).sin() * m[i - 1][j - 1];
            }
        }
    }
    /// The last of the inner loop is the cell that is written to.
    with_itself {
        for i in 0..n {
            for j in 0..=i {
                let mut s = 0.0;
                for k in 0..=j {
                    s += m[i][k] * m[i][k] * 0.1;
                }
                m[i][j] = s;
            }
        }
    }
    /// What is written to lies on the other side of the diagonal, too.
    mirrored {
        for i in 0..n {
            for j in 0..i {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[i][k] * m[k][i] * 0.3;
                }
                m[i][j] += s;
                m[j][i] = m[i][j] * s;
            }
        }
    }
    from_the_right {
        for i in 0..n {
            for j in (0..n).rev() {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[i][k] * m[i][k] * 0.1;
                }
                m[i][j] += s * m[i][j];
            }
        }
    }
    upwards {
        for i in (0..n).rev() {
            for j in 0..n {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[i][k] * m[i / 2][k] * 0.1;
                }
                m[i][j] += s * m[i][j];
            }
        }
    }
    /// Another loop over the columns of the row.
    a_second_time {
        for i in 0..n {
            for j in 0..i {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[i][k] * m[j][k] * 0.2;
                }
                m[i][j] += s;
            }
            for j in 0..i {
                m[i][j] *= m[i][j];
            }
        }
    }
    /// The columns are gone through twice in each row.
    twice_in_each_row {
        for i in 0..n {
            for _ in 0..crate::TWO {
                for j in 0..n {
                    let mut s = 0.0;
                    for k in 0..j {
                        s += m[i][k] * m[i][k] * 0.1;
                    }
                    m[i][j] += s * m[i][j];
                }
            }
        }
    }
    all_of_it_twice {
        for _ in 0..crate::TWO {
            for i in 0..n {
                for j in 0..n {
                    let mut s = 0.0;
                    for k in 0..j {
                        s += m[i][k] * m[i][k] * 0.1;
                    }
                    m[i][j] += s * m[i][j];
                }
            }
        }
    }
    overwritten_behind_the_loops {
        for i in 0..n {
            for j in 0..n {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[i][k] * m[i][k] * 0.1;
                }
                m[i][j] += s * m[i][j];
            }
        }
        for i in 0..n {
            for j in 0..n {
                m[i][j] = x[0] * m[i][j];
            }
        }
    }
    exchanged_rows {
        for i in 0..n {
            for j in 0..n {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[i][k] * m[i][k] * 0.1;
                }
                m[i][j] = (m[i][j] + s).sin();
            }
            m.swap(i, (i + 1) % n);
        }
    }
    /// One column further than the loop is.
    ahead {
        for i in 0..n {
            for j in 1..n {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[i][k] * m[i][k] * 0.1;
                }
                m[i][j - 1] += s * m[i][j];
            }
        }
    }
    columns_ahead {
        for t in 0..n {
            for i in 0..n {
                let mut s = 0.0;
                for k in 0..=t {
                    s += m[i][k] * m[i][k] * 0.1;
                }
                m[i][t] += s;
            }
        }
    }
}

on! {
    flat m n x:
    flat_cholesky {
        for i in 0..n {
            for j in 0..=i {
                let mut s = m[i * n + j];
                for k in 0..j {
                    s -= m[i * n + k] * m[j * n + k];
                }
                if i == j {
                    m[i * n + j] = s.sqrt();
                } else {
                    m[i * n + j] = s / m[j * n + j];
                }
            }
        }
    }
    in_place {
        for i in 0..n {
            for j in 0..i {
                let mut s = m[i * n + j];
                for k in 0..j {
                    s -= m[i * n + k] * m[k * n + j];
                }
                m[i * n + j] = s / m[j * n + j];
            }
            for j in i..n {
                let mut s = m[i * n + j];
                for k in 0..i {
                    s -= m[i * n + k] * m[k * n + j];
                }
                m[i * n + j] = s;
            }
        }
    }
    /// Rows overlap: they are counted as shorter than their columns run.
    rows_that_overlap {
        let w = n - 1;
        for i in 0..n {
            for j in 0..n {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[i * w + k] * m[i * w + k] * 0.1;
                }
                m[i * w + j] += s;
            }
        }
    }
    /// Two widths for one list.
    two_widths {
        let w = n - 1;
        for i in 0..w {
            for j in 0..w {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[i * n + k] * m[i * n + k] * 0.1;
                }
                m[i * w + j] += s;
            }
        }
    }
    /// The row is a position that is read, and the column the one that is written to.
    width_as_a_row {
        for i in 0..n {
            for j in 0..i {
                let mut s = 0.0;
                for k in 0..j {
                    s += m[k * n + i] * m[i * n + k] * 0.2;
                }
                m[j * n + i] += s;
            }
        }
    }
    every_element_is_its_own_row {
        for i in 1..n * n {
            for k in 0..i {
                m[i] += 0.1 * m[k] * m[k] / (i * i) as f64;
            }
        }
    }
}

mod entry_points {
    check_all!(
        cholesky from 1,
        by_columns from 1,
        doolittle from 1,
        table from 1,
        with_itself from 1,
        mirrored from 1,
        from_the_right from 1,
        upwards from 1,
        a_second_time from 1,
        twice_in_each_row from 1,
        all_of_it_twice from 1,
        overwritten_behind_the_loops from 1,
        exchanged_rows from 1,
        ahead from 1,
        columns_ahead from 1,
        flat_cholesky from 1,
        in_place from 1,
        rows_that_overlap from 1,
        two_widths from 1,
        width_as_a_row from 1,
        every_element_is_its_own_row from 1,
    );
}
