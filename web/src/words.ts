// What the box says, in the page's language: data-t-NAME on the form replaces
// the English text. {n} is a number, {q} the query. A language with more plural
// forms gives data-t-results-one, -two, -few, -many as it needs them, beside
// data-t-results for the rest.

const english: Readonly<Record<string, string>> = {
  results: "{n} results",
  "results-one": "{n} result",
  none: "No results",
  doubt: "We may not have an article on this.",
  all: "See all results for \u201c{q}\u201d",
  list: "Suggestions",
};

export type Words = (name: string, n?: number, query?: string) => string;

function pluralRules(language: string | undefined): Intl.PluralRules {
  try {
    return new Intl.PluralRules(language || "en");
  } catch {
    return new Intl.PluralRules("en"); // of lang="en_GB" and the like
  }
}

export function createWords(form: HTMLFormElement): Words {
  const rules = pluralRules(form.closest<HTMLElement>("[lang]")?.lang);
  const own = (name: string): string | null =>
    form.getAttribute("data-t-" + name);
  return (name, n = 0, query = "") => {
    const plural = `${name}-${rules.select(n)}`;
    const text = own(plural) ?? own(name) ?? english[plural] ?? english[name];
    return (text ?? "").replace(/\{([nq])\}/g, (_, key) =>
      key === "n" ? `${n}` : query,
    );
  };
}
