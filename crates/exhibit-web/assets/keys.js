// Keys press controls that are on the page (data-key) or move the focus between rows (data-row). Nothing else: every
// page works without this script. It writes text only through textContent.

const where = document.documentElement;
const off = () => { try { return localStorage.getItem("keys") === "off"; } catch { return false; } };
const remember = (on) => { try { on ? localStorage.removeItem("keys") : localStorage.setItem("keys", "off"); } catch { /* a private window forgets */ } };

const show = () => { if (off()) delete where.dataset.keys; else where.dataset.keys = "on"; };

// The letter meant: layouts without Latin letters are read by the place of the key.
const letter = (event) => {
  if (/^[\x20-\x7e]$/.test(event.key)) return event.key;
  const place = /^Key([A-Z])$/.exec(event.code);
  return place ? place[1].toLowerCase() : { Slash: event.shiftKey ? "?" : "/", BracketLeft: "[", BracketRight: "]" }[event.code];
};

const inField = (target) => target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

const control = (keys) => Array.from(document.querySelectorAll("[data-key]")).find((found) => found.dataset.key === keys);

const press = (found) => { if (found.matches("input")) { found.focus(); found.select(); } else found.click(); };

const step = (by) => {
  const rows = Array.from(document.querySelectorAll("[data-row]"));
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)];
  const link = next && next.querySelector("a[href]");
  if (link) link.focus();
  return Boolean(link);
};

let pending = "";

document.addEventListener("keydown", (event) => {
  if (off() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || inField(event.target)) { pending = ""; return; }
  const typed = letter(event);
  if (!typed) return;
  const keys = pending ? pending + " " + typed : typed;
  pending = "";
  if (keys === "g") { pending = "g"; return; }
  if (keys === "j" || keys === "k") { if (step(keys === "j" ? 1 : -1)) event.preventDefault(); return; }
  const found = control(keys);
  if (found) { event.preventDefault(); press(found); }
});

const place = document.getElementById("keys-switch");
if (place) {
  const button = document.createElement("button");
  button.type = "button";
  const name = () => { button.textContent = off() ? place.dataset.on : place.dataset.off; };
  button.addEventListener("click", () => { remember(off()); show(); name(); });
  name();
  place.append(button);
}
show();
