/* The review page's script: keys, the next task at once, undo, lists that typing narrows down.

Belongs here: tasks between the server and the screen. Does not belong here: forms (`forms.js`), keys (`keys.js`), and
anything without which the page would not work: without scripts the same forms do the same.

An answer goes to the server while the next task is on the screen already. Until the server has said that it is saved it
stays in `outbox`; if it cannot be saved, its task comes back to the screen with the reason. */
import { $, $$, answers, current, edit, isTask, marks, narrow, pick, stage, words } from "./forms.js";
import { listen } from "./keys.js";

const PATIENCE_MS = 15000;
const LOOK_MS = 60000;
const WARN_MS = 60000;
const TOLERANCE_MS = 2000; // so far may the server's time and the browser's lie apart

const outbox = [];
const sent = new Set(); // tasks that were answered: a list that was made before may still name them
let ahead = null; // the next task, ready to be shown
let stopped = null; // what an answer that came back waits for: {go}
let held = null; // what was on the screen when it came back
let sending = null;
let shownAt = 0;

document.documentElement.classList.add("js");

/* What is on the screen */

function parsed(html, seconds) {
  const template = document.createElement("template");
  template.innerHTML = html; // made and escaped by the server
  const node = template.content.firstElementChild;
  prepare(node, seconds);
  return node;
}

function prepare(node, seconds) {
  if (seconds !== undefined) node.deadline = Date.now() + seconds * 1000;
  for (const time of $$("time", node)) localTime(time, node.deadline);
  for (const picture of $$("img", node)) new Image().src = picture.getAttribute("src");
}

function localTime(time, moment) {
  if (!moment) return;
  time.textContent = new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function show(node) {
  node.classList.add("fresh");
  stage.replaceChildren(node);
  shownAt = performance.now();
  for (const picture of $$("img.picture", node)) picture.addEventListener("error", () => picture.remove());
  marks(node);
  window.scrollTo(0, 0);
  node.focus({ preventScroll: true });
}

function waiting() {
  const node = document.createElement("article");
  node.className = "task empty waiting";
  node.dataset.task = "";
  node.tabIndex = -1;
  const text = document.createElement("p");
  text.textContent = "One moment …";
  node.append(text);
  return node;
}

function say(text) {
  $("#said").textContent = text;
}

function notice(text, kind = "plain", action = null, label = "", key = "") {
  const box = document.createElement("div");
  box.className = `notice ${kind}`;
  const told = document.createElement("p");
  told.textContent = text;
  box.append(told);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(`${label} `);
    if (key) button.append(Object.assign(document.createElement("kbd"), { textContent: key, ariaHidden: "true" }));
    button.addEventListener("click", action);
    box.append(button);
  }
  $("#notice").replaceChildren(box);
}

const quiet = () => $("#notice").replaceChildren();

function progress(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  $("#progress").replaceChildren(template.content);
}

/* To the server and back */

async function call(address, body) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    headers["X-CSRF-Token"] = $("meta[name=csrf-token]").content;
  }
  const method = body === undefined ? "GET" : "POST";
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(address, { method, headers, body: body && JSON.stringify(body), signal, redirect: "error" });
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => ({}));
  const detail = Array.isArray(told.detail) ? told.detail.map((one) => one.msg).join(" ") : told.detail;
  throw Object.assign(new Error(detail || `The server answered ${answer.status}.`), { status: answer.status });
}

function decide(node, answers, what) {
  if (stopped || !isTask(node)) return;
  quiet();
  outbox.push({ id: node.dataset.task, answers, node, what, again: false });
  const next = ahead && ahead.deadline > Date.now() + 5000 ? ahead : null;
  ahead = null;
  show(next || waiting());
  pump();
}

function pump() {
  if (!sending) sending = pumped().finally(() => { sending = null; });
  return sending;
}

async function pumped() {
  while (outbox.length && !stopped) {
    const one = outbox[0];
    let told;
    try {
      told = await call(`/api/tasks/${encodeURIComponent(one.id)}`, { answers: one.answers, again: one.again });
    } catch (error) {
      failed(one, error);
      continue;
    }
    outbox.shift();
    sent.add(one.id);
    progress(told.progress);
    if (!told.saved) back(one.node, `${told.message} It was: ${one.what}.`, "Go on", goOn);
    else if (told.message) notice(told.message, "wrong");
    else say(`Saved: ${one.what}.`);
  }
  if (!stopped) await refill();
}

function failed(one, error) {
  if (error.status === 422) {
    outbox.shift();
    if (isTask(current())) ahead = current();
    show(one.node);
    notice(`Not saved: ${error.message}`, "wrong");
  } else if (error.status === 404) {
    outbox.shift();
    back(one.node, `Not saved: ${error.message}`, "Go on", goOn);
  } else if (error.status === 401 || error.status === 403) {
    outbox.length = 0;
    back(one.node, "Not saved: you are signed out, or your session has changed. Sign in again: the question will be there.",
      "Sign in", () => location.assign("/"));
  } else {
    const more = outbox.length > 1 ? ` ${outbox.length} answers wait.` : "";
    back(one.node, `Not saved yet: the server cannot be reached. Your answer (${one.what}) is kept here.${more}`,
      "Try again", () => { one.again = true; goOn(); });
  }
}

