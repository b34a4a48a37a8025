/* The review page's script: keys, the next task at once, undo, lists that typing narrows down.

Belongs here: what makes the page quick. Does not belong here: anything without which it would not work; without this
script the same forms do the same.

An answer goes to the server while the next task is on the screen already. Until the server has said that it is saved it
stays in `outbox`; if it cannot be saved, its task comes back to the screen with the reason. */
"use strict";

const IGNORED_MS = 250; // a key that was meant for the last task does not answer the next one
const PATIENCE_MS = 15000;
const LOOK_MS = 60000;
const WARN_MS = 60000;

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const stage = $("#stage");
const outbox = [];
const sent = new Set(); // tasks that were answered: a list that was made before may still name them
let ahead = null; // the next task, ready to be shown
let stopped = null; // what an answer that came back waits for: {go}
let held = null; // what was on the screen when it came back
let sending = null;
let shownAt = 0;

document.documentElement.classList.add("js");

/* What is on the screen */

const current = () => stage.firstElementChild;
const isTask = (node) => Boolean(node && node.dataset.task);

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
  notice(text, "wrong", go, label, "Enter");
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

function answers(node, form, submitter) {
  const given = new FormData(form, submitter);
  const choice = given.get("choice");
  const note = $("#reason", node);
  const reason = (note && note.value.trim()) || null;
  const boxes = $$("[name=yes]", node);
  if (!boxes.length) {
    const answer = { question_id: node.dataset.question, choice, reason };
    if (choice === "replace") Object.assign(answer, { value: given.get("value") || "", unit: given.get("unit") || null });
    return [answer];
  }
  const left = new Set($$("[name=open]:checked", node).map((box) => box.value));
  return boxes
    .filter((box) => choice !== "marked" || !left.has(box.value))
    .map((box) => ({ question_id: box.value, choice: choice === "marked" ? (box.checked ? "accept" : "reject") : choice, reason }));
}

function words(form, submitter) {
  const named = submitter && submitter.form === form && submitter.name === "choice";
  if (!named) return `rather ${new FormData(form).get("value")}`;
  const label = submitter.cloneNode(true);
  for (const key of $$("kbd", label)) key.remove();
  return label.textContent.trim().toLowerCase();
}

stage.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.method !== "post") return;
  const node = current();
  const given = answers(node, form, event.submitter);
  if (!given.length) return notice("All products are left open: accept or reject at least one, or skip.", "wrong");
  decide(node, given, words(form, event.submitter));
});

/* Several products */

function marks(node) {
  const line = $("#marked", node);
  if (!line) return;
  const boxes = $$("[name=yes]", node);
  const left = new Set($$("[name=open]:checked", node).map((box) => box.value));
  const yes = boxes.filter((box) => box.checked && !left.has(box.value)).length;
  const no = boxes.length - yes - left.size;
  const told = [yes && `${yes} accepted`, no && `${no} rejected`, left.size && `${left.size} left open`];
  line.textContent = `Submit: ${told.filter(Boolean).join(", ")}.`;
}

function moved(key) {
  const boxes = $$("[name=yes]", current());
  if (!boxes.length) return false;
  const at = boxes.indexOf(document.activeElement);
  const tops = boxes.map((box) => box.closest("li").offsetTop);
  const across = tops.filter((top) => top === tops[0]).length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[key];
  const to = at < 0 ? 0 : Math.min(boxes.length - 1, Math.max(0, at + step));
  boxes[to].focus();
  boxes[to].closest("li").scrollIntoView({ block: "nearest" });
  return true;
}

stage.addEventListener("change", () => marks(current()));

/* Long lists */

const shownLevels = () => $$("#levels label:not([hidden]) input");

function narrow(field) {
  const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const labels = $$("#levels label");
  for (const label of labels) {
    const text = label.textContent.toLowerCase();
    label.hidden = !wanted.every((word) => text.includes(word));
  }
  const found = shownLevels();
  $("#found").textContent = `${found.length} of ${labels.length}`;
  pick(found.find((input) => input.checked) || (wanted.length ? found[0] : null)); // nothing by itself
}

