// A snippet comes as HTML: text with entities, and <mark> around what was
// found. It is taken apart here and built again from text nodes and <mark>
// elements alone, so that whatever a server may send, nothing in it becomes
// markup or runs.

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
};

/** Entities to characters, each once: "&amp;lt;" is the text "&lt;". What is
 * no known entity stays as it is. */
function decode(html: string): string {
  return html.replace(/&(?:#(\d{1,6})|(\w+));/g, (whole, code, name) =>
    code ? String.fromCodePoint(code) : (named[name] ?? whole),
  );
}

/** Appends to `parent` what an HTML snippet shows. Tags other than <mark> and
 * </mark> show as the text that they are. */
export function appendMarked(parent: Element, html: string): void {
  let marked = false;
  for (const piece of html.split(/(<\/?mark>)/)) {
    if (/^<\/?mark>$/.test(piece)) {
      marked = piece === "<mark>";
    } else if (piece) {
      const into = marked ? document.createElement("mark") : parent;
      into.append(decode(piece));
      if (marked) parent.append(into);
    }
  }
}
