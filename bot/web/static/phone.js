// What the phone gives, only when he taps: a picture, made small; his position.
import { byId, make, onTap, word } from "./words.js";

const ASKED_OF_THE_PHONE = { enableHighAccuracy: true, timeout: 12000, maximumAge: 60000 };
const TEN_METRES = 1e4;
const DENIED = 1;
const round = (degrees) => Math.round(degrees * TEN_METRES) / TEN_METRES;
const SIDE_MOST = 2048;

// What the browser cannot read goes as it is.
async function shrink(file) {
	try {
		const picture = await createImageBitmap(file);
		const { width, height } = picture;
		const scale = Math.min(1, SIDE_MOST / Math.max(width, height));
		const canvas = make("canvas");
		canvas.width = width * scale;
		canvas.height = height * scale;
		const pen = canvas.getContext("2d");
		pen.scale(scale, scale);
		pen.fillStyle = "#fff";
		pen.fillRect(0, 0, width, height);
		pen.drawImage(picture, 0, 0);
		picture.close();
		return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85))) || file;
	} catch {
		return file;
	}
}

export function createPhoto(send) {
	const input = byId("photo");
	onTap(byId("photo-open"), () => input.click());
	input.addEventListener("change", async () => {
		const [file] = input.files;
		input.value = ""; // The same one may be chosen again.
		if (file) send(await shrink(file));
	});
}

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

	async function locate() {
		if (go.hasAttribute("aria-disabled")) return;
		const question = (asked += 1);
		go.setAttribute("aria-disabled", "true");
		hint.textContent = word("place_asking");
		const answer = new Promise((done) => navigator.geolocation.getCurrentPosition(done, done, ASKED_OF_THE_PHONE));
		const { coords, code } = await answer;
		if (question !== asked) return;
		if (coords) return send({ lat: round(coords.latitude), lon: round(coords.longitude), datum: "wgs84" });
		go.removeAttribute("aria-disabled");
		go.textContent = word("place_again");
		hint.textContent = word(code === DENIED ? "place_denied" : "place_not_found");
	}

	onTap(toggle, () => show(panel.hidden));
	onTap(go, locate);
	onTap(type, () => {
		show(false);
		typeInstead();
	});
	return { show };
}
