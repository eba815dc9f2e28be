"""What n-grams make of a text, to hold language models against: interpolated modified Kneser-Ney (Chen and Goodman, 1999), by order.

usage: ngrams.py TEXT [--words] [--vocabulary FILE] [--orders N] [--valid SHARE]

Learns from the first tokens of the text and is measured on the last, by the split of `rnnc train`. A token is a character or, with
--words, what stands between white space. Words that a vocabulary (one a line) lacks count as its `<unknown>`, as in rnnc.
"""
import argparse
import collections
import math

UNKNOWN = "<unknown>"


def read_tokens(options):
    """The tokens of the text as characters, one for each entry of the vocabulary, and how many entries there are."""
    text = open(options.text, encoding="utf-8", newline="").read()
    tokens = text.split() if options.words else text
    known = open(options.vocabulary, encoding="utf-8").read().split() if options.vocabulary else sorted(set(tokens))
    if not options.words:
        return text, len(known)
    name = {word: chr(0x10000 + place) for place, word in enumerate(known)}  # above all surrogates
    return "".join(name[word] if word in name else name[UNKNOWN] for word in tokens), len(known)


class Table:
    """Counts of the n-grams of one order; `share` gives the probability of each one's last token after the others."""

    def __init__(self, counts):
        self.counts = counts
        self.discounts = discounts_of(counts)
        self.total = collections.Counter()  # of what follows each context
        self.freed = collections.Counter()  # what the discounts take from it
        for gram, count in counts.items():
            self.total[gram[:-1]] += count
            self.freed[gram[:-1]] += self.discounts[min(count, 3)]

    def share(self, gram, shorter):
        """`shorter` is the probability after the same context without its first token."""
        context = gram[:-1]
        total = self.total.get(context)
        if total is None:
            return shorter
        count = self.counts.get(gram, 0)
        return (count - self.discounts[min(count, 3)] + self.freed[context] * shorter) / total


def discounts_of(counts):
    """What is taken from a count of 0, 1, 2, and 3 or more. Where too few n-grams are rare for the estimate: a half."""
    times = collections.Counter(count for count in counts.values() if count <= 4)
    if any(times[count] == 0 for count in (1, 2, 3, 4)):
        return [0, 0.5, 0.5, 0.5]
    spared = times[1] / (times[1] + 2 * times[2])
    estimates = [count - (count + 1) * spared * times[count + 1] / times[count] for count in (1, 2, 3)]
    return [0] + [estimate if 0 < estimate < count else 0.5 for count, estimate in enumerate(estimates, 1)]


def counted(tokens, order):
    return collections.Counter(tokens[place:place + order] for place in range(len(tokens) - order + 1))


def continuations(longer):
    """By how many different tokens each n-gram is preceded, from the counts of those that are one longer."""
    return collections.Counter(gram[1:] for gram in longer)


def bits_by_order(tokens, entries, options):
    """Mean bits a token of the held-out text, for the orders from 1."""
    learnt = len(tokens) - math.floor(options.valid * len(tokens))
    counts = [counted(tokens[:learnt], order) for order in range(1, options.orders + 1)]
    whole = [Table(table) for table in counts]                            # of a model's highest order
    backing = [Table(continuations(longer)) for longer in counts[1:]]     # of the orders below it
    nats = [0.0] * options.orders
    for place in range(learnt, len(tokens)):
        shorter = 1 / entries
        for order in range(options.orders):
            gram = tokens[place - order:place + 1]
            nats[order] -= math.log(whole[order].share(gram, shorter))
            if order < len(backing):
                shorter = backing[order].share(gram, shorter)
    return [sum_of_order / math.log(2) / (len(tokens) - learnt) for sum_of_order in nats]


parser = argparse.ArgumentParser()
parser.add_argument("text")
parser.add_argument("--words", action="store_true")
parser.add_argument("--vocabulary")
parser.add_argument("--orders", type=int)
parser.add_argument("--valid", type=float, default=0.05)
options = parser.parse_args()
options.orders = options.orders or (3 if options.words else 6)
print("order  nats a token  bits a token  perplexity")
for order, bits in enumerate(bits_by_order(*read_tokens(options), options), 1):
    print(f"{order:5}  {bits * math.log(2):12.3f}  {bits:12.3f}  {2 ** bits:10.2f}")
