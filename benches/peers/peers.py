"""Value and gradient of four kernels of benches/ratios.rs in JAX and PyTorch, on one core, in double precision.

Prints one line per kernel and library: the median time of one call in microseconds of CPU time of
all threads, and the value, which both have to agree on. The functions are written as users of
these libraries write them: whole arrays, batched products, `vmap`-free broadcasting. JAX is compiled by `jit` beforehand.
"""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import math
import statistics
import sys
import time

import numpy as np

RNG = np.random.default_rng(1)


def uniform(shape, low=-1.0, high=1.0):
    return RNG.uniform(low, high, shape)


def data():
    """Arguments and constants of every kernel, with the sizes of benches/kernels."""
    k, d, n = 25, 10, 1000
    layers = [64, 128, 128, 10]
    weights = []
    for i, o in zip(layers, layers[1:]):
        weights += [uniform((i, o), -(6 / i) ** 0.5, (6 / i) ** 0.5), uniform(o, -0.1, 0.1)]
    return {
        "rosenbrock": ([uniform(1000, -1.5, 1.5)], []),
        "l1_logistic": ([uniform(50, -0.5, 0.5)], [uniform((1000, 50)), np.sign(uniform(1000))]),
        "relu_mlp": (weights, [uniform((32, 64)), uniform((32, 10))]),
        "gmm": (
            [uniform(k), uniform((k, d), 0, 1), uniform((k, d)), uniform((k, d * (d - 1) // 2))],
            [uniform((n, d))],
        ),
    }


def functions(np, logsumexp, lower):
    """The kernels over the arrays of one library."""

    def rosenbrock(x):
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    def l1_logistic(w, xs, ys):
        return np.mean(np.log1p(np.exp(-ys * (xs @ w)))) + 0.01 * np.sum(np.abs(w))

    def relu_mlp(w1, b1, w2, b2, w3, b3, xs, ys):
        h = np.maximum(xs @ w1 + b1, xs.new_zeros(()) if hasattr(xs, "new_zeros") else 0.0)
        h = np.maximum(h @ w2 + b2, h.new_zeros(()) if hasattr(h, "new_zeros") else 0.0)
        return np.sum((h @ w3 + b3 - ys) ** 2) / xs.shape[0]

    def gmm(alpha, mu, q, l, xs):
        (n, d), k = xs.shape, alpha.shape[0]
        matrices = lower(q, l)
        scaled = np.einsum("cij,ncj->nci", matrices, xs[:, None, :] - mu[None, :, :])
        terms = alpha + np.sum(q, 1) - 0.5 * np.sum(scaled**2, 2)
        degrees = d + 1
        log_gamma = 0.25 * d * (d - 1) * math.log(math.pi)
        log_gamma += sum(math.lgamma(0.5 * (degrees + 1 - j)) for j in range(1, d + 1))
        prior = k * (degrees * d * math.log(1.0 / math.sqrt(2.0)) - log_gamma)
        prior = prior - 0.5 * (np.sum(np.exp(q) ** 2) + np.sum(l**2))
        constant = -n * 0.5 * d * math.log(2 * math.pi)
        return constant + np.sum(logsumexp(terms)) - n * logsumexp(alpha) + prior

    return {"rosenbrock": rosenbrock, "l1_logistic": l1_logistic, "relu_mlp": relu_mlp, "gmm": gmm}


def positions(d):
    """Rows and columns of the strict lower triangle, column by column."""
    pairs = [(i, j) for j in range(d) for i in range(j + 1, d)]
    return [p[0] for p in pairs], [p[1] for p in pairs]


def median_microseconds(call):
    for _ in range(3):
        call()
    times = []
    start = time.perf_counter()
    while len(times) < 20 or (time.perf_counter() - start < 2.0 and len(times) < 1000):
        before = time.process_time()
        call()
        times.append(1e6 * (time.process_time() - before))
    return statistics.median(times)


def report(library, kernel, call, value):
    print(f"{kernel} {library} {median_microseconds(call):.1f} {value:.10g}", flush=True)


def jax_times():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", False)

    def lower(q, l):
        k, d = q.shape
        rows, columns = positions(d)
        base = jnp.zeros((k, d, d)).at[:, np.array(rows), np.array(columns)].set(l)
        diagonal = np.arange(d)
        return base.at[:, diagonal, diagonal].set(jnp.exp(q))

    from jax.scipy.special import logsumexp

    kernels = functions(jnp, lambda x: logsumexp(x, axis=-1), lower)
    for name, (arguments, constants) in data().items():
        count = len(arguments)
        f = jax.jit(jax.value_and_grad(kernels[name], argnums=tuple(range(count))))
        arrays = [jnp.asarray(a) for a in arguments + constants]
        report(f"jax-{jax.__version__}", name, lambda: jax.block_until_ready(f(*arrays)), float(f(*arrays)[0]))


def torch_times():
    import torch

    torch.set_num_threads(1)

    def lower(q, l):
        k, d = q.shape
        rows, columns = positions(d)
        base = torch.zeros((k, d, d), dtype=q.dtype)
        base[:, rows, columns] = l
        return base + torch.diag_embed(torch.exp(q))

    kernels = functions(torch, lambda x: torch.logsumexp(x, -1), lower)
    for name, (arguments, constants) in data().items():
        leaves = [torch.tensor(a, requires_grad=True) for a in arguments]
        fixed = [torch.tensor(c) for c in constants]

        def call(f=kernels[name], leaves=leaves, fixed=fixed):
            for leaf in leaves:
                leaf.grad = None
            value = f(*leaves, *fixed)
            value.backward()
            return value.item()

        report(f"torch-{torch.__version__.split('+')[0]}", name, call, call())


if __name__ == "__main__":
    {"jax": jax_times, "torch": torch_times}[sys.argv[1]]()
