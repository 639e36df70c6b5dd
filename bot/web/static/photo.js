// Takes a picture from the phone and makes it small enough to send.
import { byId, onTap } from "./words.js";

const SIDE_MOST = 2048;

// What the browser cannot read goes as it is.
async function shrink(file) {
	try {
		const picture = await createImageBitmap(file);
		const { width, height } = picture;
		const scale = Math.min(1, SIDE_MOST / Math.max(width, height));
		const canvas = document.createElement("canvas");
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
