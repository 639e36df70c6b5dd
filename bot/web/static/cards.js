// Draws the cards of a reply: one function a kind.
import { byId, fromTemplate, list, make, offer, onTap, put, word } from "./words.js";

const CLAIMS_OPEN = 3;

function linkTo(element, address) {
	if (!/^https?:\/\//i.test(address || "")) return element.remove();
	element.href = address;
	element.target = "_blank";
	element.rel = "noreferrer";
}

// Without a number to dial there is no link.
function dial(link, words, label = link) {
	const digits = /\d[\d -]+\d/.exec(words || "");
	if (!digits) return link.remove();
	link.href = `tel:${digits[0].replace(/\D/g, "")}`;
	label.textContent = word("call", words);
}

function fillList(element, items) {
	element.append(...list(items).map((item) => make("li", item)));
	if (!element.firstChild) (element.closest("[slot=how]") || element).remove();
}

const dotted = (...parts) => parts.filter(Boolean).join(" · ");

// `report` is told what whoever stands at the door taps: token and words.
function restStop(card, report) {
	const { node, field } = fromTemplate("rest_stop", card, "name", "area", "distance_text", "told");
	const state = card.under_construction ? "under_construction" : card.open_state;
	put(field("badge"), dotted(word(state), card.hours_now));
	field("badge").dataset.is = state;
	for (const key of ["address", "hours_text", "entry"]) put(field(key), card[key] || word("not_stated"));
	fillList(field("voices"), card.voices);
	fillList(field("facilities"), [...list(card.facilities), ...list(card.other_facilities)]);
	put(field("lines"), dotted(...list(card.lines)));
	for (const { app, url } of list(card.maps)) {
		const link = make("a", word(app));
		link.className = "button";
		field("phone").before(link);
		linkTo(link, url);
	}
	dial(field("phone"), card.phone);
	offer(field("reports"), card.choices, (token, title) => report(token, `${title} ${card.name}`));
	return node;
}

function drawClaim(claim) {
	const { node, field } = fromTemplate("claim", claim, "text", "proof");
	fillList(field("remarks"), claim.remarks);
	linkTo(field("link"), claim.link);
	return node;
}

function right(card) {
	const { node, field } = fromTemplate("right", card, "title");
	const claims = list(card.claims).map(drawClaim);
	const more = node.querySelector("details");
	put(field("as_of"), card.as_of && word("as_of", card.as_of));
	fillList(field("steps"), card.steps);
	fillList(field("remarks"), card.remarks);
	for (const line of list(card.hotline)) {
		const hotline = fromTemplate("hotline", line, "name");
		field("hotlines").append(hotline.node);
		dial(hotline.node, line.number, hotline.field("call"));
	}
	field("claims").append(...claims.splice(0, CLAIMS_OPEN));
	more.firstChild.textContent = word("more_claims", claims.length);
	more.lastChild.append(...claims);
	if (!claims.length) more.remove();
	return node;
}

// Without https there is no clipboard: a long press copies the code, which is selected.
async function copy(code) {
	try {
		await navigator.clipboard.writeText(code.textContent);
		return "copied";
	} catch {
		getSelection().selectAllChildren(code);
		return "copy_by_hand";
	}
}

function caseCard(card) {
	const { node, field } = fromTemplate("case", card, "summary", "state");
	const code = field("code");
	const button = node.querySelector("button");
	code.textContent = card.code;
	put(field("due"), card.due || word("no_due"));
	onTap(button, async () => {
		button.textContent = word(await copy(code));
		byId("news").textContent = button.textContent;
	});
	return node;
}

const DRAWN = { rest_stop: restStop, right, case: caseCard };

// Null for a kind or shape that this page does not know.
export function drawCard(card, report) {
	try {
		return DRAWN[card.kind](card, report);
	} catch {
		return null;
	}
}
