"""Value and gradient of kernels of benches/ratios.rs in JAX and PyTorch, on one core, in double precision.

    peers.py jax|torch FOLDER

FOLDER holds the data that benches/peers/rust wrote, and what conservative-grad gives for them: values and gradients
have to agree to ten digits. Prints one line per kernel: the median time of one call in microseconds of CPU time of all
threads, and the value. The functions are written as users of these libraries write them: whole arrays, batched
products, `vmap`-free broadcasting. JAX is compiled by `jit` beforehand.
"""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import math
import statistics
import sys
import time

import numpy as np

FOLDER = sys.argv[2]
K, D, N = 25, 10, 1000
LAYERS = [64, 128, 128, 10]

# Shapes of the arguments and of the constants, which stand one after the other in a file.
SHAPES = {
    "rosenbrock": ([(1000,)], []),
    "l1_logistic": ([(50,)], [(1000, 50), (1000,)]),
    "relu_mlp": ([s for i, o in zip(LAYERS, LAYERS[1:]) for s in ((i, o), (o,))], [(32, 64), (32, 10)]),
    "gmm": ([(K,), (K, D), (K, D), (K, D * (D - 1) // 2)], [(N, D)]),
    "lorenz": ([()] * 6, []),
    "lse": ([(10_000,)], []),
}


def data(kernel):
    """Arguments and constants."""
    numbers = np.fromfile(os.path.join(FOLDER, kernel))
    arrays = []
    for shape in sum(SHAPES[kernel], []):
        length = math.prod(shape)
        arrays.append(numbers[:length].reshape(shape))
        numbers = numbers[length:]
    assert numbers.size == 0, kernel
    count = len(SHAPES[kernel][0])
    return arrays[:count], arrays[count:]


def functions(np, logsumexp, lower, iterate):
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

    def lorenz(x, y, z, sigma, rho, beta):
        def step(state):
            x, y, z = state
            dx, dy, dz = sigma * (y - x), x * (rho - z) - y, x * y - beta * z
            return x + 0.005 * dx, y + 0.005 * dy, z + 0.005 * dz

        x, y, z = iterate(step, 1000, (x, y, z))
        return x * x + y * y + z * z

    return {
        "rosenbrock": rosenbrock,
        "l1_logistic": l1_logistic,
        "relu_mlp": relu_mlp,
        "gmm": gmm,
        "lorenz": lorenz,
        "lse": logsumexp,
    }


def positions(d):
    """Rows and columns of the strict lower triangle, column by column."""
    pairs = [(i, j) for j in range(d) for i in range(j + 1, d)]
    return [p[0] for p in pairs], [p[1] for p in pairs]


def median_microseconds(call):
    for _ in range(3):
        call()
    times = []
    start = time.perf_counter()
    while len(times) < 20 or (time.perf_counter() - start < 1.0 and len(times) < 1000):
        before = time.process_time()
        call()
        times.append(1e6 * (time.process_time() - before))
    return statistics.median(times)


def report(library, kernel, call, value, gradients):
    """One line, after a comparison with what conservative-grad gives."""
    expected = np.fromfile(os.path.join(FOLDER, f"{kernel}.result"))
    flat = np.concatenate([np.asarray(g).reshape(-1) for g in gradients])
    assert abs(value - expected[0]) < 1e-10 * max(1.0, abs(expected[0])), f"{kernel}, {library}: value {value}"
    error = np.max(np.abs(flat - expected[1:])) / np.max(np.abs(expected[1:]))
    assert error < 1e-10, f"{kernel}, {library}: gradient off by {error}"
    print(f"{kernel} {library} {median_microseconds(call):.2f} {value:.10f}", flush=True)


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

    def iterate(step, count, state):
        return jax.lax.fori_loop(0, count, lambda _, state: step(state), state)

    from jax.scipy.special import logsumexp

    kernels = functions(jnp, lambda x: logsumexp(x, axis=-1), lower, iterate)
    for name in SHAPES:
        arguments, constants = data(name)
        f = jax.jit(jax.value_and_grad(kernels[name], argnums=tuple(range(len(arguments)))))
        arrays = [jnp.asarray(a) for a in arguments + constants]
        value, gradients = f(*arrays)
        report(f"jax-{jax.__version__}", name, lambda: jax.block_until_ready(f(*arrays)), float(value), gradients)


def torch_times():
    import torch

    torch.set_num_threads(1)

    def lower(q, l):
        k, d = q.shape
        rows, columns = positions(d)
        base = torch.zeros((k, d, d), dtype=q.dtype)
        base[:, rows, columns] = l
        return base + torch.diag_embed(torch.exp(q))

    def iterate(step, count, state):
        for _ in range(count):
            state = step(state)
        return state

    kernels = functions(torch, lambda x: torch.logsumexp(x, -1), lower, iterate)
    for name in SHAPES:
        arguments, constants = data(name)
        leaves = [torch.tensor(a, requires_grad=True) for a in arguments]
        fixed = [torch.tensor(c) for c in constants]

        def call(f=kernels[name], leaves=leaves, fixed=fixed):
            for leaf in leaves:
                leaf.grad = None
            value = f(*leaves, *fixed)
            value.backward()
            return value.item()

        value = call()
        report(f"torch-{torch.__version__.split('+')[0]}", name, call, value, [leaf.grad for leaf in leaves])


if __name__ == "__main__":
    {"jax": jax_times, "torch": torch_times}[sys.argv[1]]()
