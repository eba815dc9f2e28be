"""Words of Debian's wspanish as `plain<tab>word`, a tenth of them held out, and what always the likeliest letter would reach."""
import collections
import sys
import unicodedata
import zlib

words = sorted(set(line.strip().lower() for line in open("/usr/share/dict/spanish", encoding="utf-8")))
words = [unicodedata.normalize("NFC", word) for word in words if word.isalpha()]


def plain(word):
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


words = [word for word in words if len(plain(word)) == len(word)]
held_out = [word for word in words if zlib.crc32(word.encode()) % 10 == 0]  # a draw that is the same everywhere
learnt = [word for word in words if zlib.crc32(word.encode()) % 10 != 0]
for name, rows in ("train.tsv", learnt), ("test.tsv", held_out):
    with open(name, "w", encoding="utf-8") as file:
        file.write("plain\tword\n" + "".join(f"{plain(word)}\t{word}\n" for word in rows))

counts = collections.defaultdict(collections.Counter)
for word in learnt:
    for letter, accented in zip(plain(word), word):
        counts[letter][accented] += 1
letters = [(a, b) for word in held_out for a, b in zip(plain(word), word)]
right = sum(counts[a].most_common(1)[0][0] == b for a, b in letters)
whole = sum(all(counts[a].most_common(1)[0][0] == b for a, b in zip(plain(word), word)) for word in held_out)
print(f"{len(learnt)} words to learn, {len(held_out)} held out; always the likeliest letter: {100 * right / len(letters):.2f} % "
      f"of the letters, {100 * whole / len(held_out):.2f} % of the words", file=sys.stderr)
