//! Differentiable values that get into fields which are marked `#[constant]`, in a module, where that is known.

#[conservative_grad::conservative_grad]
mod stored {
    use conservative_grad::Differentiable;

    #[derive(Clone, Differentiable)]
    pub struct Data {
        #[constant]
        pub ts: Vec<f64>,
        pub a: Vec<f64>,
        #[constant]
        pub scale: f64,
        #[constant]
        pub pair: (f64, f64),
    }

    pub fn an_element(d: &mut Data, x: f64) {
        d.ts[0] = x * x; //~ AD0193
        d.scale += x; //~ AD0193
        d.pair.1 -= x; //~ AD0193
    }

    pub fn whole(d: &mut Data, x: &[f64]) {
        d.ts = x.to_vec(); //~ AD0193
        d.ts = x.iter().map(|v| v * v).collect(); //~ AD0193
        d.ts.copy_from_slice(x); //~ AD0193
        d.ts.push(x[0]); //~ AD0193
        std::mem::swap(&mut d.ts, &mut d.a); //~ AD0193
        for t in d.ts.iter_mut() {
            *t *= x[0]; //~ AD0193
        }
        for (t, a) in d.ts.iter_mut().zip(&d.a) {
            *t += a; //~ AD0193
        }
    }

    pub fn literal(x: &[f64]) -> Data {
        Data { //~ AD0193
            ts: x.to_vec(),
            a: vec![1.0],
            scale: x[0] * 2.0, //~ AD0193
            pair: (1.0, x[1]), //~ AD0193
        }
    }

    pub fn pushed(all: &mut Vec<Data>, x: f64) {
        all[0].scale = x; //~ AD0193
    }

    fn filled(y: &mut [f64], x: f64) {
        y[0] = x;
    }
    fn set(y: &mut f64, x: f64) {
        *y = x;
    }
    pub fn by_calls(d: &mut Data, x: f64) {
        filled(&mut d.ts, x); //~ AD0193
        filled(&mut d.ts, 2.0);
        set(&mut d.scale, x); //~ AD0193
        set(&mut d.scale, 3.0);
    }
    pub fn fine(d: &mut Data, x: f64) {
        d.ts[0] = conservative_grad::stop_gradient(x);
        d.scale = 2.0 * d.ts[0];
        d.a[0] *= d.scale;
    }
}

fn main() {}
