"""Words of a text, in lower case and with its punctuation as words: `words.txt`, and those that are learnt: `vocabulary.txt`."""
import collections
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read().lower()
words = re.findall(r"[a-z]+(?:['-][a-z]+)*|[^\sa-z]", text)
with open("words.txt", "w", encoding="utf-8") as file:
    file.write(" ".join(words) + "\n")

# Words too rare to learn are one, <unknown>. They are counted where is learnt, in all but the last 0.05 of the words, as rnnc splits them.
counts = collections.Counter(words[:len(words) - int(0.05 * len(words))])
vocabulary = sorted(word for word, count in counts.items() if count >= 5)
with open("vocabulary.txt", "w", encoding="utf-8") as file:
    file.write("".join(word + "\n" for word in vocabulary + ["<unknown>"]))
unknown = sum(count for word, count in counts.items() if count < 5) / sum(counts.values())
print(f"{len(words)} words, {len(counts)} different ones; {len(vocabulary)} are learnt, the others are {100 * unknown:.2f} % of the text",
      file=sys.stderr)
