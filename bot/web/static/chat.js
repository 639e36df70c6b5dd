// Shows the conversation and turns taps and typing into turns.
import { drawCard } from "./cards.js";
import { createOutbox, keep, recall } from "./outbox.js";
import { createPlace } from "./place.js";
import { fromTemplate, put, word } from "./words.js";

const DRAFT = "yizhan.draft";
const NEAR_PX = 120;
const $ = (id) => document.getElementById(id);
const [scroll, log, news, text, down, shortcuts, wipe] =
  ["scroll", "log", "news", "text", "down", "shortcuts", "wipe"].map($);
const shown = new Map(); // The id of a turn -> its element.
let wasOffline = false;

const outbox = createOutbox({
  changed: (turn) => {
    const stay = isAtEnd();
    draw(turn);
    refresh();
    if (turn === last() && asksPlace(turn)) place.show(true);
    if (stay || turn.state === "sending") follow(turn);
  },
  reloaded: drawAll,
  trouble: (isOffline) => {
    if (isOffline !== wasOffline) news.textContent = word(isOffline ? "offline" : "back");
    wasOffline = isOffline;
  },
  unstored: () => (news.textContent = word("unstored")),
});

const place = createPlace(
  (location) => say({ location }, word("my_place")),
  () => text.focus(),
);

const last = () => outbox.turns()[outbox.turns().length - 1];
const list = (value) => (Array.isArray(value) ? value.filter((item) => item && typeof item === "object") : []);
const asksPlace = (turn) => Boolean(turn) && turn.state === "done" && list(turn.replies).some((reply) => reply.ask === "location");

function say(body, words, more) {
  place.show(false);
  if (!wasOffline) news.textContent = "";
  outbox.send(body, words, more);
}

function draw(turn) {
  let element = shown.get(turn.id);
  if (!element) {
    const { node, field } = fromTemplate("t-turn");
    element = node;
    put(field("text"), turn.text);
    const act = (name, todo) => node.querySelector(`[data-do="${name}"]`).addEventListener("click", todo);
    act("again", () => outbox.again(turn.id));
    act("edit", () => {
      setDraft([text.value, turn.text].filter(Boolean).join("\n"));
      text.focus();
      offer(node, "edit", false);
    });
    log.append(node);
    shown.set(turn.id, node);
  }
  drawState(element, turn);
  if (turn.state !== "done" || element.dataset.answered) return;
  element.dataset.answered = "yes";
  element.append(...list(turn.replies).map((reply) => drawReply(turn, reply)));
}

function drawState(element, turn) {
  const said = turn.state === "done" ? "" : turn.error || word(turn.state);
  element.dataset.state = turn.state;
  element.querySelector('[data-f="state"]').textContent = [turn.renewed && word("renewed"), said].filter(Boolean).join(" ");
  offer(element, "again", turn.state === "retrying" || turn.state === "broken");
  offer(element, "edit", turn.state === "refused" && turn.typed);
}

function offer(element, name, isOffered) {
  const button = element.querySelector(`[data-do="${name}"]`);
  if (!isOffered && button === document.activeElement) scroll.focus({ preventScroll: true });
  button.hidden = !isOffered;
}

function drawReply(turn, reply) {
  const { node, field } = fromTemplate("t-reply");
  const [bubble, cards, choices] = node.children;
  const offered = list(reply.choices);
  cards.append(...list(reply.cards).map(drawCard).filter(Boolean));
  const said = reply.text || (cards.childElementCount || offered.length ? "" : word("unreadable"));
  if (said) field("text").textContent = said;
  else bubble.remove();
  for (const { title, token } of offered) {
    const button = fromTemplate("t-choice").node;
    button.textContent = title;
    button.value = token;
    button.addEventListener("click", () => {
      if (!button.getAttribute("aria-disabled")) say({ choice: token }, title, { picked: token, from: turn.id });
    });
    choices.append(button);
  }
  if (!choices.childElementCount) choices.remove();
  return node;
}

// Only the newest turn's choices can be tapped. A refused turn changed nothing and is passed over, unless we lost our
// name with it: the older choices were another worker's then.
function refresh() {
  const turns = outbox.turns();
  const newest = turns.filter((turn) => turn.state !== "refused" || turn.renewed).pop();
  const picked = new Set(turns.filter((turn) => turn.from && turn.state !== "refused")
    .map((turn) => `${turn.from} ${turn.picked}`));
  for (const [id, element] of shown) {
    const isOpen = Boolean(newest) && newest.id === id;
    for (const button of element.querySelectorAll(".choices button")) {
      mark(button, isOpen, picked.has(`${id} ${button.value}`));
    }
  }
  shortcuts.hidden = !turns.length;
  down.hidden = isAtEnd();
}

// aria-disabled keeps the keyboard where it is; `disabled` would throw the focus away.
function mark(button, isOpen, isPicked) {
  button.tabIndex = isOpen || button === document.activeElement ? 0 : -1;
  if (isOpen) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
  if (isPicked) button.setAttribute("aria-pressed", "true");
  else button.removeAttribute("aria-pressed");
}

function drawAll() {
  shown.clear();
  log.replaceChildren();
  log.setAttribute("aria-live", "off"); // What was said before is not read out again.
  outbox.turns().forEach(draw);
  refresh();
  scroll.scrollTop = scroll.scrollHeight;
  place.show(asksPlace(last()));
  setTimeout(() => log.setAttribute("aria-live", "polite"));
}

const isAtEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;

// A long answer is shown from its beginning, under the question, not from its end; a long question makes room.
function follow(turn) {
  const element = shown.get(turn.id);
  const answer = element.children[1];
  const least = answer ? answer.offsetTop - scroll.clientHeight / 2 : 0;
  scroll.scrollTop = Math.max(element.offsetTop - 8, least);
}

scroll.addEventListener("scroll", () => (down.hidden = isAtEnd()), { passive: true });
down.addEventListener("click", () => {
  scroll.scrollTop = scroll.scrollHeight;
  scroll.focus({ preventScroll: true });
});

function setDraft(words) {
  text.value = words;
  text.style.height = "";
  text.style.height = `${text.scrollHeight + 2}px`;
  keep(DRAFT, words);
}

function submit() {
  const words = text.value;
  if (words.trim()) {
    say({ text: words }, words, { typed: true });
    setDraft("");
  }
  text.focus();
}

text.addEventListener("input", () => setDraft(text.value));
text.addEventListener("keydown", (event) => {
  // While a Chinese input method composes, Enter picks its word; 229 is how older browsers say so.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
for (const button of document.querySelectorAll("[data-say]")) {
  button.addEventListener("click", () => {
    const words = button.dataset.say;
    const isAgain = last() && last().text === words && outbox.isWaiting(last());
    if (!isAgain) say({ text: words }, words);
  });
}

$("wipe-open").addEventListener("click", () => {
  $("wipe-pending").hidden = !outbox.isPending();
  wipe.showModal();
});
$("wipe-no").addEventListener("click", () => wipe.close());
$("wipe-yes").addEventListener("click", () => {
  outbox.wipe();
  setDraft("");
  wasOffline = false;
  drawAll();
  wipe.close();
  news.textContent = word("wiped");
});

// Where a keyboard covers the page instead of shrinking it, the visible height is the only true one.
function fit() {
  const { height, scale } = visualViewport;
  document.documentElement.style.setProperty("--vh", `${Math.round(height * scale)}px`);
}
if ("visualViewport" in window) visualViewport.addEventListener("resize", fit);

setDraft(recall(DRAFT) || "");
drawAll();
outbox.start();
