/* What the forms of a task say, and what makes them quick to fill.

Belongs here: one task's own elements. Does not belong here: the server, other tasks, single keys. */

export const $ = (selector, within = document) => within.querySelector(selector);
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

export const stage = $("#stage");
export const current = () => stage.firstElementChild;
export const isTask = (node) => Boolean(node && node.dataset.task);

/* Answers */

export function answers(node, form, submitter) {
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

export function words(form, submitter) {
  const named = submitter && submitter.form === form && submitter.name === "choice";
  if (!named) return `rather ${new FormData(form).get("value")}`;
  const label = submitter.cloneNode(true);
  for (const key of $$("kbd", label)) key.remove();
  return label.textContent.trim().toLowerCase();
}

/* Several products */

export function marks(node) {
  const line = $("#marked", node);
  if (!line) return;
  const boxes = $$("[name=yes]", node);
  const left = new Set($$("[name=open]:checked", node).map((box) => box.value));
  const yes = boxes.filter((box) => box.checked && !left.has(box.value)).length;
  const no = boxes.length - yes - left.size;
  const told = [yes && `${yes} accepted`, no && `${no} rejected`, left.size && `${left.size} left open`];
  line.textContent = `Submit: ${told.filter(Boolean).join(", ")}.`;
}

export function moved(key) {
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

/* Long lists */

export const shownLevels = () => $$("#levels label:not([hidden]) input");

export function narrow(field) {
  const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const labels = $$("#levels label");
  for (const label of labels) {
    const text = label.textContent.toLowerCase();
    label.hidden = !wanted.every((word) => text.includes(word));
  }
  const found = shownLevels();
  const typed = wanted.length ? found.filter((input) => isWhole(input, wanted.join(" "))) : [];
  const kept = found.find((input) => input.checked && !input.dataset.typed);
  // Only what the person chose is chosen: by arrow, by click, or written out.
  pick(kept || (typed.length === 1 ? typed[0] : null), !kept);
  counted(found.length, labels.length);
}

function isWhole(input, text) {
  const path = input.value.toLowerCase().replace(/\s+/g, " ");
  return text === path || text === path.split(" > ").pop();
}

function counted(found, all) {
  const chosen = $("#levels input:checked");
  const next = chosen ? "Enter answers" : "nothing is chosen: ↓ or a click chooses";
  $("#found").textContent = found ? `${found} of ${all}; ${next}.` : `Nothing matches: 0 of ${all}. Write less of it, or another word.`;
}

export function pick(input, typed = false) {
  for (const other of $$("#levels input")) { other.checked = false; delete other.dataset.typed; }
  if (!input) return;
  input.checked = true;
  if (typed) input.dataset.typed = "1";
  counted(shownLevels().length, $$("#levels label").length);
  const label = input.closest("label");
  const list = $("#levels");
  list.scrollTop += Math.min(0, label.offsetTop - list.offsetTop - list.scrollTop);
  list.scrollTop += Math.max(0, label.offsetTop - list.offsetTop + label.offsetHeight - list.scrollTop - list.clientHeight);
}

export function edit() {
  const editor = $("details.editor", current());
  if (!editor) return;
  editor.open = true;
  const field = $("#filter, #other", editor);
  if (field.id === "filter") narrow(field);
  field.focus();
  if (field.id === "other") field.select();
  editor.scrollIntoView({ block: "nearest" });
}

export function note() {
  const details = $("details.note", current());
  if (!details) return;
  details.open = true;
  $("#reason", details).focus();
}

export function press(value) {
  const button = $(`#decide button[value=${value}]`, current());
  if (button) button.form.requestSubmit(button);
}

export function numbered(number) {
  const boxes = $$("[name=yes]", current());
  if (boxes.length) {
    const box = boxes[number - 1];
    if (box) { box.checked = !box.checked; box.focus(); marks(current()); }
    return;
  }
  const form = $(`form.pick[data-key="${number}"]`, current());
  if (form) form.requestSubmit();
}
