// Shows the conversation; makes turns of taps and typing.
import { drawCard } from "./cards.js";
import { createInbox } from "./inbox.js";
import { createOutbox, keep, recall } from "./outbox.js";
import { createPhoto, createPlace } from "./phone.js";
import { byId, fromTemplate, list, make, offer, onTap, word } from "./words.js";

const DRAFT = "yizhan.draft";
const NEAR_PX = 120;
const PHOTO_MOST = 1e7;
const [scroll, log, news, text, down, wipe] = ["scroll", "log", "news", "text", "down", "wipe"].map(byId);
const shown = new Map(); // By the id of a turn or a piece of news.
const fresh = make("small", word("fresh")); // The line above what he has not seen.
const { title } = document;
let wasOffline = false;

const outbox = createOutbox({
	changed(turn) {
		const stay = isAtEnd();
		draw(turn);
		refresh();
		if (turn === outbox.last() && asksPlace(turn)) place.show(true);
		if (stay || turn.state === "sending") follow(turn);
	},
	reloaded: drawAll,
	trouble(isOffline) {
		if (isOffline !== wasOffline) tell(isOffline ? "offline" : "back");
		wasOffline = isOffline;
	},
	unstored: () => tell("unstored"),
});

const inbox = createInbox(outbox, {
	arrived(item, isLive) {
		const stay = isAtEnd();
		if (isLive) see();
		const node = drawNews(item);
		refresh();
		if (stay) scroll.scrollTop = node.offsetTop - scroll.clientHeight / 2;
	},
	reloaded: drawAll,
});

const place = createPlace(
	(location) => say({ location }, word("my_place")),
	() => text.focus(),
);

const tell = (key) => (news.textContent = key && word(key));

const asksPlace = (turn) => turn?.state === "done" && list(turn.replies).some((reply) => reply.ask === "location");

createPhoto((picture) => {
	if (picture.size > PHOTO_MOST) tell("photo_large");
	else say({ photo: null }, word("my_photo"), {}, picture);
});

function say(body, words, more, picture) {
	place.show(false);
	if (!wasOffline) tell("");
	fresh.remove();
	outbox.send(body, words, more, picture);
}

function draw(turn) {
	const element = shown.get(turn.id) || addTurn(turn);
	element.dataset.state = turn.state;
	const said = turn.state === "done" ? "" : turn.error || word(turn.state);
	element.querySelector("[slot=state]").textContent = (turn.renewed ? word("renewed") : "") + said;
	const again = element.querySelector(".state button");
	const isOffered = turn.state === "retrying" || turn.state === "broken";
	if (!isOffered && again === document.activeElement) scroll.focus({ preventScroll: true });
	again.hidden = !isOffered;
	if (turn.state !== "done" || element.dataset.answered) return;
	element.dataset.answered = "yes";
	element.append(...list(turn.replies).map((reply) => drawReply(turn.id, reply)));
}

function addTurn(turn) {
	const { node, field } = fromTemplate("turn", turn, "text");
	const picture = outbox.pictures.get(turn.id);
	if (picture) showPicture(picture, field("text"), "");
	onTap(node.querySelector("button"), () => outbox.again(turn.id));
	return add(turn.id, node);
}

function drawNews(item) {
	if (inbox.isFirstUnread(item)) log.append(fresh);
	return add(item.id, drawReply(item.id, item.reply));
}

// What stands at the end of a visible page has been seen; a hidden one counts in its title.
function see() {
	down.hidden = isAtEnd();
	const unread = inbox.unread(down.hidden && !document.hidden);
	document.title = document.hidden && unread ? `(${unread}) ${title}` : title;
}

function add(id, node) {
	log.append(node);
	shown.set(id, node);
	return node;
}

function drawReply(from, reply) {
	const { node, field } = fromTemplate("reply");
	const [bubble, cards, choices] = node.children;
	cards.append(...list(reply.cards).map((card) => drawCard(card, report)).filter(Boolean));
	offer(choices, reply.choices, (token, title) => say({ choice: token }, title, { picked: token, from }));
	const { picture, image } = reply; // It is whole without.
	if (picture) drawPicture(cards, `sketches/${picture}`, word("sketch")).catch(() => {});
	if (image) drawPicture(cards, `images/${image}`, "").catch(() => {});
	const isEmpty = !cards.firstChild && !choices.firstChild;
	if (reply.text || isEmpty) field("text").textContent = reply.text || word("unreadable");
	else bubble.remove();
	return node;
}

