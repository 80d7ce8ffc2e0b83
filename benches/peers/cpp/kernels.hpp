// The kernels of benches/kernels over the numbers of any tool, with the same loops, and the data that `peers` wrote.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

// What the tool calls these for its numbers.
template <class T> T larger(const T& a, const T& b);
template <class T> T absolute(const T& a);
template <class T> T log_of_one_plus(const T& a);

template <class T> T log_sum_exp(const T* x, size_t n) {
    T largest = x[0];
    for (size_t i = 1; i < n; i++) largest = larger<T>(largest, x[i]);
    T sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += exp(T(x[i] - largest));
    return largest + log(sum);
}

struct Rosenbrock {
    static constexpr const char* name = "rosenbrock";
    static constexpr size_t inputs = 1000;
    template <class T> T operator()(const T* x, const double*) const {
        T sum = 0.0;
        for (size_t i = 0; i + 1 < inputs; i++) {
            T a = x[i + 1] - x[i] * x[i];
            T b = 1.0 - x[i];
            sum += 100.0 * a * a + b * b;
        }
        return sum;
    }
};

struct Regression {
    static constexpr const char* name = "l1_logistic";
    static constexpr size_t inputs = 50, samples = 1000;
    template <class T> T operator()(const T* w, const double* xs) const {
        const double* ys = xs + samples * inputs;
        T loss = 0.0;
        for (size_t i = 0; i < samples; i++) {
            T z = 0.0;
            for (size_t j = 0; j < inputs; j++) z += xs[i * inputs + j] * w[j];
            loss += log_of_one_plus<T>(exp(T(-ys[i] * z)));
        }
        T norm = 0.0;
        for (size_t j = 0; j < inputs; j++) norm += absolute<T>(w[j]);
        return loss / double(samples) + 0.01 * norm;
    }
};

struct Network {
    static constexpr const char* name = "relu_mlp";
    static constexpr size_t n0 = 64, n1 = 128, n2 = 128, n3 = 10, batch = 32;
    static constexpr size_t inputs = n0 * n1 + n1 + n1 * n2 + n2 + n2 * n3 + n3;
    template <class T> T operator()(const T* w1, const double* xs) const {
        const T *b1 = w1 + n0 * n1, *w2 = b1 + n1, *b2 = w2 + n1 * n2, *w3 = b2 + n2, *b3 = w3 + n2 * n3;
        const double* ys = xs + batch * n0;
        const T zero = 0.0;
        T loss = 0.0;
        for (size_t s = 0; s < batch; s++) {
            std::vector<T> z1(b1, b1 + n1), z2(b2, b2 + n2), out(b3, b3 + n3);
            for (size_t i = 0; i < n0; i++)
                for (size_t j = 0; j < n1; j++) z1[j] += w1[i * n1 + j] * xs[s * n0 + i];
            for (size_t i = 0; i < n1; i++) {
                T h = larger<T>(z1[i], zero);
                for (size_t j = 0; j < n2; j++) z2[j] += w2[i * n2 + j] * h;
            }
            for (size_t i = 0; i < n2; i++) {
                T h = larger<T>(z2[i], zero);
                for (size_t j = 0; j < n3; j++) out[j] += w3[i * n3 + j] * h;
            }
            for (size_t j = 0; j < n3; j++) {
                T e = out[j] - ys[s * n3 + j];
                loss += e * e;
            }
        }
        return loss / double(batch);
    }
};

