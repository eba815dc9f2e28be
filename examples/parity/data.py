"""Strings of bits and whether their ones are even or odd: to learn from at most 40 bits, to be asked 41 to 256."""
import random

random.seed(1)
for name, count, shortest, longest in ("train.tsv", 20000, 1, 40), ("test.tsv", 1000, 41, 256):
    with open(name, "w", encoding="utf-8") as file:
        file.write("bits\tparity\n")
        for _ in range(count):
            bits = random.choices("01", k=random.randint(shortest, longest))
            file.write(f"{''.join(bits)}\t{'odd' if bits.count('1') % 2 else 'even'}\n")
