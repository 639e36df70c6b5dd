// Keeps the conversation on this phone and delivers every turn in order, each under one id.
import { word } from "./words.js";

const KEY = "yizhan.chat";
const MESSAGES_KEPT = 50;
const ANSWER_WITHIN_MS = 20000;
const UPLOAD_WITHIN_MS = 120000;
const WAITS_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const FAULTS_BEFORE_GIVING_UP = 6;

const newId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

const isWaiting = (turn) => turn.state === "sending" || turn.state === "retrying";

// Phones that lost the same mast should not all come back at once.
export const pause = (failures) => WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] * (1 + Math.random() * 0.3);

export function recall(key) {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

// Where a browser refuses storage the page works as long as it is open.
export function keep(key, value) {
	try {
		if (value) localStorage.setItem(key, value);
		else localStorage.removeItem(key);
		return true;
	} catch {
		return false;
	}
}

// Another tab changed it, or cleared all.
export const onStored = (own, todo) => addEventListener("storage", ({ key }) => (key ?? own) === own && todo());

function read() {
	try {
		const { token = null, turns } = JSON.parse(recall(KEY));
		return { token, turns: turns.filter((turn) => turn.id) };
	} catch {
		return { token: null, turns: [] };
	}
}

function trimmed(turns) {
	let total = 0;
	const isKept = (turn) => (total += 1 + (turn.replies || []).length) <= MESSAGES_KEPT || isWaiting(turn);
	return turns.reverse().filter(isKept).reverse();
}

// `watch` is told of: changed(turn), reloaded(), trouble(isOffline), unstored().
export function createOutbox(watch) {
	const pictures = new Map(); // By the id of their turn: too large to be stored.
	let { token, turns } = read();
	let running = false;
	let failures = 0;
	let timer = 0;
	let request = null;

	function save() {
		turns = trimmed(turns);
		if (!keep(KEY, JSON.stringify({ token, turns }))) watch.unstored();
	}

	function change(turn, fields) {
		Object.assign(turn, fields);
		save();
		watch.changed(turn);
	}

	function finish(turn, fields) {
		delete turn.body; // It may hold a position.
		change(turn, fields);
		return true;
	}

	async function post(path, body) {
		const headers = token ? { Authorization: `Bearer ${token}` } : {};
		if (typeof body === "string") headers["Content-Type"] = "application/json";
		const response = await fetch(path, { method: "POST", headers, body, signal: request.signal });
		return { status: response.status, answer: await response.json().catch(() => null) };
	}

	// Whether to go on with the queue at once.
	function judge(turn, { status, answer }) {
		if (status === 200 && Array.isArray(answer?.replies)) {
			return finish(turn, { state: "done", replies: answer.replies, error: null });
		}
		const error = answer?.error?.text || null;
		if (status === 401) {
			token = null;
			if (turn.body.photo) turn.body.photo = null; // It was another worker's.
			const isSecond = turn.renewed;
			change(turn, { state: "retrying", error: isSecond ? error : null, renewed: true });
			return !isSecond;
		}
		if (error && status < 500 && status !== 429) return finish(turn, { state: "refused", error });
		// All but the server's own fault passes by itself.
		const faults = (turn.faults || 0) + (status === 500);
		const isHopeless = faults === FAULTS_BEFORE_GIVING_UP;
		change(turn, { state: isHopeless ? "broken" : "retrying", error, faults: isHopeless ? 0 : faults });
		return isHopeless;
	}

	async function attempt(turn) {
		request = new AbortController();
		const isUpload = turn.body.photo === null;
		const limit = setTimeout((own) => own.abort(), isUpload ? UPLOAD_WITHIN_MS : ANSWER_WITHIN_MS, request);
		try {
			if (!token) {
				const made = await post("api/workers", "{}");
				if (!made.answer?.token) return { ...made, status: 503 };
				token = made.answer.token;
				save();
			}
			if (isUpload) {
				const form = new FormData();
				form.append("photo", pictures.get(turn.id));
				const made = await post("api/photos", form);
				if (!made.answer?.photo) return made;
				turn.body.photo = made.answer.photo;
				save();
			}
			return await post("api/turns", JSON.stringify({ id: turn.id, ...turn.body }));
		} catch {
			return null; // No network, or no answer in time.
		} finally {
			clearTimeout(limit);
		}
	}

	async function deliver(id) {
		const due = turns.find((turn) => turn.id === id);
		if (due.body.photo === null && !pictures.has(id)) {
			return finish(due, { state: "refused", error: word("photo_lost") });
		}
		const result = await attempt(due);
		const turn = turns.find((each) => each.id === id);
		if (!turn || !isWaiting(turn)) return true; // Wiped, or finished by another tab.
		if (!result || result.answer) watch.trouble(!result);
		return judge(turn, result || { status: 503 });
	}

	async function pump() {
		clearTimeout(timer);
		if (running) return;
		running = true;
		try {
			for (let turn = turns.find(isWaiting); turn; turn = turns.find(isWaiting)) {
				if (!(await deliver(turn.id))) {
					timer = setTimeout(pump, pause(failures));
					failures += 1;
					break;
				}
				failures = 0;
			}
		} finally {
			running = false;
		}
	}

	function hurry() {
		failures = 0;
		pump();
	}

	addEventListener("online", hurry);
	document.addEventListener("visibilitychange", () => document.hidden || hurry());
	onStored(KEY, () => {
		({ token, turns } = read());
		watch.reloaded();
	});

	return {
		turns: () => turns,
		last: () => turns[turns.length - 1],
		token: () => token,
		start: hurry,
		isWaiting,
		pictures,
		send(body, text, more, picture) {
			const turn = { id: newId(), body, text, state: "sending", ...more };
			if (picture) pictures.set(turn.id, picture);
			turns.push(turn);
			change(turn, {});
			pump();
		},
		again(id) {
			for (const turn of turns) if (turn.id === id && turn.state === "broken") change(turn, { state: "sending" });
			hurry();
		},
		wipe() {
			token = null;
			turns = [];
			pictures.clear();
			failures = 0;
			clearTimeout(timer);
			request?.abort();
			keep(KEY, null);
		},
	};
}
