// The little that neither HTML nor HTMX does: the reader's zone, what was typed, copying, a board that is gone.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const known = () => document.cookie.includes(`atoz-zone=${zone}`);
if (zone && !known()) {
  document.cookie = `atoz-zone=${zone};path=/;max-age=31536000;samesite=lax`;
  // The very first page was made before anybody knew it, so its times are UTC.
  if (known() && document.querySelector("time")) location.reload();
}

// What is typed into a form is kept in this tab until it was sent: a reload, an ended session, a crash lose nothing.
const KEPT = "kept:";
const form = (place) => place.closest?.("form[data-keep]");
const fields = (place) => [...place.elements].filter(
  (each) => each.name && !["hidden", "file", "submit", "button"].includes(each.type));
const value = (each) => (each.type === "checkbox" ? String(each.checked) : each.value);
// A form that was filled from a mail holds nothing usual: all of it is kept.
const usual = (each) => each.form && "filled" in each.form.dataset ? "" : each.type === "checkbox" ? String(each.defaultChecked)
  : each.tagName === "SELECT" ? ([...each.options].find((one) => one.defaultSelected) ?? each.options[0])?.value : each.defaultValue;

function keep(place) {
  const typed = fields(place).filter((each) => value(each) !== usual(each)).map((each) => [each.name, value(each)]);
  if (typed.length) sessionStorage.setItem(KEPT + place.dataset.keep, JSON.stringify(typed));
  else sessionStorage.removeItem(KEPT + place.dataset.keep);
}

function giveBack(place) {
  const typed = JSON.parse(sessionStorage.getItem(KEPT + place.dataset.keep) ?? "[]");
  let back = false; // what still stands in its field never went away
  for (const [name, word] of typed) {
    const each = place.elements.namedItem(name);
    if (!each || each instanceof RadioNodeList || value(each) === word) continue;
    if (each.type === "checkbox") each.checked = word === "true";
    else each.value = word;
    back = true;
  }
  const said = place.querySelector(".kept");
  if (back && said) {
    said.hidden = false;
    unfolded(place.parentElement);
  }
}
function unfolded(place) { // with all that it stands in
  for (let around = place; around; around = around.parentElement) if (around.tagName === "DETAILS") around.open = true;
}

// Another body is another act: it needs a key of its own.
const uuid = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
document.addEventListener("input", (event) => {
  const place = form(event.target);
  if (!place) return;
  keep(place);
  const key = place.querySelector("input[name=key]");
  if (key && place.dataset.tried) { key.value = uuid(); delete place.dataset.tried; }
});

// Copying, where a browser lets a page do it; the fields can be selected by hand everywhere.
async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  source.select();
  try { await navigator.clipboard.writeText(source.value); } catch { document.execCommand("copy"); }
  const words = button.textContent;
  button.textContent = document.getElementById("copied").content.textContent;
  setTimeout(() => { button.textContent = words; }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (button?.dataset.copy) copy(button);
  if (button && "discard" in button.dataset) {
    const place = form(button);
    place.reset();
    sessionStorage.removeItem(KEPT + place.dataset.keep);
    button.parentElement.hidden = true;
  }
});
document.addEventListener("submit", (event) => {
  if (event.target.matches(".out")) sessionStorage.clear();
  if (event.target.matches(".checks")) event.preventDefault();
});

// The facts of a sentence cover what stands beside the text: Escape puts them away.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const each of document.querySelectorAll(".sentence:hover, .sentence:focus-within")) {
    each.classList.add("away");
    for (const over of ["mouseleave", "focusout"]) each.addEventListener(over, () => each.classList.remove("away"), { once: true });
  }
});

// They stay within the window: what would run out of its bottom moves up. By a rule, not an attribute: HTMX
// copies those to what it swaps in, which the content policy forbids of a style.
const moved = new CSSStyleSheet();
document.adoptedStyleSheets = [moved];
function fit(event) {
  const card = event.target.closest?.(".sentence")?.querySelector(".carries");
  if (!card) return;
  moved.replaceSync("");
  const over = card.getBoundingClientRect().bottom + 8 - innerHeight;
  if (over > 0) moved.replaceSync(`#${card.id} { margin-top: ${-over}px; }`);
}
for (const when of ["mouseover", "focusin"]) document.addEventListener(when, fit);

// A link to a part that is folded opens it.
function unfold() {
  const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (place && place.tagName === "DETAILS") { unfolded(place); place.scrollIntoView(); }
}
addEventListener("hashchange", unfold);

// What was recorded is said once: who comes back to the page by the browser's own button is not told again.
function forget() {
  const place = new URL(location.href);
  if (!place.searchParams.has("did")) return;
  place.searchParams.delete("did");
  history.replaceState(history.state, "", place);
}
// A browser that kept the whole page shows it as it was left.
addEventListener("pageshow", (event) => { if (event.persisted) document.querySelector(".did[role=status]")?.remove(); });