function pick(input) {
  for (const other of $$("#levels input:checked")) other.checked = false;
  if (!input) return;
  input.checked = true;
  const label = input.closest("label");
  const list = $("#levels");
  list.scrollTop += Math.min(0, label.offsetTop - list.offsetTop - list.scrollTop);
  list.scrollTop += Math.max(0, label.offsetTop - list.offsetTop + label.offsetHeight - list.scrollTop - list.clientHeight);
}

stage.addEventListener("input", (event) => {
  if (event.target.id === "filter") narrow(event.target);
});

function edit() {
  const editor = $("details.editor", current());
  if (!editor) return;
  editor.open = true;
  const field = $("#filter, #other", editor);
  if (field.id === "filter") narrow(field);
  field.focus();
  if (field.id === "other") field.select();
  editor.scrollIntoView({ block: "nearest" });
}

stage.addEventListener("click", (event) => {
  if (event.target.closest("button.edit")) edit();
});

/* Keys */

const CHOICES = { a: "accept", r: "reject", s: "skip", c: "cannot_tell", x: "escalate" };
const keysOn = () => {
  try { return localStorage.getItem("review.keys") !== "off"; } catch { return true; }
};

function press(value) {
  const button = $(`#decide button[value=${value}]`, current());
  if (button) button.form.requestSubmit(button);
}

function numbered(number) {
  const boxes = $$("[name=yes]", current());
  if (boxes.length) {
    const box = boxes[number - 1];
    if (box) { box.checked = !box.checked; box.focus(); marks(current()); }
    return;
  }
  const form = $(`form.pick[data-key="${number}"]`, current());
  if (form) form.requestSubmit();
}

function inField(event) {
  const field = event.target;
  if (event.key === "Escape") {
    const editor = field.closest("details");
    if (editor) editor.open = false;
    current().focus();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (field.id === "reason") current().focus();
    else if (!event.repeat && field.form && field.form.checkValidity()) field.form.requestSubmit(); // an invalid one takes the focus
  } else if (field.id === "filter" && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const inputs = shownLevels();
    const at = inputs.findIndex((input) => input.checked) + (event.key === "ArrowDown" ? 1 : -1);
    pick(inputs[Math.min(inputs.length - 1, Math.max(0, at))]);
  }
}

function help() {
  $("#keys-on").checked = keysOn();
  $("#help").showModal();
}

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || $("#help").open) return;
  if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return inField(event);
  if (key === "Enter") return entered(event);
  if (key.startsWith("Arrow")) {
    if (!target.matches("[type=radio], .text, .snippet") && moved(key)) event.preventDefault();
    return;
  }
  if (key === "?") { event.preventDefault(); return help(); }
  if (!keysOn() || event.repeat || stopped) return;
  const name = key.length === 1 ? key.toLowerCase() : key;
  if ((name in CHOICES || /^[1-9]$/.test(name)) && performance.now() - shownAt < IGNORED_MS) return;
  if (name in CHOICES) press(CHOICES[name]);
  else if (name === "u") undo();
  else if (name === "e") edit();
  else if (name === "n") note();
  else if (/^[1-9]$/.test(name)) numbered(Number(name));
  else return;
  event.preventDefault();
});

function note() {
  const details = $("details.note", current());
  if (!details) return;
  details.open = true;
  $("#reason", details).focus();
}

function entered(event) {
  if (event.target.closest("button, a, summary")) return;
  event.preventDefault();
  if (event.repeat || performance.now() - shownAt < IGNORED_MS) return;
  const offered = $("#notice button");
  if (stopped) stopped.go();
  else if (offered && !isTask(current())) offered.click();
  else if ($("[name=yes]", current())) press("marked");
}

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
$("#open-help").addEventListener("click", (event) => { event.preventDefault(); help(); });
$("#keys-on").addEventListener("change", (event) => {
  try { localStorage.setItem("review.keys", event.target.checked ? "on" : "off"); } catch { /* not kept */ }
});

prepare(current(), isTask(current()) ? Number(current().dataset.seconds) : undefined);
marks(current());
shownAt = performance.now();
current().focus({ preventScroll: true });
refill();
