"""The 1797 digits of scikit-learn, each fifth of them held out, as three tables: pictures with their digit, their rows with it, and
pictures with their name."""
import gzip
import sys

NAMES = "zero one two three four five six seven eight nine".split()
samples = [[int(float(field)) for field in line.split(",")] for line in gzip.open(sys.argv[1], "rt")]


def write(kind, head, lines):
    for name, wanted in ("train", False), ("test", True):
        with open(f"{kind}_{name}.csv", "w", encoding="utf-8") as file:
            file.write(head + "\n")
            for number, sample in enumerate(samples):
                if (number % 5 == 4) == wanted:
                    file.writelines(line + "\n" for line in lines(number, sample[:-1], sample[-1]))


def joined(values):
    return ",".join(f"{value / 16:g}" for value in values)


image = ",".join(f"image.{i}" for i in range(64))
held_out = [sample[-1] for number, sample in enumerate(samples) if number % 5 == 4]
most = max(held_out.count(digit) for digit in range(10))
print(f"{len(samples) - len(held_out)} digits to learn, {len(held_out)} held out; the most frequent of these: {100 * most / len(held_out):.1f} %",
      file=sys.stderr)
write("images", image + ",digit", lambda number, pixels, digit: [f"{joined(pixels)},{digit}"])
write("names", image + ",name", lambda number, pixels, digit: [f"{joined(pixels)},{NAMES[digit]}"])
write("rows", "sequence," + ",".join(f"row.{i}" for i in range(8)) + ",digit",
      lambda number, pixels, digit: [f"{number},{joined(pixels[8 * y:8 * y + 8])},{digit}" for y in range(8)])
