"""Snowball's English stemmer ("Porter2", snowballstem.org/algorithms/english/stemmer.html) in plain Python, for baselines that
share no code with Parry. Words are lower case."""
import functools
import re

VOWELS = "aeiouy"
DOUBLES = ("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")
EXCEPTIONS = {"skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
              "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl",
              **{w: w for w in ("sky", "news", "howe", "atlas", "cosmos", "bias", "andes")}}
KEPT_AFTER_1A = {"inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"}
STEP_2 = {"tional": "tion", "enci": "ence", "anci": "ance", "abli": "able", "entli": "ent", "izer": "ize", "ization": "ize",
          "ational": "ate", "ation": "ate", "ator": "ate", "alism": "al", "aliti": "al", "alli": "al", "fulness": "ful",
          "ousli": "ous", "ousness": "ous", "iveness": "ive", "iviti": "ive", "biliti": "ble", "bli": "ble", "fulli": "ful",
          "lessli": "less"}
STEP_3 = {"tional": "tion", "ational": "ate", "alize": "al", "icate": "ic", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
STEP_4 = ("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism", "ate", "iti", "ous", "ive", "ize")


def after_syllable(word, start):
    """Where the region begins after the first non-vowel that follows a vowel, from `start` on."""
    m = re.compile(r"[aeiouy][^aeiouy]").search(word, start)
    return m.end() if m else len(word)


def regions(word):
    prefix = re.match("gener|commun|arsen", word)
    r1 = prefix.end() if prefix else after_syllable(word, 0)
    return r1, after_syllable(word, r1)


def ends_short(word):
    """Whether it ends in a short syllable."""
    return bool(re.search(r"[^aeiouy][aeiouy][^aeiouywxY]$", word) or re.fullmatch(r"[aeiouy][^aeiouy]", word))


def longest(word, endings):
    return max((e for e in endings if word.endswith(e)), key=len, default="")


def step_1a(word):
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith(("us", "ss")):
        return word
    return word[:-1] if word.endswith("s") and re.search("[aeiouy].", word[:-1]) else word


def step_1b(word, r1):
    end = longest(word, ("eed", "eedly", "ed", "edly", "ing", "ingly"))
    if end in ("eed", "eedly"):
        return word[:-len(end)] + "ee" if len(word) - len(end) >= r1 else word
    if not end or not re.search("[aeiouy]", word[:-len(end)]):
        return word
    word = word[:-len(end)]
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if word.endswith(DOUBLES):
        return word[:-1]
    return word + "e" if r1 >= len(word) and ends_short(word) else word


def step_2(word, r1):
    end = longest(word, [*STEP_2, "ogi", "li"])
    if not end or len(word) - len(end) < r1:
        return word
    if end == "ogi":
        return word[:-1] if word.endswith("logi") else word
    if end == "li":
        return word[:-2] if word[-3:-2] in tuple("cdeghkmnrt") else word
    return word[:-len(end)] + STEP_2[end]


def step_3(word, r1, r2):
    end = longest(word, [*STEP_3, "ative"])
    if not end or len(word) - len(end) < r1:
        return word
    if end == "ative":
        return word[:-5] if len(word) - 5 >= r2 else word
    return word[:-len(end)] + STEP_3[end]


def step_4(word, r2):
    end = longest(word, (*STEP_4, "ion"))
    if not end or len(word) - len(end) < r2 or (end == "ion" and word[-4] not in "st"):
        return word
    return word[:-len(end)]


def step_5(word, r1, r2):
    last = len(word) - 1
    if word.endswith("e") and (last >= r2 or (last >= r1 and not ends_short(word[:-1]))):
        return word[:-1]
    return word[:-1] if word.endswith("ll") and last >= r2 else word


@functools.cache
def stem(word):
    if len(word) < 3 or word in EXCEPTIONS:
        return EXCEPTIONS.get(word, word)
    word = re.sub("^y|(?<=[aeiouy])y", "Y", word.removeprefix("'"))  # Y: a consonant
    r1, r2 = regions(word)
    word = step_1a(re.sub("('s'|'s|')$", "", word))
    if word in KEPT_AFTER_1A:
        return word
    word = step_1b(word, r1)
    word = re.sub("(?<=.[^aeiouy])[yY]$", "i", word)
    word = step_4(step_3(step_2(word, r1), r1, r2), r2)
    return step_5(word, r1, r2).lower()
