"""BM25 as textbooks have it (k1 1.2, b 0.75, Lucene's idf, which is never negative) over one bag of words a document: the plain
recipe that Parry's ranking is held against, sharing no code with it. Words: runs of two or more letters, digits and underscores,
lower case, without Lucene's 33 English stop words, stemmed (porter2.py)."""
import collections
import re

import numpy as np

import porter2

STOP = frozenset("a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
                 "to was will with".split())
WORD = re.compile(r"\w\w+")


def words(text):
    return [porter2.stem(w) for w in WORD.findall(text.lower()) if w not in STOP]


class Bm25:
    def __init__(self, texts, k1=1.2, b=0.75):
        counts = [collections.Counter(words(t)) for t in texts]
        length = np.array([sum(c.values()) for c in counts], dtype=float)
        norm = k1 * (1 - b + b * length / max(length.mean(), 1e-9))
        places = collections.defaultdict(list)
        for i, c in enumerate(counts):
            for word, times in c.items():
                places[word].append((i, times))
        self.n, self.postings = len(counts), {}
        for word, found in places.items():
            at, times = np.array(found).T
            idf = np.log(1 + (self.n - len(at) + 0.5) / (len(at) + 0.5))
            self.postings[word] = at, idf * times * (k1 + 1) / (times + norm[at])

    def scores(self, query):
        """Of every document, in the order they were given; 0: it has none of the words."""
        out = np.zeros(self.n)
        for word in words(query):
            if word in self.postings:
                at, points = self.postings[word]
                out[at] += points
        return out
