// Picks words and templates out of index.html, where every sentence of the page stands.
export const byId = (id) => document.getElementById(id);
const lines = byId("words").content.textContent.trim().split("\n");
const words = new Map(lines.map((line) => line.split(/ (.*)/)));

export const word = (key, n) => words.get(key).replace("{n}", () => n);

export const onTap = (element, todo) => element.addEventListener("click", todo);

// What came from the server may be no list, or have holes.
export const list = (value) => (Array.isArray(value) ? value.filter(Boolean) : []);

export function fromTemplate(name) {
	const node = byId(name).content.firstElementChild.cloneNode(true);
	const field = (key) => node.querySelector(`[data-f="${key}"]`);
	return { node, field };
}

// What a card lacks is left out.
export function put(element, value) {
	if (value === null || value === undefined || value === "") element.remove();
	else element.textContent = value;
}
