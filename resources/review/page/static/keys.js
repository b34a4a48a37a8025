/* Single keys, and those within fields.

Belongs here: which key does what. Does not belong here: what is done. */

import { $, current, edit, isTask, moved, note, numbered, pick, press, shownLevels } from "./forms.js";

const IGNORED_MS = 250; // a key that was meant for the last task does not answer the next one
const CHOICES = { a: "accept", r: "reject", s: "skip", c: "cannot_tell", x: "escalate" };
const KEPT = "review.keys";
const keysOn = () => {
  try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; }
};

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

export function help() {
  $("#keys-on").checked = keysOn();
  $("#help").showModal();
  $("#help-title").focus(); // the dialog would begin at its first control, which is its end
}

/* desk: what the page does: undo(), fresh() (milliseconds since the task came), stopped() (what an answer that came back
waits for, or null) */
export function listen(desk) {
  document.addEventListener("keydown", (event) => pressed(event, desk));
  $("#open-help").addEventListener("click", (event) => { event.preventDefault(); help(); });
  $("#keys-on").addEventListener("change", (event) => {
    try { localStorage.setItem(KEPT, event.target.checked ? "on" : "off"); } catch { /* not kept */ }
  });
}

function pressed(event, desk) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || $("#help").open) return;
  if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return inField(event);
  if (key === "Enter") return entered(event, desk);
  if (key.startsWith("Arrow")) {
    if (!target.matches("[type=radio], .text, .snippet") && moved(key)) event.preventDefault();
    return;
  }
  if (key === "?") { event.preventDefault(); return help(); }
  if (!keysOn() || event.repeat || desk.stopped()) return;
  const name = key.length === 1 ? key.toLowerCase() : key;
  if ((name in CHOICES || /^[1-9]$/.test(name)) && desk.fresh() < IGNORED_MS) return;
  if (name in CHOICES) press(CHOICES[name]);
  else if (name === "u") desk.undo();
  else if (name === "e") edit();
  else if (name === "n") note();
  else if (/^[1-9]$/.test(name)) numbered(Number(name));
  else return;
  event.preventDefault();
}

function entered(event, desk) {
  if (event.target.closest("button, a, summary")) return;
  event.preventDefault();
  if (event.repeat || desk.fresh() < IGNORED_MS) return;
  const offered = $("#notice button");
  if (desk.stopped()) desk.stopped().go();
  else if (offered && !isTask(current())) offered.click();
  else if ($("[name=yes]", current())) press("marked");
}
