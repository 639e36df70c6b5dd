// Picks words and templates out of index.html, where every sentence of the page stands.
export const byId = (id) => document.getElementById(id);
const lines = byId("words").content.textContent.trim().split("\n");
const words = new Map(lines.map((line) => line.split(/ (.*)/)));

export const word = (key, n) => words.get(key).replace("{n}", () => n);

export const onTap = (element, todo) => element.addEventListener("click", todo);

// What came from the server may be no list, or have holes.
export const list = (value) => (Array.isArray(value) ? value.filter(Boolean) : []);

export function fromTemplate(name, card = {}, ...keys) {
	const node = byId(name).content.firstElementChild.cloneNode(true);
	const field = (key) => node.querySelector(`[slot=${key}]`);
	for (const key of keys) put(field(key), card[key]);
	return { node, field };
}

// What a card lacks is left out.
export function put(element, value) {
	if ((value ?? "") === "") element.remove();
	else element.textContent = value;
}

export const make = (name, textContent) => Object.assign(document.createElement(name), { textContent });

// A button for each choice; `pick` is told its token and title.
export function offer(box, choices, pick) {
	for (const { title, token } of list(choices)) {
		if (!token) continue;
		const button = make("button", title);
		button.value = token;
		onTap(button, () => button.getAttribute("aria-disabled") !== "true" && pick(token, title));
		box.append(button);
	}
	if (!box.querySelector("button")) box.remove();
}
