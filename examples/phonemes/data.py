"""Words of festlex-cmu (the CMU pronouncing dictionary) as `spelling<tab>phones`, a twentieth of them held out, and how many phones a
table of letters would get wrong: it says for each letter, by the letter before and after it, what most often stands at its place."""
import collections
import re
import sys
import zlib

words = {}
for line in open(sys.argv[1], encoding="latin-1"):
    entry = re.match(r'\("([a-z]+)" \S+ \((.*)\)\)', line)
    if entry and entry[1] not in words:  # of several pronunciations the first
        words[entry[1]] = [phone for phone in re.findall(r"[a-z]+", entry[2])]
words = {word: phones for word, phones in words.items() if len(word) > 1 and phones}
held_out = [word for word in words if zlib.crc32(word.encode()) % 20 == 0]  # a draw that is the same everywhere
learnt = [word for word in words if zlib.crc32(word.encode()) % 20 != 0]
for name, rows in ("train.tsv", learnt), ("test.tsv", held_out):
    with open(name, "w", encoding="utf-8") as file:
        file.write("spelling\tphones\n" + "".join(f"{word}\t{' '.join(words[word])}\n" for word in rows))


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, before = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1]


def aligned(letters, phones, likely):
    """For each letter none or one phone (or two), so that the sum of what is likely is largest."""
    pieces = {}
    table = [[(-1e9, None)] * (len(phones) + 1) for _ in range(len(letters) + 1)]
    table[0][0] = (0, None)
    for i, letter in enumerate(letters):
        for j in range(len(phones) + 1):
            for count in 0, 1, 2:
                if j < count or table[i][j - count][0] <= -1e9:
                    continue
                score = table[i][j - count][0] + likely(letter, tuple(phones[j - count:j]))
                if score > table[i + 1][j][0]:
                    table[i + 1][j] = (score, count)
    if table[len(letters)][len(phones)][1] is None:
        return None
    j, cut = len(phones), []
    for i in range(len(letters), 0, -1):
        count = table[i][j][1]
        cut.append(tuple(phones[j - count:j]))
        j -= count
    return cut[::-1]


seen = collections.defaultdict(collections.Counter)
for word in learnt:  # a first guess: what stands nearby
    phones = words[word]
    for i, letter in enumerate(word):
        j = i * len(phones) // len(word)
        seen[letter].update({(phones[j],): 1})
for _ in range(2):  # and twice better
    tables, wide = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    def likely(letter, piece):
        return [-0.5, 0, -1.5][len(piece)] + 8 * sum(seen[letter][p if isinstance(p, tuple) else (p,)] for p in piece[:1]) / (1 + sum(seen[letter].values()))
    for word in learnt[::3]:
        cut = aligned(word, words[word], likely)
        if cut is None:
            continue
        around = f" {word} "
        for i, piece in enumerate(cut):
            tables[word[i]][piece] += 1
            wide[around[i:i + 3]][piece] += 1
    seen = collections.defaultdict(collections.Counter)
    for letter, pieces in tables.items():
        for piece, count in pieces.items():
            if piece:
                seen[letter][piece[:1]] += count

wrong = total = whole = 0
for word in held_out:
    around, said = f" {word} ", []
    for i, letter in enumerate(word):
        pieces = wide[around[i:i + 3]] or tables[letter]
        said += pieces.most_common(1)[0][0] if pieces else ()
    errors = distance(said, words[word])
    wrong, total, whole = wrong + errors, total + len(words[word]), whole + (errors == 0)
print(f"{len(learnt)} words to learn, {len(held_out)} held out; a table of letters, each between its neighbours: "
      f"{100 * wrong / total:.1f} % of the phones wrong, {100 * whole / len(held_out):.1f} % of the words right", file=sys.stderr)
