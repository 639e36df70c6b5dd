// Keeps the conversation on this phone and delivers every turn in order, each under one id.
const KEY = "yizhan.chat";
const MESSAGES_KEPT = 50;
const ANSWER_WITHIN_MS = 20000;
const WAITS_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const FAULTS_BEFORE_GIVING_UP = 6;
const NEXT = -1;
// These pass by themselves: a gateway without its server, a busy server, a rate limit.
const PASSING = new Set([408, 425, 429, 502, 503, 504]);

const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const isWaiting = (turn) => turn.state === "sending" || turn.state === "retrying";

// A browser may refuse storage; the page then works, but only as long as it is open.
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keep(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
}

function read() {
  try {
    const { token = null, turns } = JSON.parse(recall(KEY)) || {};
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

async function post(path, body, token, signal) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  const answer = await response.json().catch(() => null);
  return { status: response.status, wait: Number(response.headers.get("Retry-After")) * 1000 || 0, answer };
}

// `watch` is told of: changed(turn), reloaded(), trouble(isOffline), unstored().
export function createOutbox(watch) {
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
    delete turn.body; // It may hold a position, which is not kept once it has been used.
    change(turn, fields);
    return NEXT;
  }

  // An outcome is the least time to wait before this turn is tried again, or NEXT: go on with the queue.
  function judge(turn, { status, wait, answer }) {
    if (status === 200 && answer && Array.isArray(answer.replies)) {
      return finish(turn, { state: "done", replies: answer.replies, error: null });
    }
    const said = (answer && answer.error && answer.error.text) || null;
    if (status === 401) {
      token = null;
      const seen = turn.renewed;
      change(turn, { renewed: true });
      return seen ? later(turn, said, wait) : NEXT;
    }
    if (PASSING.has(status) || status === 200) return later(turn, said, wait);
    if (status < 500 && said) return finish(turn, { state: "refused", error: said });
    turn.faults = (turn.faults || 0) + 1;
    if (turn.faults < FAULTS_BEFORE_GIVING_UP) return later(turn, said, wait);
    change(turn, { state: "broken", error: said, faults: 0 });
    return NEXT;
  }

  function later(turn, said, wait) {
    change(turn, { state: "retrying", error: said });
    return wait;
  }

  async function attempt(turn) {
    request = new AbortController();
    const limit = setTimeout((sent) => sent.abort(), ANSWER_WITHIN_MS, request);
    try {
      if (!token) {
        const made = await post("api/workers", {}, null, request.signal);
        if (!made.answer || !made.answer.token) return { ...made, status: made.status === 429 ? 429 : 503 };
        token = made.answer.token;
        save();
      }
      return await post("api/turns", { id: turn.id, ...turn.body }, token, request.signal);
    } catch {
      return null; // No network, or no answer in time.
    } finally {
      clearTimeout(limit);
    }
  }

  async function deliver(id) {
    const result = await attempt(turns.find((turn) => turn.id === id));
    const turn = turns.find((each) => each.id === id);
    if (!turn || !isWaiting(turn)) return NEXT; // Wiped, or finished by another tab meanwhile.
    if (!result || result.answer) watch.trouble(!result);
    return result ? judge(turn, result) : later(turn, null, 0);
  }

  async function pump() {
    if (running) return;
    running = true;
    clearTimeout(timer);
    try {
      await drain();
    } finally {
      running = false;
    }
  }

  async function drain() {
    for (let turn = turns.find(isWaiting); turn; turn = turns.find(isWaiting)) {
      const outcome = await deliver(turn.id);
      if (outcome === NEXT) {
        failures = 0;
        continue;
      }
      const wait = Math.max(outcome, WAITS_MS[Math.min(failures, WAITS_MS.length - 1)]);
      failures += 1;
      // Phones that lost the same mast should not all come back in the same instant.
      timer = setTimeout(pump, wait * (1 + Math.random() * 0.3));
      return;
    }
  }

  function hurry() {
    failures = 0;
    pump();
  }

  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  addEventListener("storage", (event) => {
    if (event.key !== KEY && event.key !== null) return;
    ({ token, turns } = read());
    watch.reloaded();
  });

  return {
    turns: () => turns,
    start: hurry,
    isWaiting,
    isPending: () => turns.some(isWaiting),
    send(body, text, more) {
      const turn = { id: newId(), body, text, state: "sending", ...more };
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
      failures = 0;
      clearTimeout(timer);
      if (request) request.abort();
      keep(KEY, null);
    },
  };
}
