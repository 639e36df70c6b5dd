// Listens for the worker's news and keeps them on this phone.
import { keep, onStored, pause, recall } from "./outbox.js";

const KEY = "yizhan.news";
const NEWS_KEPT = 20;
// The server gives a sign every 16 seconds.
const SILENCE_MS = 45000;
const NOTHING = { owner: null, seen: 0, news: [], unread: 0 };

function read() {
	try {
		return { ...NOTHING, ...JSON.parse(recall(KEY)) };
	} catch {
		return NOTHING;
	}
}

// `watch` is told of: arrived(item, isLive), reloaded().
export function createInbox(outbox, watch) {
	let kept = read();
	let isStored = true;
	let line = null; // { token, request, isLive } while one is wanted.

	// Another worker's numbers do not count.
	const seen = (token) => (kept.owner === token ? kept.seen : 0);

	function take(event, own) {
		const number = Number(/^id: (\d+)$/m.exec(event)?.[1]);
		if (!number) own.isLive = true; // A sign of life: all that waited has come.
		if (isStored) kept = read(); // Another tab may have been first.
		if (!(number > seen(own.token))) return;
		const item = { id: `news-${number}`, after: outbox.last()?.id, reply: {} };
		try {
			item.reply = JSON.parse(/^data: (.*)$/m.exec(event)[1]) || {};
		} catch {
			// The page says that it cannot show it.
		}
		const news = [...kept.news, item].slice(-NEWS_KEPT);
		save({ owner: own.token, seen: number, news, unread: kept.unread + 1 });
		watch.arrived(item, own.isLive);
	}

	function save(now) {
		kept = now;
		isStored = keep(KEY, JSON.stringify(kept));
	}

	// Ends when the line does; returns what the server answered, if it did.
	async function hear(own) {
		const request = (own.request = new AbortController());
		own.isLive = false;
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
				if (done || own !== line) return;
				clearTimeout(silence);
				silence = setTimeout(giveUp, SILENCE_MS);
				const events = (rest + value).split("\n\n");
				rest = events.pop();
				for (const event of events) take(event, own);
			}
		} catch {
			// It broke, or was cut.
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

	// Opens or cuts the line, as name, screen and network are; a hidden page spares a phone.
	function tune() {
		const isAway = document.hidden && !matchMedia("(hover)").matches;
		const token = isAway || !navigator.onLine ? null : outbox.token();
		if (token === (line && line.token)) return;
		line?.request.abort();
		line = token && { token };
		if (line) listen(line);
	}

	addEventListener("online", tune);
	addEventListener("offline", tune);
	onStored(KEY, () => {
		kept = read();
		watch.reloaded();
	});

	return {
		tune,
		after: (id) => kept.news.filter((item) => item.after === id),
		isFirstUnread: ({ id }) => kept.news[Math.max(0, kept.news.length - kept.unread)]?.id === id,
		unread(isSeen) {
			if (isSeen && kept.unread) save({ ...kept, unread: 0 });
			return kept.unread;
		},
		wipe() {
			kept = NOTHING;
			keep(KEY, null);
		},
	};
}
