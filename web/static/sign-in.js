// Signs in: with the one-time token behind the '#', which is taken out of the address at once, or with the form.
(() => {
  const form = document.getElementById("sign-in");
  const note = document.getElementById("sign-in-note");
  const codeRow = document.getElementById("sign-in-code-row");

  const send = async (body) => {
    const reply = await fetch("/v1/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await reply.json();
    if (reply.ok) {
      form.hidden = true;
      note.textContent = `Signed in as ${answer.role}.`;
      return;
    }
    form.hidden = false;
    if (answer.type === "/problems/code-needed") {
      codeRow.hidden = false;
      document.getElementById("sign-in-code").focus();
    }
    note.textContent = `${answer.title}: ${answer.detail}.`;
  };
  const failed = () => {
    form.hidden = false;
    note.textContent = "The server cannot be reached. Try again.";
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    send(fields).catch(failed);
  });

  const token = location.hash.slice(1);
  if (token) {
    history.replaceState(null, "", location.pathname);
    note.textContent = "Signing in ...";
    send({ token }).catch(failed);
  } else {
    note.textContent = "";
    form.hidden = false;
  }
})();
