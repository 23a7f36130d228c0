"""A template report with alignment, computed columns and totals."""
ROWS = [("Paper", 12, 3.5), ("Ink", 2, 18.25), ("Stapler", 1, 7.0)]
width = max(len(name) for name, *_ in ROWS)
print(f"{'item':<{width}} {'qty':>4} {'each':>8} {'total':>9}")
for name, quantity, price in ROWS:
    print(f"{name:<{width}} {quantity:>4d} {price:>8.2f} {quantity * price:>9.2f}")
print("=" * (width + 24), f"{sum(q * p for _, q, p in ROWS):.2f}", sep="\n")
print("to stderr", file=__import__("sys").stderr)
