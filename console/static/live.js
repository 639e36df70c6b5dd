// Keeps parts of a page up to date while somebody looks at it. Without this file one refreshes by hand.
const EVERY_MS = 4000;
// Whoever touches nothing for so long is away: asking on would keep his session open.
const AWAY_MS = 15 * 60 * 1000;
let touched = Date.now();

for (const kind of ["keydown", "pointerdown", "pointermove"]) {
	addEventListener(kind, () => (touched = Date.now()), { passive: true });
}

// What grows is added to, so that a screen reader reads the new alone and a voice plays on.
function grow(part, fresh) {
	for (const list of fresh.querySelectorAll("[data-grows]")) {
		const own = part.querySelector(`#${list.id}`);
		const added = [...list.children].filter((item) => !document.getElementById(item.id));
		own?.append(...added);
		if (own && added.length) own.scrollTop = own.scrollHeight;
	}
}

function swap(part, fresh) {
	for (const piece of fresh.querySelectorAll("[data-swaps]")) {
		const own = part.querySelector(`#${piece.id}`);
		if (!own || own.innerHTML === piece.innerHTML) continue;
		const focused = own.contains(document.activeElement) && document.activeElement.id;
		own.replaceChildren(...piece.childNodes);
		if (focused) document.getElementById(focused)?.focus();
	}
}

async function look(part) {
	const answer = await fetch(part.dataset.live, { redirect: "error" });
	if (!answer.ok) return false;
	const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
	grow(part, fresh);
	swap(part, fresh);
	return true;
}

async function watch(part) {
	const stopped = document.querySelector("[data-stopped]");
	for (;;) {
		await new Promise((done) => setTimeout(done, EVERY_MS));
		const isWanted = !document.hidden && Date.now() - touched < AWAY_MS;
		// What cannot be reached now may be later; who is no longer let in must sign in again.
		const goesOn = !isWanted || (await look(part).catch(() => true));
		stopped.hidden = goesOn && Date.now() - touched < AWAY_MS;
		if (!goesOn) return;
	}
}

document.querySelectorAll("[data-live]").forEach(watch);
for (const said of document.querySelectorAll("[data-grows]")) said.scrollTop = said.scrollHeight;

for (const link of document.querySelectorAll("[data-fills]")) {
	link.addEventListener("click", (event) => {
		event.preventDefault();
		const text = document.getElementById("text");
		text.value = [text.value.trim(), link.dataset.fills].filter(Boolean).join("\n");
		text.focus();
	});
}
