"""A table from lines of kernel, tool with its version, microseconds, value: a row per kernel, a column per tool.

Of several lines of one kernel and tool the fastest counts.
"""

import sys

times = {}
for line in sys.stdin:
    kernel, tool, microseconds, _ = line.split()
    known = times.setdefault(tool, {})
    known[kernel] = min(float(microseconds), known.get(kernel, float("inf")))
# Ours side by side; the others as they come.
times = dict(sorted(times.items(), key=lambda entry: not entry[0].startswith("conservative-grad")))
kernels = list(dict.fromkeys(k for tool in times.values() for k in tool))


def row(cells):
    print("| " + " | ".join(cells) + " |")


def rounded(kernel, tool):
    """Three digits are all that a clock on a shared machine gives."""
    if kernel not in times[tool]:
        return "–"
    x = times[tool][kernel]
    return f"{x:,.0f}" if x >= 100 else f"{x:.3g}"


row(["kernel", *(" ".join(tool.rsplit("-", 1)) for tool in times)])
row(["---"] * (len(times) + 1))
for kernel in kernels:
    row([kernel, *(rounded(kernel, tool) for tool in times)])
