"""Add up an invoice without losing a cent."""
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation, getcontext, localcontext

lines = [(Decimal("19.99"), 3), (Decimal("0.10"), 7), (Decimal("5.005"), 1)]
net = sum((price * count for price, count in lines), Decimal(0))
tax = (net * Decimal("0.19")).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
print(net, tax, net + tax, net.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN))
with localcontext() as context:
    context.prec = 50
    print(Decimal(2).sqrt(), Decimal(1) / 7)
print(getcontext().prec, Decimal("1E+3").normalize(), f"{Decimal('1234567.891'):,.2f}")
try:
    Decimal("ten")
except InvalidOperation as error:
    print(type(error).__name__)