function begin(place) {
  for (const each of place.querySelectorAll("form[data-keep]")) {
    giveBack(each);
    if ("filled" in each.dataset) keep(each);
  }
  for (const each of place.querySelectorAll("button[data-copy]")) each.hidden = false;
}
document.addEventListener("DOMContentLoaded", () => { begin(document); unfold(); watch(); forget(); });

// What HTMX swaps keeps what was opened and where the keyboard is; what it could not do is told at the top.
let opened = [];
let focused = null;
function keepFocus() {
  const each = document.activeElement;
  const around = each?.parentElement?.closest("[id]");
  focused = around && { id: around.id, tag: each.tagName, number: [...around.querySelectorAll(each.tagName)].indexOf(each) };
}
function giveFocus() {
  const lost = !document.activeElement || document.activeElement === document.body;
  const around = lost && focused && document.getElementById(focused.id);
  if (around) around.querySelectorAll(focused.tag)[focused.number]?.focus({ preventScroll: true });
}
const problem = () => document.getElementById("problem");
document.addEventListener("htmx:beforeSwap", () => {
  keepFocus();
  opened = [...document.querySelectorAll("details[id]")].map((each) => [each.id, each.open]);
});
document.addEventListener("htmx:afterSwap", (event) => {
  for (const [id, open] of opened) {
    const each = document.getElementById(id);
    if (each) each.open = open;
  }
  giveFocus();
  if (event.detail.target === problem()) { told(); mark(form(event.detail.requestConfig.elt)); }
  begin(document);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const place = form(event.detail.elt);
  if (place) { place.dataset.tried = "yes"; problem().replaceChildren(); unmark(place); }
});
// Before anything is swapped: what was sent is not given back to the form that comes instead.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  const place = form(elt);
  if (place && xhr.status >= 200 && xhr.status < 300) sessionStorage.removeItem(KEPT + place.dataset.keep);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, xhr } = event.detail;
  if (!form(elt) && successful && xhr.status === 200 && unsent()) answers();
});

// A value that was refused says so beside its field, too, and is a step away from what says it at the top.
function unmark(place) {
  for (const each of place.querySelectorAll(".wrong")) each.remove();
  for (const each of place.querySelectorAll("[aria-invalid]")) { each.removeAttribute("aria-invalid"); each.removeAttribute("aria-errormessage"); }
}
function mark(place) {
  for (const said of place ? problem().querySelectorAll("[data-field]") : []) {
    const each = place.elements.namedItem(said.dataset.field);
    if (!each?.id) continue;
    const beside = document.createElement("span");
    Object.assign(beside, { className: "wrong", id: `${each.id}-wrong`, textContent: said.querySelector("span").textContent });
    beside.setAttribute("role", "alert");
    each.after(beside);
    each.setAttribute("aria-invalid", "true");
    each.setAttribute("aria-errormessage", beside.id);
    const link = document.createElement("a");
    Object.assign(link, { href: `#${each.id}`, textContent: said.querySelector("strong").textContent });
    link.addEventListener("click", (event) => { event.preventDefault(); each.focus(); });
    said.querySelector("strong").replaceChildren(link);
  }
}
document.addEventListener("htmx:sendError", () => {
  problem().replaceChildren(document.getElementById("unreachable").content.cloneNode(true));
  told();
});

// A form that could not be sent waits: at the top of its page, or on the page that took its place. A page that
// could not be shown waits, too, and is loaded as a whole: it may be a drawing, whose style is its own.
const unsent = () => document.querySelector("#problem [data-waits], main:has(form.typed) > [data-waits]");
const unseen = () => document.querySelector("main:has([data-again]) > [data-waits]");
const waits = () => unsent() ?? unseen();
let waiting = null;
function watch() { if (waits() && waiting === null) waiting = setTimeout(ask, 3000); }
function told() {
  problem().querySelector("h1")?.focus();
  problem().scrollIntoView({ block: "start" });
  watch();
}
async function ask() {
  waiting = null;
  if (!waits()) return;
  try {
    const answer = await fetch(location.href);
    if (answer.ok && !unsent()) { location.reload(); return; }
    if (answer.ok && new URL(answer.url).pathname !== "/login") { renew(await answer.text()); answers(); return; }
  } catch { /* it is still gone */ }
  watch();
}
// Who logged in again in another tab has another token for their forms.
function renew(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers"));
  const token = page.querySelector("input[name=csrf]")?.value;
  if (!token) return;
  for (const each of document.querySelectorAll("input[name=csrf]")) each.value = token;
  for (const each of document.querySelectorAll(".typed button[hidden]")) each.hidden = false;
}
function answers() {
  unsent()?.removeAttribute("data-waits");
  problem().replaceChildren(document.getElementById("reachable").content.cloneNode(true));
}
