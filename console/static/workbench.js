// The console works without this file. With it, keys lead about, a case's page tells who else has
// it before him, and the draft of an answer is kept while it is typed.
// No word that a person reads stands here: templates have them in `data-` attributes.

const LIST = "list";
const ASK_AGAIN = 20_000; // milliseconds, as services/cases/presence.py has it
const WRITES_FOR = 30_000;
const KEEP_AFTER = 2_000;
const TYPED_INTO = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

function post(path, csrf, fields, options = {}) {
  const body = new URLSearchParams({ csrf, ...fields });
  return fetch(path, { method: "POST", body, redirect: "error", ...options });
}

/* The list that one came from: its cases are the next and the one before. */

function rememberList() {
  const rows = [...document.querySelectorAll("table.cases tbody .code a")];
  if (rows.length) {
    const codes = rows.map((link) => link.textContent.trim());
    const address = location.pathname + location.search;
    sessionStorage.setItem(LIST, JSON.stringify({ address, codes }));
  }
}

function showNeighbours(code) {
  const list = JSON.parse(sessionStorage.getItem(LIST) ?? "null");
  const place = list ? list.codes.indexOf(code) : -1;
  if (place < 0) {
    return;
  }
  document.getElementById("back").href = list.address;
  const nav = document.getElementById("beside-cases");
  const [before, next] = nav.querySelectorAll("a");
  for (const [link, other] of [[before, list.codes[place - 1]], [next, list.codes[place + 1]]]) {
    if (other) {
      link.href = `/cases/${other}`;
    } else {
      link.remove();
    }
  }
  nav.hidden = !nav.querySelector("a");
}

/* Keys. */

function leadTo(found) {
  if (found.matches("a")) {
    found.click();
    return;
  }
  const folded = found.matches("summary") ? found.closest("details") : null;
  if (folded) {
    folded.open = true;
  }
  const field = folded?.querySelector("input:not([type=hidden]), textarea, select");
  (field ?? found).focus();
  found.scrollIntoView({ block: "nearest" });
}

function walkRows(key) {
  const rows = [...document.querySelectorAll("table.cases tbody tr")];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  if (key === "j" || key === "k") {
    const wanted = key === "j" ? here + 1 : Math.max(here - 1, 0);
    rows[Math.min(wanted, rows.length - 1)].querySelector("a").focus();
  } else if (key === "o") {
    rows[Math.max(here, 0)].querySelector("a").click();
  } else if (key === "x" && here >= 0) {
    rows[here].querySelector("input[type=checkbox]")?.click();
  } else {
    return false;
  }
  return true;
}

function onKey(event) {
  const elsewhere = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (elsewhere || event.repeat || event.target.closest(TYPED_INTO)) {
    return;
  }
  if (document.querySelector("table.cases tbody tr") && walkRows(event.key)) {
    event.preventDefault();
    return;
  }
  const found = [...document.querySelectorAll("[data-key]")].find(
    (each) => each.dataset.key === event.key && each.checkVisibility(),
  );
  if (found) {
    event.preventDefault();
    leadTo(found);
  }
}

/* Who else has the case before him. */

function tellOthers(line, others) {
  const said = [
    [others.writing, line.dataset.writing],
    [others.looking, line.dataset.looking],
  ].filter(([names]) => names.length);
  const words = said.map(([names, does]) => names.join("、") + does).join("；");
  if (line.textContent !== words) {
    line.textContent = words;
  }
  document.getElementById("moved").hidden = others.seen <= Number(line.dataset.seen);
}

function watchOthers(line) {
  const { code, csrf } = line.dataset;
  let wroteAt = 0;
  let saidSo = false;
  async function ask() {
    if (document.hidden) {
      return;
    }
    const writes = Date.now() - wroteAt < WRITES_FOR;
    const writing = writes ? "yes" : saidSo ? "no" : "";
    saidSo = writes;
    try {
      const answer = await post(`/cases/${code}/presence`, csrf, { writing });
      if (answer.ok) {
        tellOthers(line, await answer.json());
      }
    } catch {
      // Without a net nobody is seen; the next try may see him.
    }
  }
  document.querySelector(".next")?.addEventListener("input", () => {
    wroteAt = Date.now();
    if (!saidSo) {
      ask();
    }
  });
  setInterval(ask, ASK_AGAIN);
  document.addEventListener("visibilitychange", ask);
}

/* The draft of an answer. */

function keepDraft(form) {
  const path = form.querySelector("button[formaction]").getAttribute("formaction");
  const said = document.getElementById("draft-said");
  let waiting = 0;
  let running = new AbortController();
  function fields() {
    const { text, grade, is_public: isPublic } = Object.fromEntries(new FormData(form));
    return { text, grade, is_public: isPublic ?? "", quietly: "yes" };
  }
  async function keep(options) {
    clearTimeout(waiting);
    waiting = 0;
    running = new AbortController();
    try {
      const signal = options ? undefined : running.signal;
      const answer = await post(path, form.elements.csrf.value, fields(), { signal, ...options });
      if (answer.ok) {
        said.textContent = said.dataset.kept;
      }
    } catch {
      // It is still in the form, and kept at the next key.
    }
  }
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, KEEP_AFTER);
  });
  // What is sent is no draft any more, and must not come back as one.
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    waiting = 0;
    running.abort();
  });
  addEventListener("pagehide", () => {
    if (waiting) {
      keep({ keepalive: true });
    }
  });
}

/* A text to begin with: it goes behind what is written, its class is chosen, its first gap marked. */

function beginWith(button, form) {
  const { text, grade } = form.elements;
  const written = text.value.trim();
  const from = written ? written.length + 1 : 0;
  const words = button.closest("div").querySelector("dd").textContent;
  text.value = written ? `${written}\n${words}` : words;
  grade.value = button.dataset.grade;
  const [start, end] = ["〔", "〕"].map((half) => text.value.indexOf(half, from));
  text.focus();
  text.setSelectionRange(start, end + 1);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

const presence = document.getElementById("presence");
const answer = document.querySelector("form:has(button[formaction$='/draft'])");
rememberList();
document.addEventListener("keydown", onKey);
if (presence) {
  showNeighbours(presence.dataset.code);
  watchOthers(presence);
}
if (answer) {
  keepDraft(answer);
}
for (const button of document.querySelectorAll(".templates button")) {
  button.parentElement.hidden = false;
  button.addEventListener("click", () => beginWith(button, button.form));
}
if (matchMedia("(max-width: 30rem)").matches) {
  document.querySelector(".narrow-by:not([data-used])")?.removeAttribute("open");
  document.querySelector(".states [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}
