// The contact form: articles while somebody writes, and two questions, never in the way of the message. Without this
// script the form is sent all the same.
(() => {
  const form = document.getElementById("contact");
  const answers = document.getElementById("contact-answers");
  const list = answers.querySelector("ul");
  const helped = document.getElementById("contact-helped");
  const stop = document.getElementById("contact-stop");
  const done = document.getElementById("contact-done");
  const field = (name) => form.elements.namedItem(name);
  const base = new URL(form.action).pathname.replace(/\/contact$/, "");
  const audience = base === "" ? {} : { audience: base.slice(1) };
  const session = window.parryJourney?.session ?? "";
  const experiment = form.dataset.experiment !== undefined;
  const visitor = window.parryJourney?.visitor || (experiment && window.parryJourney?.lasting()) || "";
  const who = visitor === "" ? {} : { visitor };
  let queryId = "";
  let shown = [];
  let timer = 0;
  let asked = "";

  const tell = (event) => window.parryJourney?.tell({ channel: "form", ...who, ...event });

  const show = (answer) => {
    queryId = answer.query_id ?? "";
    shown = answer.hits.slice(0, 5);
    list.replaceChildren(
      ...shown.map(({ title, url, id }, i) => {
        const link = Object.assign(document.createElement("a"), { href: url, target: "_blank", rel: "noopener", textContent: title });
        link.addEventListener("click", () => tell({ type: "click", article: id, position: i + 1, query_id: queryId }));
        const item = document.createElement("li");
        item.append(link);
        return item;
      }),
    );
    answers.hidden = shown.length === 0;
    if (shown.length > 0) tell({ type: "form_suggestion_shown", articles: shown.map(({ id }) => id), query_id: queryId });
  };

  const look = async () => {
    const subject = field("subject").value.trim();
    const description = field("description").value.trim();
    if (subject.length + description.length < 8 || asked === `${subject}\n${description}`) return;
    asked = `${subject}\n${description}`;
    const reply = await fetch("/v1/suggest", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Parry-Session": session, ...(visitor === "" ? {} : { "X-Parry-Visitor": visitor }) },
      body: JSON.stringify({ subject, description, ...audience }),
    });
    if (reply.ok && asked === `${subject}\n${description}`) show(await reply.json());
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(() => {}), 500);
  };

  const verdict = (type) => queryId !== "" && tell({ type, query_id: queryId });
  answers.addEventListener("click", ({ target }) => {
    if (!(target instanceof HTMLButtonElement)) return;
    if (target.name === "yes") {
      helped.hidden = true;
      stop.hidden = false;
      stop.querySelector("button").focus();
    } else if (target.name === "no") {
      verdict("not_solved");
      answers.hidden = true;
      form.requestSubmit();
    } else if (target.name === "stop") {
      verdict("solved");
      form.hidden = true;
      done.hidden = false;
      done.focus();
    } else if (target.name === "go-on") {
      verdict("solved");
      form.requestSubmit();
    }
  });

  // Where the server asks for some work before it takes a message (docs/handoff.md).
  const zeroBits = (bytes) => {
    let n = 0;
    for (const byte of bytes) {
      if (byte !== 0) return n + Math.clz32(byte) - 24;
      n += 8;
    }
    return n;
  };
  const sha256 = async (bytes) =>
    window.parrySha256 ? window.parrySha256(bytes) : new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const rest = () => new Promise((resolve) => setTimeout(resolve));
  const work = async () => {
    const { challenge, bits } = await (await fetch("/v1/handoffs/challenge")).json();
    const text = new TextEncoder();
    for (let i = 0; ; i++) {
      if (i % 2000 === 0) await rest();
      if (zeroBits(await sha256(text.encode(`${challenge}.${i}`))) >= bits) return { challenge, answer: String(i) };
    }
  };
  // Done work is good once: what the browser kept of it, on the way back here, is not.
  const forget = () => {
    for (const name of ["work_challenge", "work_answer"]) field(name).value = "";
  };
  if (field("work_challenge") !== null) {
    forget();
    window.addEventListener("pageshow", forget);
    form.addEventListener("submit", (event) => {
      if (field("work_answer").value !== "") return;
      event.preventDefault();
      work()
        .then(({ challenge, answer }) => {
          field("work_challenge").value = challenge;
          field("work_answer").value = answer;
          form.requestSubmit();
        })
        .catch(() => form.submit());
    });
  }

  field("session").value = session;
  field("visitor").value = visitor;
  const before = window.parryJourney?.queries() ?? [];
  if (field("query_ids").value === "") field("query_ids").value = before.join(" ");
  form.addEventListener("input", soon);
  tell({ type: "form_opened" });
  soon();
})();
