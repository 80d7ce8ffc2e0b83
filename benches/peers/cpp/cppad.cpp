// The kernels through CppAD: an operation sequence is recorded once and optimised, then run forwards and backwards.

#include <cppad/cppad.hpp>

#include "kernels.hpp"

using Number = CppAD::AD<double>;

template <> Number larger(const Number& a, const Number& b) { return CppAD::CondExpGt(a, b, a, b); }
template <> Number absolute(const Number& a) { return CppAD::abs(a); }
template <> Number log_of_one_plus(const Number& a) { return CppAD::log1p(a); }

template <class Kernel> void run(const std::string& folder) {
    const std::vector<double> data = numbers(folder + "/" + Kernel::name);
    const std::vector<double> point(data.begin(), data.begin() + Kernel::inputs);
    std::vector<Number> x(point.begin(), point.end());
    CppAD::Independent(x);
    std::vector<Number> y{Kernel()(x.data(), data.data() + Kernel::inputs)};
    CppAD::ADFun<double> function(x, y);
    function.optimize();
    report(Kernel::name, "cppad-" VERSION, folder, [&](std::vector<double>& partials) {
        const double value = function.Forward(0, point)[0];
        partials = function.Reverse(1, std::vector<double>{1.0});
        return value;
    });
}

int main(int, char** arguments) {
    const std::string folder = arguments[1];
    run<Rosenbrock>(folder);
    run<Regression>(folder);
    run<Network>(folder);
    run<Gmm>(folder);
    run<Lorenz>(folder);
    run<Lse>(folder);
}
