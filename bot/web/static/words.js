// Picks words and templates out of index.html, where every sentence of the page stands.
const words = new Map();
for (const item of document.getElementById("words").content.children) words.set(item.dataset.w, item.textContent.trim());

export const word = (key, n) => words.get(key).replace("{n}", () => n);

export function fromTemplate(name) {
  const node = document.getElementById(name).content.firstElementChild.cloneNode(true);
  const field = (key) => node.querySelector(`[data-f="${key}"]`);
  return { node, field };
}

// What a card lacks is left out.
export function put(element, value) {
  if (value === null || value === undefined || value === "") element.remove();
  else element.textContent = String(value);
}
