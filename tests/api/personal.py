"""Made-up personal data in the ways people write it, each with what must not be found of it afterwards. Seeded."""
import random
import string

WORDS = ["where is my refund", "i cannot sign in", "please call me back", "my parcel did not come", "change my plan", "wrong invoice",
         "my account is locked", "how do i return this", "why was i charged twice", "the app does not open"]
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def letters(rng, n):
    return "".join(rng.choice(string.ascii_lowercase) for _ in range(n))


def digits(rng, n):
    return str(rng.randint(1, 9)) + "".join(rng.choice(string.digits) for _ in range(n - 1))


def luhn(rng, prefix, n):
    body = prefix + "".join(rng.choice(string.digits) for _ in range(n - len(prefix) - 1))
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def grouped(text, *sizes, by=" "):
    out, at = [], 0
    for size in sizes:
        out.append(text[at:at + size])
        at += size
    return by.join(part for part in [*out, text[at:]] if part)


def email(rng):
    name, host = letters(rng, 9), letters(rng, 8)
    form = rng.choice(["{n}@{h}.com", "{n}.k@{h}.co.uk", "{n}+shop@mail.{h}.de", "{N}@{H}.ORG", "{n}%40{h}.com", "{n} (at) {h}.com",
                       "{n}[at]{h}[dot]com", "{n} at {h} dot com", "mailto:{n}@{h}.net", "<{n}@{h}.io>", "{n}＠{h}.com", "ä{n}@{h}.example"])
    return form.format(n=name, h=host, N=name.upper(), H=host.upper()), [name, name.upper()]


def phone(rng):
    n = digits(rng, 8)
    form = rng.choice([
        lambda: "+49 170 " + n, lambda: "+49170" + n, lambda: "+44 20 " + grouped(n, 4), lambda: f"({n[:3]}) 5{n[3:5]}-{n[4:]}",
        lambda: f"{n[:3]}-5{n[3:5]}-{n[4:]}", lambda: f"{n[:3]}.5{n[3:5]}.{n[4:]}", lambda: "06 " + grouped(n, 2, 2, 2),
        lambda: "0170/" + n, lambda: "0049 30 " + n, lambda: "+33 1 " + grouped(n, 2, 2, 2), lambda: "+91 " + n[:5] + " 1" + n[5:] + "2",
        lambda: "+1 (" + n[:3] + ") 5" + n[3:5] + "-" + n[4:], lambda: "tel. " + n, lambda: "my phone number is " + grouped(n, 4),
        lambda: "+41 79 " + grouped(n[:7], 3, 2), lambda: "+48 " + grouped("5" + n, 3, 3), lambda: ("+49 170 " + n).translate(ARABIC),
        lambda: ("+49 170 " + n).translate(WIDE), lambda: "+49\u00a0170\u2011" + n, lambda: "010-" + n[:4] + "-" + n[4:]])
    return form(), []


def card(rng):
    if rng.random() < 0.2:
        n = luhn(rng, rng.choice(["34", "37"]), 15)
        return rng.choice([n, grouped(n, 4, 6)]), [n]
    n = luhn(rng, rng.choice(["4", "51", "6011", "2221"]), 16)
    return rng.choice([n, grouped(n, 4, 4, 4), grouped(n, 4, 4, 4, by="-"), grouped(n, 4, 4, 4, by="."), grouped(n, 4, 4, 4, by="%20"),
                       grouped(n, 4, 4, 4, by="+"), n.translate(WIDE)]), [n]


def iban(rng):
    country, n = rng.choice([("DE", 18), ("NL", 14), ("FR", 23), ("AT", 16), ("ES", 20)])
    body = ("ABNA" + digits(rng, 10)) if country == "NL" else digits(rng, n)
    value = int("".join(str(int(c, 36)) for c in body + country + "00"))
    text = country + f"{98 - value % 97:02}" + body
    return rng.choice([text, text.lower(), grouped(text, *[4] * (len(text) // 4)), grouped(text, *[4] * (len(text) // 4), by="-")]), [body]


def address(rng):
    a, b, c, d = (rng.randint(11, 249) for _ in range(4))
    six = ":".join(f"{rng.randint(4096, 65535):x}" for _ in range(4))
    mac = [f"{rng.randint(16, 255):02x}" for _ in range(6)]
    text = rng.choice([f"{a}.{b}.{c}.{d}", f"http://{a}.{b}.{c}.{d}:8080/", f"2001:db8:{six}::1", ":".join(mac), "-".join(mac).upper()])
    return text, [f"{a}.{b}.{c}.{d}", six, ":".join(mac), "-".join(mac).upper()]


def order(rng):
    n = digits(rng, 9)
    return rng.choice(["order " + n, "ORD-2026-" + n, "#" + n, "Bestellung Nr. " + n, "tracking 1Z999AA1" + digits(rng, 10), "INV" + n,
                       "customer id C-" + n, "RR" + digits(rng, 9) + "DE", f"{digits(rng, 3)}-{n[2:]}-{digits(rng, 7)}", "ticket no. " + n,
                       "pedido " + n, "commande n° " + n, "ordine " + n, "zamówienie " + n]), [n]


def secret(rng):
    word = letters(rng, 6) + digits(rng, 4) + letters(rng, 8)
    return rng.choice(["sk_" + "live_" + word + word, "gh" + "p_" + word * 2, "AKIA" + (letters(rng, 12) + digits(rng, 4)).upper(),
                       "password is " + word, "Bearer " + word, "token=" + word, "eyJ" + word + "." + word + "." + word,
                       "pin: " + digits(rng, 4) + word, "Kennwort lautet " + word, word * 2]), [word]


def national(rng):
    n = digits(rng, 8)
    dni = n + "TRWAGMYFPDXBNJZSQVHLCKE"[int(n) % 23]
    nine = digits(rng, 9)
    first = -sum(-int(d) * (10 - i) for i, d in enumerate(nine)) * 10 % 11 % 10
    second = sum(int(d) * (11 - i) for i, d in enumerate(nine + str(first))) * 10 % 11 % 10
    cpf = nine + str(first) + str(second)
    nino = f"AB {n[:2]} {n[2:4]} {n[4:6]} C"
    return rng.choice([("dni " + dni, [dni]), (f"{cpf[:3]}.{cpf[3:6]}.{cpf[6:9]}-{cpf[9:]}", [f"{cpf[:3]}.{cpf[3:6]}.{cpf[6:9]}"]),
                       (nino, [nino]), (f"{n[:3]}-{n[3:5]}-1{n[5:]}", [f"{n[:3]}-{n[3:5]}-1{n[5:]}"]), ("steuer id " + digits(rng, 3) + n, [n])])


KINDS = [email, phone, card, iban, address, order, secret, national]


def thing(rng):
    """One piece, and texts that must not be found anywhere: itself, its digits in a row, and what its kind names."""
    text, more = rng.choice(KINDS)(rng)
    flat = "".join(c for c in text if c.isascii() and c.isdigit())
    needles = {text, *(m for m in more if len(m) >= 7)}
    needles = {n for n in needles | {flat} if len(n) >= (9 if n.isdigit() else 7)}  # shorter ones are found by chance
    return text, needles


def query(rng):
    text, needles = thing(rng)
    words = rng.choice(WORDS)
    if rng.random() < 0.15:
        second, more = thing(rng)
        return f"{text}, {words}, {second}", needles | more
    return rng.choice(["{w} {t}", "{t} {w}", "{w}: {t}", "{w}\n{t}", "{t}", "hi, {t}. {w}?"]).format(w=words, t=text), needles
