//! The same of parts of structs, in a module, where the types of fields are known.

use conservative_grad::conservative_grad;

#[conservative_grad]
mod wood {
    use conservative_grad::Differentiable;

    #[derive(Clone, Debug, Differentiable)]
    pub struct Tree {
        pub kids: Vec<f64>,
        pub v: f64,
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Wood {
        pub first: Tree,
        pub rest: Vec<Tree>,
        pub e: f64,
    }

    impl Tree {
        pub fn new(v: f64) -> Tree {
            Tree { kids: vec![v], v }
        }

        pub fn insert(&mut self, v: f64) {
            if v > self.v {
                self.kids.push(v);
            }
        }

        pub fn keep(&mut self, v: f64) {
            if v > self.v {
                self.kids[0] += v;
            }
        }

        pub fn mean(&self) -> f64 {
            self.kids.iter().sum::<f64>() / self.kids.len() as f64
        }
    }

    impl Wood {
        pub fn plant(&mut self, v: f64) {
            self.first.insert(v);
        }

        pub fn plant_first(&mut self, v: f64) {
            self.rest[0].insert(v);
        }

        pub fn of_rest(&self) -> f64 {
            self.rest[0].mean()
        }

        pub fn direct(&self) -> f64 {
            self.first.kids.len() as f64 * self.e
        }

        pub fn many(&self) -> f64 {
            self.rest.len() as f64 * self.e
        }
    }

    pub fn made(x: &[f64]) -> f64 {
        let mut t = Tree::new(x[0]);
        for v in x {
            t.insert(*v);
        }
        t.mean() //~ AD0302
    }

    pub fn a_field(w: &mut Wood, x: &[f64]) -> f64 {
        w.plant(x[0]);
        w.first.mean() //~ AD0302
    }

    pub fn within_it(w: &mut Wood, x: &[f64]) -> f64 {
        w.plant(x[0]);
        w.direct() //~ AD0302
    }

    pub fn a_row(w: &mut Wood, x: &[f64]) -> f64 {
        w.plant_first(x[0]);
        w.of_rest() //~ AD0302
    }

    pub fn all_rows(w: &mut Wood, x: &[f64]) -> f64 {
        for t in w.rest.iter_mut() {
            t.insert(x[0]);
        }
        w.rest.iter().map(|t| t.mean()).sum() //~ AD0302
    }

    pub fn around_it(w: &mut Wood, x: &[f64]) -> f64 {
        w.first.insert(x[0]);
        w.direct() //~ AD0302
    }

    pub fn other_fields(w: &mut Wood, x: &[f64]) -> f64 {
        w.plant(x[0]);
        w.many() + w.of_rest()
    }

    pub fn kept(w: &mut Wood, x: &[f64]) -> f64 {
        w.first.keep(x[0]);
        w.rest[0].keep(x[1]);
        w.direct() + w.many() + w.of_rest() + w.first.mean()
    }
}

fn main() {}
