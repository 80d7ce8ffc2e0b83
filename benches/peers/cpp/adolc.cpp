// The kernels through ADOL-C: a tape is recorded once, then run forwards and backwards, as its driver `gradient` does.

#include <adolc/adolc.h>

#include "kernels.hpp"

template <> adouble larger(const adouble& a, const adouble& b) { return fmax(a, b); }
template <> adouble absolute(const adouble& a) { return fabs(a); }
template <> adouble log_of_one_plus(const adouble& a) { return log(1.0 + a); }

template <class Kernel> void run(const std::string& folder, short tag) {
    const std::vector<double> data = numbers(folder + "/" + Kernel::name);
    const double* constants = data.data() + Kernel::inputs;
    trace_on(tag);
    {
        std::vector<adouble> x(Kernel::inputs);
        for (size_t i = 0; i < x.size(); i++) x[i] <<= data[i];
        double value;
        Kernel()(x.data(), constants) >>= value;
    }
    trace_off();
    report(Kernel::name, "adolc-" VERSION, folder, [&](std::vector<double>& partials) {
        double value, weight = 1.0;
        zos_forward(tag, 1, int(Kernel::inputs), 1, data.data(), &value);
        fos_reverse(tag, 1, int(Kernel::inputs), &weight, partials.data());
        return value;
    });
}

int main(int, char** arguments) {
    const std::string folder = arguments[1];
    run<Rosenbrock>(folder, 1);
    run<Regression>(folder, 2);
    run<Network>(folder, 3);
    run<Gmm>(folder, 4);
    run<Lorenz>(folder, 5);
    run<Lse>(folder, 6);
}
