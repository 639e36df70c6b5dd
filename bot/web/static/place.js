// Asks for the worker's position, only when he taps.
import { byId, onTap, word } from "./words.js";

const ASKED_OF_THE_PHONE = { enableHighAccuracy: true, timeout: 12000, maximumAge: 60000 };
const TEN_METRES = 1e4;
const DENIED = 1;
const round = (degrees) => Math.round(degrees * TEN_METRES) / TEN_METRES;

export function createPlace(send, typeInstead) {
	const [panel, hint, go, type, toggle] = ["place", "place-hint", "place-go", "place-type", "place-open"].map(byId);
	const possible = isSecureContext && "geolocation" in navigator;
	const ask = go.textContent;
	let asked = 0; // The number of the question; an answer to an older one is not used.

	function show(isOpen) {
		if (isOpen === !panel.hidden) return;
		if (!isOpen && panel.contains(document.activeElement)) toggle.focus();
		panel.hidden = !isOpen;
		toggle.setAttribute("aria-expanded", isOpen);
		asked += 1;
		go.hidden = !possible;
		go.textContent = ask;
		go.removeAttribute("aria-disabled");
		hint.textContent = possible ? "" : word("place_insecure");
	}

	function locate() {
		if (go.hasAttribute("aria-disabled")) return;
		const question = (asked += 1);
		go.setAttribute("aria-disabled", "true");
		hint.textContent = word("place_asking");
		const found = ({ coords }) => {
			if (question !== asked) return;
			send({ lat: round(coords.latitude), lon: round(coords.longitude), datum: "wgs84" });
		};
		const failed = ({ code }) => {
			if (question !== asked) return;
			go.removeAttribute("aria-disabled");
			go.textContent = word("place_again");
			hint.textContent = word(code === DENIED ? "place_denied" : "place_not_found");
		};
		navigator.geolocation.getCurrentPosition(found, failed, ASKED_OF_THE_PHONE);
	}

	onTap(toggle, () => show(panel.hidden));
	onTap(go, locate);
	onTap(type, () => {
		show(false);
		typeInstead();
	});
	return { show };
}
