// Signs in: with the one-time token behind the '#', which is taken out of the address at once, or with the form; and out.
(() => {
  const form = document.getElementById("sign-in");
  const out = document.getElementById("sign-out");
  const note = document.getElementById("sign-in-note");
  const codeRow = document.getElementById("sign-in-code-row");
  const code = document.getElementById("sign-in-code");
  let csrf = "";

  // Names that begin with an @ are not people's: who came by a link is nobody yet.
  const showSession = ({ id, role, csrf: token }) => {
    csrf = token;
    form.hidden = true;
    out.hidden = false;
    note.textContent = `Signed in as ${id.startsWith("@") ? role : `${id} (${role})`}.`;
  };
  const showForm = (text) => {
    form.hidden = false;
    out.hidden = true;
    note.textContent = text;
  };
  const failed = () => {
    note.textContent = "The server cannot be reached. Try again.";
    form.hidden = !out.hidden;
  };

  const send = async (body) => {
    const reply = await fetch("/v1/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await reply.json();
    if (reply.ok) {
      form.reset();
      codeRow.hidden = true;
      showSession(answer);
      return;
    }
    showForm(`${answer.title}: ${answer.detail}.`);
    if (answer.type === "/problems/code-needed") {
      codeRow.hidden = false;
      code.focus();
    }
  };
  const look = async () => {
    const session = await (await fetch("/v1/session")).json();
    if (session.who === "person") showSession(session);
    else showForm("");
  };
  const leave = async () => {
    const reply = await fetch("/v1/session", { method: "DELETE", headers: { "X-CSRF-Token": csrf } });
    if (reply.ok) showForm("Signed out.");
    else await look(); // the session is another one now
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    send(fields).catch(failed);
  });
  out.addEventListener("submit", (event) => {
    event.preventDefault();
    leave().catch(failed);
  });

  const token = location.hash.slice(1);
  if (token) {
    history.replaceState(null, "", location.pathname);
    note.textContent = "Signing in ...";
    send({ token }).catch(failed);
  } else {
    look().catch(failed);
  }
})();
