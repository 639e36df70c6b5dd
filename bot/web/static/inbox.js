// Listens for the worker's news and keeps them on this phone.
import { keep, pause, recall } from "./outbox.js";

const KEY = "yizhan.news";
const NEWS_KEPT = 20;
// The server gives a sign every 16 seconds.
const SILENCE_MS = 45000;
const NOTHING = { owner: null, seen: 0, news: [] };

function read() {
	try {
		return JSON.parse(recall(KEY)) || NOTHING;
	} catch {
		return NOTHING;
	}
}

// `watch` is told of: arrived(item), reloaded().
export function createInbox(outbox, watch) {
	let kept = read();
	let isStored = true;
	let line = null; // { token, request } while one is wanted.

	// Another worker's numbers do not count.
	const seen = (token) => (kept.owner === token ? kept.seen : 0);

	function take(event, owner) {
		const number = Number(/^id: (\d+)$/m.exec(event)?.[1]);
		if (!number) return; // Only a sign that the line lives.
		if (isStored) kept = read(); // Another tab may have been first.
		if (number <= seen(owner)) return;
		const item = { id: `news-${number}`, after: outbox.last()?.id, reply: {} };
		try {
			item.reply = JSON.parse(/^data: (.*)$/m.exec(event)[1]) || {};
		} catch {
			// The page says that it cannot show it.
		}
		kept = { owner, seen: number, news: [...kept.news, item].slice(-NEWS_KEPT) };
		isStored = keep(KEY, JSON.stringify(kept));
		watch.arrived(item);
	}

	// Ends when the line does; returns what the server answered, if it did.
	async function hear(own) {
		const request = (own.request = new AbortController());
		const giveUp = () => request.abort();
		let silence = setTimeout(giveUp, SILENCE_MS);
		try {
			const headers = { Authorization: `Bearer ${own.token}`, "Last-Event-ID": seen(own.token) };
			const response = await fetch("api/inbox", { headers, signal: request.signal });
			// A portal that answers for the server is not believed.
			if (!/^text\/event-stream/.test(response.headers.get("Content-Type"))) return response.status;
			const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
			for (let rest = ""; ; ) {
				const { value, done } = await reader.read();
				if (done || own !== line) return null;
				clearTimeout(silence);
				silence = setTimeout(giveUp, SILENCE_MS);
				const events = (rest + value).split("\n\n");
				rest = events.pop();
				for (const event of events) take(event, own.token);
			}
		} catch {
			return null; // It broke, or was cut.
		} finally {
			clearTimeout(silence);
			giveUp();
		}
	}

	async function listen(own) {
		for (let failures = 0; own === line; failures += 1) {
			const since = Date.now();
			if ((await hear(own)) === 401) return; // The outbox gets a new name with the next turn.
			if (Date.now() - since > SILENCE_MS) failures = 0;
			await new Promise((done) => setTimeout(done, pause(failures)));
		}
	}

	// Opens or cuts the line, as name, screen and network are now.
	function tune() {
		const token = document.hidden || !navigator.onLine ? null : outbox.token();
		if (token === (line && line.token)) return;
		line?.request.abort();
		line = token && { token };
		if (line) listen(line);
	}

	addEventListener("online", tune);
	addEventListener("offline", tune);
	document.addEventListener("visibilitychange", tune);
	addEventListener("storage", ({ key }) => {
		if (key !== KEY && key !== null) return;
		kept = read();
		watch.reloaded();
	});

	return {
		tune,
		after: (id) => kept.news.filter((item) => item.after === id),
		wipe() {
			kept = NOTHING;
			keep(KEY, null);
		},
	};
}