struct Gmm {
    static constexpr const char* name = "gmm";
    static constexpr size_t d = 10, k = 25, n = 1000, tri = d * (d - 1) / 2;
    static constexpr size_t inputs = k + 2 * k * d + k * tri;
    template <class T> T operator()(const T* alpha, const double* xs) const {
        const T *mu = alpha + k, *q = mu + k * d, *l = q + k * d;
        std::vector<T> diag(k * d), log_det(k), centred(d), scaled(d), term(k);
        T prior = 0.0;
        for (size_t c = 0; c < k; c++) {
            T sum = 0.0, squares = 0.0;
            for (size_t j = 0; j < d; j++) {
                T e = exp(q[c * d + j]);
                diag[c * d + j] = e;
                sum += q[c * d + j];
                squares += e * e;
            }
            for (size_t p = 0; p < tri; p++) squares += l[c * tri + p] * l[c * tri + p];
            log_det[c] = sum;
            prior += 0.5 * squares;
        }
        T total = 0.0;
        for (size_t i = 0; i < n; i++) {
            for (size_t c = 0; c < k; c++) {
                for (size_t j = 0; j < d; j++) {
                    centred[j] = xs[i * d + j] - mu[c * d + j];
                    scaled[j] = diag[c * d + j] * centred[j];
                }
                size_t p = c * tri;
                for (size_t j = 0; j < d; j++)
                    for (size_t r = j + 1; r < d; r++) scaled[r] += l[p++] * centred[j];
                T norm = 0.0;
                for (size_t j = 0; j < d; j++) norm += scaled[j] * scaled[j];
                term[c] = alpha[c] + log_det[c] - 0.5 * norm;
            }
            total += log_sum_exp(term.data(), k);
        }
        return total - double(n) * log_sum_exp(alpha, k) - prior + constant();
    }
    // What no parameter changes: the normalisation of the points, and that of the prior.
    static double constant() {
        const double pi = std::acos(-1.0), degrees = d + 1;
        double log_gamma = 0.25 * d * (d - 1) * std::log(pi);
        for (size_t j = 1; j <= d; j++) log_gamma += std::lgamma(0.5 * (degrees + 1 - j));
        return k * (degrees * d * std::log(1 / std::sqrt(2.0)) - log_gamma) - 0.5 * n * d * std::log(2 * pi);
    }
};

struct Lorenz {
    static constexpr const char* name = "lorenz";
    static constexpr size_t inputs = 6, steps = 1000;
    template <class T> T operator()(const T* point, const double*) const {
        T x = point[0], y = point[1], z = point[2];
        const T &sigma = point[3], &rho = point[4], &beta = point[5];
        for (size_t i = 0; i < steps; i++) {
            T dx = sigma * (y - x);
            T dy = x * (rho - z) - y;
            T dz = x * y - beta * z;
            x += 0.005 * dx;
            y += 0.005 * dy;
            z += 0.005 * dz;
        }
        return x * x + y * y + z * z;
    }
};

struct Lse {
    static constexpr const char* name = "lse";
    static constexpr size_t inputs = 10000;
    template <class T> T operator()(const T* x, const double*) const { return log_sum_exp(x, inputs); }
};

inline std::vector<double> numbers(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) {
        std::fprintf(stderr, "%s cannot be read\n", path.c_str());
        std::exit(1);
    }
    std::vector<double> all(size_t(file.tellg()) / sizeof(double));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(all.data()), std::streamsize(all.size() * sizeof(double)));
    return all;
}

// CPU time of one call in microseconds: the median over batches long enough for the clock.
inline double median_microseconds(const std::function<void()>& call) {
    auto time_of = [&](int calls) {
        std::clock_t start = std::clock();
        for (int i = 0; i < calls; i++) call();
        return 1e6 * double(std::clock() - start) / CLOCKS_PER_SEC;
    };
    int batch = 1;
    while (time_of(batch) < 1000) batch *= 2;
    std::vector<double> times;
    for (double total = 0; times.size() < 11 || (times.size() < 501 && total < 1e6);) {
        times.push_back(time_of(batch) / batch);
        total += times.back() * batch;
    }
    std::nth_element(times.begin(), times.begin() + long(times.size() / 2), times.end());
    return times[times.size() / 2];
}

// Agreement with ours to ten digits, and one line as peers.py prints it.
inline void report(const char* kernel, const char* tool, const std::string& folder,
                   const std::function<double(std::vector<double>&)>& gradient) {
    const std::vector<double> expected = numbers(folder + "/" + kernel + ".result");
    std::vector<double> partials(expected.size() - 1);
    const double value = gradient(partials);
    double largest = 0, error = std::abs(value - expected[0]) / std::max(1.0, std::abs(expected[0]));
    for (size_t i = 0; i < partials.size(); i++) largest = std::max(largest, std::abs(expected[i + 1]));
    for (size_t i = 0; i < partials.size(); i++)
        error = std::max(error, std::abs(partials[i] - expected[i + 1]) / largest);
    if (!(error < 1e-10)) {
        std::fprintf(stderr, "%s, %s: off by %g\n", kernel, tool, error);
        std::exit(1);
    }
    std::printf("%s %s %.2f %.10f\n", kernel, tool, median_microseconds([&] { gradient(partials); }), value);
    std::fflush(stdout);
}
