// Draws the cards of a reply: one function a kind, each from a plain object to an element.
import { fromTemplate, put, word } from "./words.js";

const CLAIMS_OPEN = 3;
const list = (value) => (Array.isArray(value) ? value.filter(Boolean) : []);

function linkTo(element, address) {
  if (!/^https?:\/\//i.test(address || "")) return element.remove();
  element.href = address;
  element.target = "_blank";
  element.rel = "noreferrer noopener";
}

// Returns whether the words hold a number that can be dialled.
function dial(link, words, label) {
  const digits = /\d[\d -]+\d/.exec(words || "");
  if (!digits) return false;
  link.href = `tel:${digits[0].replace(/\D/g, "")}`;
  label.textContent = word("call", words);
  return true;
}

function far({ distance_m: metres, distance_about: isAbout }) {
  if (typeof metres !== "number") return null;
  const said = metres < 1000 ? word("metres", metres) : word("kilometres", Number((metres / 1000).toFixed(1)));
  return isAbout ? word("about", said) : said;
}

function fillList(element, items) {
  for (const item of list(items)) {
    const line = document.createElement("li");
    line.dir = "auto";
    line.textContent = item;
    element.append(line);
  }
  if (!element.childElementCount) (element.closest("[data-f=how]") || element).remove();
}

function badge(element, card) {
  const state = card.under_construction ? "under_construction" : card.open_state;
  element.textContent = word(state);
  element.dataset.is = state;
}

function restStop(card) {
  const { node, field } = fromTemplate("t-rest_stop");
  put(field("name"), card.name);
  badge(field("badge"), card);
  put(field("area"), card.area);
  put(field("distance"), far(card));
  put(field("address"), card.address || word("not_stated"));
  put(field("hours"), card.hours_text || word("not_stated"));
  put(field("entry"), card.entry || word("not_stated"));
  fillList(field("facilities"), [...list(card.facilities), ...list(card.other_facilities)]);
  fillList(field("lines"), card.lines);
  put(field("published"), word(card.published_on ? "published" : "unpublished", card.published_on));
  put(field("checked"), word(card.checked_on ? "checked" : "unchecked", card.checked_on));
  linkTo(field("map"), card.map_url);
  if (!dial(field("phone"), card.phone, field("phone"))) field("phone").remove();
  return node;
}

// What is known of the source, then in one phrase what of it is not.
function lawLine(claim) {
  const isKnown = (key) => claim[key] && claim[key] !== word("unverified");
  const quoted = /[《〈]/.test(claim.law) ? claim.law : `《${claim.law}》`;
  const source = (isKnown("law") ? quoted : "") + (isKnown("article") ? claim.article : "");
  const since = /^\d/.test(claim.effective) ? word("in_force", claim.effective) : claim.effective;
  const missing = ["law", "article", "number", "effective"].filter((key) => !isKnown(key)).map((key) => word(key));
  return [
    source,
    isKnown("number") && claim.number,
    isKnown("effective") && since,
    claim.region,
    claim.force,
    missing.length && missing.join(word("and")) + word("unverified"),
  ].filter(Boolean).join(" · ");
}

function addClaims(element, claims) {
  for (const claim of claims) {
    const { node, field } = fromTemplate("t-claim");
    put(field("text"), claim.text);
    put(field("law"), lawLine(claim));
    fillList(field("remarks"), claim.remarks);
    linkTo(field("link"), claim.link);
    element.append(node);
  }
}

function addHotlines(element, hotlines) {
  for (const { number, name } of hotlines) {
    const { node, field } = fromTemplate("t-hotline");
    if (!dial(node, number, field("call"))) continue;
    put(field("name"), name);
    element.append(node);
  }
}

function right(card) {
  const { node, field } = fromTemplate("t-right");
  const claims = list(card.claims);
  const more = field("more");
  put(field("title"), card.title);
  put(field("as_of"), card.as_of && word("as_of", card.as_of));
  fillList(field("steps"), card.steps);
  fillList(field("remarks"), card.remarks);
  addHotlines(field("hotlines"), list(card.hotline));
  more.firstElementChild.textContent = word("more_claims", claims.length - CLAIMS_OPEN);
  addClaims(more.lastElementChild, claims.slice(CLAIMS_OPEN));
  addClaims(field("claims"), claims.slice(0, CLAIMS_OPEN));
  if (claims.length <= CLAIMS_OPEN) more.remove();
  return node;
}

async function copy(code, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https there is no clipboard; the selection stays, so a long press copies by hand.
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}

function caseCard(card) {
  const { node, field } = fromTemplate("t-case");
  put(field("code"), card.code);
  put(field("summary"), card.summary);
  put(field("state"), card.state);
  put(field("due"), card.due || word("no_due"));
  const button = field("copy");
  button.addEventListener("click", async () => {
    const done = await copy(node.querySelector(".code"), card.code);
    button.textContent = word(done ? "copied" : "copy_by_hand");
    document.getElementById("news").textContent = button.textContent;
  });
  return node;
}

const DRAWN = { rest_stop: restStop, right, case: caseCard };

// Null for a kind, or a shape, that this page does not know: the reply's text stands then.
export function drawCard(card) {
  try {
    return DRAWN[card.kind](card);
  } catch {
    return null;
  }
}