function back(node, text, label, go) {
  if (!stopped) held = current();
  node.classList.add("shut");
  for (const control of $$("button, input, textarea", node)) control.disabled = true;
  stopped = { go };
  show(node);
  notice(`${text} Until you go on (Enter), single keys answer nothing.`, "wrong", go, label, "Enter");
}

/* What is on the screen is no longer this person's, long before its time is over. */
function gone(node) {
  back(node, "This question was answered by somebody else meanwhile, or is no longer asked. Nothing of yours is lost.",
    "Another question", goOn);
  held = null;
}

function goOn() {
  stopped = null;
  quiet();
  show(isTask(held) ? held : waiting());
  held = null;
  pump();
}

/* The present task and the one after it, as the server has them */
async function refill() {
  let told;
  try {
    told = await call("/api/tasks/next?count=2");
  } catch (error) {
    if (!isTask(current())) {
      const again = () => { quiet(); refill(); };
      if (error.status === 401) notice("You are signed out.", "wrong", () => location.assign("/"), "Sign in");
      else notice(`The next question cannot be fetched: ${error.message}`, "wrong", again, "Try again", "Enter");
    }
    return;
  }
  if (stopped) return;
  progress(told.progress);
  const waits = told.tasks.filter((task) => !sent.has(task.task_id) && !outbox.some((one) => one.id === task.task_id));
  const shown = waits.find((task) => task.task_id === current().dataset.task);
  if (!isTask(current())) {
    const first = waits.shift();
    if (first) show(parsed(first.html, first.seconds));
    else if (!outbox.length && told.empty && !current().querySelector("h1")) show(parsed(told.empty));
  } else if (shown) {
    current().deadline = Date.now() + shown.seconds * 1000;
    for (const time of $$("time", current())) localTime(time, current().deadline);
  } else if (!outbox.length) {
    if (current().deadline - Date.now() > TOLERANCE_MS) return gone(current());
    current().deadline = Date.now();
  }
  const next = waits.find((task) => task.task_id !== current().dataset.task);
  if (!next) ahead = null;
  else if (!ahead || ahead.dataset.task !== next.task_id) ahead = parsed(next.html, next.seconds);
}

async function undo() {
  if (stopped) return;
  await sending;
  if (stopped) return;
  try {
    const told = await call("/api/undo", {});
    progress(told.progress);
    if (!told.task) return notice(told.message);
    if (isTask(current())) ahead = current();
    show(parsed(told.task.html, told.task.seconds));
    notice("Taken back. Answer it anew.");
  } catch (error) {
    notice(`Not taken back: ${error.message}`, "wrong");
  }
}

/* Forms, whether by a key or by a click */

stage.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.method !== "post") return;
  const node = current();
  const given = answers(node, form, event.submitter);
  if (!given.length) return notice("All products are left open: accept or reject at least one, or skip.", "wrong");
  decide(node, given, words(form, event.submitter));
});

stage.addEventListener("change", (event) => {
  marks(current());
  if (event.target.matches("#levels input")) pick(event.target);
});

stage.addEventListener("input", (event) => {
  if (event.target.id === "filter") narrow(event.target);
});

stage.addEventListener("click", (event) => {
  if (event.target.closest("button.edit")) edit();
});

/* Time */

setInterval(() => {
  const node = current();
  if (stopped || !isTask(node) || !node.deadline) return;
  const left = node.deadline - Date.now();
  if (left <= 0 && node.told !== "over") {
    node.told = "over";
    notice("Your time for this question has run out. You can still answer; it counts if nobody else has the question by now, and you are told.",
      "wrong", () => { quiet(); show(waiting()); refill(); }, "Another question");
  } else if (left > WARN_MS && node.told) {
    node.told = undefined;
    quiet();
  } else if (left > 0 && left < WARN_MS && !node.told && left < 0.5 * 1000 * Number(node.dataset.seconds)) {
    node.told = "soon";
    notice("Less than a minute is left for this question.");
  }
}, 500);

setInterval(() => {
  if (!stopped && !outbox.length && !isTask(current()) && !document.hidden) refill();
}, LOOK_MS);

window.addEventListener("online", () => { if (stopped && outbox.length) stopped.go(); });
window.addEventListener("beforeunload", (event) => { if (outbox.length) event.preventDefault(); });
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

$("#undo").addEventListener("submit", (event) => { event.preventDefault(); undo(); });
listen({ undo, fresh: () => performance.now() - shownAt, stopped: () => stopped });

prepare(current(), isTask(current()) ? Number(current().dataset.seconds) : undefined);
marks(current());
shownAt = performance.now();
current().focus({ preventScroll: true });
refill();