function report(token, words) {
	if (!isUnderWay("picked", token)) say({ choice: token }, words, { picked: token });
}

function isUnderWay(key, value) {
	const last = outbox.last();
	return last?.[key] === value && outbox.isWaiting(last);
}

async function drawPicture(place, path, alt) {
	const answer = await fetch(`api/${path}`, { headers: { Authorization: `Bearer ${outbox.token()}` } });
	if (answer.ok) showPicture(await answer.blob(), place, alt);
}

function showPicture(picture, place, alt) {
	const image = Object.assign(new Image(), { alt, src: URL.createObjectURL(picture) });
	image.onload = () => URL.revokeObjectURL(image.src);
	image.onerror = () => image.remove();
	place.after(image);
}

// The newest turn's choices can be tapped, those of news until one is picked, those of a card always.
function refresh() {
	const turns = outbox.turns();
	const newest = turns.filter((turn) => turn.state !== "refused" || turn.renewed).pop();
	const taken = turns.filter((turn) => turn.state !== "refused");
	const picks = taken.map((turn) => turn.picked);
	for (const [id, element] of shown) {
		const isOpen = element.matches(".turn") ? id === newest?.id : !taken.some((turn) => turn.from === id);
		for (const box of element.querySelectorAll(".choices, .reports")) {
			const buttons = [...box.querySelectorAll("button")];
			const pick = Math.max(...buttons.map((button) => picks.lastIndexOf(button.value)));
			const isUsable = isOpen || box.matches(".reports");
			for (const button of buttons) {
				// `disabled` would throw the focus away.
				button.setAttribute("aria-disabled", !isUsable);
				button.tabIndex = isUsable || button === document.activeElement ? 0 : -1;
				if (button.value === picks[pick]) button.setAttribute("aria-pressed", "true");
				else button.removeAttribute("aria-pressed");
			}
		}
	}
	byId("shortcuts").hidden = !turns.length;
	see();
	inbox.tune();
}

function drawAll() {
	shown.clear();
	log.replaceChildren();
	log.setAttribute("aria-live", "off"); // What was said before is not read out again.
	for (const turn of outbox.turns()) {
		draw(turn);
		inbox.after(turn.id).forEach(drawNews);
	}
	refresh();
	scroll.scrollTop = fresh.isConnected ? fresh.offsetTop - 8 : scroll.scrollHeight;
	place.show(asksPlace(outbox.last()));
	setTimeout(() => log.setAttribute("aria-live", "polite"));
}

const isAtEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;

// A long answer is shown from its beginning.
function follow(turn) {
	const element = shown.get(turn.id);
	const answer = element.children[1];
	const least = answer ? answer.offsetTop - scroll.clientHeight / 2 : 0;
	scroll.scrollTop = Math.max(element.offsetTop - 8, least);
}

scroll.addEventListener("scroll", see);
document.addEventListener("visibilitychange", refresh);
onTap(down, () => {
	scroll.scrollTop = scroll.scrollHeight;
	scroll.focus({ preventScroll: true });
});

function setDraft(words) {
	text.value = words;
	text.style.height = "";
	text.style.height = `${text.scrollHeight + 2}px`;
	keep(DRAFT, words);
}

function submit(event) {
	event.preventDefault();
	const words = text.value;
	if (words.trim()) {
		say({ text: words }, words);
		setDraft("");
	}
	text.focus();
}

text.addEventListener("input", () => setDraft(text.value));
text.addEventListener("keydown", (event) => {
	// While an input method composes, Enter picks its word; 229 is how older browsers say so.
	if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) submit(event);
});
byId("composer").addEventListener("submit", submit);
for (const button of document.querySelectorAll(".starters button, #shortcuts button")) {
	onTap(button, () => {
		const words = (button.querySelector("b") || button).textContent;
		if (!isUnderWay("text", words)) say({ text: words }, words);
	});
}

onTap(byId("wipe-open"), () => wipe.showModal());
onTap(byId("wipe-yes"), () => {
	inbox.wipe();
	outbox.wipe();
	setDraft("");
	wasOffline = false;
	drawAll();
	tell("wiped");
});

setDraft(recall(DRAFT) || "");
drawAll();
outbox.start();
